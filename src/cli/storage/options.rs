use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::feature::{Dependencies, Mapping};

/// Format a data directory, or tell what is in it.
#[derive(Args, Debug, Clone)]
#[command(subcommand_required = true)]
#[command(after_help = "\
Example:
  corelane storage format -t $(corelane storage random-uuid) -c server.properties --standalone
  corelane storage info -c server.properties")]
pub struct Options {
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand, Debug, Clone)]
pub enum Action {
    /// Print an id for a new cluster
    RandomUuid,
    /// Give the data directory its identity
    Format(Format),
    /// Tell which data directory there is and whose it is
    Info {
        /// Settings in the form of Kafka's server.properties
        #[arg(long, short, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print the feature levels that a release stands for
    VersionMapping(Mapping),
    /// Print what a level needs of other features
    FeatureDependencies(Dependencies),
}

#[derive(Args, Debug, Clone)]
pub struct Format {
    /// Settings in the form of Kafka's server.properties
    #[arg(long, short, value_name = "FILE")]
    pub config: PathBuf,
    /// Id of the cluster, as random-uuid makes them
    #[arg(long, short = 't', value_name = "ID")]
    pub cluster_id: String,
    /// A directory that is formatted already is no error
    #[arg(long, short = 'g')]
    pub ignore_formatted: bool,
    /// This node is the whole quorum, as it always is here
    #[arg(long, short, conflicts_with = "no_initial_controllers")]
    pub standalone: bool,
    /// Kept for scripts of Kafka
    #[arg(long, short = 'N', hide = true)]
    pub no_initial_controllers: bool,
}
