use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::metadata::{Topic, View};
use super::retry::persist;
use super::{Answer, ClientFault, Connection, HostPort, Settings};
use crate::model::NodeId;
use crate::wire::api::metadata;
use crate::wire::{Message, Text};

/// A cluster, found through a few of its brokers. Keeps one connection to each broker that it
/// needed; a connection that ended is made anew when it is next asked for.
#[derive(Debug)]
pub struct Cluster {
    settings: Settings,
    bootstrap: Vec<HostPort>,
    known: RefCell<Known>,
}

#[derive(Debug, Default)]
struct Known {
    view: View,
    /// Leaders, of the topics asked for so far.
    topics: BTreeMap<String, Rc<Topic>>,
    connections: BTreeMap<NodeId, Rc<Connection>>,
    /// To whichever broker of the list answered.
    any: Option<Rc<Connection>>,
}

impl Cluster {
    /// `bootstrap` is a list as in `bootstrap.servers`. Fails when none of them answers.
    pub async fn connect(bootstrap: &str, settings: Settings) -> Result<Cluster, ClientFault> {
        let cluster = Cluster {
            settings,
            bootstrap: HostPort::parse_list(bootstrap)?,
            known: RefCell::default(),
        };
        cluster.any().await?;
        Ok(cluster)
    }

    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Describes all topics, or those named. Unknown ones come back with their error, or are
    /// created where `create` is set and the broker does so.
    pub async fn describe(
        &self,
        topics: Option<&[&str]>,
        create: bool,
    ) -> Result<View, ClientFault> {
        let named = |name: &&str| metadata::MetadataRequestTopic {
            name: Some(Text::Owned((*name).to_owned())),
            ..metadata::MetadataRequestTopic::default()
        };
        let request = metadata::Request {
            topics: topics.map(|names| names.iter().map(named).collect()),
            allow_auto_topic_creation: create,
            ..metadata::Request::default()
        };
        let answer = self.any().await?.call(&request).await?;
        let answer: metadata::Response<'_> = answer.read()?;
        let view = View::new(&answer);
        let mut known = self.known.borrow_mut();
        for topic in &view.topics {
            let shared = Rc::new(topic.clone());
            known.topics.insert(topic.name.clone(), shared);
        }
        known.view = View {
            topics: Vec::new(),
            ..view.clone()
        };
        Ok(view)
    }

    /// The topic as last heard of, asked for if it was not. Shared: those with a thousand
    /// partitions ask for each of them.
    pub async fn topic(&self, name: &str) -> Result<Rc<Topic>, ClientFault> {
        let known = self.known.borrow().topics.get(name).cloned();
        match known {
            Some(topic) if topic.check().is_ok() => Ok(topic),
            _ => self.refresh(name, false).await.map(Rc::new),
        }
    }

    /// Asks for the topic anew, after its leaders turned out to be others.
    pub async fn refresh(&self, name: &str, create: bool) -> Result<Topic, ClientFault> {
        let view = self.describe(Some(&[name]), create).await?;
        let missing = || ClientFault::Missing(format!("topic {name}"));
        let topic = view.topic(name).ok_or_else(missing)?.clone();
        topic.check()?;
        Ok(topic)
    }

    /// Waits until the topic is there and all its partitions have leaders, for as long as calls
    /// are repeated. With `create`, brokers that create topics by themselves may.
    pub async fn await_topic(&self, name: &str, create: bool) -> Result<Topic, ClientFault> {
        persist(&self.settings, async || {
            let topic = self.refresh(name, create).await?;
            match topic
                .partitions
                .iter()
                .find(|partition| partition.leader.is_none())
            {
                None => Ok(topic),
                Some(partition) => Err(ClientFault::NoLeader {
                    topic: name.to_owned(),
                    partition: partition.index,
                }),
            }
        })
        .await
    }

    /// Who leads a partition, as last heard of.
    pub async fn leader(&self, topic: &str, index: i32) -> Result<NodeId, ClientFault> {
        let found = self.topic(topic).await?;
        let partition = found.partition(index);
        let missing = || ClientFault::Missing(format!("partition {topic}-{index}"));
        let leader = partition.ok_or_else(missing)?.leader;
        let topic = topic.to_owned();
        leader.ok_or(ClientFault::NoLeader {
            topic,
            partition: index,
        })
    }

    /// A connection to the broker of this id, which some answer must have named.
    pub async fn broker(&self, id: NodeId) -> Result<Rc<Connection>, ClientFault> {
        let (open, address) = {
            let known = self.known.borrow();
            let broker = known.view.brokers.iter().find(|broker| broker.id == id);
            let open = known
                .connections
                .get(&id)
                .filter(|connection| !connection.is_over());
            (open.cloned(), broker.map(|broker| broker.address.clone()))
        };
        if let Some(open) = open {
            return Ok(open);
        }
        let address = address.ok_or_else(|| ClientFault::Missing(format!("broker {}", id.0)))?;
        let connection = Rc::new(Connection::open(&address, &self.settings).await?);
        self.known
            .borrow_mut()
            .connections
            .insert(id, connection.clone());
        Ok(connection)
    }

    /// A connection to any broker: one that is open, else the first that answers of those known
    /// and those of the bootstrap list.
    pub async fn any(&self) -> Result<Rc<Connection>, ClientFault> {
        let open = self.known.borrow().any.clone();
        if let Some(open) = open.filter(|connection| !connection.is_over()) {
            return Ok(open);
        }
        let mut cause = None;
        for address in self.candidates() {
            match Connection::open(&address, &self.settings).await {
                Ok(connection) => {
                    let connection = Rc::new(connection);
                    self.known.borrow_mut().any = Some(connection.clone());
                    return Ok(connection);
                }
                Err(fault) => cause = Some(fault),
            }
        }
        let servers: Vec<String> = self.bootstrap.iter().map(HostPort::to_string).collect();
        Err(ClientFault::Unreachable {
            servers: servers.join(","),
            cause: cause.unwrap_or(ClientFault::Closed).to_string(),
        })
    }

    /// A connection to the broker that changes topics.
    pub async fn controller(&self) -> Result<Rc<Connection>, ClientFault> {
        if self.known.borrow().view.controller.is_none() {
            self.describe(Some(&[]), false).await?;
        }
        let controller = self.known.borrow().view.controller;
        match controller {
            Some(id) => self.broker(id).await,
            None => self.any().await,
        }
    }

    /// Calls the controller, once it is found. The call itself is not repeated: when it breaks,
    /// the change may have been made.
    pub async fn change<'q, M: Message<'q>>(&self, request: &M) -> Result<Answer, ClientFault> {
        let found = persist(&self.settings, async || self.controller().await).await;
        found?.call(request).await
    }

    /// Makes the next question about a topic's leaders go to a broker.
    pub fn forget(&self, topic: &str) {
        self.known.borrow_mut().topics.remove(topic);
    }

    fn candidates(&self) -> Vec<HostPort> {
        let known = self.known.borrow();
        let brokers = known
            .view
            .brokers
            .iter()
            .map(|broker| broker.address.clone());
        let mut all = self.bootstrap.clone();
        all.extend(brokers);
        all.dedup();
        all
    }
}
