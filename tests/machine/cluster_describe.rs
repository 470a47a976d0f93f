//! What DescribeConfigs is told of the cluster's resources.

use corelane::cluster::{Refusal, Resource, describe_configs};
use corelane::config::{Entry, Source};

use crate::cluster_fixture::Rig;

fn described(rig: &Rig, resource: Resource) -> Result<Vec<Entry>, String> {
    let settings = rig.image().broker_settings(&rig.settings);
    describe_configs(rig.image(), &settings, &resource).map_err(|refusal| refusal.to_string())
}

fn sources(rig: &Rig, resource: Resource, key: &str) -> (Option<String>, Vec<Source>) {
    let entries = described(rig, resource).expect("a resource that exists");
    let entry = entries
        .into_iter()
        .find(|entry| entry.name == key)
        .expect(key);
    (
        entry.value,
        entry
            .synonyms
            .iter()
            .map(|synonym| synonym.source)
            .collect(),
    )
}

fn topic(name: &str) -> Resource {
    Resource::Topic(name.to_owned())
}

fn broker(id: &str) -> Resource {
    Resource::Broker(id.to_owned())
}

#[test]
fn altered_settings_are_described_at_once() {
    let mut rig = Rig::new("log.segment.bytes=2097152");
    rig.line("register 1");
    rig.line("create t:1:1");
    let segment = |rig: &Rig| sources(rig, topic("t"), "segment.bytes");
    let shown = |value: &str, sources: &[Source]| (Some(value.to_owned()), sources.to_vec());
    use Source::{Default, DynamicBroker, DynamicDefault, Static, Topic};
    assert_eq!(segment(&rig), shown("2097152", &[Static, Default]));
    rig.line("alter broker: set:log.segment.bytes=3145728");
    assert_eq!(
        segment(&rig),
        shown("3145728", &[DynamicDefault, Static, Default])
    );
    rig.line("alter broker:1 set:log.segment.bytes=4194304");
    rig.line("alter topic:t set:segment.bytes=5242880");
    let all = [Topic, DynamicBroker, DynamicDefault, Static, Default];
    assert_eq!(segment(&rig), shown("5242880", &all));
    let cluster = described(&rig, broker("")).expect("the cluster's default");
    assert_eq!(cluster.len(), 1);
    assert_eq!(
        sources(&rig, broker("1"), "node.id"),
        shown("1", &[Default])
    );
}

/// Texts read off a broker of Kafka 4.3.1, but for the unknown type.
#[test]
fn what_cannot_be_described_is_refused() {
    let mut rig = Rig::new("");
    rig.line("register 1");
    for (resource, expected) in [
        (
            topic("nope"),
            "This server does not host this topic-partition.",
        ),
        (
            topic(""),
            "Topic name is invalid: the empty string is not allowed",
        ),
        (
            broker("2"),
            "Unexpected broker id, expected 1 or empty string, but received 2",
        ),
        (broker("x"), "Broker id must be an integer, but it is: x"),
        (
            Resource::from_wire(99, "x".to_owned()),
            "Unknown resource type 99",
        ),
    ] {
        assert_eq!(described(&rig, resource), Err(expected.to_owned()));
    }
    let unknown = describe_configs(rig.image(), &rig.settings, &topic("nope"));
    assert_eq!(unknown, Err(Refusal::UnknownTopic));
}
