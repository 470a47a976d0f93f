use serde_json::{Map, Value, json};

use super::host::Host;
use super::target::Address;
use crate::client::{Cluster, admin};

/// Settings of a topic that decide what an acknowledgement means and costs; flushing first.
const TOPIC_KEYS: [&str; 7] = [
    "flush.messages",
    "flush.ms",
    "min.insync.replicas",
    "compression.type",
    "segment.bytes",
    "message.timestamp.type",
    "max.message.bytes",
];
/// Settings of a broker that bound what it can do.
const BROKER_KEYS: [&str; 6] = [
    "log.flush.interval.messages",
    "log.flush.interval.ms",
    "num.io.threads",
    "num.network.threads",
    "socket.send.buffer.bytes",
    "socket.receive.buffer.bytes",
];
const UNKNOWN: &str = "unknown";

/// What stood around a run: this host, and the broker's settings that matter.
#[derive(Clone, Debug)]
pub struct Survey {
    pub host: Value,
    pub broker: Value,
    /// The broker runs on this host, so that its disk can be seen.
    pub is_local: bool,
}

impl Survey {
    /// Asks the broker as far as it answers; what it does not tell is "unknown".
    pub async fn of(address: &Address) -> Survey {
        let is_local = ["localhost", "127.", "[::1]"]
            .iter()
            .any(|start| address.bootstrap.starts_with(start));
        let host = serde_json::to_value(Host::read().await).unwrap_or(Value::Null);
        Survey {
            host,
            broker: broker(address).await,
            is_local,
        }
    }
}

async fn broker(address: &Address) -> Value {
    let Ok(cluster) = address.connect().await else {
        return json!({ "version": UNKNOWN });
    };
    let mut topic = Vec::new();
    if let Ok(configs) = admin::topic_configs(&cluster, &[&address.topic]).await {
        topic = configs.into_values().flatten().collect();
    }
    let view = cluster.describe(Some(&[]), false).await.unwrap_or_default();
    let mut own = Vec::new();
    if let Some(first) = view.brokers.first() {
        own = broker_configs(&cluster, first.id.0).await;
    }
    json!({
        // The protocol has no word for it.
        "version": UNKNOWN,
        "cluster_id": view.cluster_id,
        "brokers": view.brokers.len(),
        "topic_settings": chosen(&TOPIC_KEYS, &topic),
        "broker_settings": chosen(&BROKER_KEYS, &own),
    })
}

async fn broker_configs(cluster: &Cluster, id: i32) -> Vec<admin::Config> {
    let kind = admin::ConfigKind::Broker;
    let told = admin::configs(cluster, kind, &id.to_string()).await;
    told.unwrap_or_default()
}

fn chosen(keys: &[&str], configs: &[admin::Config]) -> Value {
    let value = |key: &&str| {
        let config = configs.iter().find(|config| config.name == **key);
        let value = config.and_then(|config| config.value.clone());
        let value = value.unwrap_or_else(|| UNKNOWN.to_owned());
        ((*key).to_owned(), Value::String(value))
    };
    Value::Object(keys.iter().map(value).collect::<Map<String, Value>>())
}

#[cfg(test)]
mod tests {
    use super::{admin::Config, chosen};

    #[test]
    fn what_a_broker_does_not_tell_is_unknown() {
        let config = Config {
            name: "flush.ms".into(),
            value: Some("1000".into()),
            source: 5,
            is_sensitive: false,
            synonyms: Vec::new(),
        };
        let told = chosen(&["flush.ms", "flush.messages"], &[config]);
        assert_eq!(told["flush.ms"], "1000");
        assert_eq!(told["flush.messages"], "unknown");
    }
}
