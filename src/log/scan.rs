use super::zero_tail::Tail;
use crate::model::Offset;
use crate::records::{BatchView, HEADER_BYTES, Header, Malformed};

/// Walks the bytes of a segment file, which come in slices, and finds the end of what is valid. A
/// batch may lie across slices; what has come of it is carried over.
#[derive(Debug)]
pub(super) struct Scan {
    bounds: Bounds,
    /// No batch may begin before this offset.
    expected: Offset,
    /// Byte position after the last valid batch.
    position: u64,
    /// The begin of the batch at `position`, while the rest is yet to come.
    carry: Vec<u8>,
    broken: Option<(BatchFault, Tail)>,
}

/// What a scan may meet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Base of the segment.
    pub base: Offset,
    /// Base of the next segment, or the largest offset.
    pub offsets_end: Offset,
    /// Length of the file.
    pub bytes: u64,
}

/// Why the batch that ended a scan is not valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BatchFault {
    #[error(transparent)]
    Frame(#[from] Malformed),
    #[error("record batch fails its checksum")]
    Checksum,
    #[error("record batch holds offsets {first} to {last}, which cannot be here")]
    Offsets { first: Offset, last: Offset },
    #[error("the file ends within the record batch")]
    PastEnd,
    #[error("the file ends, and the next one begins only at offset {next}")]
    Missing { next: Offset },
}

/// Whether a scan wants the rest of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Feed {
    More,
    /// What comes after cannot change the outcome: the file need not be read to its end.
    Enough,
}

enum Next {
    Whole(usize),
    /// So many bytes are needed to go on.
    Needs(usize),
}

impl Scan {
    /// A scan that begins at byte `position` with a batch that begins at or past `expected`.
    pub fn new(bounds: Bounds, position: u64, expected: Offset) -> Scan {
        Scan {
            bounds,
            expected,
            position,
            carry: Vec::new(),
            broken: None,
        }
    }

    /// Takes the next slice; `on_batch` is called for every batch that it completes.
    pub fn feed(&mut self, bytes: &[u8], on_batch: &mut dyn FnMut(&BatchView<'_>)) -> Feed {
        let mut rest = bytes;
        while self.broken.is_none() && !rest.is_empty() {
            rest = if self.carry.is_empty() {
                self.feed_slice(rest, on_batch)
            } else {
                self.feed_carry(rest, on_batch)
            };
        }
        match &mut self.broken {
            Some((_, tail)) => tail.feed(rest),
            None => Feed::More,
        }
    }

    /// Byte position after the last valid batch.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// One past the last valid offset.
    pub fn end(&self) -> Offset {
        self.expected
    }

    /// Whether something was met that is no valid batch.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// The file is at its end. `None`: it ends with its last valid batch.
    pub fn finish(self) -> Option<(BatchFault, super::Why)> {
        let (fault, tail) = match self.broken {
            Some(broken) => broken,
            None if self.carry.is_empty() => return None,
            None => (BatchFault::PastEnd, Tail::of(&self.carry)),
        };
        Some((fault, tail.why(self.expected)))
    }

    /// Takes whole batches off the slice; what is left begins a batch that is not whole, or is
    /// for the tail.
    fn feed_slice<'a>(
        &mut self,
        bytes: &'a [u8],
        on_batch: &mut dyn FnMut(&BatchView<'_>),
    ) -> &'a [u8] {
        match self.take(bytes, on_batch) {
            Ok(Next::Whole(size)) => &bytes[size..],
            Ok(Next::Needs(_)) => {
                self.carry.extend_from_slice(bytes);
                &[]
            }
            Err(fault) => {
                self.broken = Some((fault, Tail::default()));
                bytes
            }
        }
    }

    /// Moves from the slice what the carried batch still needs.
    fn feed_carry<'a>(
        &mut self,
        bytes: &'a [u8],
        on_batch: &mut dyn FnMut(&BatchView<'_>),
    ) -> &'a [u8] {
        let mut carry = std::mem::take(&mut self.carry);
        let mut rest = bytes;
        loop {
            match self.take(&carry, on_batch) {
                Ok(Next::Whole(_)) => return rest,
                Ok(Next::Needs(bytes)) => {
                    let missing = bytes - carry.len();
                    let (here, after) = rest.split_at(missing.min(rest.len()));
                    carry.extend_from_slice(here);
                    rest = after;
                    if here.len() < missing {
                        self.carry = carry;
                        return rest;
                    }
                }
                Err(fault) => {
                    self.broken = Some((fault, Tail::of(&carry)));
                    return rest;
                }
            }
        }
    }

    /// Checks the batch at the begin of `bytes`, if it is whole.
    fn take(
        &mut self,
        bytes: &[u8],
        on_batch: &mut dyn FnMut(&BatchView<'_>),
    ) -> Result<Next, BatchFault> {
        let header = match Header::parse(bytes) {
            Ok(header) => header,
            Err(Malformed::Truncated { .. }) => return self.needs(HEADER_BYTES),
            Err(malformed) => return Err(malformed.into()),
        };
        let size = header.size();
        let Some(batch) = bytes.get(..size) else {
            return self.needs(size);
        };
        let batch = BatchView::parse(batch)?;
        self.check_offsets(header)?;
        batch.codec()?;
        if !batch.crc_is_valid() {
            return Err(BatchFault::Checksum);
        }
        on_batch(&batch);
        self.expected = header.last_offset().next();
        self.position += size as u64;
        Ok(Next::Whole(size))
    }

    fn needs(&self, bytes: usize) -> Result<Next, BatchFault> {
        match self.position.checked_add(bytes as u64) {
            Some(end) if end <= self.bounds.bytes => Ok(Next::Needs(bytes)),
            _ => Err(BatchFault::PastEnd),
        }
    }

    fn check_offsets(&self, header: &Header) -> Result<(), BatchFault> {
        let (first, last) = (header.base_offset(), header.last_offset());
        let legal = first >= self.expected
            && last >= first
            && last < self.bounds.offsets_end
            && last.minus(self.bounds.base) <= i32::MAX.into();
        if legal {
            Ok(())
        } else {
            Err(BatchFault::Offsets { first, last })
        }
    }
}
