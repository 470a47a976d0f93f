use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_channel::oneshot;

use super::file::{self, Hold, JournalFile};
use super::frame::{Head, Origin};
use super::name::JournalName;
use super::retire;
use super::rotation::Rotation;
use super::writer::Waiting;
use crate::io::{BLOCK_BYTES, File, clock, task};
use crate::shard::{LogDir, Shard};

/// Files that a journal consists of, at most: one is written, one is ready, others retire.
const FILES_MAX: u64 = 4;

/// At the end of every file one block is kept for a frame that holds nothing, and only says which
/// frames are live.
const KEPT_BYTES: u64 = BLOCK_BYTES as u64;

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

struct State {
    current: Option<JournalFile>,
    rotation: Rotation<JournalFile>,
    /// Files made so far, those being made included.
    made: u64,
    /// The number in the name of the newest file.
    named: u64,
    /// The writer, waiting for a free file.
    waiting: Option<oneshot::Sender<()>>,
    /// Files being made or retired in the background.
    background: usize,
    closed: bool,
}

/// Where the next frame is to go.
enum Place {
    Here,
    /// To another file, of those that are ready.
    Next,
    /// To another file, which has to be made.
    New,
    /// To a file that is free, once a frame that says so is on the disk.
    Unpublished,
    /// To whichever file retires first.
    Wait(oneshot::Receiver<()>),
}

/// Whether the next frame has a place.
#[derive(Debug, PartialEq, Eq)]
pub enum Room {
    Made,
    /// Not before an empty frame was written.
    AfterEmptyFrame,
}

impl Ring {
    pub fn new(origin: Origin, dir: &Arc<LogDir>, bytes: u64) -> Ring {
        Ring {
            origin,
            dir: dir.clone(),
            file_bytes: (bytes / FILES_MAX).next_multiple_of(BLOCK_BYTES as u64),
            state: RefCell::new(State {
                current: None,
                rotation: Rotation::new(origin),
                made: 0,
                named: 0,
                waiting: None,
                background: 0,
                closed: false,
            }),
        }
    }

    /// Of the frame to be written next, in the room made for it.
    pub fn head(&self) -> Head {
        self.state.borrow_mut().rotation.head()
    }

    /// The newest frame that is on the disk.
    pub fn synced_through(&self) -> u64 {
        self.state.borrow().rotation.synced_through()
    }

    /// Lets a writer that waits for a file look again.
    pub fn wake(&self) {
        if let Some(waiting) = self.state.borrow_mut().waiting.take() {
            // The writer may have been stopped.
            let _ = waiting.send(());
        }
    }

    /// Sees to it that the next frame, of so many bytes, has a place in the current file.
    pub async fn make_room(&self, shard: &Rc<Shard>, bytes: usize) -> io::Result<Room> {
        loop {
            let place = self.state.borrow_mut().place(bytes as u64, self.file_bytes);
            let next = match place {
                Place::Here => return Ok(Room::Made),
                Place::Unpublished => return Ok(Room::AfterEmptyFrame),
                Place::Next => self.state.borrow_mut().rotation.take(),
                Place::New => Some(self.make(shard, false).await?),
                Place::Wait(retired) => {
                    // Cancelled only with the ring itself.
                    let _ = retired.await;
                    None
                }
            };
            if let Some(fault) = shard.journal(&self.dir).fault() {
                return Err(io::Error::other(fault));
            }
            if let Some(next) = next {
                self.rotate(shard, next);
            }
        }
    }

    /// Writes the next frame, which has this head and holds these commits, and syncs it. Gives a
    /// hold on its file.
    pub async fn write(
        &self,
        shard: &Rc<Shard>,
        head: Head,
        frame: &[Waiting],
        blocks: Bytes,
    ) -> io::Result<Hold> {
        let bytes = blocks.len() as u64;
        let (file, position) = self.enter(frame, head.sequence);
        file.write_and_sync(blocks, position).await?;
        let (used, hold) = {
            let mut state = self.state.borrow_mut();
            state.rotation.on_synced();
            let current = state.current.as_mut().expect("the writer is alone here");
            current.used += bytes;
            (current.used, current.hold())
        };
        if used >= PREPARE_AFTER_BYTES.min(self.file_bytes / 4) {
            self.prepare_next(shard);
        }
        Ok(hold)
    }

    /// Notes what the current file will hold, and where. Before the write: a frame of which
    /// nothing is known may be whole on the disk.
    fn enter(&self, frame: &[Waiting], sequence: u64) -> (File, u64) {
        let state = &mut *self.state.borrow_mut();
        let current = state.current.as_mut().expect("room was made");
        if current.used == 0 {
            current.first = sequence;
            state.rotation.begin(sequence);
        }
        for Waiting { partition, run, .. } in frame {
            let segments = run.pieces.iter().map(|piece| piece.segment);
            current.touch(partition, segments);
        }
        (current.file.clone(), current.used)
    }

    /// Goes on to the next file; the full one retires in the background.
    fn rotate(&self, shard: &Rc<Shard>, next: JournalFile) {
        let full = self.state.borrow_mut().current.replace(next);
        if let Some(full) = full {
            let dir = self.dir.clone();
            self.in_background(shard, async move |shard| {
                retire::run(shard, &dir, full).await;
            });
        }
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

    /// Has another file ready before it is needed: one whose blocks were written before takes a
    /// sync at a fraction of the price.
    fn prepare_next(&self, shard: &Rc<Shard>) {
        if self.dir.space.is_tight() {
            return;
        }
        {
            let mut state = self.state.borrow_mut();
            if state.rotation.has_free() || state.made >= FILES_MAX || state.closed {
                return;
            }
            state.made += 1;
        }
        let dir = self.dir.clone();
        self.in_background(shard, async move |shard| {
            let ring = &shard.journal(&dir).ring;
            // One that fails is tried again when it is needed, and then the writer says why not.
            if let Ok(file) = ring.make(shard, true).await {
                ring.state.borrow_mut().rotation.add(file);
            }
            ring.wake();
        });
    }

    /// Makes a file that is counted already.
    async fn make(&self, shard: &Shard, filled: bool) -> io::Result<JournalFile> {
        let path = self.dir.join(self.next_name().to_string());
        let is_closed = || self.state.borrow().closed;
        let made = async {
            let mut file = JournalFile::make(&self.dir, path, self.file_bytes).await?;
            if filled && file.is_reserved {
                file::fill(&mut file, &shard.pool, self.file_bytes, is_closed).await?;
            }
            Ok(file)
        };
        made.await
            .inspect_err(|_| self.state.borrow_mut().made -= 1)
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

    /// Has a file written to its end, so that its next round takes cheap syncs.
    pub async fn refresh(&self, shard: &Shard, file: &mut JournalFile) {
        let is_closed = || self.state.borrow().closed;
        if !file.is_filled {
            // Without that the file is as good as it was.
            drop(file::fill(file, &shard.pool, self.file_bytes, is_closed).await);
        }
    }

    /// All that a full file holds is safe in its segments.
    pub fn settled(&self, mut full: JournalFile) {
        full.used = 0;
        full.touched.clear();
        self.state.borrow_mut().rotation.settled(full.first, full);
        self.wake();
    }

    /// Lets go of all files, once nobody writes to them any more.
    pub async fn close(&self) {
        self.state.borrow_mut().closed = true;
        while self.state.borrow().background > 0 {
            clock::sleep(STOP_POLL).await;
        }
        let mut state = self.state.borrow_mut();
        state.current = None;
        state.rotation.clear();
    }
}

impl State {
    /// A frame larger than a file has one to itself. A file that was not filled is left as soon
    /// as there is one that was.
    fn place(&mut self, bytes: u64, file_bytes: u64) -> Place {
        if let Some(current) = &self.current {
            let is_bridge = !current.is_filled && self.rotation.has(|file| file.is_filled);
            let fits = current.used + bytes + KEPT_BYTES <= file_bytes;
            if current.used == 0 || (fits && !is_bridge) {
                return Place::Here;
            }
        }
        if self.rotation.has(|_| true) {
            Place::Next
        } else if self.rotation.has_free() {
            Place::Unpublished
        } else if self.made < FILES_MAX {
            self.made += 1;
            Place::New
        } else {
            let (sender, receiver) = oneshot::channel();
            self.waiting = Some(sender);
            Place::Wait(receiver)
        }
    }
}
