//! A topic's settings as the partition uses them.

use std::time::Duration;

use crate::config::{self, CompressionType, TopicSettings};
use crate::log;
use crate::records::{self, Codec, Compression, TimestampType};

/// Everything a partition asks of its topic's settings, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub log: log::Policy,
    pub records: records::Policy,
    /// `compression.type`: `None` keeps the producer's choice.
    pub compression: Option<Compression>,
    /// `flush.messages`: 1 makes every acknowledgement wait for its sync.
    pub flush_messages: i64,
    /// `flush.ms`: longest time a written record may stay unsynced.
    pub flush_ms: i64,
    /// `file.delete.delay.ms`.
    pub file_delete_delay: Duration,
}

impl Policy {
    /// The topic's settings, with `jitter` (0 to 1) of `segment.jitter.ms` taken off.
    pub fn of(topic: &TopicSettings, producer_expiration: Duration, jitter: f64) -> Policy {
        let append_time = topic.timestamps.kind == config::TimestampType::LogAppendTime;
        let jitter_ms = (topic.segment.jitter_ms as f64 * jitter) as i64;
        Policy {
            log: log::Policy {
                segment_bytes: unsigned(topic.segment.bytes),
                segment_ms: roll_ms(topic).saturating_sub(jitter_ms),
                index_bytes: unsigned(topic.segment.index_bytes),
                index_interval_bytes: unsigned(topic.segment.index_interval_bytes),
                delete: topic.cleanup.delete,
                compact: topic.cleanup.compact,
                retention_ms: topic.retention.ms.unwrap_or(-1),
                retention_bytes: topic.retention.bytes.unwrap_or(-1),
                compaction: compaction(&topic.compaction),
                producer_expiration_ms: producer_expiration.as_millis() as i64,
            },
            records: records::Policy {
                max_message_bytes: unsigned(topic.batch_bytes_max) as usize,
                timestamp_type: match append_time {
                    true => TimestampType::LogAppendTime,
                    false => TimestampType::CreateTime,
                },
                before_max_ms: topic.timestamps.before_max_ms,
                after_max_ms: topic.timestamps.after_max_ms,
                compacted: topic.cleanup.compact,
            },
            compression: compression(&topic.compression),
            flush_messages: topic.flush_messages,
            flush_ms: topic.flush_ms,
            file_delete_delay: Duration::from_millis(topic.retention.delete_delay_ms.max(0) as u64),
        }
    }
}

/// A compacted log rolls in time for `max.compaction.lag.ms`: only closed segments are cleaned
/// (`LogConfig.maxSegmentMs`).
fn roll_ms(topic: &TopicSettings) -> i64 {
    match topic.cleanup.compact {
        true => topic.segment.roll_ms.min(topic.compaction.lag_ms_max),
        false => topic.segment.roll_ms,
    }
}

fn compaction(topic: &config::CompactionPolicy) -> log::Compaction {
    let ratio = topic.dirty_ratio_min.clamp(0.0, 1.0);
    log::Compaction {
        dirty_millionths_min: (ratio * f64::from(log::Compaction::WHOLE)).round() as u32,
        lag_ms_min: topic.lag_ms_min,
        lag_ms_max: topic.lag_ms_max,
        delete_retention_ms: topic.delete_retention_ms,
    }
}

/// Settings hold what their range allows, which is never negative here.
fn unsigned(value: i32) -> u32 {
    value.max(0).unsigned_abs()
}

fn compression(setting: &config::Compression) -> Option<Compression> {
    let (codec, level) = match setting.kind {
        CompressionType::Producer => return None,
        CompressionType::Uncompressed => (Codec::None, -1),
        CompressionType::Gzip => (Codec::Gzip, setting.gzip_level),
        CompressionType::Snappy => (Codec::Snappy, -1),
        CompressionType::Lz4 => (Codec::Lz4, -1),
        CompressionType::Zstd => (Codec::Zstd, setting.zstd_level),
    };
    Some(Compression {
        codec,
        level: (level != -1).then_some(level),
    })
}
