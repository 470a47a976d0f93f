use super::Content;
use super::keys::{KeyStyle, Partitioner};
use crate::records::{Codec, Compression};

/// The shape of a workload's records and batches.
#[derive(Clone, Debug)]
pub struct Shape {
    pub content: Content,
    pub keys: KeyStyle,
    pub partitioner: Partitioner,
    pub compression: Compression,
    /// A batch is full at so many bytes, header included and before compression.
    pub batch_bytes: usize,
    /// All that is random about it follows from this.
    pub seed: u64,
}

impl Shape {
    /// Whether the bytes of a batch differ with the number of its records in more than length.
    pub fn is_compressed(&self) -> bool {
        self.compression.codec != Codec::None
    }

    /// Whether each partition needs records of its own.
    pub fn is_by_key(&self) -> bool {
        self.partitioner == Partitioner::Hash && self.keys != KeyStyle::None
    }
}
