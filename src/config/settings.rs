use std::time::Duration;

use super::directories::DirectoryPolicy;
use super::layer::{Layers, Overrides, row};
use super::listener::Listener;
use super::memory::MemoryPolicy;
use super::parse::{ConfigFault, properties, read_pairs};
use crate::model::NodeId;

/// The broker's settings in force, typed, read from text once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    pub node: NodeId,
    pub rack: Option<String>,
    pub directories: DirectoryPolicy,
    /// Where to listen; never empty.
    pub listeners: Vec<Listener>,
    /// What clients are told, by listener name; empty means: what was bound.
    pub advertised: Vec<Listener>,
    /// `None` means one for every core the process may use.
    pub shards: Option<u16>,
    pub network: NetworkPolicy,
    pub memory: MemoryPolicy,
    pub journal: JournalPolicy,
    pub fetch: FetchPolicy,
    pub topics: TopicPolicy,
    pub producers: ProducerPolicy,
    /// Time between two looks for segments to delete.
    pub retention_check: Duration,
    pub cleaner: CleanerPolicy,
    /// Bytes of closed segments that are read again to be checked, all shards; 0 for none.
    pub scrub_bytes_per_second: u64,
    pub(super) layers: Layers,
}

/// Limits of connections.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkPolicy {
    /// The largest frame accepted, bytes.
    pub request_bytes_max: usize,
    /// Frames in work at one time, all shards, bytes; at least `request_bytes_max`.
    pub requests_bytes_max: usize,
    pub backlog: i32,
    /// `None` leaves the size to the kernel.
    pub send_buffer_bytes: Option<usize>,
    pub receive_buffer_bytes: Option<usize>,
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    /// `None`: idle connections stay open.
    pub idle_max: Option<Duration>,
}

/// How acknowledged batches reach the disk; per shard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JournalPolicy {
    /// What a shard's journal may take on the disk.
    pub bytes: u64,
    /// Commits of a partition of this size and above go past the journal.
    pub direct_bytes: usize,
}

/// Limits of fetch and describe answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FetchPolicy {
    pub answer_bytes_max: usize,
    /// Incremental fetch sessions, all shards.
    pub sessions_max: usize,
    /// Partitions in one DescribeTopicPartitions answer.
    pub described_partitions_max: usize,
}

/// Defaults and permissions for topics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicPolicy {
    pub partitions: i32,
    pub replication: i16,
    pub auto_create: bool,
    pub may_delete: bool,
}

/// How long producers are remembered, and what they may ask for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProducerPolicy {
    pub expiration: Duration,
    pub expiration_check: Duration,
    pub transaction_timeout_max: Duration,
}

/// What compaction may use, all shards together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CleanerPolicy {
    pub is_enabled: bool,
    pub backoff: Duration,
    /// Memory for keys.
    pub map_bytes_max: usize,
    /// Bytes read and written.
    pub bytes_per_second_max: u64,
}

impl Default for Settings {
    /// One node on 127.0.0.1:9092 with its data in `./corelane-data`.
    fn default() -> Settings {
        let settings = Settings::from_layers(Layers::default());
        assert!(
            settings.is_ok(),
            "the table's defaults contradict each other: {settings:?}"
        );
        settings.expect("asserted above")
    }
}

impl Settings {
    /// Reads the text of a `server.properties` and then `overrides` (`--set`), the later winning.
    /// Also returns the keys that only Kafka has, each once, to be reported as ignored.
    pub fn parse(
        text: &str,
        overrides: &[(String, String)],
    ) -> Result<(Settings, Vec<String>), ConfigFault> {
        let pairs = properties(text)
            .into_iter()
            .chain(overrides.iter().cloned());
        let (stated, ignored) = read_pairs(pairs)?;
        let settings = Settings::from_layers(Layers {
            stated,
            ..Layers::default()
        })?;
        Ok((settings, ignored))
    }

    /// The same file under other dynamic values: of this broker, and the cluster's defaults.
    /// Dynamic values never touch what is read only at start.
    pub fn with_dynamic(&self, broker: &Overrides, cluster: &Overrides) -> Settings {
        let stated = self.layers.stated.clone();
        let layers = Layers {
            broker: broker.clone(),
            cluster: cluster.clone(),
            stated,
        };
        let mut settings = Settings::from_layers(layers);
        // Divided once, at start.
        if let Ok(settings) = &mut settings {
            settings.memory = self.memory.clone();
        }
        assert!(
            settings.is_ok(),
            "a dynamic value broke a setting read at start: {settings:?}"
        );
        settings.expect("asserted above")
    }

    fn from_layers(layers: Layers) -> Result<Settings, ConfigFault> {
        let addresses = Addresses::read(&layers)?;
        let settings = Settings {
            node: node(&layers),
            rack: layers.text(row("broker.rack")),
            directories: DirectoryPolicy::read(&layers)?,
            listeners: addresses.listeners,
            advertised: addresses.advertised,
            shards: u16::try_from(number(&layers, "corelane.shards"))
                .ok()
                .filter(|n| *n > 0),
            network: network(&layers),
            memory: memory(&layers),
            journal: JournalPolicy {
                bytes: size(&layers, "corelane.journal.bytes") as u64,
                direct_bytes: size(&layers, "corelane.journal.direct.bytes"),
            },
            fetch: FetchPolicy {
                answer_bytes_max: size(&layers, "fetch.max.bytes"),
                sessions_max: size(&layers, "max.incremental.fetch.session.cache.slots"),
                described_partitions_max: size(&layers, "max.request.partition.size.limit"),
            },
            topics: topics(&layers),
            producers: ProducerPolicy {
                expiration: millis(&layers, "producer.id.expiration.ms"),
                expiration_check: millis(&layers, "producer.id.expiration.check.interval.ms"),
                transaction_timeout_max: millis(&layers, "transaction.max.timeout.ms"),
            },
            retention_check: millis(&layers, "log.retention.check.interval.ms"),
            cleaner: cleaner(&layers),
            scrub_bytes_per_second: number(&layers, "corelane.scrub.bytes.per.second").max(0)
                as u64,
            layers,
        };
        settings.check_relations()?;
        Ok(settings)
    }

    /// What no single key can say; all of them keys that are read at start.
    fn check_relations(&self) -> Result<(), ConfigFault> {
        let Settings {
            network, layers, ..
        } = self;
        let refuse = |key: &'static str, expected: String| {
            let value = layers.text(row(key)).unwrap_or_default();
            Err(ConfigFault::bad_value(key, &value, expected))
        };
        let frame = network.request_bytes_max;
        if network.requests_bytes_max < frame {
            let expected = format!("at least socket.request.max.bytes, {frame}");
            return refuse("queued.max.request.bytes", expected);
        }
        if layers
            .text(row("process.roles"))
            .as_deref()
            .is_some_and(|roles| !has_both(roles))
        {
            return refuse("process.roles", "broker,controller on a single node".into());
        }
        Ok(())
    }
}

fn has_both(roles: &str) -> bool {
    roles.split(',').count() == 2
}

fn node(layers: &Layers) -> NodeId {
    let older = number(layers, "broker.id");
    let stated = layers.stated.contains_key("node.id");
    let id = if stated || older < 0 {
        number(layers, "node.id")
    } else {
        older
    };
    NodeId(i32::try_from(id).unwrap_or(i32::MAX))
}

fn network(layers: &Layers) -> NetworkPolicy {
    let optional = |name| usize::try_from(number(layers, name)).ok();
    let idle = number(layers, "connections.max.idle.ms");
    NetworkPolicy {
        request_bytes_max: size(layers, "socket.request.max.bytes"),
        requests_bytes_max: size(layers, "queued.max.request.bytes"),
        backlog: i32::try_from(number(layers, "socket.listen.backlog.size")).unwrap_or(i32::MAX),
        send_buffer_bytes: optional("socket.send.buffer.bytes"),
        receive_buffer_bytes: optional("socket.receive.buffer.bytes"),
        connections_max: size(layers, "max.connections"),
        connections_per_address_max: size(layers, "max.connections.per.ip"),
        idle_max: u64::try_from(idle).ok().map(Duration::from_millis),
    }
}

fn memory(layers: &Layers) -> MemoryPolicy {
    let bytes = |name| size(layers, name);
    MemoryPolicy::new(
        bytes("corelane.memory.bytes"),
        bytes("corelane.memory.tail.bytes"),
        bytes("corelane.memory.staged.bytes"),
    )
}

fn cleaner(layers: &Layers) -> CleanerPolicy {
    let rate = layers.text(row("log.cleaner.io.max.bytes.per.second"));
    let rate: Option<f64> = rate.and_then(|rate| rate.parse().ok());
    CleanerPolicy {
        is_enabled: flag(layers, "log.cleaner.enable"),
        backoff: millis(layers, "log.cleaner.backoff.ms"),
        map_bytes_max: size(layers, "log.cleaner.dedupe.buffer.size"),
        bytes_per_second_max: rate.map_or(u64::MAX, |rate| rate as u64),
    }
}

fn topics(layers: &Layers) -> TopicPolicy {
    let narrow = |name| i32::try_from(number(layers, name)).unwrap_or(i32::MAX);
    TopicPolicy {
        partitions: narrow("num.partitions"),
        replication: i16::try_from(narrow("default.replication.factor")).unwrap_or(i16::MAX),
        auto_create: flag(layers, "auto.create.topics.enable"),
        may_delete: flag(layers, "delete.topic.enable"),
    }
}

/// Listeners with the controller's taken out, and what is advertised for them.
struct Addresses {
    listeners: Vec<Listener>,
    advertised: Vec<Listener>,
}

impl Addresses {
    fn read(layers: &Layers) -> Result<Addresses, ConfigFault> {
        let listeners = listener_list(layers, "listeners")?;
        if listeners.is_empty() {
            let expected = "at least one listener that is not in controller.listener.names";
            let stated = layers.text(row("listeners")).unwrap_or_default();
            return Err(ConfigFault::bad_value("listeners", &stated, expected));
        }
        let advertised = listener_list(layers, "advertised.listeners")?;
        for address in &advertised {
            let expected = if address.is_wildcard() {
                "an address that clients can reach"
            } else if listeners
                .iter()
                .all(|listener| listener.name != address.name)
            {
                "only names that are also in listeners"
            } else {
                continue;
            };
            let key = "advertised.listeners";
            return Err(ConfigFault::bad_value(key, &address.to_string(), expected));
        }
        Ok(Addresses {
            listeners,
            advertised,
        })
    }
}

fn listener_list(layers: &Layers, key: &'static str) -> Result<Vec<Listener>, ConfigFault> {
    let names = layers
        .text(row("controller.listener.names"))
        .unwrap_or_default();
    let protocols = layers
        .text(row("listener.security.protocol.map"))
        .unwrap_or_default();
    let text = layers.text(row(key)).unwrap_or_default();
    let mut listeners: Vec<Listener> = Vec::new();
    for element in text.split(',').filter(|element| !element.is_empty()) {
        let refuse = |expected: &str| Err(ConfigFault::bad_value(key, element, expected));
        let Ok(listener) = Listener::parse(element) else {
            return refuse("NAME://host:port, a port up to 65535, an IPv6 host in brackets");
        };
        if names
            .split(',')
            .any(|name| name.eq_ignore_ascii_case(&listener.name))
        {
            continue;
        }
        match protocol(&protocols, &listener.name) {
            Some("PLAINTEXT") => {}
            Some(_) => return refuse("a PLAINTEXT listener; this version serves no other"),
            None => return refuse("a listener name in listener.security.protocol.map"),
        }
        if listeners.iter().any(|other| other.name == listener.name) {
            return refuse("a different name for each listener");
        }
        listeners.push(listener);
    }
    Ok(listeners)
}

/// The protocol of a listener name in a text like `INSIDE:PLAINTEXT,PLAINTEXT:PLAINTEXT`.
fn protocol<'a>(map: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = map
        .split(',')
        .filter_map(|pair| pair.trim().split_once(':'));
    pairs
        .find(|pair| pair.0.eq_ignore_ascii_case(name))
        .map(|pair| pair.1)
}

/// The number of a key that always has one; rows with a default and a numeric kind do.
pub(super) fn number(layers: &Layers, name: &'static str) -> i64 {
    let number = layers.number(name);
    assert!(number.is_some(), "{name} is read as a number and has none");
    number.expect("asserted above")
}

/// A count or size whose row does not allow negative values.
pub(super) fn size(layers: &Layers, name: &'static str) -> usize {
    usize::try_from(number(layers, name)).unwrap_or(0)
}

fn millis(layers: &Layers, name: &'static str) -> Duration {
    Duration::from_millis(u64::try_from(number(layers, name)).unwrap_or(0))
}

pub(super) fn flag(layers: &Layers, name: &'static str) -> bool {
    layers.text(row(name)).as_deref() == Some("true")
}
