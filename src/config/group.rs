use super::describe::{Entry, Synonym};
use super::key::Range::{Any, AtLeast, OneOf};
use super::key::{Key, keys};
use super::layer::{Overrides, Source};

const ISOLATION: &[&str] = &["read_committed", "read_uncommitted"];

/// One row of the table of group settings.
pub struct GroupKey {
    pub key: &'static Key,
    /// The name under which Kafka shows the default: that of a broker key, where it has one.
    pub synonym: String,
}

/// Every setting of a group, as Kafka 4.3 has them (`GroupConfig`).
pub const GROUP_KEYS: &[Key] = keys! {
    "consumer.assignment.interval.ms" Int "1000", AtLeast(0), Dynamic,
        "The least time between two assignments of a consumer group.";
    "consumer.heartbeat.interval.ms" Int "5000", AtLeast(1), Dynamic,
        "How often members of a consumer group send a heartbeat.";
    "consumer.session.timeout.ms" Int "45000", AtLeast(1), Dynamic,
        "How long a silent member stays in a consumer group.";
    "share.assignment.interval.ms" Int "1000", AtLeast(0), Dynamic,
        "The least time between two assignments of a share group.";
    "share.auto.offset.reset" String "latest", Any, Dynamic,
        "Where a share group starts in a partition that is new to it.";
    "share.delivery.count.limit" Int "5", AtLeast(2), Dynamic,
        "How often a record is delivered before a share group gives it up.";
    "share.heartbeat.interval.ms" Int "5000", AtLeast(1), Dynamic,
        "How often members of a share group send a heartbeat.";
    "share.isolation.level" String "read_uncommitted", OneOf(ISOLATION), Dynamic,
        "Whether a share group sees records of open and aborted transactions.";
    "share.partition.max.record.locks" Int "2000", AtLeast(100), Dynamic,
        "Records of a partition that a share group may hold at a time.";
    "share.record.lock.duration.ms" Int "30000", AtLeast(1_000), Dynamic,
        "How long a member of a share group may hold a record.";
    "share.renew.acknowledge.enable" Boolean "true", Any, Dynamic,
        "Whether members of a share group may hold records for longer.";
    "share.session.timeout.ms" Int "45000", AtLeast(1), Dynamic,
        "How long a silent member stays in a share group.";
    "streams.assignment.interval.ms" Int "1000", AtLeast(0), Dynamic,
        "The least time between two assignments of a streams group.";
    "streams.heartbeat.interval.ms" Int "5000", AtLeast(1), Dynamic,
        "How often members of a streams group send a heartbeat.";
    "streams.initial.rebalance.delay.ms" Int "3000", AtLeast(0), Dynamic,
        "How long a new streams group waits for more members.";
    "streams.num.standby.replicas" Int "0", AtLeast(0), Dynamic,
        "Copies of the state of each task of a streams group.";
    "streams.session.timeout.ms" Int "45000", AtLeast(1), Dynamic,
        "How long a silent member stays in a streams group.";
};

/// Every setting of a subscription to client metrics (`ClientMetricsConfigs`).
pub const CLIENT_METRICS_KEYS: &[Key] = keys! {
    "interval.ms" Int "300000", Any, Dynamic,
        "Time between two reports of a client.";
    "match" List "", Any, Dynamic,
        "Which clients report: all whose properties match these patterns.";
    "metrics" List "", Any, Dynamic,
        "What they report: metrics whose names begin so; * for all.";
};

/// Settings whose default is no setting of the broker.
const WITHOUT_BROKER_KEY: [&str; 3] = [
    "share.auto.offset.reset",
    "share.isolation.level",
    "share.renew.acknowledge.enable",
];

/// The row of a group's key; `None` for a name that is not in the table.
pub fn group_key(name: &str) -> Option<GroupKey> {
    let key = GROUP_KEYS.iter().find(|key| key.name == name)?;
    let synonym = match WITHOUT_BROKER_KEY.contains(&key.name) {
        true => key.name.to_owned(),
        false => format!("group.{}", key.name),
    };
    Some(GroupKey { key, synonym })
}

/// The row of a key of client metrics.
pub fn client_metrics_key(name: &str) -> Option<&'static Key> {
    CLIENT_METRICS_KEYS.iter().find(|key| key.name == name)
}

/// All settings of a group, the defaults too (`ConfigHelper.createGroupConfigEntry`).
pub fn describe_group(overrides: &Overrides) -> Vec<Entry> {
    let rows = GROUP_KEYS.iter().filter_map(|key| group_key(key.name));
    rows.map(|GroupKey { key, synonym }| {
        let own = overrides.get(key.name).map(|value| Synonym {
            name: key.name.to_owned(),
            value: Some(value.clone()),
            source: Source::Group,
        });
        let default = Synonym {
            name: synonym,
            value: key.default.map(str::to_owned),
            source: Source::Default,
        };
        entry(key, own.into_iter().chain([default]).collect())
    })
    .collect()
}

/// What was set of a subscription to client metrics.
pub fn describe_client_metrics(overrides: &Overrides) -> Vec<Entry> {
    let set = |(name, value): (&String, &String)| {
        let own = Synonym {
            name: name.clone(),
            value: Some(value.clone()),
            source: Source::ClientMetrics,
        };
        Some(entry(client_metrics_key(name)?, vec![own]))
    };
    overrides.iter().filter_map(set).collect()
}

/// The first of the synonyms is the value in force.
fn entry(key: &'static Key, synonyms: Vec<Synonym>) -> Entry {
    let first = synonyms.first();
    Entry {
        name: key.name.to_owned(),
        value: first.and_then(|synonym| synonym.value.clone()),
        source: first.map_or(Source::Default, |synonym| synonym.source),
        read_only: false,
        kind: key.kind,
        synonyms,
        documentation: key.sentence,
    }
}
