use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_channel::oneshot;

use super::file::Hold;
use super::filling::{self, Run};
use super::frame::Origin;
use super::ring::{Ring, Room};
use crate::io::{clock, limits, random, task};
use crate::model::ShardId;
use crate::shard::partition::{BlockWrite, Commit, Fault, Partition, write_back};
use crate::shard::{LogDir, Shard};

/// A frame of the size at which writing one while the next fills costs least, bytes.
const FRAME_BYTES: usize = 2 << 20;

/// Pause before a write that found the disk full is tried again.
const DISK_FULL_RETRY: Duration = Duration::from_millis(500);

/// Pause before a frame that found no descriptor to open a file with is tried again.
const DESCRIPTORS_RETRY: Duration = Duration::from_millis(20);

/// One shard's journal of one log directory.
pub struct Journal {
    origin: Origin,
    dir: Arc<LogDir>,
    state: RefCell<State>,
    pub(super) ring: Ring,
}

#[derive(Default)]
struct State {
    /// Commits that wait for a frame.
    queue: VecDeque<Waiting>,
    writing: bool,
    disk_full: bool,
    fault: Option<Fault>,
}

/// A commit that is durable when its frame is.
pub(super) struct Waiting {
    pub partition: Rc<Partition>,
    pub run: Run,
    durable: oneshot::Sender<Hold>,
}

impl Journal {
    /// A journal of at most `bytes`, in files of the directory.
    pub fn new(shard: ShardId, dir: &Arc<LogDir>, bytes: u64) -> Journal {
        let origin = Origin {
            shard: shard.0,
            generation: random::u64(),
        };
        Journal {
            origin,
            dir: dir.clone(),
            state: RefCell::default(),
            ring: Ring::new(origin, dir, bytes),
        }
    }

    /// Makes a commit durable with the next frame. The files that it belongs to have names that
    /// outlive a power cut. The hold ends when the partition knows that it has to settle it.
    pub async fn append(
        &self,
        shard: &Rc<Shard>,
        partition: &Rc<Partition>,
        commit: &Commit,
    ) -> Result<Hold, Fault> {
        if let Some(fault) = self.fault() {
            return Err(fault);
        }
        let (durable, done) = oneshot::channel();
        self.state.borrow_mut().queue.push_back(Waiting {
            partition: partition.clone(),
            run: Run {
                partition: partition.id,
                base: commit.start,
                pieces: commit.writes.iter().map(BlockWrite::fresh_piece).collect(),
            },
            durable,
        });
        self.start(shard);
        let stopped = || Fault::Journal("the shard has stopped".into());
        // Cancelled by a fault, or with the executor.
        done.await.map_err(|_| self.fault().unwrap_or_else(stopped))
    }

    /// Starts the writer, if it rests.
    fn start(&self, shard: &Rc<Shard>) {
        let was_writing = std::mem::replace(&mut self.state.borrow_mut().writing, true);
        if !was_writing {
            let (shard, dir) = (shard.clone(), self.dir.clone());
            task::spawn(async move { run(&shard, &dir).await }).detach();
        }
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    /// Ends it, after the last frame.
    pub async fn close(&self) {
        self.ring.close().await;
    }

    /// Why nothing can be appended, if that is so.
    pub fn fault(&self) -> Option<Fault> {
        self.state.borrow().fault.clone()
    }

    pub fn is_disk_full(&self) -> bool {
        self.state.borrow().disk_full
    }

    /// The commits of the next frame: all that wait, up to a size.
    fn next(&self) -> Vec<Waiting> {
        let mut state = self.state.borrow_mut();
        let (mut next, mut bytes) = (Vec::new(), 0);
        while let Some(waiting) = state.queue.front() {
            bytes += waiting.run.bytes();
            if bytes > FRAME_BYTES && !next.is_empty() {
                break;
            }
            next.extend(state.queue.pop_front());
        }
        state.writing = !next.is_empty();
        next
    }

    /// Frames written so far: while it stays the same the journal rests.
    pub fn frames(&self) -> u64 {
        self.ring.synced_through()
    }

    /// Writes and syncs a frame, and does so again where waiting helps.
    async fn write(&self, shard: &Rc<Shard>, frame: &[Waiting]) -> io::Result<Hold> {
        loop {
            let error = match self.try_write(shard, frame).await {
                Ok(hold) => {
                    self.set_disk_full(false);
                    return Ok(hold);
                }
                Err(error) => error,
            };
            let pause = if error.kind() == io::ErrorKind::StorageFull {
                self.set_disk_full(true);
                DISK_FULL_RETRY
            } else if limits::is_out_of_descriptors(&error) {
                shard.files.clear();
                DESCRIPTORS_RETRY
            } else {
                return Err(error);
            };
            clock::sleep(pause).await;
        }
    }

    /// Room first: what the head says of older frames holds until the next file is taken.
    async fn try_write(&self, shard: &Rc<Shard>, frame: &[Waiting]) -> io::Result<Hold> {
        let bytes = filling::size(frame.iter().map(|waiting| &waiting.run));
        while self.ring.make_room(shard, bytes).await? == Room::AfterEmptyFrame {
            self.put(shard, &[]).await?;
        }
        self.put(shard, frame).await
    }

    /// Writes and syncs the next frame in the room made for it.
    async fn put(&self, shard: &Rc<Shard>, frame: &[Waiting]) -> io::Result<Hold> {
        let head = self.ring.head();
        let runs = frame.iter().map(|waiting| &waiting.run);
        let blocks = filling::seal(&shard.pool, head, runs);
        self.ring.write(shard, head, frame, blocks).await
    }

    fn set_disk_full(&self, full: bool) {
        let shard = self.origin.shard;
        let was = std::mem::replace(&mut self.state.borrow_mut().disk_full, full);
        if full && !was {
            tracing::error!(
                shard,
                "no space left on the device: produce is refused until there is some"
            );
        } else if was && !full {
            tracing::info!(shard, "the device has space again");
        }
    }

    /// Nothing is appended any more, and what was on its way is not acknowledged.
    pub(super) fn fence(&self, fault: &Fault) {
        let mut state = self.state.borrow_mut();
        tracing::error!(
            shard = self.origin.shard, %fault,
            "the journal is fenced; the shard appends nothing more until a restart"
        );
        state.fault.get_or_insert_with(|| fault.clone());
        state.writing = false;
        // Who waits is told by that.
        let abandoned = std::mem::take(&mut state.queue);
        drop(state);
        drop(abandoned);
        self.ring.wake();
    }
}

/// Writes frames until nobody waits. What comes meanwhile shares the next frame, so batching grows
/// with load and a lone record waits for nobody.
async fn run(shard: &Rc<Shard>, dir: &Arc<LogDir>) {
    let journal = shard.journal(dir);
    loop {
        let frame = journal.next();
        if frame.is_empty() {
            break;
        }
        let begun = clock::now();
        let hold = match journal.write(shard, &frame).await {
            Ok(hold) => hold,
            Err(error) => {
                let fault = Fault::Journal(error.to_string());
                journal.fence(&fault);
                return shard.suspect_writes(dir, &fault);
            }
        };
        shard.metrics.on_sync(clock::now().since(begun));
        for waiting in frame {
            // Nobody waits where the executor is about to end.
            let _ = waiting.durable.send(hold.clone());
        }
        // Those who have it now stage more: the next frame is to hold that too.
        task::yield_now().await;
        if journal.fault().is_some() {
            return;
        }
    }
    write_back::settle_when_idle(shard);
}
