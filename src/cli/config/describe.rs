use std::io::Write;

use super::entity::Kind;
use crate::cli::complaint::Complaint;
use crate::client::Cluster;
use crate::client::admin::{self, Config, ConfigKind, ConfigSynonym};

/// `DescribeConfigsResponse.ConfigSource`, by number.
const SOURCES: [&str; 9] = [
    "UNKNOWN",
    "DYNAMIC_TOPIC_CONFIG",
    "DYNAMIC_BROKER_CONFIG",
    "DYNAMIC_DEFAULT_BROKER_CONFIG",
    "STATIC_BROKER_CONFIG",
    "DEFAULT_CONFIG",
    "DYNAMIC_BROKER_LOGGER_CONFIG",
    "DYNAMIC_CLIENT_METRICS_CONFIG",
    "DYNAMIC_GROUP_CONFIG",
];

/// What is described, and how much of it.
pub struct What {
    pub kind: Kind,
    pub configs: ConfigKind,
    /// Values that nobody set as well.
    pub all: bool,
}

impl What {
    /// The source of the values that somebody set for the thing itself; `None` takes all.
    fn own_source(&self, name: &str) -> Option<i8> {
        match self.kind {
            _ if self.all => None,
            Kind::Topics => Some(1),
            Kind::Brokers if name.is_empty() => Some(3),
            Kind::Brokers => Some(2),
            Kind::ClientMetrics => Some(7),
            Kind::Groups => Some(8),
            _ => None,
        }
    }
}

/// Prints the settings of one entity, or of all of its kind.
pub async fn describe(
    cluster: &Cluster,
    what: &What,
    name: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let singular = what.kind.singular();
    let names = match name {
        Some(name) => {
            let exists = what.all || name.is_empty() || exists(cluster, what, name).await?;
            if !exists {
                writeln!(
                    out,
                    "The {singular} '{name}' doesn't exist and doesn't have dynamic config."
                )?;
                return Ok(());
            }
            vec![name.to_owned()]
        }
        None => all(cluster, what).await?,
    };
    for name in names {
        let heading = match (name.as_str(), what.all) {
            ("", _) => format!(
                "Default configs for {} in the cluster are:",
                what.kind.plural()
            ),
            (name, true) => format!("All configs for {singular} {name} are:"),
            (name, false) => format!("Dynamic configs for {singular} {name} are:"),
        };
        writeln!(out, "{heading}")?;
        let source = what.own_source(&name);
        let mut configs = admin::configs(cluster, what.configs, &name).await?;
        configs.retain(|config| source.is_none_or(|source| config.source == source));
        configs.sort_by(|a, b| a.name.cmp(&b.name));
        for config in &configs {
            line(config, out)?;
        }
    }
    Ok(())
}

async fn exists(cluster: &Cluster, what: &What, name: &str) -> Result<bool, Complaint> {
    let names = listed(cluster, what.kind, what.configs).await?;
    Ok(names.iter().any(|known| known == name))
}

/// In order of name, the default of brokers last.
async fn all(cluster: &Cluster, what: &What) -> Result<Vec<String>, Complaint> {
    let mut names = listed(cluster, what.kind, what.configs).await?;
    names.sort();
    if what.kind == Kind::Brokers {
        names.push(String::new());
    }
    Ok(names)
}

/// Topics and brokers are known from the metadata, of older clusters too.
async fn listed(
    cluster: &Cluster,
    kind: Kind,
    configs: ConfigKind,
) -> Result<Vec<String>, Complaint> {
    let names = match kind {
        Kind::Topics => {
            let view = cluster.describe(None, false).await?;
            view.topics.into_iter().map(|topic| topic.name).collect()
        }
        Kind::Brokers | Kind::BrokerLoggers => {
            let view = cluster.describe(Some(&[]), false).await?;
            let ids = view.brokers.iter();
            ids.map(|broker| broker.id.0.to_string()).collect()
        }
        _ => admin::configured(cluster, configs).await?,
    };
    Ok(names)
}

fn line(config: &Config, out: &mut dyn Write) -> std::io::Result<()> {
    let or_null = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
    let source = |code: i8| {
        let at = usize::try_from(code).unwrap_or(0);
        SOURCES.get(at).copied().unwrap_or(SOURCES[0])
    };
    let synonym = |synonym: &ConfigSynonym| {
        let value = or_null(&synonym.value);
        format!("{}:{}={value}", source(synonym.source), synonym.name)
    };
    let synonyms: Vec<String> = config.synonyms.iter().map(synonym).collect();
    writeln!(
        out,
        "  {}={} sensitive={} synonyms={{{}}}",
        config.name,
        or_null(&config.value),
        config.is_sensitive,
        synonyms.join(", ")
    )
}
