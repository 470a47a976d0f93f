//! Entries for fuzzers: the files of a partition as a crash, a disk or a hand may leave them. A
//! panic is a bug; what is understood is written again, and reads as the same.

use super::layout::{
    CleanShutdown, LogFileName, MetaProperties, PartitionDirectory, PartitionMetadata, QuorumState,
    SnapshotName, decode_epochs, decode_offsets, encode_epochs, encode_offsets,
};
use super::{
    Compaction, Epochs, Feed, Indexes, Inventory, OffsetIndex, Policy, Recovered, Recovery,
    Reindex, SegmentFile, Step, TimeIndex, Trust, TxnIndex, find, snapshot, whole_below,
};
use crate::model::{Offset, Timestamp};
use crate::records::HEADER_BYTES;

const POLICY: Policy = Policy {
    segment_bytes: 1 << 30,
    segment_ms: i64::MAX,
    index_bytes: 4096,
    index_interval_bytes: 100,
    delete: true,
    compact: false,
    compaction: Compaction::DEFAULT,
    retention_ms: 1,
    retention_bytes: 1000,
    producer_expiration_ms: 1000,
};

const NOW: Timestamp = Timestamp(1_000_000);

/// Files of one partition in one run of bytes: how to go about it, a length of 16 bits before the
/// snapshot and before each index, and the segment after them.
struct Files<'a> {
    slice_bytes: usize,
    trust: Trust,
    snapshot: &'a [u8],
    indexes: [&'a [u8]; 3],
    segment: &'a [u8],
}

impl<'a> Files<'a> {
    fn cut(bytes: &'a [u8]) -> Option<Files<'a>> {
        let (&[how, point], mut rest) = bytes.split_first_chunk::<2>()?;
        let mut next = || {
            let (length, after) = rest.split_first_chunk::<2>()?;
            let (file, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
            rest = after;
            Some(file)
        };
        let (snapshot, indexes) = (next()?, [next()?, next()?, next()?]);
        Some(Files {
            slice_bytes: 1 + usize::from(how >> 1) * 16,
            trust: match how & 1 {
                0 => Trust::All,
                _ => Trust::Below(Offset(point.into())),
            },
            snapshot,
            indexes,
            segment: rest,
        })
    }

    fn inventory(&self) -> Inventory {
        Inventory {
            segments: vec![SegmentFile {
                base: Offset::ZERO,
                // Large enough for the indexes to be asked for.
                bytes: self.segment.len().max(100_000) as u64,
                indexed: true,
                modified: NOW,
            }],
            snapshots: vec![Offset(i64::from(u8::MAX)), Offset(1), Offset(0)],
            epochs: Epochs::default(),
            log_start: Offset::ZERO,
            trust: self.trust,
            durable: Offset::ZERO,
        }
    }

    fn recover(&self) -> Recovered {
        let mut recovery = Recovery::new(POLICY, self.inventory(), NOW);
        loop {
            match recovery.step() {
                Step::ReadSnapshot(_) => recovery.on_snapshot(Some(self.snapshot)),
                Step::ReadIndexes(_) => recovery.on_indexes(Some(self.indexes)),
                Step::ReadHead(_) => {
                    let head = self.segment.len().min(HEADER_BYTES);
                    recovery.on_head(self.segment.get(..head).unwrap_or_default());
                }
                Step::Scan { position, .. } => {
                    let from = usize::try_from(position).unwrap_or(usize::MAX);
                    let range = self.segment.get(from..).unwrap_or_default();
                    let mut slices = range.chunks(self.slice_bytes);
                    slices.all(|slice| recovery.feed(slice) == Feed::More);
                    recovery.on_end();
                }
                Step::Finish => return recovery.finish(),
            }
        }
    }
}

/// Recovery of a partition, and what is asked of its log afterwards.
pub fn recovery(bytes: &[u8]) {
    let Some(files) = Files::cut(bytes) else {
        return;
    };
    let mut recovered = files.recover();
    let log = &mut recovered.log;
    let end = log.staged_end();
    assert!(
        log.log_start() <= end,
        "a log does not end before it starts"
    );
    log.on_committed(end);
    for offset in [Offset::ZERO, Offset(1), end] {
        // A refusal is an answer, too.
        let _ = log.read(offset, end);
        log.aborted(offset, end);
    }
    log.seek_timestamp(NOW);
    log.seek_largest();
    let again = snapshot::encode(log.producers().iter());
    assert!(snapshot::decode(&again).is_ok(), "our own snapshot");
    log.expire_producers(NOW);
    log.seal_active();
    log.retain(end, NOW);
}

/// A segment alone: rebuilt indexes, and the walks along its headers.
pub fn segment(bytes: &[u8]) {
    let file = SegmentFile {
        base: Offset::ZERO,
        bytes: bytes.len() as u64,
        indexed: false,
        modified: NOW,
    };
    let mut reindex = Reindex::new(&POLICY, &file, Offset(i64::MAX));
    bytes
        .chunks(100)
        .all(|slice| reindex.feed(slice) == Feed::More);
    if let Ok(indexes) = reindex.finish(TxnIndex::default()) {
        let files = [indexes.offsets.as_bytes(), indexes.times.as_bytes(), &[]];
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        assert!(Indexes::parse(files, size).is_some(), "our own indexes");
    }
    for offset in [0, 1, 1000, i64::MAX] {
        // Malformed headers end a walk.
        let _ = find(bytes, Offset(offset));
        let below = whole_below(bytes, Offset(offset));
        assert!(below.is_err() || below.is_ok_and(|below| below <= bytes.len()));
    }
}

/// Index files and snapshots, each alone.
pub fn index(bytes: &[u8]) {
    if let Some(index) = OffsetIndex::parse(bytes, u32::MAX) {
        let relatives = (0..index.entries()).map(|n| index.entry(n).0);
        for relative in relatives.chain([0, u32::MAX]) {
            index.lookup(relative);
        }
        let again = OffsetIndex::parse(index.as_bytes(), u32::MAX);
        assert_eq!(again.as_ref(), Some(&index));
    }
    if let Some(index) = TimeIndex::parse(bytes) {
        let times = (0..index.entries()).map(|n| index.entry(n).0);
        for time in times.chain([i64::MIN, i64::MAX].map(Timestamp)) {
            index.lookup(time);
        }
        assert_eq!(TimeIndex::parse(index.as_bytes()).as_ref(), Some(&index));
    }
    if let Some(index) = TxnIndex::parse(bytes) {
        assert_eq!(TxnIndex::parse(&index.to_bytes()).as_ref(), Some(&index));
    }
    if let Ok(producers) = snapshot::decode(bytes) {
        let again = snapshot::encode(producers.iter().map(|(id, entry)| (*id, entry)));
        assert_eq!(snapshot::decode(&again).as_ref(), Ok(&producers));
    }
}

/// Checkpoints and the other small files, each alone.
pub fn small_file(text: &str) {
    if let Ok(offsets) = decode_offsets(text) {
        let again = encode_offsets(offsets.iter().map(|(partition, at)| (partition, *at)));
        assert_eq!(decode_offsets(&again).as_ref(), Ok(&offsets));
    }
    if let Ok(epochs) = decode_epochs(text) {
        assert_eq!(decode_epochs(&encode_epochs(&epochs)).as_ref(), Ok(&epochs));
    }
    if let Ok(file) = PartitionMetadata::decode(text) {
        assert_eq!(PartitionMetadata::decode(&file.encode()), Ok(file));
    }
    if let Ok(file) = MetaProperties::decode(text) {
        assert_eq!(MetaProperties::decode(&file.encode()).as_ref(), Ok(&file));
    }
    if let Ok(file) = CleanShutdown::decode(text) {
        assert_eq!(CleanShutdown::decode(&file.encode()), Ok(file));
    }
    // Damaged states are refused by its reader.
    let _ = QuorumState::decode(text);
    for name in text.lines() {
        file_name(name);
    }
}

/// The name of a file or directory among those of a partition.
fn file_name(name: &str) {
    if let Some(parsed) = LogFileName::parse(name) {
        assert_eq!(parsed.to_string(), name);
    }
    if let Some(parsed) = SnapshotName::parse(name) {
        assert_eq!(parsed.to_string(), name);
    }
    if let Some(parsed) = PartitionDirectory::parse(name) {
        let again = PartitionDirectory::parse(&parsed.to_string());
        assert_eq!(again.map(|again| again.state), Some(parsed.state));
    }
}
