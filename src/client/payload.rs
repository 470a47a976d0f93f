use bytes::Bytes;

use crate::io::Part;

/// What is spliced into a request as one field: a batch, whole or as a header of its own before
/// records that other requests may share.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    head: Bytes,
    records: Bytes,
}

impl Payload {
    pub fn new(head: Bytes, records: Bytes) -> Payload {
        Payload { head, records }
    }

    pub fn len(&self) -> usize {
        self.head.len() + self.records.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = Part> {
        let pieces = [&self.head, &self.records].into_iter();
        let pieces = pieces.filter(|piece| !piece.is_empty());
        pieces.map(|piece| Part::Bytes(piece.clone()))
    }
}

impl From<Bytes> for Payload {
    fn from(records: Bytes) -> Payload {
        Payload::new(Bytes::new(), records)
    }
}
