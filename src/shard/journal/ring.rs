use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_channel::oneshot;

use super::frame::Origin;
use super::name::JournalName;
use super::writer::Waiting;
use crate::io::{BLOCK_BYTES, Buffer, File, OpenMode, clock, fs, task};
use crate::model::{Offset, PartitionId};
use crate::shard::partition::{Fault, Partition, write_back};
use crate::shard::{LogDir, Shard};

/// Files that a journal consists of, at most: one is written, one is ready, others retire.
const FILES_MAX: u64 = 4;

/// Zeros are written in pieces of this size, bytes.
const ZEROS_BYTES: usize = 1 << 20;

/// Segment files that are synced one by one when a journal file retires. More of them are synced
/// with their whole volume, which costs the same for any number.
const SYNC_EACH_MAX: usize = 64;

/// With so many bytes in a file, or a quarter of it, the next one is made ready: an idle broker
/// writes no zeros.
const PREPARE_AFTER_BYTES: u64 = 256 << 10;

/// A stop looks so often whether the background is done.
const STOP_POLL: Duration = Duration::from_millis(1);

/// The files that frames go to, one after the other and round again.
pub struct Ring {
    origin: Origin,
    dir: Arc<LogDir>,
    file_bytes: u64,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    current: Option<JournalFile>,
    free: Vec<JournalFile>,
    /// Files made so far, those being made included.
    made: u64,
    /// The number in the name of the newest file.
    named: u64,
    /// The first frame of every file that holds live ones.
    live: BTreeSet<u64>,
    /// The writer, waiting for a free file.
    waiting: Option<oneshot::Sender<()>>,
    /// Files being made or retired in the background.
    background: usize,
    closed: bool,
}

/// The partitions whose batches a file holds, with the segments that they are in.
type Touched = BTreeMap<PartitionId, (Weak<Partition>, BTreeSet<Offset>)>;

struct JournalFile {
    file: File,
    used: u64,
    first: u64,
    /// Every block was written before, so that a sync has no metadata of the file to write.
    is_filled: bool,
    touched: Touched,
}

impl Ring {
    pub fn new(origin: Origin, dir: &Arc<LogDir>, bytes: u64) -> Ring {
        Ring {
            origin,
            dir: dir.clone(),
            file_bytes: (bytes / FILES_MAX).next_multiple_of(BLOCK_BYTES as u64),
            state: RefCell::default(),
        }
    }

    /// The oldest live frame; `None` before the first.
    pub fn live_from(&self) -> Option<u64> {
        self.state.borrow().live.first().copied()
    }

    /// Lets a writer that waits for a file look again.
    pub fn wake(&self) {
        if let Some(waiting) = self.state.borrow_mut().waiting.take() {
            // The writer may have been stopped.
            let _ = waiting.send(());
        }
    }

    /// Sees to it that the next frame, of so many bytes, has a place in the current file.
    pub async fn make_room(&self, shard: &Rc<Shard>, bytes: usize) -> io::Result<()> {
        match self.has_room(bytes as u64) {
            true => Ok(()),
            false => self.rotate(shard).await,
        }
    }

    /// Writes the next frame, which holds these commits, and syncs it.
    pub async fn write(
        &self,
        shard: &Rc<Shard>,
        frame: &[Waiting],
        blocks: Bytes,
    ) -> io::Result<()> {
        let bytes = blocks.len() as u64;
        let (file, position) = self.enter(frame, shard.journal(&self.dir).frames());
        file.write_and_sync(blocks, position).await?;
        let used = {
            let mut state = self.state.borrow_mut();
            let current = state.current.as_mut().expect("the writer is alone here");
            current.used += bytes;
            current.used
        };
        if used >= PREPARE_AFTER_BYTES.min(self.file_bytes / 4) {
            self.prepare_next(shard);
        }
        Ok(())
    }

    /// A frame larger than a file has one to itself. A file that was not filled is left as soon
    /// as there is one that was.
    fn has_room(&self, bytes: u64) -> bool {
        let state = self.state.borrow();
        let Some(current) = state.current.as_ref() else {
            return false;
        };
        let is_bridge = !current.is_filled && state.free.iter().any(|file| file.is_filled);
        let fits = current.used + bytes <= self.file_bytes;
        current.used == 0 || (fits && !is_bridge)
    }

    /// Notes what the current file will hold, and where. Before the write: a frame of which
    /// nothing is known may be whole on the disk.
    fn enter(&self, frame: &[Waiting], sequence: u64) -> (File, u64) {
        let state = &mut *self.state.borrow_mut();
        let current = state.current.as_mut().expect("rotated to a file");
        if current.used == 0 {
            current.first = sequence;
            state.live.insert(sequence);
        }
        for Waiting { partition, run, .. } in frame {
            let known = current.touched.entry(partition.id);
            let (_, segments) =
                known.or_insert_with(|| (Rc::downgrade(partition), BTreeSet::new()));
            segments.extend(run.writes.iter().map(|write| write.segment));
        }
        (current.file.clone(), current.used)
    }

    /// Goes on to the next file; the full one retires in the background.
    async fn rotate(&self, shard: &Rc<Shard>) -> io::Result<()> {
        let full = self.state.borrow_mut().current.take();
        if let Some(full) = full {
            let dir = self.dir.clone();
            self.in_background(shard, async move |shard| retire(shard, &dir, full).await);
        }
        let next = self.take_free(shard).await?;
        self.state.borrow_mut().current = Some(next);
        Ok(())
    }

    /// Runs what a stop has to wait for.
    fn in_background(&self, shard: &Rc<Shard>, work: impl AsyncFnOnce(&Rc<Shard>) + 'static) {
        self.state.borrow_mut().background += 1;
        let (shard, dir) = (shard.clone(), self.dir.clone());
        task::spawn(async move {
            work(&shard).await;
            shard.journal(&dir).ring.state.borrow_mut().background -= 1;
        })
        .detach();
    }

    async fn take_free(&self, shard: &Rc<Shard>) -> io::Result<JournalFile> {
        loop {
            let waiting = {
                let mut state = self.state.borrow_mut();
                if let Some(free) = state.free.pop() {
                    return Ok(free);
                }
                if state.made < FILES_MAX {
                    state.made += 1;
                    None
                } else {
                    let (sender, receiver) = oneshot::channel();
                    state.waiting = Some(sender);
                    Some(receiver)
                }
            };
            match waiting {
                None => return self.make(shard, false).await,
                // Cancelled only with the ring itself.
                Some(waiting) => drop(waiting.await),
            }
            if let Some(fault) = shard.journal(&self.dir).fault() {
                return Err(io::Error::other(fault));
            }
        }
    }

    /// Has another file ready before it is needed: one whose blocks were written before takes a
    /// sync at a fraction of the price.
    fn prepare_next(&self, shard: &Rc<Shard>) {
        {
            let mut state = self.state.borrow_mut();
            if !state.free.is_empty() || state.made >= FILES_MAX || state.closed {
                return;
            }
            state.made += 1;
        }
        let dir = self.dir.clone();
        self.in_background(shard, async move |shard| {
            let ring = &shard.journal(&dir).ring;
            match ring.make(shard, true).await {
                Ok(file) => ring.give(file),
                // It is tried again when the file is needed, and then the writer says why not.
                Err(_) => ring.state.borrow_mut().made -= 1,
            }
            ring.wake();
        });
    }

    async fn make(&self, shard: &Shard, filled: bool) -> io::Result<JournalFile> {
        let made = self.make_file(shard, filled).await;
        if made.is_err() && !filled {
            self.state.borrow_mut().made -= 1;
        }
        made
    }

    async fn make_file(&self, shard: &Shard, filled: bool) -> io::Result<JournalFile> {
        let path = self.dir.join(self.next_name().to_string());
        let file = File::open(&path, OpenMode::Create).await?;
        // A disk without room for the whole file may have room for the frames to come.
        let reserved = file.allocate(self.file_bytes).await.is_ok();
        fs::sync_dir(&self.dir.path).await?;
        let is_filled = filled && reserved;
        if is_filled {
            self.fill(shard, &file, 0).await?;
        }
        Ok(JournalFile {
            is_filled,
            file,
            used: 0,
            first: 0,
            touched: BTreeMap::new(),
        })
    }

    /// Writes zeros to every block from `at` on.
    async fn fill(&self, shard: &Shard, file: &File, mut at: u64) -> io::Result<()> {
        let mut zeros = Buffer::with_capacity(&shard.pool, ZEROS_BYTES);
        zeros.spare_mut()[..ZEROS_BYTES].fill(0);
        zeros.advance(ZEROS_BYTES);
        let zeros: Bytes = zeros.freeze();
        while at < self.file_bytes && !self.state.borrow().closed {
            let bytes = (self.file_bytes - at).min(ZEROS_BYTES as u64);
            file.write_at(zeros.slice(..bytes as usize), at).await?;
            at += bytes;
        }
        file.sync().await
    }

    /// Of the next file. The files of earlier processes were removed before this ring began.
    fn next_name(&self) -> JournalName {
        let mut state = self.state.borrow_mut();
        state.named += 1;
        JournalName {
            origin: self.origin,
            number: state.named,
        }
    }

    fn give(&self, file: JournalFile) {
        let mut state = self.state.borrow_mut();
        if !state.closed {
            state.free.push(file);
        }
    }

    /// Lets go of all files, once nobody writes to them any more.
    pub async fn close(&self) {
        self.state.borrow_mut().closed = true;
        while self.state.borrow().background > 0 {
            clock::sleep(STOP_POLL).await;
        }
        let mut state = self.state.borrow_mut();
        state.current = None;
        state.free.clear();
    }
}

/// Settles everything that a full file holds, and gives it back to be written again.
async fn retire(shard: &Rc<Shard>, dir: &Arc<LogDir>, mut full: JournalFile) {
    let settled = settle(shard, dir, &full.touched).await;
    let ring = &shard.journal(dir).ring;
    match settled {
        Ok(()) => {
            ring.state.borrow_mut().live.remove(&full.first);
            if !full.is_filled {
                full.is_filled = ring.fill(shard, &full.file, full.used).await.is_ok();
            }
            full.used = 0;
            full.touched.clear();
            ring.give(full);
            ring.wake();
        }
        // The file stays as it is: the next start replays it.
        Err(fault) => shard.journal(dir).fence(&fault),
    }
}

/// Brings what these segments hold to their files, and makes it last there.
async fn settle(shard: &Rc<Shard>, dir: &LogDir, touched: &Touched) -> Result<(), Fault> {
    let alive = || {
        touched
            .values()
            .filter_map(|(p, s)| Some((p.upgrade()?, s)))
    };
    for (partition, _) in alive() {
        write_back::run(shard, &partition).await?;
    }
    let files: usize = alive().map(|(_, segments)| segments.len()).sum();
    let synced = async {
        if files > SYNC_EACH_MAX {
            return fs::sync_volume(&dir.path).await;
        }
        for (partition, segments) in alive() {
            for segment in segments {
                partition.sync_segment(*segment).await?;
            }
        }
        Ok(())
    };
    let failed = |error: io::Error| Fault::Journal(error.to_string());
    synced.await.map_err(failed)
}
