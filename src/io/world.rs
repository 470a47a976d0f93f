//! Which world the current thread lives in.

use std::cell::Cell;

/// The two worlds. Each keeps its own state in thread-locals of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::io) enum World {
    /// A glommio executor runs on this thread, or none at all: ordinary threads of the process
    /// (the watchdog, the pool) may read the clock and roll dice, and nothing else.
    Uring,
    /// A seeded executor runs on this thread.
    Sim,
}

thread_local! {
    static CURRENT: Cell<World> = const { Cell::new(World::Uring) };
}

impl World {
    pub(in crate::io) fn current() -> World {
        CURRENT.get()
    }

    /// Moves this thread into `world` until the guard drops.
    pub(in crate::io) fn enter(world: World) -> Entered {
        Entered {
            left: CURRENT.replace(world),
        }
    }
}

/// Puts the thread back into the world it came from.
#[must_use]
pub(in crate::io) struct Entered {
    left: World,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.left);
    }
}
