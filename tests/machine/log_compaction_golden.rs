//! What Apache Kafka 4.3.1 made of a log, byte for byte: `kafka_compaction/before-*.log` are its
//! segments before its cleaner ran, `after-000.log` is what the first three became.

use corelane::log::{Policy, Trust};
use corelane::model::Offset;

use crate::log_compactor::Pass;
use crate::log_disk::{Disk, index_files};
use crate::log_fixture::{COMPACTED, at};

const POLICY: Policy = Policy {
    segment_bytes: 1 << 30,
    index_bytes: 10 << 20,
    index_interval_bytes: 4096,
    ..COMPACTED
};

const BEFORE: [(i64, &[u8]); 4] = [
    (0, include_bytes!("kafka_compaction/before-000.log")),
    (150, include_bytes!("kafka_compaction/before-150.log")),
    (300, include_bytes!("kafka_compaction/before-300.log")),
    (450, include_bytes!("kafka_compaction/before-450.log")),
];

const AFTER: &[u8] = include_bytes!("kafka_compaction/after-000.log");

#[test]
fn compaction_writes_the_bytes_that_kafka_writes() {
    let mut disk = Disk::new(POLICY);
    for (base, file) in BEFORE {
        disk.files.segments.insert(Offset(base), file.to_vec());
    }
    disk.log = disk
        .files
        .recover(POLICY, Trust::Below(Offset(0)), 1000)
        .log;
    for segment in disk.log.segments() {
        let files = index_files(segment.indexes().expect("all of it was read"));
        disk.files.indexes.insert(segment.base(), files);
    }
    let pass = Pass {
        now: at(0),
        map_keys: 1000,
        slice_bytes: 1000,
    };
    assert_eq!(disk.compact(None, pass), Offset(450));
    let bases: Vec<i64> = disk.files.segments.keys().map(|base| base.0).collect();
    assert_eq!(bases, [0, 450]);
    assert!(
        disk.files.segments[&Offset(0)] == AFTER,
        "other bytes than Kafka's"
    );
    assert!(disk.files.segments[&Offset(450)] == BEFORE[3].1);
}
