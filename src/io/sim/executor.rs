use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use super::random::Dice;

pub(super) type TaskKey = u64;

/// The key of the future given to `World::run`, which the executor does not own.
pub(super) const MAIN: TaskKey = 0;

type LocalFuture = Pin<Box<dyn Future<Output = ()>>>;

/// Holds the tasks of a world and picks the next one by dice.
///
/// Wakers may be woken from any thread, as the standard library demands, but a world is
/// repeatable only while its own thread does the waking.
pub(super) struct Executor {
    tasks: RefCell<BTreeMap<TaskKey, Slot>>,
    ready: Arc<Ready>,
    next_key: Cell<TaskKey>,
    /// Task and node being polled or dropped now.
    running: Cell<(TaskKey, u32)>,
}

struct Slot {
    node: u32,
    /// None while the task is polled.
    future: Option<LocalFuture>,
    waker: Arc<TaskWaker>,
}

/// Tasks that have been woken and not yet polled, in order of waking.
#[derive(Default)]
struct Ready {
    keys: Mutex<Vec<TaskKey>>,
}

pub(super) struct TaskWaker {
    key: TaskKey,
    queued: AtomicBool,
    ready: Arc<Ready>,
}

impl TaskWaker {
    /// To be called right before a poll: what is woken from now on is polled once more.
    pub fn arm(self: &Arc<Self>) -> Waker {
        self.queued.store(false, Ordering::Release);
        Waker::from(self.clone())
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.ready
                .keys
                .lock()
                .expect("no panic under this lock")
                .push(self.key);
        }
    }
}

impl Executor {
    pub fn new() -> Executor {
        Executor {
            tasks: RefCell::new(BTreeMap::new()),
            ready: Arc::new(Ready::default()),
            next_key: Cell::new(MAIN + 1),
            running: Cell::new((MAIN, 0)),
        }
    }

    /// The node whose task is being polled; zero, the driver, outside of tasks.
    pub fn running_node(&self) -> u32 {
        self.running.get().1
    }

    pub fn spawn(&self, node: u32, future: LocalFuture) -> TaskKey {
        let key = self.next_key.get();
        self.next_key.set(key + 1);
        let waker = self.task_waker(key);
        waker.wake_by_ref();
        self.tasks.borrow_mut().insert(
            key,
            Slot {
                node,
                future: Some(future),
                waker,
            },
        );
        key
    }

    /// The waker of `MAIN`, which is made ready by this call.
    pub fn main_waker(&self) -> Arc<TaskWaker> {
        let waker = self.task_waker(MAIN);
        waker.wake_by_ref();
        waker
    }

    /// Takes one of the ready tasks, any of them; none when all wait.
    pub fn pick(&self, dice: &Dice) -> Option<TaskKey> {
        let mut keys = self.ready.keys.lock().expect("no panic under this lock");
        if keys.is_empty() {
            return None;
        }
        let index = dice.index(keys.len());
        Some(keys.swap_remove(index))
    }

    /// Polls one task. A key whose task has ended meanwhile is skipped.
    pub fn poll(&self, key: TaskKey) {
        let Some((node, mut future, waker)) = self.take_for_poll(key) else {
            return;
        };
        let waker = waker.arm();
        let before = self.running.replace((key, node));
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        let ended = poll.is_ready();
        let mut leftover = Some(future);
        if ended {
            self.tasks.borrow_mut().remove(&key);
        } else if let Some(slot) = self.tasks.borrow_mut().get_mut(&key) {
            slot.future = leftover.take();
        }
        // An ended task, or one whose node crashed in this very poll, is dropped as itself.
        drop(leftover);
        self.running.set(before);
    }

    /// Drops one task without polling it again. A task cannot cancel itself at once: then it is
    /// dropped when its poll returns.
    pub fn cancel(&self, key: TaskKey) {
        let slot = self.tasks.borrow_mut().remove(&key);
        if let Some(slot) = slot {
            self.drop_as_itself(key, slot);
        }
    }

    /// Drops every task of a node, in the order in which they were spawned.
    pub fn cancel_node(&self, node: u32) {
        let of_node = |(key, slot): (&TaskKey, &Slot)| (slot.node == node).then_some(*key);
        let keys: Vec<TaskKey> = self.tasks.borrow().iter().filter_map(of_node).collect();
        for key in keys {
            self.cancel(key);
        }
    }

    /// Drops every task. Tasks that a drop spawns are dropped as well.
    pub fn clear(&self) {
        loop {
            let first = self.tasks.borrow_mut().pop_first();
            let Some((key, slot)) = first else {
                return;
            };
            self.drop_as_itself(key, slot);
        }
    }

    /// Gives up every task without running its drop code; for a thread that is panicking.
    pub fn leak(&self) {
        std::mem::forget(self.tasks.take());
    }

    fn drop_as_itself(&self, key: TaskKey, slot: Slot) {
        let before = self.running.replace((key, slot.node));
        drop(slot);
        self.running.set(before);
    }

    fn take_for_poll(&self, key: TaskKey) -> Option<(u32, LocalFuture, Arc<TaskWaker>)> {
        let mut tasks = self.tasks.borrow_mut();
        let slot = tasks.get_mut(&key)?;
        let future = slot.future.take()?;
        Some((slot.node, future, slot.waker.clone()))
    }

    fn task_waker(&self, key: TaskKey) -> Arc<TaskWaker> {
        Arc::new(TaskWaker {
            key,
            queued: AtomicBool::new(false),
            ready: self.ready.clone(),
        })
    }
}
