//! `corelane log-dirs`: Kafka's `kafka-log-dirs.sh` (`LogDirsCommand`).

use std::io::Write;

use clap::Args;
use serde::Serialize;

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, LogDir, LogDirPartition};
use crate::model::{ErrorCode, NodeId};

/// Print what brokers keep in their data directories, as JSON.
#[derive(Args, Debug, Clone)]
// Elsewhere this is another name of --bootstrap-server; here Kafka means ids.
#[command(mut_arg("bootstrap_server", |arg| arg.alias(None)))]
#[command(after_help = "\
Example:
  corelane log-dirs --describe --topic-list web,logs")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// Print the directories
    #[arg(long, required = true)]
    pub describe: bool,
    /// Brokers to ask, separated by commas [default: all]
    #[arg(long = "broker-list", value_name = "ID,ID", value_delimiter = ',')]
    pub brokers: Vec<i32>,
    /// Topics to show, separated by commas [default: all]
    #[arg(long, value_name = "NAME,NAME", value_delimiter = ',')]
    pub topic_list: Vec<String>,
}

#[derive(Serialize)]
struct Told {
    brokers: Vec<ToldBroker>,
    version: u8,
}

#[derive(Serialize)]
struct ToldBroker {
    broker: i32,
    #[serde(rename = "logDirs")]
    log_dirs: Vec<ToldDir>,
}

#[derive(Serialize)]
struct ToldDir {
    partitions: Vec<ToldPartition>,
    error: Option<String>,
    #[serde(rename = "logDir")]
    log_dir: String,
}

#[derive(Serialize)]
struct ToldPartition {
    partition: String,
    size: i64,
    #[serde(rename = "offsetLag")]
    offset_lag: i64,
    #[serde(rename = "isFuture")]
    is_future: bool,
}

pub async fn print(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "log-dirs").await?;
    let view = cluster.describe(Some(&[]), false).await?;
    let mut existing: Vec<i32> = view.brokers.iter().map(|broker| broker.id.0).collect();
    existing.sort_unstable();
    let unknown = options.brokers.iter().filter(|id| !existing.contains(id));
    let unknown = joined(unknown);
    if !unknown.is_empty() {
        let existing = joined(existing.iter());
        return Err(Complaint::new(format!(
            "ERROR: The given brokers do not exist from --broker-list: {unknown}. Current \
             existent brokers: {existing}"
        )));
    }
    let asked = match options.brokers.is_empty() {
        true => &existing,
        false => &options.brokers,
    };
    writeln!(out, "Querying brokers for log directories information")?;
    let mut brokers = Vec::new();
    for id in asked {
        let dirs = admin::log_dirs(&cluster, NodeId(*id)).await?;
        brokers.push(ToldBroker {
            broker: *id,
            log_dirs: dirs.into_iter().map(|dir| told(dir, options)).collect(),
        });
    }
    let ids = joined(asked.iter());
    writeln!(out, "Received log directory information from brokers {ids}")?;
    let told = Told {
        brokers,
        version: 1,
    };
    let json = serde_json::to_string(&told);
    writeln!(
        out,
        "{}",
        json.map_err(|error| Complaint::new(error.to_string()))?
    )?;
    Ok(out.flush()?)
}

fn joined<'a>(ids: impl Iterator<Item = &'a i32>) -> String {
    let ids: Vec<String> = ids.map(i32::to_string).collect();
    ids.join(",")
}

fn told(dir: LogDir, options: &Options) -> ToldDir {
    let wanted = |partition: &LogDirPartition| {
        options.topic_list.is_empty() || options.topic_list.contains(&partition.topic)
    };
    let partitions = dir.partitions.into_iter().filter(wanted);
    let partitions = partitions.map(|partition| ToldPartition {
        partition: format!("{}-{}", partition.topic, partition.index),
        size: partition.size,
        offset_lag: partition.offset_lag,
        is_future: partition.is_future,
    });
    let error = ErrorCode::from_code(dir.error_code).filter(|code| *code != ErrorCode::None);
    ToldDir {
        partitions: partitions.collect(),
        error: error.map(class_of),
        log_dir: dir.path,
    }
}

/// Kafka's tool names the Java class of the error; a directory has but one.
fn class_of(code: ErrorCode) -> String {
    match code {
        ErrorCode::KafkaStorageError => {
            "org.apache.kafka.common.errors.KafkaStorageException".to_owned()
        }
        other => other.name().to_owned(),
    }
}
