use clap::{Args, Subcommand};

use super::level::Level;
use crate::cli::bootstrap::Bootstrap;

/// Print feature levels, or raise and lower them.
#[derive(Args, Debug, Clone)]
#[command(subcommand_required = true)]
#[command(after_help = "\
Example:
  corelane features describe
  corelane features upgrade --release-version 4.3 --dry-run")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand, Debug, Clone)]
pub enum Action {
    /// Print the levels that the cluster can and does work at
    Describe,
    /// Raise levels
    Upgrade(Change),
    /// Lower levels
    Downgrade(Lower),
    /// Turn features off
    Disable(Disable),
    /// Print the levels that a release stands for
    VersionMapping(Mapping),
    /// Print what a level needs of other features
    FeatureDependencies(Dependencies),
}

/// Of which release the levels are asked for; no broker is needed.
#[derive(Args, Debug, Clone)]
pub struct Mapping {
    /// Release, as in 4.3 or 4.3-IV0 [default: the newest]
    #[arg(long, short, value_name = "RELEASE")]
    pub release_version: Option<String>,
}

/// Of which levels the needs are asked for; no broker is needed.
#[derive(Args, Debug, Clone)]
pub struct Dependencies {
    /// Feature and level; may be given again
    #[arg(long, short, value_name = "NAME=LEVEL", required = true)]
    pub feature: Vec<Level>,
}

#[derive(Args, Debug, Clone)]
pub struct Change {
    /// Level of metadata.version, as in 4.3-IV0 (Kafka will drop it for --release-version)
    #[arg(long, value_name = "LEVEL", conflicts_with = "release_version")]
    pub metadata: Option<String>,
    /// Feature and its new level; may be given again
    #[arg(long, value_name = "NAME=LEVEL", conflicts_with = "release_version")]
    pub feature: Vec<Level>,
    /// All features as in this release, as in 4.3
    #[arg(long, value_name = "RELEASE")]
    pub release_version: Option<String>,
    /// Only say whether it could be done
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Args, Debug, Clone)]
pub struct Lower {
    #[command(flatten)]
    pub change: Change,
    /// Even if metadata may be lost by it
    #[arg(long = "unsafe")]
    pub may_lose: bool,
}

#[derive(Args, Debug, Clone)]
pub struct Disable {
    /// Feature to turn off; may be given again
    #[arg(long, value_name = "NAME")]
    pub feature: Vec<String>,
    /// Even if metadata may be lost by it
    #[arg(long = "unsafe")]
    pub may_lose: bool,
    /// Only say whether it could be done
    #[arg(long)]
    pub dry_run: bool,
}
