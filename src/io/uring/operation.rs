//! One disk operation: what it asks of the ring, and what it makes of the ring's answers.
//!
//! An operation owns everything the kernel touches on its behalf (descriptor and memory) from
//! the first submission to the last completion. The ring keeps it until then, whatever becomes
//! of the future that waits for it; that is the argument for every `unsafe` here.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use io_uring::opcode;
use io_uring::squeue::{Entry, Flags};
use io_uring::types::{Fd, FsyncFlags};

use super::handle::Handle;
use crate::io::{BLOCK_BYTES, Buffer};

/// The most bytes asked for in one entry; longer transfers go on where the last one ended.
const TRANSFER_BYTES_MAX: usize = 1 << 30;
/// How often in a row a transfer may end without progress (interrupted, told to come again)
/// before it is an error.
const IDLE_ROUNDS_MAX: u32 = 16;

/// A read, a write, a sync, or a write with a sync linked behind it.
#[derive(Debug)]
pub(super) struct Operation {
    handle: Arc<Handle>,
    kind: Kind,
    /// Where the transfer began in the file.
    position: u64,
    /// Bytes of the transfer that are behind us.
    done: usize,
    idle_rounds: u32,
    /// Answers of this round that have not come yet.
    outstanding: u8,
    transferred: Option<i32>,
    synced: Option<i32>,
}

#[derive(Debug)]
enum Kind {
    Read { into: Buffer, len: usize },
    Write { data: Bytes, then_sync: bool },
    Sync,
}

/// Which entry of an operation an answer belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Transfer,
    Sync,
}

/// What an answer means for its operation.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Another answer is still to come.
    Wait,
    /// Ask again, from where the transfer stands.
    Again,
    Done(io::Result<()>),
}

impl Operation {
    /// Reads `len` bytes, a multiple of the block, into the room of `into`.
    pub(super) fn read(handle: Arc<Handle>, into: Buffer, position: u64, len: usize) -> Operation {
        assert!(
            len > 0 && len <= into.remaining(),
            "the buffer has room for what is read"
        );
        Operation::new(handle, Kind::Read { into, len }, position)
    }

    pub(super) fn write(
        handle: Arc<Handle>,
        data: Bytes,
        position: u64,
        then_sync: bool,
    ) -> Operation {
        assert!(!data.is_empty(), "an empty write is the caller's to skip");
        Operation::new(handle, Kind::Write { data, then_sync }, position)
    }

    pub(super) fn sync(handle: Arc<Handle>) -> Operation {
        Operation::new(handle, Kind::Sync, 0)
    }

    fn new(handle: Arc<Handle>, kind: Kind, position: u64) -> Operation {
        Operation {
            handle,
            kind,
            position,
            done: 0,
            idle_rounds: 0,
            outstanding: 0,
            transferred: None,
            synced: None,
        }
    }

    /// What was read, once a read is done.
    pub(super) fn into_buffer(self) -> Option<Buffer> {
        match self.kind {
            Kind::Read { mut into, .. } => {
                into.advance(self.done);
                Some(into)
            }
            Kind::Write { .. } | Kind::Sync => None,
        }
    }

    /// The entries of one round, in order: a transfer, a sync, or both, linked. From here until
    /// as many answers have come, the operation must stay alive and its memory where it is
    /// (moving the operation itself is fine: memory and descriptor are behind pointers).
    pub(super) fn entries(&mut self) -> (Entry, Option<Entry>) {
        let fd = Fd(self.handle.raw());
        let offset = self.position + self.done as u64;
        let sync = opcode::Fsync::new(fd).flags(FsyncFlags::DATASYNC).build();
        let entries = match &mut self.kind {
            Kind::Read { into, len } => {
                let room = &mut into.spare_mut()[self.done..*len];
                let size = room.len().min(TRANSFER_BYTES_MAX);
                let read = opcode::Read::new(fd, room.as_mut_ptr(), size as u32);
                (read.offset(offset).build(), None)
            }
            Kind::Write { data, then_sync } => {
                let left = &data[self.done..];
                let size = left.len().min(TRANSFER_BYTES_MAX);
                let write = opcode::Write::new(fd, left.as_ptr(), size as u32);
                let write = write.offset(offset).build();
                if *then_sync {
                    // A short or failed write breaks the link: the sync is then cancelled.
                    (write.flags(Flags::IO_LINK), Some(sync))
                } else {
                    (write, None)
                }
            }
            Kind::Sync => (sync, None),
        };
        self.outstanding = if entries.1.is_some() { 2 } else { 1 };
        (self.transferred, self.synced) = (None, None);
        entries
    }

    /// Which step the first entry of a round is.
    pub(super) fn first_step(&self) -> Step {
        match self.kind {
            Kind::Sync => Step::Sync,
            Kind::Read { .. } | Kind::Write { .. } => Step::Transfer,
        }
    }

    /// Takes one answer: bytes moved, zero, or a negated error number.
    pub(super) fn answer(&mut self, step: Step, result: i32) -> Verdict {
        match step {
            Step::Transfer => self.transferred = Some(result),
            Step::Sync => self.synced = Some(result),
        }
        self.outstanding = self
            .outstanding
            .checked_sub(1)
            .expect("an answer nobody asked for");
        if self.outstanding > 0 {
            return Verdict::Wait;
        }
        match self.transferred {
            Some(moved) => self.judge_transfer(moved),
            None => Verdict::Done(self.judge_sync()),
        }
    }

    fn judge_transfer(&mut self, moved: i32) -> Verdict {
        let Ok(moved) = usize::try_from(moved) else {
            return self.judge_error(-moved);
        };
        let goal = match &self.kind {
            Kind::Read { len, .. } => *len,
            Kind::Write { data, .. } => data.len(),
            Kind::Sync => 0,
        };
        self.done += moved;
        if self.done >= goal {
            return Verdict::Done(self.judge_sync());
        }
        let is_aligned = self.done.is_multiple_of(BLOCK_BYTES);
        match &self.kind {
            // Nothing, or part of a block: the file ends here.
            Kind::Read { .. } if moved == 0 || !is_aligned => Verdict::Done(Ok(())),
            Kind::Read { .. } => self.again(moved),
            Kind::Write { .. } if moved == 0 => Verdict::Done(Err(io::ErrorKind::WriteZero.into())),
            Kind::Write { .. } | Kind::Sync => {
                // Direct writes go on at block bounds: a cut block is written once more.
                self.done -= self.done % BLOCK_BYTES;
                self.again(moved.saturating_sub(BLOCK_BYTES - 1))
            }
        }
    }

    fn judge_error(&mut self, number: i32) -> Verdict {
        match number {
            libc::EINTR | libc::EAGAIN if self.idle_rounds < IDLE_ROUNDS_MAX => self.again(0),
            _ => Verdict::Done(Err(io::Error::from_raw_os_error(number))),
        }
    }

    fn again(&mut self, progress: usize) -> Verdict {
        self.idle_rounds = if progress > 0 {
            0
        } else {
            self.idle_rounds + 1
        };
        if self.idle_rounds > IDLE_ROUNDS_MAX {
            return Verdict::Done(Err(io::ErrorKind::WriteZero.into()));
        }
        Verdict::Again
    }

    /// A failed sync is final, interrupted or not: what it left unsynced cannot be known.
    fn judge_sync(&self) -> io::Result<()> {
        match self.synced {
            Some(result) if result < 0 => Err(io::Error::from_raw_os_error(-result)),
            _ => Ok(()),
        }
    }
}
