//! Random histories of the cluster, held against a model that a page can hold.

use std::collections::BTreeMap;

use corelane::cluster::{Cluster, Command, Reply, decode};
use fastrand::Rng;

use crate::cluster_fixture::Rig;

const HISTORIES: u64 = 100;
const STEPS: usize = 40;
const NAMES: [&str; 8] = ["a.b", "a_b", "c", "d", "e-f", "g", "h", "not~legal"];

/// What a topic should be: its partitions, and its own value of one key.
#[derive(Clone, PartialEq, Debug)]
struct ModelTopic {
    partitions: usize,
    retention: Option<String>,
}

#[derive(Default)]
struct Model {
    topics: BTreeMap<&'static str, ModelTopic>,
    producer_ids: i64,
}

impl Model {
    fn create(&mut self, name: &'static str, partitions: i32, retention: i64) {
        let fold = |name: &str| name.replace('_', ".");
        let taken = self.topics.keys().any(|other| fold(other) == fold(name));
        if partitions > 0 && retention >= -1 && !taken && !name.contains('~') {
            let retention = Some(retention.to_string());
            self.topics.insert(
                name,
                ModelTopic {
                    partitions: partitions as usize,
                    retention,
                },
            );
        }
    }

    fn grow(&mut self, name: &'static str, count: i32) {
        if let Some(topic) = self.topics.get_mut(name) {
            topic.partitions = topic.partitions.max(usize::try_from(count).unwrap_or(0));
        }
    }

    fn configure(&mut self, name: &'static str, retention: Option<i64>) {
        if let Some(topic) = self.topics.get_mut(name)
            && retention.is_none_or(|ms| ms >= -1)
        {
            topic.retention = retention.map(|ms| ms.to_string());
        }
    }
}

/// One random command, to the cluster and to the model.
fn step(rig: &mut Rig, model: &mut Model, dice: &mut Rng) {
    let name = NAMES[dice.usize(..NAMES.len())];
    let number = dice.i32(-2..6);
    let line = match dice.u8(..6) {
        0 | 1 => {
            model.create(name, number, i64::from(number));
            format!(
                "create {name}:{}:1 retention.ms={number}",
                if number == -1 { 0 } else { number }
            )
        }
        2 => {
            model.topics.remove(name);
            match dice.bool() {
                true => format!("delete {name}"),
                false => format!("delete id:{name}"),
            }
        }
        3 => {
            model.grow(name, number);
            format!("grow {name}:{number}")
        }
        4 => {
            let value = dice.bool().then_some(i64::from(number));
            model.configure(name, value);
            match value {
                Some(ms) => format!("alter topic:{name} set:retention.ms={ms}"),
                None => format!("alter topic:{name} delete:retention.ms"),
            }
        }
        _ => {
            model.producer_ids += 1000;
            "ids 1".to_owned()
        }
    };
    rig.line(&line);
}

fn check(rig: &Rig, model: &Model) {
    let seen: BTreeMap<&str, ModelTopic> = rig
        .image()
        .topics()
        .map(|topic| {
            let overrides = rig.image().topic_overrides(&topic.name);
            let retention = overrides.get("retention.ms").cloned();
            let partitions = topic.partitions.len();
            (
                topic.name.as_str(),
                ModelTopic {
                    partitions,
                    retention,
                },
            )
        })
        .collect();
    assert_eq!(seen, model.topics);
    assert_eq!(rig.image().next_producer_id(), model.producer_ids);
}

fn replayed<'a>(log: impl Iterator<Item = &'a Vec<u8>>) -> Cluster {
    let mut cluster = Cluster::default();
    for bytes in log {
        cluster.replay(&decode(bytes).expect("a record of our own"));
    }
    cluster
}

/// Plays one history and checks the universal property on its way: replay(all records) == live
/// state, and a snapshot is as good as the log it stands for.
fn play(seed: u64) {
    let mut dice = Rng::with_seed(seed);
    let (mut rig, mut model) = (Rig::new(""), Model::default());
    rig.line("register 1");
    for _ in 0..STEPS {
        let before = rig.image().clone();
        let records = rig.log.len();
        step(&mut rig, &mut model, &mut dice);
        check(&rig, &model);
        assert!(
            rig.log.len() > records || before == *rig.image(),
            "no record, no change"
        );
    }
    rig.line("register 1 unclean");
    assert_eq!(replayed(rig.log.iter()).image(), rig.image());
    let mut snapshot = Cluster::default();
    rig.image()
        .records()
        .iter()
        .for_each(|record| snapshot.replay(record));
    assert_eq!(snapshot.image(), rig.image());
}

#[test]
fn histories_agree_with_the_model_and_with_their_replay() {
    for seed in 0..HISTORIES {
        let played = std::panic::catch_unwind(|| play(seed));
        assert!(played.is_ok(), "seed {seed} of cluster_model fails");
    }
}

/// The deltas of a history, taken at random points, lead a mirror of its topics to the same end.
#[test]
fn deltas_lead_a_mirror_to_the_same_topics() {
    for seed in 0..HISTORIES {
        let mut dice = Rng::with_seed(seed);
        let (mut rig, mut model) = (Rig::new(""), Model::default());
        rig.line("register 1");
        let mut mirror = BTreeMap::new();
        for _ in 0..STEPS {
            step(&mut rig, &mut model, &mut dice);
            if dice.u8(..4) > 0 {
                continue;
            }
            let delta = rig.cluster.take_delta();
            for (id, topic) in &delta.topics_deleted {
                assert!(
                    mirror
                        .remove(id)
                        .is_some_and(|count| count <= topic.partitions.len())
                );
            }
            for id in &delta.topics_created {
                let topic = rig
                    .image()
                    .topic_by_id(*id)
                    .expect("created topics are there");
                assert_eq!(mirror.insert(*id, topic.partitions.len()), None);
            }
            for partition in &delta.partitions_created {
                let count = mirror
                    .get_mut(&partition.topic)
                    .expect("grown topics were there");
                assert_eq!(usize::try_from(partition.index), Ok(*count), "seed {seed}");
                *count += 1;
            }
            let seen = rig
                .image()
                .topics()
                .map(|topic| (topic.id, topic.partitions.len()));
            assert_eq!(mirror, seen.collect(), "seed {seed}");
        }
    }
}

/// A decision that is never replayed leaves no trace, and deciding again says the same.
#[test]
fn deciding_changes_nothing() {
    let mut rig = Rig::new("");
    rig.line("register 1");
    let command = Command::AllocateProducerIds(corelane::model::NodeId(1));
    let before = rig.image().clone();
    let first = rig.decide(&command);
    assert_eq!(first, rig.decide(&command));
    assert_eq!(&before, rig.image());
    let reply = first.expect("a registered broker gets ids").reply;
    assert_eq!(
        reply,
        Reply::ProducerIds {
            first: 0,
            count: 1000
        }
    );
}
