//! Checking a client's batch, and encoding it anew where its topic wants that: at once where it
//! is quick, and on the blocking pool where it would hold the shard for more than about 100 us.

use bytes::Bytes;

use super::Policy;
use super::stage::Refusal;
use crate::model::Timestamp;
use crate::records::{self, BatchView, Codec, CodecFault, Compression, Facts, only_batch};

/// Bytes of a batch whose checksum is made at once (at about 25 GB/s).
const QUICK_BYTES: usize = 1 << 20;

/// Records of a batch that are walked through at once (at about 10 ns each).
const QUICK_RECORDS: i32 = 8192;

/// Content that is decoded at once: gzip makes about 0.4 GB/s, the others above 1 GB/s.
const QUICK_GZIP_BYTES: usize = 32 << 10;
const QUICK_DECODED_BYTES: usize = 128 << 10;

/// Content that is encoded at once (at 0.2 GB/s and more).
const QUICK_ENCODED_BYTES: usize = 16 << 10;

/// A batch as a client sent it, with all that is needed to judge it on any thread.
#[derive(Debug, Clone)]
pub struct Unchecked {
    pub batch: Bytes,
    pub now: Timestamp,
    rules: records::Policy,
    target: Option<Compression>,
}

/// A batch that may be staged as it is.
#[derive(Debug)]
pub struct Checked {
    pub batch: Bytes,
    pub facts: Facts,
    pub now: Timestamp,
}

impl Unchecked {
    pub fn new(batch: Bytes, policy: &Policy, now: Timestamp) -> Unchecked {
        Unchecked {
            batch,
            now,
            rules: policy.records,
            target: policy.compression,
        }
    }

    /// Checks the batch if that is quick; `None` when it is not, after as little work as it takes
    /// to know.
    pub fn check_quickly(&self) -> Option<Result<Checked, Refusal>> {
        let view = match only_batch(Some(&self.batch)) {
            Ok(view) => view,
            Err(refusal) => return Some(Err(refusal.into())),
        };
        if view.size() > QUICK_BYTES || view.count() > QUICK_RECORDS {
            return None;
        }
        let limit = self.quick_content(&view);
        let is_plain = view.codec() == Ok(Codec::None);
        if is_plain && view.payload().len() > limit {
            return None;
        }
        match self.check_within(&view, limit) {
            Err(Refusal::Batch(records::Refusal::Codec(CodecFault::TooLarge { .. }))) => None,
            outcome => Some(outcome),
        }
    }

    /// Checks the batch, however long that takes.
    pub fn check(&self) -> Result<Checked, Refusal> {
        let view = only_batch(Some(&self.batch)).map_err(Refusal::from)?;
        self.check_within(&view, records::decoded_bytes_max(view.payload().len()))
    }

    /// Content of this batch that is dealt with at once.
    fn quick_content(&self, view: &BatchView<'_>) -> usize {
        let codec = view.codec();
        if self.target.is_some_and(|target| Ok(target.codec) != codec) {
            return QUICK_ENCODED_BYTES;
        }
        match codec {
            Ok(Codec::None) => QUICK_BYTES,
            Ok(Codec::Gzip) => QUICK_GZIP_BYTES,
            _ => QUICK_DECODED_BYTES,
        }
    }

    fn check_within(&self, view: &BatchView<'_>, decoded_max: usize) -> Result<Checked, Refusal> {
        let facts = records::check_within(view, &self.rules, self.now, decoded_max)?;
        let now = self.now;
        let (batch, facts) = match self.target {
            Some(target) if target.codec != facts.codec => {
                let max = self.rules.max_message_bytes;
                let (batch, facts) = records::recompress(view, &facts, target, max)?;
                (batch.into(), facts)
            }
            _ => (self.batch.clone(), facts),
        };
        Ok(Checked { batch, facts, now })
    }
}
