use std::io::Write;

use super::rule::Rule;
use super::{Options, time};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::{Cluster, Topic, offsets};

/// Prints `TOPIC:PARTITION:OFFSET` for each partition asked for that has such an offset.
/// Complaints begin as those of Kafka's tool.
pub async fn print(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let done = try_print(options, out).await;
    out.flush()?;
    done.map_err(|complaint| match complaint {
        Complaint::Said(text) => Complaint::Said(format!("Error occurred: {text}")),
        other => other,
    })
}

async fn try_print(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let rules = Rule::of(options)?;
    let time = time::parse(&options.time)?;
    let tuning = Tuning::read(&options.bootstrap, "get-offsets", &[]).await?;
    let cluster = tuning.connect(&options.bootstrap).await?;
    let told = |fault| Complaint::new(format!("{fault}"));
    let view = cluster.describe(None, false).await.map_err(told)?;
    let (mut rows, mut found_any) = (Vec::new(), false);
    for topic in &view.topics {
        if options.exclude_internal_topics && topic.is_internal {
            continue;
        }
        let asked = |index: &i32| rules.iter().any(|rule| rule.matches(&topic.name, *index));
        let all = topic.partitions.iter().map(|partition| partition.index);
        let chosen: Vec<i32> = all.filter(asked).collect();
        if !chosen.is_empty() {
            found_any = true;
            rows.extend(rows_of(&cluster, topic, &chosen, time).await);
        }
    }
    if !found_any {
        let words = "Could not match any topic-partitions with the specified filters";
        return Err(Complaint::new(words));
    }
    // In the order of Kafka's tool: partitions as text, so that 10 stands before 2.
    rows.sort();
    for (_, row) in rows {
        writeln!(out, "{row}")?;
    }
    Ok(())
}

/// The rows of a topic, each with its place in the order of all. What has no such offset has no
/// row; what cannot be asked is told.
async fn rows_of(
    cluster: &Cluster,
    topic: &Topic,
    partitions: &[i32],
    time: i64,
) -> Vec<(String, String)> {
    let name = &topic.name;
    let skip = |partition: i32, fault: &dyn std::fmt::Display| {
        crate::cli::print::complain(&format!(
            "Skip getting offsets for topic-partition {name}-{partition} due to error: {fault}"
        ));
    };
    let listed = match offsets::list(cluster, name, partitions, time).await {
        Ok(listed) => listed,
        Err(fault) => {
            partitions.iter().for_each(|index| skip(*index, &fault));
            return Vec::new();
        }
    };
    let mut rows = Vec::new();
    for listed in listed {
        let partition = listed.partition;
        match listed.result {
            Ok(Some(offset)) => {
                let row = format!("{name}:{partition}:{offset}");
                rows.push((format!("{name}-{partition}"), row));
            }
            Ok(None) => {}
            Err(fault) => skip(partition, &fault),
        }
    }
    rows
}
