//! Settings of topics, brokers and whatever else has some.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::client::{ClientFault, Cluster, Connection};
use crate::model::NodeId;
use crate::wire::Text;
use crate::wire::api::{describe_configs, incremental_alter_configs, list_config_resources};

/// The number that says that a value is the default.
const DEFAULT_SOURCE: i8 = 5;

/// What has settings (`ConfigResource.Type`), by its number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigKind {
    Topic = 2,
    Broker = 4,
    BrokerLogger = 8,
    ClientMetrics = 16,
    Group = 32,
}

impl ConfigKind {
    fn code(self) -> i8 {
        self as i8
    }

    /// Whether only the broker of that id knows; an empty name is the default of all.
    fn is_of_one_broker(self, name: &str) -> bool {
        matches!(self, ConfigKind::Broker | ConfigKind::BrokerLogger) && !name.is_empty()
    }
}

/// One setting, as in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub name: String,
    /// `None` for secrets, and for what has no value.
    pub value: Option<String>,
    /// Where it comes from (`DescribeConfigsResponse.ConfigSource`).
    pub source: i8,
    pub is_sensitive: bool,
    /// The values given for it, nearest first; empty unless they were asked for.
    pub synonyms: Vec<ConfigSynonym>,
}

impl Config {
    /// Nobody set it.
    pub fn is_default(&self) -> bool {
        self.source == DEFAULT_SOURCE
    }
}

/// A value that holds, or would hold if those before it went away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigSynonym {
    pub name: String,
    pub value: Option<String>,
    pub source: i8,
}

/// A new value, or none: then the key is taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigEdit {
    pub name: String,
    pub value: Option<String>,
}

/// The settings of one resource with all their synonyms, in the broker's order.
pub async fn configs(
    cluster: &Cluster,
    kind: ConfigKind,
    name: &str,
) -> Result<Vec<Config>, ClientFault> {
    let request = describe_configs::Request {
        resources: vec![resource(kind, name)],
        include_synonyms: true,
        ..describe_configs::Request::default()
    };
    let connection = whom(cluster, kind, name).await?;
    let answer = connection.call(&request).await?;
    let answer: describe_configs::Response<'_> = answer.read()?;
    let missing = || ClientFault::Missing(format!("the settings of {name}"));
    let result = answer.results.first().ok_or_else(missing)?;
    ClientFault::check(result.error_code, result.error_message.as_deref())?;
    Ok(result.configs.iter().map(config).collect())
}

/// The settings of topics, in the broker's order, without synonyms.
pub async fn topic_configs(
    cluster: &Cluster,
    topics: &[&str],
) -> Result<BTreeMap<String, Vec<Config>>, ClientFault> {
    let resource = |name: &&str| resource(ConfigKind::Topic, name);
    let request = describe_configs::Request {
        resources: topics.iter().map(resource).collect(),
        ..describe_configs::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: describe_configs::Response<'_> = answer.read()?;
    let mut configs = BTreeMap::new();
    for result in &answer.results {
        ClientFault::check(result.error_code, result.error_message.as_deref())?;
        let entries = result.configs.iter().map(config).collect();
        configs.insert(result.resource_name.to_string(), entries);
    }
    Ok(configs)
}

/// Changes settings of one resource, all or none.
pub async fn alter_configs(
    cluster: &Cluster,
    kind: ConfigKind,
    name: &str,
    edits: &[ConfigEdit],
) -> Result<(), ClientFault> {
    let edit = |edit: &ConfigEdit| incremental_alter_configs::AlterableConfig {
        name: Text::Owned(edit.name.clone()),
        config_operation: i8::from(edit.value.is_none()),
        value: Some(Text::Owned(edit.value.clone().unwrap_or_default())),
        ..Default::default()
    };
    let resource = incremental_alter_configs::AlterConfigsResource {
        resource_type: kind.code(),
        resource_name: Text::Owned(name.to_owned()),
        configs: edits.iter().map(edit).collect(),
        ..Default::default()
    };
    let request = incremental_alter_configs::Request {
        resources: vec![resource],
        ..incremental_alter_configs::Request::default()
    };
    let answer = match kind.is_of_one_broker(name) {
        true => whom(cluster, kind, name).await?.call(&request).await?,
        false => cluster.change(&request).await?,
    };
    let answer: incremental_alter_configs::Response<'_> = answer.read()?;
    let missing = || ClientFault::Missing(format!("the change of {name}"));
    let result = answer.responses.first().ok_or_else(missing)?;
    ClientFault::check(result.error_code, result.error_message.as_deref())
}

/// The names of the resources of a kind that exist or have settings (KIP-1142).
pub async fn configured(cluster: &Cluster, kind: ConfigKind) -> Result<Vec<String>, ClientFault> {
    let request = list_config_resources::Request {
        resource_types: vec![kind.code()],
        ..list_config_resources::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: list_config_resources::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, None)?;
    let rows = answer.config_resources.iter();
    let of_kind = rows.filter(|row| row.resource_type == kind.code());
    Ok(of_kind.map(|row| row.resource_name.to_string()).collect())
}

async fn whom(
    cluster: &Cluster,
    kind: ConfigKind,
    name: &str,
) -> Result<Rc<Connection>, ClientFault> {
    if !kind.is_of_one_broker(name) {
        return cluster.any().await;
    }
    let missing = |_| ClientFault::Missing(format!("broker {name}"));
    let id = name.parse().map_err(missing)?;
    cluster.describe(Some(&[]), false).await?;
    cluster.broker(NodeId(id)).await
}

fn resource(kind: ConfigKind, name: &str) -> describe_configs::DescribeConfigsResource<'static> {
    describe_configs::DescribeConfigsResource {
        resource_type: kind.code(),
        resource_name: Text::Owned(name.to_owned()),
        configuration_keys: None,
        ..describe_configs::DescribeConfigsResource::default()
    }
}

fn config(row: &describe_configs::DescribeConfigsResourceResult<'_>) -> Config {
    let synonym = |row: &describe_configs::DescribeConfigsSynonym<'_>| ConfigSynonym {
        name: row.name.to_string(),
        value: row.value.as_deref().map(str::to_owned),
        source: row.source,
    };
    Config {
        name: row.name.to_string(),
        value: row.value.as_deref().map(str::to_owned),
        source: row.config_source,
        is_sensitive: row.is_sensitive,
        synonyms: row.synonyms.iter().map(synonym).collect(),
    }
}
