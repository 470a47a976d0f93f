use super::broker::{CODECS, POLICIES, TIMESTAMP_TYPES, family};
use super::key::Range::{Any, AtLeast, Between, BetweenOrMinusOne, EachOf, OneOf, Replicas};
use super::key::{Key, keys};
use super::layer::{Layers, Overrides, row};

/// One row of the table of topic settings.
pub struct TopicKey {
    pub key: &'static Key,
    /// The broker key whose value holds where the topic has none.
    pub broker: Option<&'static str>,
}

/// The row of a topic key; `None` for a name that is not in the table.
pub fn topic_key(name: &str) -> Option<TopicKey> {
    let key = TOPIC_KEYS.iter().find(|key| key.name == name)?;
    let pair = BROKER_NAMES.iter().find(|pair| pair.0 == name);
    Some(TopicKey {
        key,
        broker: pair.map(|pair| pair.1),
    })
}

impl TopicKey {
    /// The text in force: the topic's own, else the broker's, else the table's default.
    pub(super) fn text(&self, layers: &Layers, overrides: &Overrides) -> String {
        let own = overrides
            .get(self.key.name)
            .and_then(|text| self.key.canonical(text).ok());
        own.or_else(|| self.brokers_text(layers))
            .unwrap_or_else(|| self.key.default.unwrap_or_default().to_owned())
    }

    fn brokers_text(&self, layers: &Layers) -> Option<String> {
        let name = self.broker?;
        let text = match family(name).len() {
            1 => layers.text(row(name))?,
            _ => layers.number(name)?.to_string(),
        };
        // The broker's range may be wider; then the topic's default is the safe reading.
        self.key.canonical(&text).ok()
    }
}

/// Topic keys and the broker keys behind them, where the names differ or not
/// (`ServerTopicConfigSynonyms`).
const BROKER_NAMES: &[(&str, &str)] = &[
    ("cleanup.policy", "log.cleanup.policy"),
    ("compression.gzip.level", "compression.gzip.level"),
    ("compression.lz4.level", "compression.lz4.level"),
    ("compression.type", "compression.type"),
    ("compression.zstd.level", "compression.zstd.level"),
    ("delete.retention.ms", "log.cleaner.delete.retention.ms"),
    ("file.delete.delay.ms", "log.segment.delete.delay.ms"),
    ("flush.messages", "log.flush.interval.messages"),
    ("flush.ms", "log.flush.interval.ms"),
    ("index.interval.bytes", "log.index.interval.bytes"),
    ("local.retention.bytes", "log.local.retention.bytes"),
    ("local.retention.ms", "log.local.retention.ms"),
    ("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms"),
    ("max.message.bytes", "message.max.bytes"),
    (
        "message.timestamp.after.max.ms",
        "log.message.timestamp.after.max.ms",
    ),
    (
        "message.timestamp.before.max.ms",
        "log.message.timestamp.before.max.ms",
    ),
    ("message.timestamp.type", "log.message.timestamp.type"),
    (
        "min.cleanable.dirty.ratio",
        "log.cleaner.min.cleanable.ratio",
    ),
    ("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms"),
    ("min.insync.replicas", "min.insync.replicas"),
    ("preallocate", "log.preallocate"),
    ("retention.bytes", "log.retention.bytes"),
    ("retention.ms", "log.retention.ms"),
    ("segment.bytes", "log.segment.bytes"),
    ("segment.index.bytes", "log.index.size.max.bytes"),
    ("segment.jitter.ms", "log.roll.jitter.ms"),
    ("segment.ms", "log.roll.ms"),
    (
        "unclean.leader.election.enable",
        "unclean.leader.election.enable",
    ),
];

/// Every topic key, in the order in which Kafka 4.3 describes them.
pub const TOPIC_KEYS: &[Key] = keys! {
    "compression.type" String "producer", OneOf(CODECS), Dynamic,
        "How batches are stored: as the producer sent them, or recompressed.";
    "remote.log.delete.on.disable" Boolean "false", Any, Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "leader.replication.throttled.replicas" List "", Replicas, Dynamic,
        "Replicas whose traffic is limited on the leader's side.";
    "remote.storage.enable" Boolean "false", Any, Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "min.insync.replicas" Int "1", AtLeast(1), Dynamic,
        "Replicas that must have a record before acks=all is answered.";
    "segment.jitter.ms" Long "0", AtLeast(0), Dynamic,
        "At most this much is taken off segment.ms, by chance.";
    "remote.log.copy.disable" Boolean "false", Any, Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "local.retention.ms" Long "-2", AtLeast(-2), Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "cleanup.policy" List "delete", EachOf(POLICIES), Dynamic,
        "What happens to old records: delete by age and size, compact by key.";
    "flush.ms" Long "9223372036854775807", AtLeast(0), Dynamic,
        "How long records may stay unsynced.";
    "follower.replication.throttled.replicas" List "", Replicas, Dynamic,
        "Replicas whose traffic is limited on the follower's side.";
    "compression.lz4.level" Int "9", Between(1, 17), Dynamic,
        "The lz4 level where compression.type is lz4.";
    "segment.bytes" Int "1073741824", AtLeast(1_048_576), Dynamic,
        "The size at which a new segment file starts.";
    "retention.ms" Long "604800000", AtLeast(-1), Dynamic,
        "The age at which a segment is deleted, -1 never.";
    "compression.gzip.level" Int "-1", BetweenOrMinusOne(1, 9), Dynamic,
        "The gzip level where compression.type is gzip.";
    "flush.messages" Long "1", AtLeast(1), Dynamic,
        "1: a produce request is answered when its records are synced, otherwise when written.";
    "compression.zstd.level" Int "3", Between(-131_072, 22), Dynamic,
        "The zstd level where compression.type is zstd.";
    "max.compaction.lag.ms" Long "9223372036854775807", AtLeast(1), Dynamic,
        "The age at which a record has to be compacted.";
    "file.delete.delay.ms" Long "60000", AtLeast(0), Dynamic,
        "Time between the renaming of a deleted file and its removal.";
    "max.message.bytes" Int "1048588", AtLeast(0), Dynamic,
        "The largest record batch accepted.";
    "min.compaction.lag.ms" Long "0", AtLeast(0), Dynamic,
        "The age before which a record is not compacted away.";
    "message.timestamp.type" String "CreateTime", OneOf(TIMESTAMP_TYPES), Dynamic,
        "Whose clock stamps a record: the producer's or the broker's.";
    "local.retention.bytes" Long "-2", AtLeast(-2), Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "preallocate" Boolean "false", Any, Dynamic,
        "Space for a whole segment is reserved when it starts.";
    "index.interval.bytes" Int "4096", AtLeast(0), Dynamic,
        "Bytes of log between two index entries.";
    "min.cleanable.dirty.ratio" Double "0.5", Between(0, 1), Dynamic,
        "The share of uncompacted bytes at which a log is compacted.";
    "unclean.leader.election.enable" Boolean "false", Any, Dynamic,
        "A replica that is behind may lead when no other is left, losing records.";
    "retention.bytes" Long "-1", Any, Dynamic,
        "The size of a partition above which its oldest segments are deleted; -1 sets no limit.";
    "delete.retention.ms" Long "86400000", AtLeast(0), Dynamic,
        "How long compaction keeps the marker of a deleted key.";
    "message.timestamp.after.max.ms" Long "3600000", AtLeast(0), Dynamic,
        "How far a producer's timestamp may lie in the future.";
    "message.timestamp.before.max.ms" Long "9223372036854775807", AtLeast(0), Dynamic,
        "How far a producer's timestamp may lie in the past.";
    "segment.ms" Long "604800000", AtLeast(1), Dynamic,
        "The age at which a new segment file starts.";
    "segment.index.bytes" Int "10485760", AtLeast(4), Dynamic,
        "The largest index file; a full index starts a new segment.";
};
