//! Syncs of which nothing acknowledged hangs, each with the reason why that is so.

use corelane::io::sim::{Part, Site};

/// A sync that may be left out and nothing acknowledged is lost.
pub struct Needless {
    file: &'static str,
    /// A piece of the line of the call, or of the line before it.
    text: &'static str,
    part: Part,
    pub reason: &'static str,
}

impl Needless {
    /// The row of a sync in these lines, if there is one.
    pub fn of(site: Site, lines: &str) -> Option<&'static Needless> {
        let mut rows = NEEDLESS.iter();
        rows.find(|row| site.file == row.file && lines.contains(row.text) && site.part == row.part)
    }
}

const NEEDLESS: &[Needless] = &[
    Needless {
        file: "src/node/identity.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "the checkpoints of the same boot sync the directory before anybody is served",
    },
    Needless {
        file: "src/shard/boot_marks.rs",
        text: "fs::sync_dir(",
        part: Part::Names,
        reason: "the checkpoints of the same boot sync the directory before anybody is served",
    },
    Needless {
        file: "src/node/stop.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "the marker's name says all",
    },
    Needless {
        file: "src/node/stop.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "without the marker all logs are checked: time, no records",
    },
    Needless {
        file: "src/shard/checkpoint.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "a damaged checkpoint counts as empty: more is checked, and where DeleteRecords \
                 moved the start of a log is no acknowledged record",
    },
    Needless {
        file: "src/shard/checkpoint.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "the checkpoint before is as good: more is checked",
    },
    Needless {
        file: "src/shard/metadata_log.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "quorum-state is for Kafka's tools; a boot does not read it",
    },
    Needless {
        file: "src/shard/metadata_log.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "quorum-state is for Kafka's tools; a boot does not read it",
    },
    Needless {
        file: "src/shard/partition/recover.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "a directory without its id is known by name, and deleted topics give up their \
                 names durably before others take them",
    },
    Needless {
        file: "src/shard/partition/recover.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "a directory without its id is known by name, and deleted topics give up their \
                 names durably before others take them",
    },
    Needless {
        file: "src/shard/partition/recover.rs",
        text: "file.sync()",
        part: Part::Content,
        reason: "a cut that is lost is made again, and the next append syncs the same file",
    },
    Needless {
        file: "src/shard/partition/recover.rs",
        text: "fs::sync_file(",
        part: Part::Content,
        reason: "an index is a hint: sectors that are lost point at the start of the segment",
    },
    Needless {
        file: "src/shard/partition/recover.rs",
        text: "fs::sync_dir(directory)",
        part: Part::Names,
        reason: "the first append syncs the same directory before its acknowledgement",
    },
    Needless {
        file: "src/shard/partition/roll.rs",
        text: "fs::sync_dir(",
        part: Part::Names,
        reason: "the segment's own name is synced before its first byte; indexes and snapshots \
                 whose names are lost are made anew",
    },
    Needless {
        file: "src/shard/partition/roll.rs",
        text: "fs::sync_file(",
        part: Part::Content,
        reason: "an index is a hint, and a snapshot that fails its checksum is made anew",
    },
    Needless {
        file: "src/shard/partition/roll.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "epochs are those of the batches; the file tells followers; there are none",
    },
    Needless {
        file: "src/shard/partition/roll.rs",
        text: "fs::write_atomic(",
        part: Part::Names,
        reason: "epochs are those of the batches; the file tells followers; there are none",
    },
    Needless {
        file: "src/shard/partition/compact.rs",
        text: "fs::sync_file(",
        part: Part::Content,
        reason: "an index is a hint: sectors that are lost point at the start of the segment",
    },
    Needless {
        file: "src/shard/partition/exchange.rs",
        text: "// The log must not be there before its indexes are.",
        part: Part::Names,
        reason: "an index of before the exchange beside the log of after it points astray: then \
                 the segment is searched from its beginning",
    },
    Needless {
        file: "src/shard/controller.rs",
        text: "fs::sync_dir(",
        part: Part::Names,
        reason: "the checkpoint that follows syncs the same directory",
    },
    Needless {
        file: "src/shard/journal/salvage.rs",
        text: "self.push(shard, &[]).await?; self.file.sync()",
        part: Part::Content,
        reason: "the frames before were synced; this one only lets rot in them be told",
    },
    Needless {
        file: "src/node/stop.rs",
        text: "fs::sync_volume(",
        part: Part::Content,
        reason: "closing a segment syncs it; this is for those that could not be closed for want \
                 of room, and whose bytes the journal is about to forget",
    },
    Needless {
        file: "src/shard/journal/file.rs",
        text: "file.file.sync()",
        part: Part::Content,
        reason: "blocks never written read as zeros, and the first frame's sync covers these: it \
                 is here so that the frame does not wait for them",
    },
    Needless {
        file: "src/shard/journal/replay.rs",
        text: "fs::write_atomic(",
        part: Part::Content,
        reason: "the marker's name says all",
    },
    Needless {
        file: "src/shard/journal/replay.rs",
        text: "fs::remove_file(&needless).await?; fs::sync_dir(data)",
        part: Part::Names,
        reason: "the first file of a later journal syncs the same directory before its first frame",
    },
    Needless {
        file: "src/shard/strays.rs",
        text: "fs::sync_dir(",
        part: Part::Names,
        reason: "the first append to a partition of that name syncs the same directory",
    },
];
