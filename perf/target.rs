use std::collections::BTreeMap;
use std::time::Duration;

use super::complaint::Complaint;
use crate::client::admin::{self, NewTopic};
use crate::client::{ClientFault, Cluster, HostPort, Settings, Topic, offsets, persist};
use crate::model::{ErrorCode, NodeId, Uuid};

/// How long a request may take where nothing else was asked for.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long finding brokers and leaders is tried before a run gives up.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the leaders of a topic may take to know that they lead: a thousand partitions take
/// Kafka a while.
const LEADERS_TIMEOUT: Duration = Duration::from_secs(60);
/// Let the broker decide.
const BROKER_DEFAULT: i16 = -1;

/// Where a run goes, as typed.
#[derive(Clone, Debug)]
pub struct Address {
    pub bootstrap: String,
    pub topic: String,
    /// More than one have numbers behind their name: see [`topic_names`].
    pub topics: u32,
    /// A topic is made with so many when it is missing, and so many are used when it has more.
    pub partitions: Option<u32>,
    pub request_timeout: Duration,
}

/// The topics that a name and a count stand for: `t`, or `t-0`, `t-1` and so on.
pub fn topic_names(name: &str, count: u32) -> Vec<String> {
    match count {
        0 | 1 => vec![name.to_owned()],
        count => (0..count)
            .map(|number| format!("{name}-{number}"))
            .collect(),
    }
}

/// A topic as found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    pub name: String,
    pub id: Uuid,
}

/// The topics of a run, found: what executors need to open connections of their own. Their
/// partitions are counted through, topic by topic, each with as many as the others: a *slot*.
#[derive(Clone, Debug)]
pub struct Target {
    pub bootstrap: String,
    pub settings: Settings,
    pub topics: Vec<Named>,
    /// Of each topic; at least 1.
    pub partitions: usize,
    /// Who leads each slot.
    pub leaders: Vec<NodeId>,
    pub brokers: BTreeMap<NodeId, HostPort>,
}

impl Target {
    /// The topic, for runs that have one.
    pub fn topic(&self) -> &Named {
        self.topic_of(0)
    }

    /// The topic of a slot.
    pub fn topic_of(&self, slot: usize) -> &Named {
        &self.topics[slot / self.partitions]
    }

    /// A slot's partition in its topic.
    pub fn partition_of(&self, slot: usize) -> i32 {
        i32::try_from(slot % self.partitions).unwrap_or(i32::MAX)
    }

    /// The slot of a partition of a topic that is told by its name or, where that is empty, its
    /// id.
    pub fn slot(&self, topic: (&str, Uuid), partition: i32) -> Option<usize> {
        let (name, id) = topic;
        let is_it = |topic: &Named| match name {
            "" => topic.id == id,
            name => topic.name == name,
        };
        let topic = self.topics.iter().position(is_it)?;
        let partition = usize::try_from(partition).ok();
        let partition = partition.filter(|at| *at < self.partitions)?;
        Some(topic * self.partitions + partition)
    }

    /// Takes in another target of the same cluster.
    fn join(&mut self, other: Target) -> Result<(), Complaint> {
        if other.partitions != self.partitions {
            let fewest = self.partitions.min(other.partitions);
            return Err(Complaint(format!(
                "{} and {} do not have equally many partitions: say --partitions {fewest}",
                self.topic().name,
                other.topic().name
            )));
        }
        self.topics.extend(other.topics);
        self.leaders.extend(other.leaders);
        self.brokers.extend(other.brokers);
        Ok(())
    }

    /// The names of all topics, for people.
    pub fn names(&self) -> String {
        match &self.topics[..] {
            [first, .., last] => format!("{} to {}", first.name, last.name),
            _ => self.topic().name.clone(),
        }
    }
}

impl Address {
    /// One topic with the partitions it has, where nothing else was asked for.
    pub fn single(bootstrap: &str, topic: &str) -> Address {
        Address {
            bootstrap: bootstrap.to_owned(),
            topic: topic.to_owned(),
            topics: 1,
            partitions: None,
            request_timeout: REQUEST_TIMEOUT,
        }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            client_id: "corelane-perf".to_owned(),
            request_timeout: self.request_timeout,
            call_timeout: CALL_TIMEOUT,
            ..Settings::default()
        }
    }

    pub async fn connect(&self) -> Result<Cluster, Complaint> {
        Ok(Cluster::connect(&self.bootstrap, self.settings()).await?)
    }

    /// Whether the topic is there.
    pub async fn exists(&self) -> Result<bool, Complaint> {
        let cluster = self.connect().await?;
        Ok(self.known(&cluster).await?.is_some())
    }

    /// Finds the topics, or makes them where it is known how many partitions they shall have.
    pub async fn find(&self) -> Result<Target, Complaint> {
        let cluster = self.connect().await?;
        let mut found: Option<Target> = None;
        for name in topic_names(&self.topic, self.topics) {
            let one = Address {
                topic: name,
                topics: 1,
                ..self.clone()
            };
            let target = one.find_one(&cluster).await?;
            match &mut found {
                None => found = Some(target),
                Some(all) => all.join(target)?,
            }
        }
        found.ok_or_else(|| Complaint::new("there is no topic to use"))
    }

    async fn find_one(&self, cluster: &Cluster) -> Result<Target, Complaint> {
        let topic = match (self.known(cluster).await?, self.partitions) {
            (Some(topic), _) => topic,
            (None, Some(partitions)) => self.create(cluster, partitions).await?,
            (None, None) => cluster
                .await_topic(&self.topic, true)
                .await
                .map_err(|fault| self.explain(&fault))?,
        };
        let led = self.await_leaders(cluster, &topic).await;
        led.map_err(|fault| self.explain(&fault))?;
        self.target(cluster, &topic).await
    }

    /// The topic if it is there.
    async fn known(&self, cluster: &Cluster) -> Result<Option<Topic>, Complaint> {
        match cluster.refresh(&self.topic, false).await {
            Ok(topic) => Ok(Some(topic)),
            Err(fault) if fault.code() == Some(ErrorCode::UnknownTopicOrPartition) => Ok(None),
            Err(fault) => Err(self.explain(&fault)),
        }
    }

    async fn create(&self, cluster: &Cluster, partitions: u32) -> Result<Topic, Complaint> {
        let new = NewTopic {
            name: self.topic.clone(),
            partitions: i32::try_from(partitions).unwrap_or(i32::MAX),
            replication_factor: BROKER_DEFAULT,
            ..NewTopic::default()
        };
        match admin::create_topic(cluster, &new).await {
            Ok(()) => {}
            Err(fault) if fault.code() == Some(ErrorCode::TopicAlreadyExists) => {}
            Err(fault) => {
                let text = format!("cannot create topic {}: {fault}", self.topic);
                return Err(Complaint(text));
            }
        }
        let found = cluster.await_topic(&self.topic, false).await;
        found.map_err(|fault| self.explain(&fault))
    }

    /// Waits until every leader that is named leads: Kafka's brokers hear of a new topic after
    /// clients may, and refuse batches until then.
    async fn await_leaders(&self, cluster: &Cluster, topic: &Topic) -> Result<(), ClientFault> {
        let partitions: Vec<i32> = topic.partitions.iter().map(|one| one.index).collect();
        let settings = Settings {
            call_timeout: LEADERS_TIMEOUT,
            ..self.settings()
        };
        persist(&settings, async || {
            let ends = offsets::list(cluster, &self.topic, &partitions, offsets::LATEST).await?;
            ends.into_iter().try_for_each(|end| end.result.map(drop))
        })
        .await
    }

    async fn target(&self, cluster: &Cluster, topic: &Topic) -> Result<Target, Complaint> {
        let has = topic.partitions.len();
        let wanted = self.partitions.map_or(has, |wanted| wanted as usize);
        if wanted > has {
            return Err(Complaint(format!(
                "topic {} has {has} partitions, not {wanted}: name another topic, or say \
                 --partitions {has}",
                self.topic
            )));
        }
        let mut leaders = Vec::with_capacity(wanted);
        let mut brokers = BTreeMap::new();
        for partition in topic.partitions.iter().take(wanted) {
            let leader = partition.leader.ok_or(ClientFault::NoLeader {
                topic: self.topic.clone(),
                partition: partition.index,
            })?;
            leaders.push(leader);
            if let std::collections::btree_map::Entry::Vacant(entry) = brokers.entry(leader) {
                entry.insert(cluster.broker(leader).await?.address().clone());
            }
        }
        Ok(Target {
            bootstrap: self.bootstrap.clone(),
            settings: self.settings(),
            topics: vec![Named {
                name: self.topic.clone(),
                id: topic.id,
            }],
            partitions: leaders.len().max(1),
            leaders,
            brokers,
        })
    }

    fn explain(&self, fault: &ClientFault) -> Complaint {
        let Address {
            topic, bootstrap, ..
        } = self;
        match fault.code() {
            Some(ErrorCode::UnknownTopicOrPartition) => Complaint(format!(
                "topic {topic} does not exist at {bootstrap}, which does not create topics by \
                 itself: add --partitions N to have it made"
            )),
            _ => Complaint(format!("cannot use topic {topic} at {bootstrap}: {fault}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Named, NodeId, Settings, Target, Uuid, topic_names};

    fn target(topics: u8, partitions: usize) -> Target {
        let names = topic_names("t", u32::from(topics));
        let named = |(number, name): (u8, String)| Named {
            name,
            id: Uuid::from_bytes([number; 16]),
        };
        Target {
            bootstrap: String::new(),
            settings: Settings::default(),
            topics: (0..).zip(names).map(named).collect(),
            partitions,
            leaders: vec![NodeId(1); partitions * usize::from(topics)],
            brokers: BTreeMap::new(),
        }
    }

    #[test]
    fn slots_go_through_the_partitions_of_topic_after_topic() {
        let two = target(2, 3);
        assert_eq!(two.names(), "t-0 to t-1");
        assert_eq!(
            (two.topic_of(4).name.as_str(), two.partition_of(4)),
            ("t-1", 1)
        );
        let unnamed = Uuid::from_bytes([9; 16]);
        assert_eq!(two.slot(("t-1", unnamed), 1), Some(4));
        assert_eq!(two.slot(("", Uuid::from_bytes([1; 16])), 2), Some(5));
        assert_eq!(two.slot(("t-1", unnamed), 3), None);
        assert_eq!(two.slot(("other", Uuid::from_bytes([1; 16])), 0), None);
        assert_eq!(target(1, 3).names(), "t");
    }

    #[test]
    fn topics_of_a_run_have_equally_many_partitions() {
        let mut one = target(1, 3);
        assert!(one.join(target(1, 3)).is_ok());
        assert_eq!((one.topics.len(), one.leaders.len()), (2, 6));
        let refused = one.join(target(1, 2)).unwrap_err();
        assert!(refused.0.contains("say --partitions 2"), "{refused}");
    }
}
