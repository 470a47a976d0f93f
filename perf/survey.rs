use serde_json::{Map, Value, json};

use super::host::Host;
use super::target::Address;
use crate::client::Cluster;
use crate::client::admin::{self, FeatureRow};
use crate::cluster::feature::{METADATA_FEATURE, METADATA_LEVELS};

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
    let told = admin::features(&cluster).await;
    let features = told.map(|features| features.rows).unwrap_or_default();
    json!({
        // The protocol has no word for either; who has our settings is ours.
        "software": match own.iter().any(|config| config.name.starts_with("corelane.")) {
            true => "corelane",
            false => UNKNOWN,
        },
        "version": UNKNOWN,
        "metadata_version": metadata_version(&features),
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

/// The metadata level that the cluster works at and the highest that the broker knows, which is
/// as near as the protocol comes to a version.
fn metadata_version(features: &[FeatureRow]) -> Value {
    let row = features.iter().find(|row| row.name == METADATA_FEATURE);
    let Some(row) = row else {
        return Value::String(UNKNOWN.to_owned());
    };
    let name = |level: i16| {
        let known = METADATA_LEVELS.iter().find(|known| known.level == level);
        known.map_or_else(|| format!("level {level}"), |known| known.name.to_owned())
    };
    json!({ "in_force": name(row.finalized), "highest_known": name(row.max) })
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
    use super::{FeatureRow, admin::Config, chosen, metadata_version};

    #[test]
    fn levels_are_told_by_name_and_new_ones_by_number() {
        let row = FeatureRow {
            name: "metadata.version".into(),
            min: 7,
            max: 99,
            finalized: 30,
        };
        let told = metadata_version(&[row]);
        assert_eq!(told["in_force"], "4.3-IV0");
        assert_eq!(told["highest_known"], "level 99");
        assert_eq!(metadata_version(&[]), "unknown");
    }

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
