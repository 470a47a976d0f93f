use std::ops::Range;

use super::BatchFault;
use super::scan::{Bounds, Scan};
use crate::model::Offset;

/// Checks the batches of a closed segment, whose bytes come in slices: frames, checksums and the
/// order of offsets. It goes on behind what is broken, where it is told to.
#[derive(Debug)]
pub struct Scrub {
    bounds: Bounds,
    scan: Scan,
}

/// The first batch of a segment, from where the check began, that is not valid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Byte of the file at which it begins.
    pub position: u64,
    /// The offset that should stand there, or a later one.
    pub offset: Offset,
    pub fault: BatchFault,
}

impl Scrub {
    /// For the segment with these offsets, whose batches fill so many bytes.
    pub fn new(offsets: Range<Offset>, bytes: u64) -> Scrub {
        let bounds = Bounds {
            base: offsets.start,
            offsets_end: offsets.end,
            bytes,
        };
        Scrub {
            bounds,
            scan: Scan::new(bounds, 0, offsets.start),
        }
    }

    /// Takes the next slice. What follows something broken is not looked at.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<Broken> {
        self.scan.feed(bytes, &mut |_| ());
        match self.scan.is_broken() {
            true => self.take(),
            false => None,
        }
    }

    /// The file is at its end.
    pub fn end(&mut self) -> Option<Broken> {
        self.take()
    }

    /// Goes on at a byte at which a batch begins.
    pub fn resume(&mut self, position: u64) {
        self.scan = Scan::new(self.bounds, position, self.scan.end());
    }

    fn take(&mut self) -> Option<Broken> {
        let (position, offset) = (self.scan.position(), self.scan.end());
        let rest = Scan::new(self.bounds, self.bounds.bytes, offset);
        let (fault, _) = std::mem::replace(&mut self.scan, rest).finish()?;
        Some(Broken {
            position,
            offset,
            fault,
        })
    }
}
