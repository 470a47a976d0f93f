//! Settings seen and changed from outside.

use rdkafka::admin::{AlterConfig, ConfigEntry, ConfigSource, ResourceSpecifier};
use rdkafka::consumer::{BaseConsumer, Consumer};

use crate::broker::{PATIENCE, admin, fresh_name, options, settings, topic, until, wait};

fn describe(resource: ResourceSpecifier<'_>) -> Vec<ConfigEntry> {
    let mut results = wait(admin().describe_configs([&resource], &options())).unwrap();
    results.remove(0).unwrap().entries
}

fn entry(topic: &str, key: &str) -> ConfigEntry {
    let entries = describe(ResourceSpecifier::Topic(topic));
    entries
        .into_iter()
        .find(|entry| entry.name == key)
        .expect("the key is described")
}

#[test]
fn a_topic_shows_its_overrides_and_defaults() {
    let topic = topic(
        "describe",
        1,
        &[("retention.ms", "123456"), ("cleanup.policy", "compact")],
    );
    let retention = entry(&topic, "retention.ms");
    assert_eq!(retention.value.as_deref(), Some("123456"));
    assert_eq!(retention.source, ConfigSource::DynamicTopic);
    assert!(!retention.is_default && !retention.is_read_only && !retention.is_sensitive);
    assert_eq!(
        entry(&topic, "cleanup.policy").value.as_deref(),
        Some("compact")
    );
    let segment = entry(&topic, "segment.bytes");
    assert_eq!(segment.value.as_deref(), Some("1073741824"));
    assert_eq!(segment.source, ConfigSource::Default);
    assert_eq!(
        entry(&topic, "max.message.bytes").value.as_deref(),
        Some("1048588")
    );
    assert_eq!(
        entry(&topic, "compression.type").value.as_deref(),
        Some("producer")
    );
}

#[test]
fn altering_a_topic_replaces_all_its_overrides() {
    let topic = topic(
        "alter",
        1,
        &[("retention.ms", "1000"), ("segment.bytes", "2097152")],
    );
    let alter = AlterConfig::new(ResourceSpecifier::Topic(&topic)).set("retention.ms", "2000");
    let results = wait(admin().alter_configs([&alter], &options())).unwrap();
    assert!(results[0].is_ok(), "{results:?}");
    until("the new value is seen", || {
        entry(&topic, "retention.ms").value.as_deref() == Some("2000")
    });
    assert_eq!(
        entry(&topic, "segment.bytes").value.as_deref(),
        Some("1073741824")
    );
}

// The Rust face of librdkafka drops the error of a single resource, so these two tests look at
// what a refusal leaves behind.

#[test]
fn an_impossible_value_changes_nothing() {
    let topic = topic("alter-bad", 1, &[("retention.ms", "1000")]);
    for (key, value) in [
        ("retention.ms", "soon"),
        ("no.such.key", "1"),
        ("segment.bytes", "-1"),
    ] {
        let alter = AlterConfig::new(ResourceSpecifier::Topic(&topic)).set(key, value);
        wait(admin().alter_configs([&alter], &options())).unwrap();
        assert_eq!(
            entry(&topic, "retention.ms").value.as_deref(),
            Some("1000"),
            "{key}={value}"
        );
    }
}

#[test]
fn an_unknown_topic_has_no_settings() {
    let name = fresh_name("nowhere");
    assert_eq!(describe(ResourceSpecifier::Topic(&name)), []);
}

#[test]
fn the_broker_shows_its_settings() {
    let client: BaseConsumer = settings().create().unwrap();
    let metadata = client.fetch_metadata(None, PATIENCE).unwrap();
    let node = metadata.brokers()[0].id();
    let entries = describe(ResourceSpecifier::Broker(node));
    let value = |key: &str| {
        let entry = entries.iter().find(|entry| entry.name == key);
        entry
            .unwrap_or_else(|| panic!("{key} is described"))
            .value
            .clone()
    };
    assert_eq!(value("node.id"), Some(node.to_string()));
    assert_eq!(value("message.max.bytes").as_deref(), Some("1048588"));
    assert_eq!(value("auto.create.topics.enable").as_deref(), Some("true"));
}
