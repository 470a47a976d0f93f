//! Stage one of an append: everything that decides its order. Nothing here waits.

use std::rc::Rc;

use bytes::Bytes;
use futures_channel::oneshot;

use super::fault::Fault;
use super::hosted::State;
use super::tail::BatchMark;
use super::{Partition, Unchecked, commit};
use crate::io::clock;
use crate::log::{self, Append};
use crate::model::{LeaderEpoch, Offset, Timestamp};
use crate::records::{self, Facts, HEADER_BYTES, Header};
use crate::shard::{Shard, Unserved};

/// Why a batch was not appended. Nothing changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Batch(#[from] records::Refusal),
    #[error(transparent)]
    Log(#[from] log::Refusal),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("the disk is full; delete topics or records, or enlarge the disk")]
    DiskFull,
    /// The partition was fenced after the batch was staged: it may or may not be in the log.
    #[error("the partition was fenced before the batch was committed")]
    Abandoned,
    #[error("the batch was not committed within the request's timeout")]
    TimedOut,
    #[error("this shard does not host the partition")]
    NotHosted,
    #[error(
        "Produce requests with version 6 or below are not allowed to use ZStandard compression"
    )]
    ZstdNotAllowed,
}

/// Where an acknowledged batch lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    pub base_offset: Offset,
    /// The broker's time in a LogAppendTime topic, -1 elsewhere.
    pub append_time: Timestamp,
    pub log_start: Offset,
}

/// A batch in its place, not yet committed.
#[derive(Debug)]
pub struct Staged {
    pub appended: Appended,
    /// Resolves when the batch is committed; cancelled when the partition is fenced.
    pub committed: oneshot::Receiver<()>,
}

impl Partition {
    /// A client's batch, to be judged by this partition's rules of now. It is the first to be
    /// refused where space is scarce: what the broker itself appends goes on.
    pub fn unchecked(&self, shard: &Shard, batch: Bytes) -> Result<Unchecked, Refusal> {
        let admitted = match self.dir.space.is_scarce() {
            true => Err(Refusal::DiskFull),
            false => self.admit(shard),
        };
        if let Err(refusal) = admitted {
            self.note_refused(&batch);
            return Err(refusal);
        }
        Ok(Unchecked::new(batch, &self.policy(), clock::wall()))
    }

    /// Stages a batch that this broker made itself, or that was checked before.
    pub fn stage_checked(
        self: &Rc<Self>,
        shard: &Rc<Shard>,
        batch: &[u8],
        facts: &Facts,
        now: Timestamp,
    ) -> Result<Staged, Refusal> {
        if let Err(refusal) = self.admit(shard) {
            self.note_refused(batch);
            return Err(refusal);
        }
        let staged = {
            let mut state = self.state_mut();
            let epoch = state.leader.epoch();
            match state.log.append(facts, epoch, now)? {
                Append::Duplicate(duplicate) => Staged {
                    appended: Appended {
                        base_offset: duplicate.base_offset,
                        append_time: duplicate.timestamp,
                        log_start: state.log.log_start(),
                    },
                    committed: state.wait_for(duplicate.last_offset.next()),
                },
                Append::Staged(place) => {
                    if let Some(rolled) = place.rolled {
                        state.appender.roll(rolled.opened);
                        state.rolled.push(*rolled);
                    }
                    state.tail.mark(BatchMark {
                        base: place.base_offset,
                        last: place.last_offset,
                        segment: place.segment,
                        position: place.position.into(),
                        size: facts.size,
                    });
                    push(shard, &mut state, batch, facts, (place.base_offset, epoch));
                    shard.metrics.on_append(batch.len());
                    Staged {
                        appended: Appended {
                            base_offset: place.base_offset,
                            append_time: append_time(facts),
                            log_start: state.log.log_start(),
                        },
                        committed: state.wait_for(place.last_offset.next()),
                    }
                }
            }
        };
        commit::start(shard, self);
        Ok(staged)
    }

    /// The batches behind this one may be on their way, and the reason may pass before they come.
    fn note_refused(&self, batch: &[u8]) {
        if let Ok(header) = Header::parse(batch)
            && header.producer_id().is_some()
        {
            let mut state = self.state_mut();
            let (producer, base) = (header.producer_id(), header.base_sequence());
            state.log.on_refused(producer, base);
        }
    }

    fn admit(&self, shard: &Shard) -> Result<(), Refusal> {
        let journal = shard.journal(&self.dir);
        if let Some(fault) = self.fault().or_else(|| journal.fault()) {
            return Err(fault.into());
        }
        if self.is_disk_full() || journal.is_disk_full() {
            Err(Refusal::DiskFull)
        } else {
            Ok(())
        }
    }
}

impl State {
    /// Resolves when everything below `end` is committed, which may be now.
    fn wait_for(&mut self, end: Offset) -> oneshot::Receiver<()> {
        let receiver = self.acks.wait_for(end);
        self.acks.release(self.leader.high());
        receiver
    }
}

/// The one copy of a batch: into the open buffer, with its place stamped into the header. The
/// header is stamped apart, so that the batch itself is read once and never written to.
fn push(
    shard: &Shard,
    state: &mut State,
    batch: &[u8],
    facts: &Facts,
    (base_offset, epoch): (Offset, LeaderEpoch),
) {
    if facts.restamp {
        let mut whole = batch.to_vec();
        records::stamp_timestamps(&mut whole, facts.timestamp_type, facts.max_timestamp);
        records::stamp(&mut whole, base_offset, epoch);
        state.appender.push(&shard.pool, &[&whole]);
        return;
    }
    let (header, payload) = batch.split_at(HEADER_BYTES);
    let mut stamped = [0u8; HEADER_BYTES];
    stamped.copy_from_slice(header);
    records::stamp(&mut stamped, base_offset, epoch);
    state.appender.push(&shard.pool, &[&stamped, payload]);
}

fn append_time(facts: &Facts) -> Timestamp {
    match facts.timestamp_type {
        records::TimestampType::LogAppendTime => facts.max_timestamp,
        records::TimestampType::CreateTime => Timestamp::NONE,
    }
}

impl From<Unserved> for Refusal {
    fn from(unserved: Unserved) -> Refusal {
        match unserved {
            Unserved::NotHosted => Refusal::NotHosted,
            Unserved::Offline(fault) => Refusal::Fault(fault),
        }
    }
}
