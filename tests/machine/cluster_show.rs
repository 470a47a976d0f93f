//! What a cluster decides and what it holds, as lines of a transcript.

use std::collections::BTreeSet;
use std::fmt::Write;

use corelane::cluster::{Cluster, Image, Refusal, Reply};
use corelane::model::{NodeId, PartitionId, TopicId};
use corelane::wire::metadata::Record;

pub fn show_reply(shown: &mut String, reply: &Reply) {
    let mut say = |name: &str, outcome: String| {
        let _ = writeln!(shown, "{name}: {outcome}");
    };
    let unit = |result: &Result<(), Refusal>| match result {
        Ok(()) => "ok".to_owned(),
        Err(refusal) => format!("refused: {refusal}"),
    };
    match reply {
        Reply::Registered { epoch } => say("epoch", epoch.to_string()),
        Reply::Created(topics) => topics.iter().for_each(|(name, result)| match result {
            Ok(made) => say(name, format!("{} x {}", made.partitions, made.replication)),
            Err(refusal) => say(name, format!("refused: {refusal}")),
        }),
        Reply::Deleted(topics) => topics.iter().for_each(|topic| {
            say(topic.name.as_deref().unwrap_or("?"), unit(&topic.result));
        }),
        Reply::Grown(topics) => topics
            .iter()
            .for_each(|(name, result)| say(name, unit(result))),
        Reply::Altered(all) => {
            all.iter()
                .for_each(|(resource, result)| say(resource.name(), unit(result)));
        }
        Reply::ProducerIds { first, count } => say("ids", format!("{first} and {count} on")),
        Reply::FeaturesUpdated => say("features", "updated".to_owned()),
        Reply::LogDirsChanged => say("log dirs", "changed".to_owned()),
        Reply::Unregistered => say("broker", "unregistered".to_owned()),
    }
}

pub fn show_record(image: &Image, record: &Record<'_>) -> String {
    let name = |id: &TopicId| match image.topic_by_id(*id) {
        Some(topic) => topic.name.to_string(),
        None => "?".to_owned(),
    };
    match record {
        Record::Topic(body) => format!("Topic {}", body.name),
        Record::RemoveTopic(body) => format!("RemoveTopic {}", name(&body.topic_id)),
        Record::Partition(body) => format!(
            "Partition {}-{} on {:?}, in sync {:?}, led by {}",
            name(&body.topic_id),
            body.partition_id,
            body.replicas,
            body.isr,
            body.leader
        ),
        Record::PartitionChange(body) => {
            format!(
                "PartitionChange {}-{} led by {}",
                name(&body.topic_id),
                body.partition_id,
                body.leader
            )
        }
        Record::Config(body) => {
            let value = body
                .value
                .as_deref()
                .map_or("null".into(), |value| format!("{value:?}"));
            format!(
                "Config {}:{} {}={value}",
                body.resource_type, body.resource_name, body.name
            )
        }
        Record::RegisterBroker(body) => {
            format!(
                "RegisterBroker {} in epoch {}",
                body.broker_id, body.broker_epoch
            )
        }
        Record::FeatureLevel(body) => format!("FeatureLevel {}={}", body.name, body.feature_level),
        Record::ProducerIds(body) => format!("ProducerIds up to {}", body.next_producer_id),
        other => other.name().to_owned(),
    }
}

pub fn show_topic(image: &Image, name: &str) -> String {
    let Some(topic) = image.topic(name) else {
        return "no such topic\n".to_owned();
    };
    let mut shown = String::new();
    for (index, partition) in topic.numbered() {
        let a = &partition.assignment;
        let ids = |nodes: &[NodeId]| nodes.iter().map(|node| node.0).collect::<Vec<_>>();
        let (replicas, in_sync) = (ids(&a.replicas), ids(&a.in_sync));
        let (leader, epochs) = (a.leader.0, (a.leader_epoch.0, a.partition_epoch));
        let _ = write!(
            shown,
            "{index}: {replicas:?} in sync {in_sync:?} led by {leader} {epochs:?}"
        );
        if image.brokers().any(|broker| broker.log_dirs.len() > 1) {
            let dirs = partition.directories.iter().map(|dir| dir.as_bytes()[0]);
            let offline = ids(&partition.offline_replicas(image));
            let _ = write!(
                shown,
                " in {:?} offline {offline:?}",
                dirs.collect::<Vec<_>>()
            );
        }
        shown.push('\n');
    }
    for (key, value) in image.topic_overrides(&topic.name) {
        let _ = writeln!(shown, "{key}={value}");
    }
    shown
}

pub fn show_delta(cluster: &mut Cluster) -> String {
    let delta = cluster.take_delta();
    let name = |id: &TopicId| {
        cluster
            .image()
            .topic_by_id(*id)
            .map_or("?", |topic| &topic.name)
    };
    let mut shown = String::new();
    let mut say = |what: &str, names: Vec<String>| {
        if !names.is_empty() {
            let _ = writeln!(shown, "{what}: {}", names.join(" "));
        }
    };
    let each = |ids: &BTreeSet<PartitionId>| -> Vec<String> {
        ids.iter()
            .map(|id| format!("{}-{}", name(&id.topic), id.index))
            .collect()
    };
    say(
        "deleted",
        delta
            .topics_deleted
            .values()
            .map(|topic| topic.name.to_string())
            .collect(),
    );
    say(
        "created",
        delta
            .topics_created
            .iter()
            .map(|id| name(id).to_owned())
            .collect(),
    );
    say("grown", each(&delta.partitions_created));
    say("changed", each(&delta.partitions_changed));
    say(
        "configured",
        delta
            .topics_configured
            .iter()
            .map(|name| name.to_string())
            .collect(),
    );
    for (what, happened) in [
        ("broker settings", delta.brokers_configured),
        ("brokers", delta.brokers_changed),
        ("features", delta.features_changed),
    ] {
        say(
            what,
            if happened {
                vec!["changed".to_owned()]
            } else {
                Vec::new()
            },
        );
    }
    shown
}
