use std::collections::BTreeMap;
use std::time::Duration;

use super::complaint::Complaint;
use crate::client::admin::{self, NewTopic};
use crate::client::{ClientFault, Cluster, HostPort, Settings, Topic, offsets, persist};
use crate::model::{ErrorCode, NodeId, Uuid};

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
    /// The topic is made with so many when it is missing, and so many are used when it has more.
    pub partitions: Option<u32>,
    pub request_timeout: Duration,
}

/// One topic of a cluster, found: what executors need to open connections of their own.
#[derive(Clone, Debug)]
pub struct Target {
    pub bootstrap: String,
    pub settings: Settings,
    pub topic: String,
    pub topic_id: Uuid,
    /// Who leads each partition, from partition 0 on.
    pub leaders: Vec<NodeId>,
    pub brokers: BTreeMap<NodeId, HostPort>,
}

impl Address {
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

    /// Finds the topic, or makes it where it is known how many partitions it shall have.
    pub async fn find(&self) -> Result<Target, Complaint> {
        let cluster = self.connect().await?;
        let topic = match (self.known(&cluster).await?, self.partitions) {
            (Some(topic), _) => topic,
            (None, Some(partitions)) => self.create(&cluster, partitions).await?,
            (None, None) => cluster
                .await_topic(&self.topic, true)
                .await
                .map_err(|fault| self.explain(&fault))?,
        };
        let led = self.await_leaders(&cluster, &topic).await;
        led.map_err(|fault| self.explain(&fault))?;
        self.target(&cluster, &topic).await
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
            topic: self.topic.clone(),
            topic_id: topic.id,
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
