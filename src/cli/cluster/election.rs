//! `corelane leader-election`: Kafka's `kafka-leader-election.sh` (`LeaderElectionCommand`).

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::input;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, Elected, ElectionKind};
use crate::model::ErrorCode;

/// Have leaders of partitions elected.
#[derive(Args, Debug, Clone)]
#[command(group = ArgGroup::new("which").required(true).args([
    "topic", "all_topic_partitions", "path_to_json_file",
]))]
#[command(override_usage = "corelane leader-election [OPTIONS] --election-type <TYPE> <WHICH>")]
#[command(after_help = "\
Example:
  corelane leader-election --election-type preferred --all-topic-partitions
  corelane leader-election --election-type unclean --topic web --partition 0")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Who may be elected: the first replica, or any, also one that lacks records
    #[arg(long, value_name = "TYPE", ignore_case = true)]
    pub election_type: Kind,
    /// Topic of the one partition that is meant
    #[arg(long, value_name = "NAME", requires = "partition")]
    pub topic: Option<String>,
    /// Number of the one partition that is meant
    #[arg(long, value_name = "N", requires = "topic")]
    pub partition: Option<i32>,
    /// All partitions that need an election
    #[arg(long)]
    pub all_topic_partitions: bool,
    /// JSON file of partitions: {"partitions":[{"topic":"web","partition":0}]}
    #[arg(long, value_name = "FILE")]
    pub path_to_json_file: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Kind {
    Preferred,
    Unclean,
}

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let partitions = match (
        &options.path_to_json_file,
        &options.topic,
        options.partition,
    ) {
        (Some(path), ..) => Some(listed(path).await?),
        (None, Some(topic), Some(partition)) => Some(vec![(topic.clone(), partition)]),
        _ => None,
    };
    let (kind, shown) = match options.election_type {
        Kind::Preferred => (ElectionKind::Preferred, "PREFERRED"),
        Kind::Unclean => (ElectionKind::Unclean, "UNCLEAN"),
    };
    let cluster = Tuning::admin(&options.bootstrap, "leader-election").await?;
    let elected = admin::elect(&cluster, kind, partitions.as_deref()).await?;
    report(elected, shown, partitions.as_deref(), out)?;
    Ok(out.flush()?)
}

async fn listed(path: &std::path::Path) -> Result<Vec<(String, i32)>, Complaint> {
    let json = input::json(path).await?;
    let (mut partitions, mut seen) = (Vec::new(), BTreeSet::new());
    for (topic, index, _) in input::partitions(&json, "partitions")? {
        if !seen.insert((topic.clone(), index)) {
            return Err(Complaint::new(format!(
                "Replica election data contains duplicate partitions: [{topic}-{index}]"
            )));
        }
        partitions.push((topic, index));
    }
    Ok(partitions)
}

fn report(
    elected: Vec<Elected>,
    kind: &str,
    order: Option<&[(String, i32)]>,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let (mut done, mut needless, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (partition, outcome) in elected {
        match outcome {
            Ok(()) => done.push(partition),
            Err(fault) if fault.code() == Some(ErrorCode::ElectionNotNeeded) => {
                needless.push(partition);
            }
            Err(fault) => failed.push((partition, fault)),
        }
    }
    for (what, mut partitions) in [
        ("Successfully completed leader election", done),
        ("Valid replica already elected", needless),
    ] {
        if partitions.is_empty() {
            continue;
        }
        let place = |one: &(String, i32)| order.and_then(|all| all.iter().position(|p| p == one));
        partitions.sort_by_key(place);
        let names: Vec<String> = partitions.iter().map(|(t, n)| format!("{t}-{n}")).collect();
        let names = names.join(", ");
        match what.starts_with('V') {
            true => writeln!(out, "{what} for partitions {names}")?,
            false => writeln!(out, "{what} ({kind}) for partitions {names}")?,
        }
    }
    for ((topic, index), fault) in &failed {
        writeln!(
            out,
            "Error completing leader election ({kind}) for partition: {topic}-{index}: {fault}"
        )?;
    }
    out.flush()?;
    match failed.len() {
        0 => Ok(()),
        count => Err(Complaint::new(format!(
            "{count} replica(s) could not be elected"
        ))),
    }
}
