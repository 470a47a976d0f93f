use clap::{ArgGroup, Args};

use crate::cli::bootstrap::Bootstrap;
use crate::cli::property;

/// Create, delete, describe or change topics.
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane topics --create --topic web --partitions 4")]
#[command(group = ArgGroup::new("action").required(true).args([
    "list", "describe", "create", "alter", "delete",
]))]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// List all topics
    #[arg(long)]
    pub list: bool,
    /// Show partitions, replicas and settings that differ from the defaults
    #[arg(long)]
    pub describe: bool,
    /// Create a topic
    #[arg(long, requires = "topic")]
    pub create: bool,
    /// Add partitions
    #[arg(long, requires = "topic", requires = "partitions")]
    pub alter: bool,
    /// Delete topics
    #[arg(long, requires = "topic")]
    pub delete: bool,
    /// Name of the topic; except with --create also a regular expression
    #[arg(long, value_name = "NAME")]
    pub topic: Option<String>,
    /// Id of the topic to describe
    #[arg(long, value_name = "ID", conflicts_with_all = ["create", "alter", "delete", "list"])]
    pub topic_id: Option<String>,
    /// How many partitions it gets [default: num.partitions of the broker]
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "describe", "delete"])]
    pub partitions: Option<i32>,
    /// Copies of each partition [default: default.replication.factor of the broker]
    #[arg(long, value_name = "N", conflicts_with_all = ["list", "describe", "delete", "alter"])]
    pub replication_factor: Option<i16>,
    /// Brokers of each partition: 1:2,2:1 is two partitions on brokers 1 and 2
    #[arg(long, value_name = "IDS", conflicts_with_all = ["list", "describe", "delete"])]
    #[arg(conflicts_with = "replication_factor")]
    pub replica_assignment: Option<String>,
    /// A setting of the new topic; may be given again
    #[arg(long, value_name = "KEY=VALUE", value_parser = property::pair)]
    #[arg(conflicts_with_all = ["list", "describe", "delete", "alter"])]
    pub config: Vec<(String, String)>,
    /// With --create: an existing topic is no error
    #[arg(long, conflicts_with_all = ["list", "describe", "delete", "alter"])]
    pub if_not_exists: bool,
    /// With --describe, --alter, --delete: a missing topic is no error
    #[arg(long, conflicts_with_all = ["list", "create"])]
    pub if_exists: bool,
    /// With --list and --describe: leave out the broker's own topics
    #[arg(long, conflicts_with_all = ["create", "alter", "delete"])]
    pub exclude_internal: bool,
    /// With --describe: only topics with settings of their own
    #[arg(long, conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub topics_with_overrides: bool,
    /// With --describe: only partitions with fewer in-sync replicas than replicas
    #[arg(long, conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub under_replicated_partitions: bool,
    /// With --describe: only partitions without a leader
    #[arg(long, conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub unavailable_partitions: bool,
    /// With --describe: only partitions below min.insync.replicas
    #[arg(long, conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub under_min_isr_partitions: bool,
    /// With --describe: partitions asked for at a time
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2000,
        hide_default_value = true
    )]
    #[arg(conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub partition_size_limit_per_response: i32,
    /// With --describe: only partitions exactly at min.insync.replicas
    #[arg(long, conflicts_with_all = ["list", "create", "alter", "delete"])]
    pub at_min_isr_partitions: bool,
}
