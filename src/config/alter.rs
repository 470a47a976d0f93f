use std::collections::BTreeSet;

use super::broker::broker_key;
use super::group::{client_metrics_key, group_key};
use super::key::{Kind, Mode};
use super::layer::Overrides;
use super::settings::Settings;
use super::topic::topic_key;
use super::topic_settings::TopicSettings;
use super::value::{InvalidValue, elements};

/// The longest value: more does not fit the string of a metadata record.
const VALUE_BYTES_MAX: usize = i16::MAX as usize;

/// What a subscription to metrics can tell clients apart by (`ClientMetricsConfigs`).
const METRICS_FIELDS: [&str; 6] = [
    "client_instance_id",
    "client_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
];

/// What IncrementalAlterConfigs does to one key (`AlterConfigOp.OpType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation {
    Set,
    Delete,
    /// Adds elements to a list; those that it has stay where they are.
    Append,
    /// Takes elements from a list; those that it lacks do not matter.
    Subtract,
}

impl Operation {
    pub const fn from_code(code: i8) -> Option<Operation> {
        match code {
            0 => Some(Operation::Set),
            1 => Some(Operation::Delete),
            2 => Some(Operation::Append),
            3 => Some(Operation::Subtract),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Operation::Set => "SET",
            Operation::Delete => "DELETE",
            Operation::Append => "APPEND",
            Operation::Subtract => "SUBTRACT",
        }
    }
}

/// One change of one key. [`Operation::Delete`] has no use for the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    pub key: String,
    pub operation: Operation,
    pub value: Option<String>,
}

/// Why a change of settings is refused, in the words of Kafka 4.3.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AlterFault {
    #[error("Null value not supported for : {0}")]
    NullValue(String),
    #[error("Error due to duplicate config keys")]
    DuplicateKeys,
    #[error("Can't {operation} to key {key} because its type is not LIST.")]
    NotAList {
        key: String,
        operation: &'static str,
    },
    #[error(
        "The configuration value cannot be added because it exceeds the maximum value size of \
         {VALUE_BYTES_MAX} bytes."
    )]
    TooLong,
    #[error("Unknown topic config name: {0}")]
    UnknownTopicKey(String),
    #[error(transparent)]
    TopicValue(InvalidValue),
    #[error(
        "conflict topic config setting min.compaction.lag.ms ({min}) > max.compaction.lag.ms \
         ({max})"
    )]
    CompactionLags { min: i64, max: i64 },
    #[error(
        "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with \
         remote log storage."
    )]
    NoTieredStorage,
    #[error(transparent)]
    BrokerValue(InvalidValue),
    #[error("Unknown group config name: {0}")]
    UnknownGroupKey(String),
    #[error(transparent)]
    OtherValue(InvalidValue),
    #[error("Unknown client metrics configuration: {0}")]
    UnknownMetricsKey(String),
    #[error("Illegal client matching pattern: {0}")]
    MetricsMatch(String),
    #[error("Invalid value {0} for interval.ms, interval must be between 100 and 3600000 (1 hour)")]
    MetricsInterval(String),
    #[error("Cannot update these configs dynamically: [{}]", .0.join(", "))]
    NotDynamic(Vec<String>),
}

/// The values after `edits`, not yet checked. `kind_and_default` tells a key's type and default;
/// a list that has no value of its own starts from its default.
fn apply(
    current: &Overrides,
    edits: &[Edit],
    kind_and_default: impl Fn(&str) -> (Kind, Option<&'static str>),
) -> Result<Overrides, AlterFault> {
    let mut after = current.clone();
    let mut seen = BTreeSet::new();
    for edit in edits {
        let Edit {
            key,
            operation,
            value,
        } = edit;
        if !seen.insert(key) {
            return Err(AlterFault::DuplicateKeys);
        }
        if *operation == Operation::Delete {
            after.remove(key);
            continue;
        }
        let value = value
            .as_deref()
            .ok_or_else(|| AlterFault::NullValue(key.clone()))?;
        let (kind, default) = kind_and_default(key);
        if *operation != Operation::Set && kind != Kind::List {
            let operation = operation.name();
            return Err(AlterFault::NotAList {
                key: key.clone(),
                operation,
            });
        }
        let before = after
            .get(key)
            .map(String::as_str)
            .or(default)
            .unwrap_or_default();
        let text = match operation {
            Operation::Append => appended(before, value),
            Operation::Subtract => subtracted(before, value),
            Operation::Set | Operation::Delete => value.to_owned(),
        };
        if text.len() > VALUE_BYTES_MAX {
            return Err(AlterFault::TooLong);
        }
        after.insert(key.clone(), text);
    }
    Ok(after)
}

fn appended(list: &str, added: &str) -> String {
    let mut seen = BTreeSet::new();
    let both = elements(list).chain(elements(added));
    let kept: Vec<&str> = both.filter(|element| seen.insert(*element)).collect();
    kept.join(",")
}

fn subtracted(list: &str, taken: &str) -> String {
    let taken: BTreeSet<&str> = elements(taken).collect();
    let kept: Vec<&str> = elements(list)
        .filter(|element| !taken.contains(element))
        .collect();
    kept.join(",")
}

/// The settings of a topic after `edits`, checked as a whole and in canonical spelling.
pub fn edit_topic(
    settings: &Settings,
    current: &Overrides,
    edits: &[Edit],
) -> Result<Overrides, AlterFault> {
    let after = apply(current, edits, |name| match topic_key(name) {
        Some(topic) => (topic.key.kind, topic.key.default),
        None => (Kind::String, None),
    })?;
    check_topic(settings, &after)
}

/// A topic's settings in canonical spelling, or why they are none (`LogConfig.validate`).
pub fn check_topic(settings: &Settings, values: &Overrides) -> Result<Overrides, AlterFault> {
    if let Some(stranger) = values.keys().find(|name| topic_key(name).is_none()) {
        return Err(AlterFault::UnknownTopicKey(stranger.clone()));
    }
    let mut checked = Overrides::new();
    for (name, text) in values {
        let Some(topic) = topic_key(name) else {
            continue;
        };
        let value = topic.key.canonical(text).map_err(AlterFault::TopicValue)?;
        checked.insert(name.clone(), value);
    }
    let lags = TopicSettings::resolve(settings, &checked).compaction;
    if lags.lag_ms_min > lags.lag_ms_max {
        return Err(AlterFault::CompactionLags {
            min: lags.lag_ms_min,
            max: lags.lag_ms_max,
        });
    }
    if checked
        .get("remote.storage.enable")
        .is_some_and(|value| value == "true")
    {
        return Err(AlterFault::NoTieredStorage);
    }
    Ok(checked)
}

/// The settings of a group after `edits` (`GroupConfig.validate`).
pub fn edit_group(current: &Overrides, edits: &[Edit]) -> Result<Overrides, AlterFault> {
    let after = apply(current, edits, |name| match group_key(name) {
        Some(group) => (group.key.kind, group.key.default),
        None => (Kind::String, None),
    })?;
    let mut checked = Overrides::new();
    for (name, text) in after {
        let Some(group) = group_key(&name) else {
            return Err(AlterFault::UnknownGroupKey(name));
        };
        let value = group.key.canonical(&text).map_err(AlterFault::OtherValue)?;
        checked.insert(name, value);
    }
    Ok(checked)
}

/// A subscription to metrics after `edits` (`ClientMetricsConfigs.validate`).
pub fn edit_client_metrics(current: &Overrides, edits: &[Edit]) -> Result<Overrides, AlterFault> {
    let after = apply(current, edits, |name| match client_metrics_key(name) {
        Some(key) => (key.kind, key.default),
        None => (Kind::String, None),
    })?;
    let mut checked = Overrides::new();
    for (name, text) in after {
        let Some(key) = client_metrics_key(&name) else {
            return Err(AlterFault::UnknownMetricsKey(name));
        };
        let value = key.canonical(&text).map_err(AlterFault::OtherValue)?;
        let number: i64 = value.parse().unwrap_or(0);
        if name == "interval.ms" && !(100..=3_600_000).contains(&number) {
            return Err(AlterFault::MetricsInterval(value));
        }
        let is_pattern = |element: &&str| {
            let field = element.split_once('=').map(|(field, _)| field.trim());
            field.is_some_and(|field| METRICS_FIELDS.contains(&field))
        };
        let bad = elements(&value).find(|element| name == "match" && !is_pattern(element));
        if let Some(bad) = bad {
            return Err(AlterFault::MetricsMatch(bad.to_owned()));
        }
        checked.insert(name, value);
    }
    Ok(checked)
}

/// The dynamic values of a broker, or of the cluster's default, after `edits`. A name that is not
/// in the table is kept as it is: Kafka stores settings of plug-ins there.
pub fn edit_broker(current: &Overrides, edits: &[Edit]) -> Result<Overrides, AlterFault> {
    let after = apply(current, edits, |name| match broker_key(name) {
        Some(key) => (key.kind, key.default),
        None => (Kind::String, None),
    })?;
    let is_fixed = |name: &&String| broker_key(name).is_some_and(|key| key.mode == Mode::ReadOnly);
    let fixed: Vec<String> = after.keys().filter(is_fixed).cloned().collect();
    if !fixed.is_empty() {
        return Err(AlterFault::NotDynamic(fixed));
    }
    let mut checked = Overrides::new();
    for (name, text) in after {
        let value = match broker_key(&name) {
            Some(key) => key.canonical(&text).map_err(AlterFault::BrokerValue)?,
            None => text,
        };
        checked.insert(name, value);
    }
    Ok(checked)
}
