use std::io::Write;

use super::Options;
use super::rule::Rule;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::{Cluster, offsets};

/// Prints `TOPIC:PARTITION:OFFSET` for each partition asked for that has such an offset.
pub async fn print(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let tuning = Tuning::read(&options.bootstrap, "get-offsets", &[]).await?;
    let cluster = tuning.connect(&options.bootstrap).await?;
    let done = print_all(options, &cluster, out).await;
    out.flush()?;
    done.map_err(|complaint| match complaint {
        Complaint::Said(text) => Complaint::Said(format!("Error occurred: {text}")),
        other => other,
    })
}

async fn print_all(
    options: &Options,
    cluster: &Cluster,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let rules = Rule::of(options)?;
    let told = |fault| Complaint::new(format!("{fault}"));
    let view = cluster.describe(None, false).await.map_err(told)?;
    let mut found_any = false;
    for topic in &view.topics {
        if options.exclude_internal_topics && topic.is_internal {
            continue;
        }
        let asked = |index: &i32| rules.iter().any(|rule| rule.matches(&topic.name, *index));
        let all = topic.partitions.iter().map(|partition| partition.index);
        let chosen: Vec<i32> = all.filter(asked).collect();
        if chosen.is_empty() {
            continue;
        }
        found_any = true;
        topic_offsets(cluster, &topic.name, &chosen, options.time.0, out).await?;
    }
    match found_any {
        true => Ok(()),
        false => Err(Complaint::new(
            "Could not match any topic-partitions with the specified filters",
        )),
    }
}

/// In the order of Kafka's tool: partitions as text, so that 10 stands before 2.
async fn topic_offsets(
    cluster: &Cluster,
    topic: &str,
    partitions: &[i32],
    time: i64,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let listed = offsets::list(cluster, topic, partitions, time).await;
    let mut listed = listed.map_err(|fault| Complaint::new(fault.to_string()))?;
    listed.sort_by_key(|listed| listed.partition.to_string());
    for listed in listed {
        let partition = listed.partition;
        match listed.result {
            Ok(Some(offset)) => writeln!(out, "{topic}:{partition}:{offset}")?,
            Ok(None) => {}
            Err(fault) => crate::cli::print::complain(&format!(
                "Skip getting offsets for topic-partition {topic}-{partition} due to error: {fault}"
            )),
        }
    }
    Ok(())
}
