use super::broker::{BROKER_KEYS, broker_key, family};
use super::key::{Key, Kind, Mode};
use super::layer::{Layers, Overrides, Source, row};
use super::settings::Settings;
use super::topic::{TOPIC_KEYS, topic_key};

/// One setting as DescribeConfigs 4 shows it. No value of ours is a secret, so none is sensitive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub name: String,
    pub value: Option<String>,
    pub source: Source,
    pub read_only: bool,
    pub kind: Kind,
    /// Every value given for the setting under any of its names, the one in force first.
    pub synonyms: Vec<Synonym>,
    pub documentation: &'static str,
}

impl Entry {
    pub fn is_default(&self) -> bool {
        self.source == Source::Default
    }
}

/// A value that holds, or would hold if the ones before it went away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Synonym {
    pub name: String,
    pub value: Option<String>,
    pub source: Source,
}

/// All settings of a topic, in the table's order (`ConfigHelper.createTopicConfigEntry`).
pub fn describe_topic(settings: &Settings, overrides: &Overrides) -> Vec<Entry> {
    TOPIC_KEYS
        .iter()
        .map(|key| topic_entry(key, settings, overrides))
        .collect()
}

fn topic_entry(key: &'static Key, settings: &Settings, overrides: &Overrides) -> Entry {
    let topic = topic_key(key.name);
    let mut synonyms = Vec::new();
    if let Some(value) = overrides.get(key.name) {
        let value = Some(value.clone());
        synonyms.push(Synonym {
            name: key.name.to_owned(),
            value,
            source: Source::Topic,
        });
    }
    if let Some(broker) = topic.as_ref().and_then(|topic| topic.broker) {
        synonyms.extend(broker_synonyms(&settings.layers, broker));
    }
    Entry {
        name: key.name.to_owned(),
        value: topic.map(|topic| topic.text(&settings.layers, overrides)),
        source: synonyms
            .first()
            .map_or(Source::Default, |synonym| synonym.source),
        read_only: false,
        kind: key.kind,
        synonyms,
        documentation: key.sentence,
    }
}

/// All settings of this broker (`ConfigHelper.createBrokerConfigEntry`).
pub fn describe_broker(settings: &Settings) -> Vec<Entry> {
    let keys = BROKER_KEYS.iter().flat_map(|group| group.keys);
    keys.map(|key| broker_entry(key, &settings.layers))
        .collect()
}

fn broker_entry(key: &'static Key, layers: &Layers) -> Entry {
    let synonyms = broker_synonyms(layers, key.name);
    Entry {
        name: key.name.to_owned(),
        value: layers.text(key),
        source: synonyms
            .first()
            .map_or(Source::Default, |synonym| synonym.source),
        read_only: key.mode == Mode::ReadOnly,
        kind: key.kind,
        synonyms,
        documentation: key.sentence,
    }
}

/// The values given for a broker key and its relatives, by source and then by relative. As in
/// Kafka, the list starts at the first value given under the asked name itself, so a value in
/// hours does not show as a source of the key in milliseconds.
fn broker_synonyms(layers: &Layers, name: &'static str) -> Vec<Synonym> {
    let members = family(name);
    let mut synonyms = Vec::new();
    for source in [
        Source::DynamicBroker,
        Source::DynamicDefault,
        Source::Static,
        Source::Default,
    ] {
        for (member, _) in &members {
            let given = layers.given(row(member)).find(|(_, from)| *from == source);
            synonyms.extend(given.map(|(value, source)| Synonym {
                name: (*member).to_owned(),
                value: Some(value.to_owned()),
                source,
            }));
        }
    }
    synonyms
        .into_iter()
        .skip_while(|synonym| synonym.name != name)
        .collect()
}

/// The dynamic defaults of the cluster: only what was set. A name that is not in the table shows
/// without its value, as in Kafka.
pub fn describe_cluster_default(cluster: &Overrides) -> Vec<Entry> {
    let entry = |(name, value): (&String, &String)| {
        let key = broker_key(name);
        let value = key.map(|_| value.clone());
        let source = Source::DynamicDefault;
        Entry {
            name: name.clone(),
            value: value.clone(),
            source,
            read_only: key.is_some_and(|key| key.mode == Mode::ReadOnly),
            kind: key.map_or(Kind::String, |key| key.kind),
            synonyms: vec![Synonym {
                name: name.clone(),
                value,
                source,
            }],
            documentation: key.map_or("", |key| key.sentence),
        }
    };
    cluster.iter().map(entry).collect()
}
