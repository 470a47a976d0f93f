//! A cluster under test, that takes commands as lines of text.

use std::fmt::Write;

use corelane::cluster::{
    Change, Cluster, Command, Decision, Endpoint, FeatureChange, FeatureStep, GrownTopic, Image,
    NewTopic, Refusal, Registration, Resource, ResourceChange, TopicRef, decode, encode,
};
use corelane::config::{Edit, Operation, Settings};
use corelane::model::{NodeId, Offset, PartitionId, TopicId, Uuid};
use corelane::wire::metadata::Record;
use corelane::wire::metadata::broker::BrokerRegistrationChangeRecord;

use crate::cluster_show::{show_delta, show_record, show_reply, show_topic};

/// Decides, keeps the log, and replays it.
pub struct Rig {
    pub cluster: Cluster,
    pub settings: Settings,
    pub log: Vec<Vec<u8>>,
    dice: u8,
}

impl Rig {
    pub fn new(settings: &str) -> Rig {
        let (settings, _) = Settings::parse(settings, &[]).expect("legal settings");
        Rig {
            cluster: Cluster::default(),
            settings,
            log: Vec::new(),
            dice: 0,
        }
    }

    pub fn image(&self) -> &Image {
        self.cluster.image()
    }

    pub fn decide(&self, command: &Command) -> Result<Decision, Refusal> {
        let settings = self.image().broker_settings(&self.settings);
        self.cluster.decide(command, &settings)
    }

    /// Decides and makes it so, through the bytes of the log.
    pub fn run(&mut self, command: &Command) -> Result<Decision, Refusal> {
        let decision = self.decide(command)?;
        for record in &decision.records {
            self.append(record);
        }
        Ok(decision)
    }

    pub fn append(&mut self, record: &Record<'_>) {
        let bytes = encode(record);
        let read = decode(&bytes).expect("a record that was just written");
        assert_eq!(&read, record);
        self.cluster.replay(&read);
        self.log.push(bytes);
    }

    /// Runs one line of a script and shows what it did.
    pub fn line(&mut self, line: &str) -> String {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let mut shown = String::new();
        match verb {
            "fence" | "unfence" => self.append(&fencing(rest, verb == "fence")),
            "show" => shown = show_topic(self.image(), rest),
            "delta" => shown = show_delta(&mut self.cluster),
            _ => {
                let command = self.command(verb, rest);
                match self.run(&command) {
                    Ok(decision) => {
                        show_reply(&mut shown, &decision.reply);
                        for record in &decision.records {
                            let _ = writeln!(shown, "  {}", show_record(self.image(), record));
                        }
                    }
                    Err(refusal) => shown = format!("refused: {refusal}\n"),
                }
            }
        }
        shown
    }

    fn command(&mut self, verb: &str, rest: &str) -> Command {
        let validate_only = verb.starts_with("check-");
        let items = rest.split(" ; ");
        let node = |text: &str| NodeId(text.parse().expect(text));
        match verb {
            "register" => Command::Register(self.registration(rest)),
            "create" | "check-create" => {
                let topics = items.map(|item| self.new_topic(item)).collect();
                Command::CreateTopics {
                    topics,
                    validate_only,
                }
            }
            "delete" => {
                let image = self.image();
                Command::DeleteTopics(items.map(|item| topic_ref(image, item)).collect())
            }
            "grow" | "check-grow" => {
                let topics = items.map(grown_topic).collect();
                Command::CreatePartitions {
                    topics,
                    validate_only,
                }
            }
            "alter" | "check-alter" => {
                let resources = items.map(resource_change).collect();
                Command::AlterConfigs {
                    resources,
                    validate_only,
                }
            }
            "features" | "check-features" => {
                let changes = items.map(feature_change).collect();
                Command::UpdateFeatures {
                    changes,
                    validate_only,
                }
            }
            "ids" => Command::AllocateProducerIds(node(rest)),
            "lose" => {
                let (broker, left) = rest.split_once(' ').expect(rest);
                let online = numbers(left).into_iter().map(log_dir).collect();
                let node = node(broker);
                Command::LoseLogDirs { node, online }
            }
            "hold" => {
                let (broker, found) = rest.split_once(' ').expect(rest);
                let image = self.image();
                let found = found.split(' ').map(|item| held(image, item)).collect();
                let node = node(broker);
                Command::AssignLogDirs { node, found }
            }
            "unregister" => Command::UnregisterBroker(node(rest)),
            _ => panic!("no such verb: {verb}"),
        }
    }

    fn registration(&mut self, rest: &str) -> Registration {
        let mut words = rest.split(' ');
        let node: i32 = words
            .next()
            .and_then(|word| word.parse().ok())
            .expect("a node");
        self.dice += 1;
        let mut words = words.peekable();
        let dirs = words.next_if(|word| word.starts_with("dirs:"));
        let dirs = match dirs {
            Some(word) => numbers(word.trim_start_matches("dirs:")),
            None => vec![100 + node],
        };
        let (listener, host) = ("PLAINTEXT".to_owned(), "localhost".to_owned());
        Registration {
            node: NodeId(node),
            offset: Offset(self.log.len() as i64),
            incarnation: Uuid::from_random([self.dice; 16]),
            endpoints: vec![Endpoint {
                listener,
                host,
                port: 9092,
            }],
            rack: None,
            log_dirs: dirs.into_iter().map(log_dir).collect(),
            features: [("metadata.version".to_owned(), (7, 30))].into(),
            unclean: words.next() == Some("unclean"),
        }
    }

    /// `name:partitions:replication`, then `key=value` settings and `@0:1,2` assignments.
    fn new_topic(&mut self, item: &str) -> NewTopic {
        self.dice += 1;
        let mut words = item.split(' ');
        let mut head = words.next().unwrap_or("").split(':');
        let name = head.next().unwrap_or("").replace('~', " ");
        let mut number = || head.next().map_or(-1, |word| word.parse().expect(word));
        let (partitions, replication) = (number(), number() as i16);
        let (mut assignments, mut configs) = (Vec::new(), Vec::new());
        for word in words {
            match word.strip_prefix('@') {
                Some(word) => {
                    let (index, replicas) = word.split_once(':').expect(word);
                    assignments.push((index.parse().expect(word), numbers(replicas)));
                }
                None => configs.push(pair(word)),
            }
        }
        let dice = [self.dice; 16];
        NewTopic {
            name,
            partitions,
            replication,
            assignments,
            configs,
            dice,
        }
    }
}

fn numbers(text: &str) -> Vec<i32> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(|word| word.parse().expect(word))
        .collect()
}

/// The id of a log directory, by a number.
fn log_dir(number: i32) -> Uuid {
    Uuid::from_random([number as u8; 16])
}

/// `topic-partition:dir`
fn held(image: &Image, item: &str) -> (PartitionId, Uuid) {
    let (partition, dir) = item.split_once(':').expect(item);
    let (topic, index) = partition.rsplit_once('-').expect(item);
    let topic = image.topic(topic).expect(item).id;
    let index = index.parse().expect(item);
    (PartitionId { topic, index }, log_dir(numbers(dir)[0]))
}

/// `key=value`, or `key` alone for a null.
fn pair(word: &str) -> (String, Option<String>) {
    match word.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (word.to_owned(), None),
    }
}

/// `name`, `id:name`, `both:name` or `neither`.
fn topic_ref(image: &Image, item: &str) -> TopicRef {
    let id_of = |name: &str| match image.topic(name) {
        Some(topic) => topic.id,
        None => TopicId::from_bytes([1; 16]),
    };
    match item.split_once(':') {
        Some(("id", name)) => TopicRef {
            name: None,
            id: id_of(name),
        },
        Some((_, name)) => TopicRef {
            name: Some(name.to_owned()),
            id: id_of(name),
        },
        None if item == "neither" => TopicRef {
            name: None,
            id: TopicId::ZERO,
        },
        None => TopicRef {
            name: Some(item.to_owned()),
            id: TopicId::ZERO,
        },
    }
}

/// `name:count`, then the replicas of each new partition, or `@` for none of them.
fn grown_topic(item: &str) -> GrownTopic {
    let mut words = item.split(' ');
    let (name, count) = words
        .next()
        .and_then(|head| head.split_once(':'))
        .expect(item);
    let given: Vec<&str> = words.collect();
    let assigned = given
        .iter()
        .filter(|word| **word != "@")
        .map(|word| numbers(word))
        .collect();
    let assignments = (!given.is_empty()).then_some(assigned);
    let count = count.parse().expect(item);
    GrownTopic {
        name: name.to_owned(),
        count,
        assignments,
        dice: 0,
    }
}

/// `topic:t set:key=value delete:key append:key=a`, or `topic:t all key=value`.
fn resource_change(item: &str) -> ResourceChange {
    let mut words = item.split(' ');
    let (kind, name) = words
        .next()
        .and_then(|head| head.split_once(':'))
        .expect(item);
    let name = name.replace('~', " ");
    let resource = match kind {
        "topic" => Resource::Topic(name),
        "broker" => Resource::Broker(name),
        code => Resource::from_wire(code.parse().expect(item), name),
    };
    let words: Vec<&str> = words.collect();
    let change = match words.split_first() {
        Some((&"all", rest)) => Change::Replace(rest.iter().map(|word| pair(word)).collect()),
        _ => Change::Edit(words.iter().map(|word| edit(word)).collect()),
    };
    ResourceChange { resource, change }
}

fn edit(word: &str) -> Edit {
    let (verb, rest) = word.split_once(':').expect(word);
    let verbs = ["set", "delete", "append", "subtract"];
    let code = verbs.iter().position(|known| *known == verb).expect(word);
    let (key, value) = pair(rest);
    Edit {
        key,
        operation: Operation::from_code(code as i8).expect(word),
        value,
    }
}

/// `name:level:step`, with the step's number on the wire.
fn feature_change(item: &str) -> FeatureChange {
    let words: Vec<&str> = item.split(':').collect();
    FeatureChange {
        name: words[0].to_owned(),
        level: words[1].parse().expect(item),
        step: FeatureStep::from_code(words[2].parse().expect(item)).expect(item),
    }
}

fn fencing(node: &str, fenced: bool) -> Record<'static> {
    let (broker_id, fenced) = (node.parse().expect(node), if fenced { 1 } else { -1 });
    BrokerRegistrationChangeRecord {
        broker_id,
        fenced,
        ..Default::default()
    }
    .into()
}
