//! The shard's own ring for disk, beside glommio's.
//!
//! glommio cannot write slices of shared buffers, nor link a sync behind a write. This ring can.
//! Its completions signal an eventfd, which a task of the executor reads through glommio:
//!
//! ```text
//! run() ── slot, entries ──> submission queue ── one enter per turn ──> kernel
//!   ^                                                                     │
//!   └── reply <── verdict <── reap() <── driver task <── eventfd <── completion
//! ```
//!
//! Everything the kernel may touch lives in a slot from submission to the last completion, so a
//! caller may drop its future at any time, and [`Ring::stop`] waits for what is in flight.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures_channel::oneshot;
use glommio::io::BufferedFile;
use io_uring::IoUring;
use io_uring::squeue::Entry;

use super::operation::{Operation, Step, Verdict};

/// Operations the kernel works on at one time; more wait in order of arrival. Each waiting one
/// is a call that some task of this shard made.
const IN_FLIGHT_MAX: usize = 128;
/// Every operation asks at most twice per round, so neither queue can overflow.
const ENTRIES: u32 = 2 * IN_FLIGHT_MAX as u32;
const ENTRIES_PER_OPERATION: usize = 2;
const _: () = assert!(ENTRIES as usize >= ENTRIES_PER_OPERATION * IN_FLIGHT_MAX);

thread_local! {
    static CURRENT: RefCell<Option<Rc<Ring>>> = const { RefCell::new(None) };
}

/// An operation that has ended, given back to who asked for it.
type Finished = (Operation, io::Result<()>);

struct Slot {
    operation: Operation,
    reply: oneshot::Sender<Finished>,
}

/// One thread's ring.
pub(super) struct Ring {
    state: RefCell<State>,
}

/// A ring that no executor drives yet.
pub(super) struct Prepared {
    ring: Ring,
    completed: OwnedFd,
}

struct State {
    uring: IoUring,
    slots: Vec<Option<Slot>>,
    /// Indexes of empty slots.
    free: Vec<usize>,
    waiting: VecDeque<Slot>,
    /// Entries were pushed that the kernel has not been told of.
    has_unsubmitted: bool,
    /// Wakes the task that tells the kernel.
    submitter: Option<Waker>,
}

impl Prepared {
    pub(super) fn new() -> io::Result<Prepared> {
        let uring = build()?;
        // SAFETY: eventfd takes no pointers; the result is checked before it is used.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_CLOEXEC) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new and nobody else has it.
        let completed = unsafe { OwnedFd::from_raw_fd(descriptor) };
        uring.submitter().register_eventfd(completed.as_raw_fd())?;
        let state = State {
            uring,
            slots: (0..IN_FLIGHT_MAX).map(|_| None).collect(),
            free: (0..IN_FLIGHT_MAX).rev().collect(),
            waiting: VecDeque::new(),
            has_unsubmitted: false,
            submitter: None,
        };
        Ok(Prepared {
            ring: Ring {
                state: RefCell::new(state),
            },
            completed,
        })
    }

    /// Makes this the thread's ring and starts its two tasks. Called on the running executor.
    pub(super) fn start(self) -> Started {
        let ring = Rc::new(self.ring);
        // SAFETY: the descriptor was just taken out of its owner and has no other.
        let completed = unsafe { BufferedFile::from_raw_fd(self.completed.into_raw_fd()) };
        let tasks = [
            glommio::spawn_local(drive(ring.clone(), completed)),
            glommio::spawn_local(submit_each_turn(ring.clone())),
        ];
        CURRENT.with_borrow_mut(|current| {
            assert!(current.is_none(), "one ring per thread");
            *current = Some(ring.clone());
        });
        Started { ring, tasks }
    }
}

impl Ring {
    /// The ring of this thread's executor.
    fn current() -> Rc<Ring> {
        CURRENT
            .with_borrow(Option::clone)
            .expect("disk operations need an executor made by io::uring on this thread")
    }

    /// Performs `operation`. Dropping the future leaves the operation running to its end.
    pub(super) async fn run(operation: Operation) -> Finished {
        let (reply, finished) = oneshot::channel();
        Ring::current()
            .state
            .borrow_mut()
            .admit(Slot { operation, reply });
        finished
            .await
            .expect("the ring outlives the tasks of its executor")
    }

    /// Takes all completions that are there and wakes those who wait for them.
    fn reap(&self) {
        let finished = self.state.borrow_mut().reap();
        for (reply, outcome) in finished {
            // Refused when the caller no longer waits; the operation's memory is dropped here.
            let _ = reply.send(outcome);
        }
    }
}

/// A ring with its tasks, while its executor runs.
pub(super) struct Started {
    ring: Rc<Ring>,
    tasks: [glommio::Task<()>; 2],
}

impl Started {
    /// Waits for all that is in flight and takes the ring off the thread. Blocks the thread: the
    /// executor has nothing else to do any more.
    pub(super) async fn stop(self) {
        CURRENT.with_borrow_mut(Option::take);
        for task in self.tasks {
            task.cancel().await;
        }
        self.ring.state.borrow_mut().drain();
    }
}

impl State {
    fn admit(&mut self, slot: Slot) {
        match self.free.pop() {
            Some(index) => {
                self.slots[index] = Some(slot);
                self.push(index);
            }
            None => self.waiting.push_back(slot),
        }
    }

    /// Puts one round of a slot's operation into the submission queue.
    fn push(&mut self, index: usize) {
        let slot = self.slots[index]
            .as_mut()
            .expect("only filled slots are pushed");
        let (first, second) = slot.operation.entries();
        let first = first.user_data(tag(index, slot.operation.first_step()));
        let second = second.map(|entry| entry.user_data(tag(index, Step::Sync)));
        let pair: [Entry; 2];
        let entries = match second {
            Some(second) => {
                pair = [first, second];
                &pair[..]
            }
            None => std::slice::from_ref(&first),
        };
        // SAFETY: the operation owns the memory and the descriptor that the entries name, and
        // stays in its slot until every answer has come.
        let pushed = unsafe { self.uring.submission().push_multiple(entries) };
        pushed.expect("the queue has room for all slots");
        self.has_unsubmitted = true;
        if let Some(submitter) = self.submitter.take() {
            submitter.wake();
        }
    }

    /// Tells the kernel of all entries pushed since the last time.
    fn submit(&mut self) {
        while self.has_unsubmitted {
            match self.uring.submit() {
                Ok(_) => self.has_unsubmitted = !self.uring.submission().is_empty(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // The kernel is short of memory for requests for the moment.
                Err(error) if is_passing(&error) => std::thread::yield_now(),
                Err(error) => panic!("the disk ring of this shard is broken: {error}"),
            }
        }
    }

    fn reap(&mut self) -> Vec<(oneshot::Sender<Finished>, Finished)> {
        let mut finished = Vec::new();
        loop {
            let Some(answer) = self.uring.completion().next() else {
                break;
            };
            let (index, step) = untag(answer.user_data());
            let slot = self.slots[index]
                .as_mut()
                .expect("answers come for filled slots");
            match slot.operation.answer(step, answer.result()) {
                Verdict::Wait => {}
                Verdict::Again => self.push(index),
                Verdict::Done(result) => {
                    let slot = self.slots[index].take().expect("it was just looked at");
                    self.free.push(index);
                    finished.push((slot.reply, (slot.operation, result)));
                }
            }
        }
        while !self.free.is_empty() {
            let Some(slot) = self.waiting.pop_front() else {
                break;
            };
            self.admit(slot);
        }
        finished
    }

    /// Blocks until nothing is in flight. Replies go to nobody.
    fn drain(&mut self) {
        while self.free.len() < IN_FLIGHT_MAX {
            self.submit();
            match self.uring.submit_and_wait(1) {
                Ok(_) => drop(self.reap()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_passing(&error) => drop(self.reap()),
                Err(error) => panic!("the disk ring of this shard is broken: {error}"),
            }
        }
    }
}

impl Drop for State {
    /// Closing a ring does not wait for its operations, and their memory is about to be freed.
    fn drop(&mut self) {
        self.drain();
    }
}

/// Reads the eventfd, and so sleeps until something completes; then reaps.
async fn drive(ring: Rc<Ring>, completed: BufferedFile) {
    loop {
        ring.reap();
        let count = completed.read_at(0, size_of::<u64>()).await;
        count.expect("an eventfd can be read");
    }
}

/// Runs at the end of each turn of the executor in which operations were started, so that all of
/// them cost one system call.
async fn submit_each_turn(ring: Rc<Ring>) {
    poll_fn(|context| {
        let mut state = ring.state.borrow_mut();
        state.submit();
        state.submitter = Some(context.waker().clone());
        Poll::Pending
    })
    .await
}

fn build() -> io::Result<IoUring> {
    // Completions are taken at the next entry into the kernel in place of an interrupt of
    // whatever runs: the executor looks at them no earlier anyhow. Kernels before 5.19 refuse.
    let cooperative = IoUring::builder().setup_coop_taskrun().build(ENTRIES);
    cooperative.or_else(|_| IoUring::new(ENTRIES))
}

/// Whether rings complete without interrupting their thread.
pub(super) fn is_cooperative() -> bool {
    let ring: io::Result<IoUring> = IoUring::builder().setup_coop_taskrun().build(1);
    ring.is_ok()
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::EBUSY))
}

/// What travels through the kernel with an entry: the slot, and which step of it.
fn tag(index: usize, step: Step) -> u64 {
    (index as u64) << 1 | u64::from(step == Step::Sync)
}

fn untag(tag: u64) -> (usize, Step) {
    let step = if tag & 1 == 1 {
        Step::Sync
    } else {
        Step::Transfer
    };
    ((tag >> 1) as usize, step)
}
