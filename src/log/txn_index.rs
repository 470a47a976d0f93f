use crate::model::{Offset, ProducerId};

/// The aborted transactions whose markers lie in one segment: its `.txnindex` file.
///
/// ```text
/// entry   version 0            i16      all big-endian, 34 bytes
///         producer id          i64
///         first offset         i64      of the transaction
///         last offset          i64      of its abort marker
///         last stable offset   i64      once the marker was there
/// ```
///
/// The file exists only when there is an entry (`TransactionIndex`).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TxnIndex {
    entries: Vec<AbortedTxn>,
}

/// One aborted transaction. Its last stable offset ends a search: no later entry can concern
/// offsets below it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AbortedTxn {
    pub producer: ProducerId,
    pub first: Offset,
    pub last: Offset,
    pub last_stable: Offset,
}

const ENTRY_BYTES: usize = 34;
const VERSION: i16 = 0;

impl TxnIndex {
    /// Reads a file; `None` when its size, a version or the order of markers is wrong.
    pub fn parse(file: &[u8]) -> Option<TxnIndex> {
        if !file.len().is_multiple_of(ENTRY_BYTES) {
            return None;
        }
        let entries: Option<Vec<_>> = file.chunks_exact(ENTRY_BYTES).map(decode).collect();
        let entries = entries?;
        entries
            .is_sorted_by_key(|entry| entry.last)
            .then_some(TxnIndex { entries })
    }

    /// The whole file.
    /// Bytes that it takes in memory.
    pub(super) fn memory(&self) -> usize {
        size_of_val(self.entries.as_slice())
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.entries.len() * ENTRY_BYTES);
        for entry in &self.entries {
            file.extend_from_slice(&VERSION.to_be_bytes());
            file.extend_from_slice(&entry.producer.0.to_be_bytes());
            for offset in [entry.first, entry.last, entry.last_stable] {
                file.extend_from_slice(&offset.0.to_be_bytes());
            }
        }
        file
    }

    pub fn entries(&self) -> &[AbortedTxn] {
        &self.entries
    }

    pub(super) fn push(&mut self, entry: AbortedTxn) {
        self.entries.push(entry);
    }

    pub(super) fn shrink(&mut self) {
        self.entries.shrink_to_fit();
    }
}

fn decode(entry: &[u8]) -> Option<AbortedTxn> {
    let (version, fields) = entry.split_first_chunk::<2>()?;
    let mut fields = fields.chunks_exact(8).map(|field| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(field);
        i64::from_be_bytes(bytes)
    });
    let found = AbortedTxn {
        producer: ProducerId(fields.next()?),
        first: Offset(fields.next()?),
        last: Offset(fields.next()?),
        last_stable: Offset(fields.next()?),
    };
    (i16::from_be_bytes(*version) == VERSION).then_some(found)
}
