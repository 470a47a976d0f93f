use super::super::SegmentFile;
use super::super::scan::{BatchFault, Bounds, Feed, Scan};
use crate::model::Offset;
use crate::records::{BatchView, CodecFault, Malformed};

/// A segment as compaction reads it: all of its file, every checksum checked, so that damage is
/// never copied under a new checksum.
#[derive(Debug)]
pub struct Source {
    scan: Scan,
    fault: Option<SourceFault>,
}

/// Why a segment cannot be compacted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SourceFault {
    #[error(transparent)]
    Batch(#[from] BatchFault),
    #[error(transparent)]
    Frame(#[from] Malformed),
    #[error(transparent)]
    Codec(#[from] CodecFault),
}

impl Source {
    /// `next` is the base of the segment after it.
    pub(super) fn new(file: &SegmentFile, next: Offset) -> Source {
        let bounds = Bounds {
            base: file.base,
            offsets_end: next,
            bytes: file.bytes.min(u32::MAX.into()),
        };
        Source {
            scan: Scan::new(bounds, 0, file.base),
            fault: None,
        }
    }

    /// Takes the next bytes; nothing is shown any more after a fault.
    pub(super) fn feed(
        &mut self,
        bytes: &[u8],
        on_batch: &mut dyn FnMut(&BatchView<'_>) -> Result<(), SourceFault>,
    ) -> Feed {
        let fault = &mut self.fault;
        let feed = self.scan.feed(bytes, &mut |view| {
            if fault.is_none() {
                *fault = on_batch(view).err();
            }
        });
        match self.fault {
            Some(_) => Feed::Enough,
            None => feed,
        }
    }

    /// The file is at its end, or enough of it was read.
    pub(super) fn finish(self) -> Result<(), SourceFault> {
        match (self.fault, self.scan.finish()) {
            (Some(fault), _) => Err(fault),
            (None, Some((fault, _))) => Err(fault.into()),
            (None, None) => Ok(()),
        }
    }
}
