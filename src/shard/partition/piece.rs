use bytes::Bytes;

use crate::model::Offset;

/// Contiguous bytes of one segment file: record batches as they stand there.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Base offset of the segment, which names its file.
    pub segment: Offset,
    /// Position in the file of the first byte.
    pub position: u64,
    pub bytes: Bytes,
}
