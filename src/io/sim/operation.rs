use std::io;
use std::rc::Rc;
use std::time::Duration;

use super::clock::Sleep;
use super::disk::Volume;
use super::node::NodeState;
use super::random::Dice;
use super::task::in_kernel;
use super::world::Sim;

/// What remains to be done to the volume when an operation's time is over.
pub(super) type Finish<T> = Box<dyn FnOnce(&mut Volume) -> io::Result<T>>;

/// Shortest and longest time that an operation takes.
pub(super) type Latency = (Duration, Duration);

pub(super) const WRITE: Latency = (Duration::from_micros(15), Duration::from_micros(250));
pub(super) const READ: Latency = (Duration::from_micros(10), Duration::from_micros(200));
pub(super) const SYNC: Latency = (Duration::from_micros(30), Duration::from_micros(900));
pub(super) const NAMES: Latency = (Duration::from_micros(10), Duration::from_micros(300));

/// Runs one disk operation of the current node: `begin` when the disk takes it up, its answer
/// when its time is over. It goes on when the caller stops waiting, and a power cut planned for
/// it strikes in between.
pub(super) async fn operation<T: 'static>(
    latency: Latency,
    begin: impl FnOnce(&mut Volume, &Dice) -> io::Result<Finish<T>> + 'static,
) -> io::Result<T> {
    in_kernel(async move {
        let sim = Sim::current();
        let node = sim.node_state(sim.running_node());
        let struck = node.volume().power_fails_now();
        let begun = begin(&mut node.volume(), sim.dice());
        let (shortest, longest) = latency;
        pause(&sim, sim.dice().span(shortest, longest)).await;
        if struck {
            cut_power(&sim, &node).await;
        }
        begun?(&mut node.volume())
    })
    .await
}

/// An operation in which only the end matters.
pub(super) async fn brief<T: 'static>(
    action: impl FnOnce(&mut Volume) -> io::Result<T> + 'static,
) -> io::Result<T> {
    operation(NAMES, move |_, _| Ok(Box::new(action))).await
}

/// The latency of a sync, which the plan of faults may stretch.
pub(super) fn sync_latency() -> Latency {
    let sim = Sim::current();
    let slow = sim.node_state(sim.running_node()).volume().faults.slow_sync;
    match slow {
        Some(slow) if sim.dice().percent(slow.percent) => (SYNC.0, SYNC.1 + slow.delay),
        _ => SYNC,
    }
}

/// EIO, as a broken disk answers.
pub(super) fn broken() -> io::Error {
    io::Error::from_raw_os_error(libc::EIO)
}

/// ENOSPC.
pub(super) fn full() -> io::Error {
    io::Error::from_raw_os_error(libc::ENOSPC)
}

async fn pause(sim: &Rc<Sim>, span: Duration) {
    Sleep::until(sim.clock().now().plus(span)).await;
}

/// The node dies in the middle of this operation, which therefore never ends.
async fn cut_power(sim: &Rc<Sim>, node: &NodeState) {
    sim.crash(node);
    std::future::pending().await
}
