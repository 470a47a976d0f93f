//! Kafka's names of client settings, given meaning.

use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::bootstrap::Bootstrap;
use super::complaint::Complaint;
use super::{input, print, property};
use crate::client::{Acks, ClientFault, Cluster, ConsumeSettings, Isolation};
use crate::client::{ProduceSettings, Reset, Settings};
use crate::io::clock;
use crate::records::{Codec, Compression};

/// After so long a person wants to know what is waited for.
const SILENCE: Duration = Duration::from_secs(3);

/// All that a tool can be told about how its client works.
#[derive(Debug, Clone)]
pub struct Tuning {
    pub client: Settings,
    pub produce: ProduceSettings,
    pub consume: ConsumeSettings,
    /// `auto.offset.reset`, where it was given.
    pub reset: Option<Reset>,
    /// `group.id`, where it was given.
    pub group: Option<String>,
}

/// Settings of Kafka's clients that say nothing here, or nothing that could be done otherwise:
/// classes of Java, the kernel's buffers, groups.
const WITHOUT_EFFECT: [&str; 22] = [
    "bootstrap.servers",
    "security.protocol",
    "key.serializer",
    "value.serializer",
    "key.deserializer",
    "value.deserializer",
    "send.buffer.bytes",
    "receive.buffer.bytes",
    "metadata.max.age.ms",
    "connections.max.idle.ms",
    "reconnect.backoff.ms",
    "reconnect.backoff.max.ms",
    "client.dns.lookup",
    "max.in.flight.requests.per.connection",
    "max.poll.records",
    "max.poll.interval.ms",
    "session.timeout.ms",
    "heartbeat.interval.ms",
    "enable.auto.commit",
    "auto.commit.interval.ms",
    "allow.auto.create.topics",
    "check.crcs",
];

impl Tuning {
    /// The client's defaults, those of `--command-config`, then `pairs`: later ones win.
    pub async fn read(
        bootstrap: &Bootstrap,
        client_id: &str,
        pairs: &[(String, String)],
    ) -> Result<Tuning, Complaint> {
        let client = Settings {
            client_id: client_id.to_owned(),
            ..Settings::default()
        };
        let mut tuning = Tuning {
            client,
            produce: ProduceSettings::default(),
            consume: ConsumeSettings::default(),
            reset: None,
            group: None,
        };
        if let Some(path) = &bootstrap.command_config {
            let text = input::text(path).await?;
            for (key, value) in property::of_file(&text) {
                tuning.set(&key, &value)?;
            }
        }
        for (key, value) in pairs {
            tuning.set(key, value)?;
        }
        Ok(tuning)
    }

    /// The cluster that `bootstrap` names, for a tool that only asks and changes.
    pub async fn admin(bootstrap: &Bootstrap, client_id: &str) -> Result<Cluster, Complaint> {
        let tuning = Tuning::read(bootstrap, client_id, &[]).await?;
        tuning.connect(bootstrap).await
    }

    /// Finds the cluster, or says that it is not there.
    pub async fn connect(&self, bootstrap: &Bootstrap) -> Result<Cluster, Complaint> {
        let servers = &bootstrap.bootstrap_server;
        let mut connecting = pin!(Cluster::connect(servers, self.client.clone()));
        let connected = match select(connecting.as_mut(), pin!(clock::sleep(SILENCE))).await {
            Either::Left((connected, _)) => connected,
            Either::Right(_) => {
                print::complain(&format!("waiting for an answer from {servers}"));
                connecting.await
            }
        };
        connected.map_err(|fault| match fault {
            ClientFault::Unreachable { .. } => Complaint::new(format!(
                "{fault}\nIs a broker running there? Another one is named with \
                 --bootstrap-server HOST:PORT."
            )),
            other => Complaint::new(other.to_string()),
        })
    }

    /// One setting by Kafka's name.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), Complaint> {
        let Tuning {
            client,
            produce,
            consume,
            reset,
            group,
        } = self;
        match key {
            "client.id" => client.client_id = value.to_owned(),
            "request.timeout.ms" => client.request_timeout = millis(key, value)?,
            "default.api.timeout.ms" => client.call_timeout = millis(key, value)?,
            "retry.backoff.ms" => client.backoff_first = millis(key, value)?,
            "retry.backoff.max.ms" => client.backoff_max = millis(key, value)?,
            "acks" => produce.acks = acks(key, value)?,
            "linger.ms" => produce.linger = millis(key, value)?,
            "batch.size" => produce.batch_bytes = number(key, value)?,
            "max.request.size" => produce.request_bytes_max = number(key, value)?,
            "buffer.memory" => produce.buffer_bytes_max = number(key, value)?,
            "retries" => produce.retries_max = number(key, value)?,
            "max.block.ms" => client.call_timeout = millis(key, value)?,
            "delivery.timeout.ms" => produce.delivery_timeout = millis(key, value)?,
            "enable.idempotence" => produce.idempotence = property::is_true(value),
            "compression.type" => produce.compression = Compression::of(codec(key, value)?),
            "fetch.max.wait.ms" => consume.max_wait = millis(key, value)?,
            "fetch.min.bytes" => consume.bytes_min = number(key, value)?,
            "fetch.max.bytes" => consume.bytes_max = number(key, value)?,
            "max.partition.fetch.bytes" => consume.partition_bytes_max = number(key, value)?,
            "isolation.level" => consume.isolation = isolation(key, value)?,
            "auto.offset.reset" => *reset = Some(reset_of(key, value)?),
            "group.id" => *group = Some(value.to_owned()),
            "security.protocol" if value != "PLAINTEXT" => {
                return Err(wrong(
                    key,
                    value,
                    "PLAINTEXT, the only protocol spoken here so far",
                ));
            }
            _ if WITHOUT_EFFECT.contains(&key) => {}
            _ => print::complain(&format!("ignored: {key}, which this client does not have")),
        }
        Ok(())
    }
}

pub fn acks(key: &str, value: &str) -> Result<Acks, Complaint> {
    Acks::parse(value).ok_or_else(|| wrong(key, value, "0, 1, -1 or all"))
}

pub fn codec(key: &str, value: &str) -> Result<Codec, Complaint> {
    let expected = "none, gzip, snappy, lz4 or zstd";
    Codec::from_name(value).ok_or_else(|| wrong(key, value, expected))
}

pub fn isolation(key: &str, value: &str) -> Result<Isolation, Complaint> {
    let expected = "read_uncommitted or read_committed";
    Isolation::parse(value).ok_or_else(|| wrong(key, value, expected))
}

fn reset_of(key: &str, value: &str) -> Result<Reset, Complaint> {
    match value {
        "earliest" => Ok(Reset::Earliest),
        "latest" => Ok(Reset::Latest),
        _ => Err(wrong(key, value, "earliest or latest")),
    }
}

fn millis(key: &str, value: &str) -> Result<Duration, Complaint> {
    number(key, value).map(Duration::from_millis)
}

fn number<T: FromStr>(key: &str, value: &str) -> Result<T, Complaint> {
    value
        .trim()
        .parse()
        .map_err(|_| wrong(key, value, "a number from 0"))
}

fn wrong(key: &str, value: &str, expected: &str) -> Complaint {
    Complaint::new(format!("{key}={value}: expected {expected}"))
}
