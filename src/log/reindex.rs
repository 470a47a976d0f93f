use super::batch::Batch;
use super::recovered::SegmentFile;
use super::scan::{BatchFault, Bounds, Feed, Scan};
use super::{Indexes, Policy, Segment, TxnIndex};
use crate::model::Offset;

/// Rebuilds the offset and time index of one closed segment whose index files are lost or
/// damaged, while the log goes on. Feed it the whole file.
#[derive(Debug)]
pub struct Reindex {
    segment: Segment,
    scan: Scan,
    interval_bytes: u32,
}

impl Reindex {
    /// `next` is the base of the segment after it.
    pub fn new(policy: &Policy, file: &SegmentFile, next: Offset) -> Reindex {
        let bounds = Bounds {
            base: file.base,
            offsets_end: next,
            bytes: file.bytes.min(u32::MAX.into()),
        };
        Reindex {
            segment: Segment::new(file.base, file.modified),
            scan: Scan::new(bounds, 0, file.base),
            interval_bytes: policy.index_interval_bytes,
        }
    }

    /// The next bytes of the file, in slices of any size.
    pub fn feed(&mut self, bytes: &[u8]) -> Feed {
        let (segment, interval_bytes) = (&mut self.segment, self.interval_bytes);
        self.scan.feed(bytes, &mut |view| {
            // The scan checked the codec, which is all that can be wrong with these facts.
            if let Ok(batch) = Batch::of_view(view) {
                segment.push(&batch, view.base_offset(), interval_bytes);
            }
        })
    }

    /// One past the last offset that was fed.
    pub fn end(&self) -> Offset {
        self.scan.end()
    }

    /// The indexes, with the aborted transactions that the `.txnindex` file still tells. Fails
    /// when the segment itself is damaged.
    pub fn finish(mut self, aborted: TxnIndex) -> Result<Indexes, BatchFault> {
        if let Some((fault, _)) = self.scan.finish() {
            return Err(fault);
        }
        self.segment.seal();
        self.segment.shrink();
        let indexes = self.segment.take_indexes().unwrap_or_default();
        Ok(Indexes { aborted, ..indexes })
    }
}
