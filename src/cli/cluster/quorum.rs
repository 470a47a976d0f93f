//! `corelane metadata-quorum`: Kafka's `kafka-metadata-quorum.sh` (`MetadataQuorumCommand`).

use std::io::Write;

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::table;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, Quorum, QuorumReplica};
use crate::io::clock;

/// Print the state of the quorum that keeps the metadata.
#[derive(Args, Debug, Clone)]
#[command(subcommand_required = true)]
#[command(after_help = "\
Example:
  corelane metadata-quorum describe --status
  corelane metadata-quorum describe --replication --human-readable")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand, Debug, Clone)]
pub enum Action {
    /// Print leader and members, or how far each member is
    Describe(Describe),
}

#[derive(Args, Debug, Clone)]
#[command(group(ArgGroup::new("what").required(true).args(["status", "replication"])))]
pub struct Describe {
    /// Leader, epoch and members
    #[arg(long)]
    pub status: bool,
    /// How far each member is
    #[arg(long)]
    pub replication: bool,
    /// With --replication: times as how long ago they were
    #[arg(long, conflicts_with = "status")]
    pub human_readable: bool,
}

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "metadata-quorum").await?;
    let Action::Describe(what) = &options.action;
    let quorum = admin::quorum(&cluster).await?;
    if what.replication {
        replication(&quorum, what.human_readable, out)?;
    } else {
        let id = admin::cluster_id(&cluster).await?;
        status(&quorum, &id, out)?;
    }
    Ok(out.flush()?)
}

fn leader_of(quorum: &Quorum) -> Option<&QuorumReplica> {
    quorum.voters.iter().find(|voter| voter.id == quorum.leader)
}

fn status(quorum: &Quorum, cluster_id: &str, out: &mut dyn Write) -> std::io::Result<()> {
    let followers = quorum
        .voters
        .iter()
        .filter(|voter| voter.id != quorum.leader);
    let leader = leader_of(quorum);
    let lag = |replica: &QuorumReplica| leader.map_or(0, |l| l.log_end - replica.log_end);
    let late = |replica: &QuorumReplica| match (leader, replica.last_caught_up) {
        (Some(leader), at) if at >= 0 => leader.last_caught_up - at,
        _ => -1,
    };
    let lag_max = followers.clone().map(lag).max().unwrap_or(0);
    let late_max = followers.map(late).max().unwrap_or(0);
    for (name, value) in [
        ("ClusterId:", cluster_id.to_owned()),
        ("LeaderId:", quorum.leader.to_string()),
        ("LeaderEpoch:", quorum.leader_epoch.to_string()),
        ("HighWatermark:", quorum.high_watermark.to_string()),
        ("MaxFollowerLag:", lag_max.to_string()),
        ("MaxFollowerLagTimeMs:", late_max.to_string()),
        ("CurrentVoters:", members(quorum, &quorum.voters)),
        ("CurrentObservers:", members(quorum, &quorum.observers)),
    ] {
        writeln!(out, "{name:<24}{value}")?;
    }
    Ok(())
}

fn members(quorum: &Quorum, replicas: &[QuorumReplica]) -> String {
    let member = |replica: &QuorumReplica| {
        let mut parts = vec![format!("\"id\": {}", replica.id)];
        if !replica.directory.is_zero() {
            parts.push(format!("\"directoryId\": \"{}\"", replica.directory));
        }
        let node = quorum.nodes.iter().find(|(id, _)| *id == replica.id);
        if let Some((_, listeners)) = node.filter(|(_, listeners)| !listeners.is_empty()) {
            let quoted: Vec<String> = listeners.iter().map(|l| format!("\"{l}\"")).collect();
            parts.push(format!("\"endpoints\": [{}]", quoted.join(", ")));
        }
        format!("{{{}}}", parts.join(", "))
    };
    let members: Vec<String> = replicas.iter().map(member).collect();
    format!("[{}]", members.join(", "))
}

fn replication(quorum: &Quorum, human: bool, out: &mut dyn Write) -> std::io::Result<()> {
    let now = clock::wall().0;
    let time = |at: i64| match human && at >= 0 {
        true => format!("{} ms ago", (now - at).max(0)),
        false => at.to_string(),
    };
    let end = leader_of(quorum).map_or(0, |leader| leader.log_end);
    let row = |replica: &QuorumReplica, status: &str| {
        vec![
            replica.id.to_string(),
            replica.directory.to_string(),
            replica.log_end.to_string(),
            (end - replica.log_end).to_string(),
            time(replica.last_fetch),
            time(replica.last_caught_up),
            status.to_owned(),
        ]
    };
    let (leaders, followers): (Vec<_>, Vec<_>) = quorum
        .voters
        .iter()
        .partition(|voter| voter.id == quorum.leader);
    let mut rows: Vec<Vec<String>> = leaders.iter().map(|r| row(r, "Leader")).collect();
    rows.extend(followers.iter().map(|r| row(r, "Follower")));
    rows.extend(quorum.observers.iter().map(|r| row(r, "Observer")));
    let heading = [
        "NodeId",
        "DirectoryId",
        "LogEndOffset",
        "Lag",
        "LastFetchTimestamp",
        "LastCaughtUpTimestamp",
        "Status",
    ];
    table::columns(&heading, &rows, out)
}
