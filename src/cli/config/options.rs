use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::ordered::Names;
use crate::cli::bootstrap::Bootstrap;

/// Print or change settings of topics, brokers, groups, users, clients and addresses.
#[derive(Args, Debug, Clone)]
#[command(group = ArgGroup::new("action").required(true).args(["describe", "alter"]))]
#[command(after_help = "\
Example:
  corelane configs --describe --topic web
  corelane configs --alter --topic web --add-config retention.ms=3600000,cleanup.policy=[compact]
  corelane configs --alter --broker-defaults --delete-config message.max.bytes")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Print settings that somebody set
    #[arg(long)]
    pub describe: bool,
    /// Change settings
    #[arg(long)]
    pub alter: bool,
    #[command(flatten)]
    pub entity: Entity,
    /// With --describe: also settings that nobody set
    #[arg(long)]
    pub all: bool,
    /// Values to set: KEY=VALUE,KEY=[VALUE,VALUE]
    #[arg(
        long,
        value_name = "PAIRS",
        requires = "alter",
        conflicts_with = "add_config_file"
    )]
    pub add_config: Option<String>,
    /// Properties file of values to set
    #[arg(long, value_name = "FILE", requires = "alter")]
    pub add_config_file: Option<PathBuf>,
    /// Keys whose values go: KEY,KEY
    #[arg(long, value_name = "KEYS", requires = "alter", value_delimiter = ',')]
    pub delete_config: Vec<String>,
    /// Kept for old scripts; it changes nothing
    #[arg(long, hide = true)]
    pub force: bool,
}

/// Whose settings: a type with a name, or Kafka's short forms.
#[derive(Args, Debug, Clone)]
pub struct Entity {
    /// topics, brokers, broker-loggers, users, clients, ips, groups or client-metrics; users and
    /// clients may be given together
    #[arg(long, value_name = "TYPE")]
    pub entity_type: Vec<super::entity::Kind>,
    #[command(flatten)]
    pub names: Names,
    /// A topic
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// A client id
    #[arg(long, value_name = "ID")]
    pub client: Option<String>,
    /// A user
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// A broker
    #[arg(long, value_name = "ID")]
    pub broker: Option<String>,
    /// The loggers of a broker
    #[arg(long, value_name = "ID")]
    pub broker_logger: Option<String>,
    /// An address of clients
    #[arg(long, value_name = "ADDRESS")]
    pub ip: Option<String>,
    /// A consumer or share group
    #[arg(long, value_name = "ID")]
    pub group: Option<String>,
    /// A subscription of client metrics
    #[arg(long, value_name = "NAME")]
    pub client_metrics: Option<String>,
    /// What holds for clients that have nothing of their own
    #[arg(long)]
    pub client_defaults: bool,
    /// What holds for users that have nothing of their own
    #[arg(long)]
    pub user_defaults: bool,
    /// What holds for brokers that have nothing of their own
    #[arg(long)]
    pub broker_defaults: bool,
    /// What holds for addresses that have nothing of their own
    #[arg(long)]
    pub ip_defaults: bool,
}
