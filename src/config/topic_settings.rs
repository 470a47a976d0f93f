use super::layer::{Layers, Overrides};
use super::settings::Settings;
use super::topic::topic_key;

/// The settings of one topic in force, typed. Times are milliseconds, sizes bytes.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicSettings {
    pub cleanup: Cleanup,
    pub compression: Compression,
    pub timestamps: TimestampPolicy,
    /// The largest batch accepted, after recompression.
    pub batch_bytes_max: i32,
    pub segment: SegmentPolicy,
    pub retention: RetentionPolicy,
    pub compaction: CompactionPolicy,
    /// 1: an acknowledged record is synced.
    pub flush_messages: i64,
    pub flush_ms: i64,
    pub min_in_sync: i32,
    pub unclean_election: bool,
}

/// Neither may be set: such a topic keeps everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cleanup {
    pub delete: bool,
    pub compact: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompressionType {
    /// Batches are stored as they came.
    Producer,
    Uncompressed,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compression {
    pub kind: CompressionType,
    /// -1 is the codec's own default.
    pub gzip_level: i32,
    pub lz4_level: i32,
    pub zstd_level: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TimestampType {
    CreateTime,
    LogAppendTime,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimestampPolicy {
    pub kind: TimestampType,
    pub before_max_ms: i64,
    pub after_max_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SegmentPolicy {
    pub bytes: i32,
    pub roll_ms: i64,
    /// The shell takes a random part of this off `roll_ms`.
    pub jitter_ms: i64,
    pub index_bytes: i32,
    pub index_interval_bytes: i32,
    pub preallocate: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RetentionPolicy {
    /// `None`: never by age.
    pub ms: Option<i64>,
    /// `None`: never by size.
    pub bytes: Option<i64>,
    pub delete_delay_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CompactionPolicy {
    pub dirty_ratio_min: f64,
    pub lag_ms_min: i64,
    pub lag_ms_max: i64,
    pub delete_retention_ms: i64,
}

impl TopicSettings {
    /// The topic's own values over those of the broker.
    pub fn resolve(settings: &Settings, overrides: &Overrides) -> TopicSettings {
        let topic = Lookup {
            layers: &settings.layers,
            overrides,
        };
        let policy = topic.text("cleanup.policy");
        let cleans = |how: &str| policy.split(',').any(|word| word == how);
        TopicSettings {
            cleanup: Cleanup {
                delete: cleans("delete"),
                compact: cleans("compact"),
            },
            compression: topic.compression(),
            timestamps: topic.timestamps(),
            batch_bytes_max: topic.int("max.message.bytes"),
            segment: topic.segment(),
            retention: RetentionPolicy {
                ms: Some(topic.long("retention.ms")).filter(|ms| *ms >= 0),
                bytes: Some(topic.long("retention.bytes")).filter(|bytes| *bytes >= 0),
                delete_delay_ms: topic.long("file.delete.delay.ms"),
            },
            compaction: CompactionPolicy {
                dirty_ratio_min: topic
                    .text("min.cleanable.dirty.ratio")
                    .parse()
                    .unwrap_or(0.5),
                lag_ms_min: topic.long("min.compaction.lag.ms"),
                lag_ms_max: topic.long("max.compaction.lag.ms"),
                delete_retention_ms: topic.long("delete.retention.ms"),
            },
            flush_messages: topic.long("flush.messages"),
            flush_ms: topic.long("flush.ms"),
            min_in_sync: topic.int("min.insync.replicas"),
            unclean_election: topic.flag("unclean.leader.election.enable"),
        }
    }
}

struct Lookup<'a> {
    layers: &'a Layers,
    overrides: &'a Overrides,
}

impl Lookup<'_> {
    fn compression(&self) -> Compression {
        let kind = match self.text("compression.type").as_str() {
            "uncompressed" => CompressionType::Uncompressed,
            "gzip" => CompressionType::Gzip,
            "snappy" => CompressionType::Snappy,
            "lz4" => CompressionType::Lz4,
            "zstd" => CompressionType::Zstd,
            _ => CompressionType::Producer,
        };
        Compression {
            kind,
            gzip_level: self.int("compression.gzip.level"),
            lz4_level: self.int("compression.lz4.level"),
            zstd_level: self.int("compression.zstd.level"),
        }
    }

    fn timestamps(&self) -> TimestampPolicy {
        let kind = match self.text("message.timestamp.type").as_str() {
            "LogAppendTime" => TimestampType::LogAppendTime,
            _ => TimestampType::CreateTime,
        };
        TimestampPolicy {
            kind,
            before_max_ms: self.long("message.timestamp.before.max.ms"),
            after_max_ms: self.long("message.timestamp.after.max.ms"),
        }
    }

    fn segment(&self) -> SegmentPolicy {
        SegmentPolicy {
            bytes: self.int("segment.bytes"),
            roll_ms: self.long("segment.ms"),
            jitter_ms: self.long("segment.jitter.ms"),
            index_bytes: self.int("segment.index.bytes"),
            index_interval_bytes: self.int("index.interval.bytes"),
            preallocate: self.flag("preallocate"),
        }
    }

    fn text(&self, name: &str) -> String {
        let key = topic_key(name);
        assert!(
            key.is_some(),
            "the code reads {name}, which the topic table does not have"
        );
        key.map(|key| key.text(self.layers, self.overrides))
            .unwrap_or_default()
    }

    fn long(&self, name: &str) -> i64 {
        let number = self.text(name).parse();
        assert!(number.is_ok(), "{name} is read as a number and is none");
        number.unwrap_or_default()
    }

    fn int(&self, name: &str) -> i32 {
        i32::try_from(self.long(name)).unwrap_or(i32::MAX)
    }

    fn flag(&self, name: &str) -> bool {
        self.text(name) == "true"
    }
}
