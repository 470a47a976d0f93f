//! What a partition knows of its compaction, and what of it may be cleaned.

use std::cell::Cell;
use std::rc::Rc;

use super::compact::{Pass, Stopped};
use super::{Fault, Partition};
use crate::io::clock;
use crate::log::compact::{Bounds, Candidate, Cleanable};
use crate::model::Offset;
use crate::records::{HEADER_BYTES, Header};
use crate::shard::cleaner::Share;

/// What is known of a partition's compaction.
#[derive(Default)]
pub struct Cleaning {
    /// Up to where the last pass came.
    cleaned: Cell<Option<Offset>>,
    /// A pass met damage: none is tried again before a start has looked at the files.
    is_broken: Cell<bool>,
}

impl Cleaning {
    pub fn new(cleaned: Option<Offset>) -> Cleaning {
        Cleaning {
            cleaned: Cell::new(cleaned),
            is_broken: Cell::new(false),
        }
    }
}

impl Partition {
    /// Up to where compaction came, for the checkpoint.
    pub fn cleaned(&self) -> Option<Offset> {
        self.cleaning.cleaned.get()
    }

    /// What a pass could clean now; `None` when the topic is not compacted, or must be left alone.
    pub(in crate::shard) async fn cleanable(&self) -> Result<Option<Cleanable>, Fault> {
        loop {
            let policy = self.policy();
            let untouchable = self.cleaning.is_broken.get() || self.closing.get() > 0;
            if !policy.log.compact || untouchable || self.fault().is_some() {
                return Ok(None);
            }
            let candidate = {
                let state = self.state();
                let closing = state.rolled.first().map(|rolled| rolled.closed);
                let complete = closing.unwrap_or(state.recovery_point);
                let bounds = Bounds {
                    cleaned: self.cleaned(),
                    high: state.leader.high(),
                    complete: complete.min(state.recovery_point),
                };
                state.log.cleanable(bounds, clock::wall())
            };
            match candidate {
                Candidate::Part(part) => return Ok(Some(part)),
                Candidate::NeedIndex(segment) => self.load_index(segment).await?,
                Candidate::NeedHead(segment) => self.load_head(segment).await?,
            }
        }
    }

    async fn load_head(&self, segment: Offset) -> Result<(), Fault> {
        let file = self.open(segment).await?;
        let head = file.read_at(0, HEADER_BYTES).await;
        let head = head.map_err(|error| Fault::read(segment, &error))?;
        let first = Header::parse(&head).map_err(|why| Fault::Read {
            segment,
            why: why.to_string(),
        })?;
        self.state_mut()
            .log
            .note_first(segment, first.max_timestamp());
        Ok(())
    }

    /// Cleans `part`, from the oldest segment of the log on.
    pub(in crate::shard) async fn compact(
        self: &Rc<Self>,
        part: Cleanable,
        share: &Share,
    ) -> Result<(), Stopped> {
        self.closing.set(self.closing.get() + 1);
        let outcome = Pass::new(self, share).run(part).await;
        self.closing.set(self.closing.get() - 1);
        match outcome {
            Ok(end) => {
                self.cleaning.cleaned.set(Some(end));
                Ok(())
            }
            Err(stopped) => {
                let broken = matches!(stopped, Stopped::Damaged(..));
                self.cleaning.is_broken.set(broken);
                Err(stopped)
            }
        }
    }
}
