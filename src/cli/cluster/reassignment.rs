//! `corelane reassign-partitions`: the part of Kafka's `kafka-reassign-partitions.sh` that a
//! single node has a use for.

use std::io::Write;

use clap::Args;

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::admin;

/// List partitions that are on their way to other brokers.
#[derive(Args, Debug, Clone)]
#[command(after_help = "\
Example:
  corelane reassign-partitions --list")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// List what is under way
    #[arg(long, required = true)]
    pub list: bool,
}

pub async fn list(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "reassign-partitions").await?;
    let rows = admin::reassignments(&cluster).await?;
    if rows.is_empty() {
        writeln!(out, "No partition reassignments found.")?;
    } else {
        writeln!(out, "Current partition reassignments:")?;
    }
    for row in rows {
        write!(
            out,
            "{}-{}: replicas: {}.",
            row.topic,
            row.partition,
            joined(&row.replicas)
        )?;
        for (what, brokers) in [("adding", &row.adding), ("removing", &row.removing)] {
            if !brokers.is_empty() {
                write!(out, " {what}: {}.", joined(brokers))?;
            }
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

fn joined(brokers: &[i32]) -> String {
    let ids: Vec<String> = brokers.iter().map(i32::to_string).collect();
    ids.join(",")
}
