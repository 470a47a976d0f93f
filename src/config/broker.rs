use super::key::Range::{Any, AtLeast, Between, BetweenOrMinusOne, EachOf, OneOf};
use super::key::{Key, keys};

pub(super) const CODECS: &[&str] = &["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"];
pub(super) const POLICIES: &[&str] = &["compact", "delete"];
pub(super) const TIMESTAMP_TYPES: &[&str] = &["CreateTime", "LogAppendTime"];

/// Keys that belong together, under one heading of `server.properties`.
pub struct Group {
    pub title: &'static str,
    pub keys: &'static [Key],
}

/// The row of a broker key; `None` for a name that is not in the table.
pub fn broker_key(name: &str) -> Option<&'static Key> {
    BROKER_KEYS
        .iter()
        .flat_map(|group| group.keys)
        .find(|key| key.name == name)
}

/// THE table: every setting of the broker, in the order of `config/server.properties`.
pub const BROKER_KEYS: &[Group] = &[
    Group {
        title: "Node",
        keys: NODE,
    },
    Group {
        title: "Network",
        keys: NETWORK,
    },
    Group {
        title: "Topics",
        keys: TOPICS,
    },
    Group {
        title: "Segments and flushing",
        keys: SEGMENTS,
    },
    Group {
        title: "Retention and compaction",
        keys: RETENTION,
    },
    Group {
        title: "Messages",
        keys: MESSAGES,
    },
    Group {
        title: "Producers, transactions, groups",
        keys: COORDINATORS,
    },
    Group {
        title: "Corelane",
        keys: OWN,
    },
];

const NODE: &[Key] = keys! {
    "node.id" Int "1", AtLeast(0), ReadOnly,
        "The number of this node in its cluster.";
    "broker.id" Int "-1", Any, ReadOnly,
        "Older name of node.id, used where node.id is not set.";
    "process.roles" List "broker,controller", EachOf(&["broker", "controller"]), ReadOnly,
        "What this process does; one node has to do both.";
    "broker.rack" String none, Any, ReadOnly,
        "The rack or zone of this broker, told to clients.";
    "log.dir" List "./corelane-data", Any, ReadOnly,
        "The data directory, where log.dirs is not set.";
    "log.dirs" List none, Any, ReadOnly,
        "Directories of partitions, separated by commas; each new one goes where the fewest are.";
    "metadata.log.dir" String none, Any, ReadOnly,
        "The directory of the metadata log; the first of log.dirs where it is not set.";
};

const NETWORK: &[Key] = keys! {
    "listeners" List "PLAINTEXT://127.0.0.1:9092", Any, ReadOnly,
        "Addresses to listen on, as NAME://host:port; an empty host means all interfaces.";
    "advertised.listeners" List none, Any, ReadOnly,
        "Addresses that clients are told to use; what is listened on, unless set.";
    "listener.security.protocol.map" String
        "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT",
        Any, ReadOnly,
        "The security protocol of each listener name; only PLAINTEXT is served in this version.";
    "controller.listener.names" List none, Any, ReadOnly,
        "Listener names kept for controllers; they are not opened on a single node.";
    "socket.request.max.bytes" Int "104857600", AtLeast(1), ReadOnly,
        "The largest request accepted; a larger one closes the connection.";
    "socket.listen.backlog.size" Int "50", AtLeast(1), ReadOnly,
        "Connections that may wait to be accepted, per shard.";
    "socket.send.buffer.bytes" Int "102400", AtLeast(-1), ReadOnly,
        "The kernel's send buffer of a client connection; -1 leaves it to the kernel.";
    "socket.receive.buffer.bytes" Int "102400", AtLeast(-1), ReadOnly,
        "The kernel's receive buffer of a client connection; -1 leaves it to the kernel.";
    "max.connections" Int "2147483647", AtLeast(0), Dynamic,
        "The most client connections at one time.";
    "max.connections.per.ip" Int "2147483647", AtLeast(0), Dynamic,
        "The most client connections from one address.";
    "connections.max.idle.ms" Long "600000", Any, ReadOnly,
        "A connection without a request for this long is closed.";
    "queued.max.request.bytes" Long "268435456", AtLeast(1_048_576), ReadOnly,
        "Bytes of requests in work at one time, all shards; more bytes stay in the sockets.";
    "fetch.max.bytes" Int "57671680", AtLeast(1024), ReadOnly,
        "The most bytes that one fetch answer carries, whatever the client asks.";
    "max.incremental.fetch.session.cache.slots" Int "1000", AtLeast(0), ReadOnly,
        "Incremental fetch sessions kept, all shards.";
    "max.request.partition.size.limit" Int "2000", AtLeast(1), ReadOnly,
        "The most partitions that one DescribeTopicPartitions answer holds.";
};

const TOPICS: &[Key] = keys! {
    "num.partitions" Int "1", AtLeast(1), ReadOnly,
        "Partitions of a topic that is created without a number.";
    "default.replication.factor" Int "1", AtLeast(1), ReadOnly,
        "Replicas of each partition of a topic that is created without a number.";
    "min.insync.replicas" Int "1", AtLeast(1), Dynamic,
        "Replicas that must have a record before acks=all is answered.";
    "auto.create.topics.enable" Boolean "true", Any, ReadOnly,
        "A client that asks for a missing topic creates it.";
    "delete.topic.enable" Boolean "true", Any, ReadOnly,
        "Topics may be deleted.";
    "unclean.leader.election.enable" Boolean "false", Any, Dynamic,
        "A replica that is behind may lead when no other is left, losing records.";
};

const SEGMENTS: &[Key] = keys! {
    "log.segment.bytes" Int "1073741824", AtLeast(1_048_576), Dynamic,
        "The size at which a new segment file starts.";
    "log.roll.ms" Long none, AtLeast(1), Dynamic,
        "The age at which a new segment file starts; log.roll.hours, unless set.";
    "log.roll.hours" Int "168", AtLeast(1), ReadOnly,
        "The age at which a new segment file starts, in hours.";
    "log.roll.jitter.ms" Long none, AtLeast(0), Dynamic,
        "At most this much is taken off log.roll.ms, by chance; log.roll.jitter.hours, unless set.";
    "log.roll.jitter.hours" Int "0", AtLeast(0), ReadOnly,
        "At most this much is taken off log.roll.hours, by chance.";
    "log.index.interval.bytes" Int "4096", AtLeast(0), Dynamic,
        "Bytes of log between two index entries.";
    "log.index.size.max.bytes" Int "10485760", AtLeast(4), Dynamic,
        "The largest index file; a full index starts a new segment.";
    "log.preallocate" Boolean "false", Any, Dynamic,
        "Space for a whole segment is reserved when it starts.";
    "log.flush.interval.messages" Long "1", AtLeast(1), Dynamic,
        "1: a produce request is answered when its records are synced, otherwise when written.";
    "log.flush.interval.ms" Long none, Any, Dynamic,
        "How long records may stay unsynced; log.flush.scheduler.interval.ms, unless set.";
    "log.flush.scheduler.interval.ms" Long "9223372036854775807", Any, ReadOnly,
        "How long records may stay unsynced, where log.flush.interval.ms is not set.";
};

const RETENTION: &[Key] = keys! {
    "log.retention.ms" Long none, Any, Dynamic,
        "The age at which a segment is deleted, -1 never; log.retention.minutes, unless set.";
    "log.retention.minutes" Int none, Any, ReadOnly,
        "The age at which a segment is deleted, in minutes; log.retention.hours, unless set.";
    "log.retention.hours" Int "168", Any, ReadOnly,
        "The age at which a segment is deleted, in hours.";
    "log.retention.bytes" Long "-1", Any, Dynamic,
        "The size of a partition above which its oldest segments are deleted; -1 sets no limit.";
    "log.retention.check.interval.ms" Long "300000", AtLeast(1), ReadOnly,
        "Time between two looks for segments to delete.";
    "log.segment.delete.delay.ms" Long "60000", AtLeast(0), Dynamic,
        "Time between the renaming of a deleted file and its removal.";
    "log.cleanup.policy" List "delete", EachOf(POLICIES), Dynamic,
        "What happens to old records: delete by age and size, compact by key.";
    "log.local.retention.ms" Long "-2", AtLeast(-2), Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "log.local.retention.bytes" Long "-2", AtLeast(-2), Dynamic,
        "Kept for Kafka's tools; there is no remote storage.";
    "log.cleaner.enable" Boolean "true", Any, ReadOnly,
        "Compacted topics are compacted.";
    "log.cleaner.backoff.ms" Long "15000", AtLeast(0), Dynamic,
        "Time between two looks for something to compact, where the last one found nothing.";
    "log.cleaner.dedupe.buffer.size" Long "134217728", AtLeast(1_048_576), Dynamic,
        "Memory for the keys of one pass, 24 bytes each, all shards; more keys take more passes.";
    "log.cleaner.io.max.bytes.per.second" Double "1.7976931348623157E308", AtLeast(0), Dynamic,
        "The most bytes that compaction reads and writes in a second, all shards.";
    "log.cleaner.delete.retention.ms" Long "86400000", AtLeast(0), Dynamic,
        "How long compaction keeps the marker of a deleted key.";
    "log.cleaner.min.cleanable.ratio" Double "0.5", Between(0, 1), Dynamic,
        "The share of uncompacted bytes at which a log is compacted.";
    "log.cleaner.min.compaction.lag.ms" Long "0", AtLeast(0), Dynamic,
        "The age before which a record is not compacted away.";
    "log.cleaner.max.compaction.lag.ms" Long "9223372036854775807", AtLeast(1), Dynamic,
        "The age at which a record has to be compacted.";
};

const MESSAGES: &[Key] = keys! {
    "message.max.bytes" Int "1048588", AtLeast(0), Dynamic,
        "The largest record batch accepted.";
    "compression.type" String "producer", OneOf(CODECS), Dynamic,
        "How batches are stored: as the producer sent them, or recompressed.";
    "compression.gzip.level" Int "-1", BetweenOrMinusOne(1, 9), Dynamic,
        "The gzip level where compression.type is gzip.";
    "compression.lz4.level" Int "9", Between(1, 17), Dynamic,
        "The lz4 level where compression.type is lz4.";
    "compression.zstd.level" Int "3", Between(-131_072, 22), Dynamic,
        "The zstd level where compression.type is zstd.";
    "log.message.timestamp.type" String "CreateTime", OneOf(TIMESTAMP_TYPES), Dynamic,
        "Whose clock stamps a record: the producer's or the broker's.";
    "log.message.timestamp.before.max.ms" Long "9223372036854775807", AtLeast(0), Dynamic,
        "How far a producer's timestamp may lie in the past.";
    "log.message.timestamp.after.max.ms" Long "3600000", AtLeast(0), Dynamic,
        "How far a producer's timestamp may lie in the future.";
};

const COORDINATORS: &[Key] = keys! {
    "producer.id.expiration.ms" Int "86400000", AtLeast(1), Dynamic,
        "A producer that is silent for this long loses its sequence numbers.";
    "producer.id.expiration.check.interval.ms" Int "600000", AtLeast(1), ReadOnly,
        "Time between two looks for silent producers.";
    "transaction.max.timeout.ms" Int "900000", AtLeast(1), ReadOnly,
        "The longest transaction timeout that a producer may ask for.";
    "transaction.state.log.num.partitions" Int "50", AtLeast(1), ReadOnly,
        "Partitions of __transaction_state.";
    "transaction.state.log.replication.factor" Short "1", AtLeast(1), ReadOnly,
        "Replicas of each partition of __transaction_state.";
    "offsets.topic.num.partitions" Int "50", AtLeast(1), ReadOnly,
        "Partitions of __consumer_offsets.";
    "offsets.topic.replication.factor" Short "1", AtLeast(1), ReadOnly,
        "Replicas of each partition of __consumer_offsets.";
    "offsets.retention.minutes" Int "10080", AtLeast(1), ReadOnly,
        "How long the offsets of an empty group are kept.";
    "offset.metadata.max.bytes" Int "4096", Any, ReadOnly,
        "The longest note that a consumer may store with an offset.";
};

const OWN: &[Key] = keys! {
    "corelane.shards" Int "0", Between(0, 1024), ReadOnly,
        "Executors, one core each; 0 means one for every core the process may use.";
    "corelane.memory.bytes" Long "0", AtLeast(0), ReadOnly,
        "What queues and caches of all shards may hold; 0 means half of the cgroup's limit or RAM.";
    "corelane.journal.bytes" Long "268435456", AtLeast(65_536), ReadOnly,
        "Disk space that the journal may take, per shard.";
    "corelane.journal.direct.bytes" Int "65536", Between(1, 1_048_576), ReadOnly,
        "Commits of a partition of this size and above go to its segment alone, past the journal.";
    "corelane.memory.tail.bytes" Long "67108864", AtLeast(1_048_576), ReadOnly,
        "Newest log bytes kept in memory for readers, per shard.";
    "corelane.memory.staged.bytes" Long "67108864", AtLeast(1_048_576), ReadOnly,
        "Bytes accepted but not yet written, per shard; more produce requests wait.";
    "corelane.scrub.bytes.per.second" Long "1048576", AtLeast(0), Dynamic,
        "Closed segments are read again at this rate to find damage, all shards; 0 turns it off.";
};

/// Broker keys that say one thing in several units; the first one set wins, in this order
/// (`DynamicBrokerConfig.brokerConfigSynonyms`). A plain key is a family of its own.
pub(super) fn family(name: &'static str) -> Vec<(&'static str, i64)> {
    const HOUR_MS: i64 = 3_600_000;
    match name {
        "log.roll.ms" | "log.roll.hours" => {
            vec![("log.roll.ms", 1), ("log.roll.hours", HOUR_MS)]
        }
        "log.roll.jitter.ms" | "log.roll.jitter.hours" => {
            vec![
                ("log.roll.jitter.ms", 1),
                ("log.roll.jitter.hours", HOUR_MS),
            ]
        }
        "log.retention.ms" | "log.retention.minutes" | "log.retention.hours" => vec![
            ("log.retention.ms", 1),
            ("log.retention.minutes", 60_000),
            ("log.retention.hours", HOUR_MS),
        ],
        "log.flush.interval.ms" | "log.flush.scheduler.interval.ms" => {
            vec![
                ("log.flush.interval.ms", 1),
                ("log.flush.scheduler.interval.ms", 1),
            ]
        }
        _ => vec![(name, 1)],
    }
}
