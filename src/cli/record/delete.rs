use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::input;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, Trim};

/// Delete the oldest records of partitions.
#[derive(Args, Debug, Clone)]
#[command(after_help = "\
Example:
  corelane delete-records --offset-json-file old.json

  with old.json {\"partitions\":[{\"topic\":\"web\",\"partition\":0,\"offset\":500}],\"version\":1}
  Records before the offset go; offset -1 means all that are there.")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// JSON file of partitions and the offsets before which their records go
    #[arg(long, value_name = "FILE")]
    pub offset_json_file: PathBuf,
}

/// Deletes, and prints the first offset that is left in each partition.
pub async fn delete(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let json = input::json(&options.offset_json_file).await?;
    let trims = trims(&json)?;
    let cluster = Tuning::admin(&options.bootstrap, "delete-records").await?;
    writeln!(out, "Executing records delete operation")?;
    out.flush()?;
    let trimmed = admin::delete_records(&cluster, &trims).await?;
    writeln!(out, "Records delete operation completed:")?;
    for (
        Trim {
            topic, partition, ..
        },
        outcome,
    ) in trimmed
    {
        match outcome {
            Ok(low) => writeln!(out, "partition: {topic}-{partition}\tlow_watermark: {low}")?,
            Err(fault) => writeln!(out, "partition: {topic}-{partition}\terror: {fault}")?,
        }
    }
    Ok(out.flush()?)
}

fn trims(json: &Value) -> Result<Vec<Trim>, Complaint> {
    let (mut trims, mut seen) = (Vec::new(), BTreeSet::new());
    for (topic, partition, row) in input::partitions(json, "partitions")? {
        if !seen.insert((topic.clone(), partition)) {
            let why = format!(
                "Offset json file contains duplicate topic partitions: {topic}-{partition}"
            );
            return Err(Complaint::new(why));
        }
        let missing = || Complaint::new(format!("{row}: Missing offset field"));
        let offset = row
            .get("offset")
            .and_then(Value::as_i64)
            .ok_or_else(missing)?;
        trims.push(Trim {
            topic,
            partition,
            offset,
        });
    }
    Ok(trims)
}
