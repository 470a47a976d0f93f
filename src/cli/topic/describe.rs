use std::io::Write;

use super::Options;
use crate::cli::complaint::Complaint;
use crate::client::admin::{self, Config};
use crate::client::{Cluster, Partition, Topic};
use crate::model::NodeId;

/// Prints topics, each with its settings that somebody set, and their partitions.
pub async fn describe(
    options: &Options,
    cluster: &Cluster,
    names: &[String],
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let topics = admin::topics(cluster, &names, options.partition_size_limit_per_response).await?;
    let configs = admin::topic_configs(cluster, &names).await?;
    for topic in &topics {
        let own = configs.get(&topic.name).map_or(&[][..], Vec::as_slice);
        let filter = Filter::new(options, own);
        if options.topics_with_overrides {
            if own.iter().any(|config| !config.is_default()) {
                heading(topic, own, out)?;
            }
            continue;
        }
        if !filter.is_set() {
            heading(topic, own, out)?;
        }
        for partition in topic
            .partitions
            .iter()
            .filter(|partition| filter.admits(partition))
        {
            row(topic, partition, out)?;
        }
    }
    Ok(())
}

fn heading(topic: &Topic, configs: &[Config], out: &mut dyn Write) -> std::io::Result<()> {
    let replicas = topic
        .partitions
        .first()
        .map_or(0, |partition| partition.replicas.len());
    let value = |config: &Config| config.value.clone().unwrap_or_default();
    let set = configs.iter().filter(|config| !config.is_default());
    let set: Vec<String> = set
        .map(|config| format!("{}={}", config.name, value(config)))
        .collect();
    writeln!(
        out,
        "Topic: {}\tTopicId: {}\tPartitionCount: {}\tReplicationFactor: {replicas}\tConfigs: {}",
        topic.name,
        topic.id,
        topic.partitions.len(),
        set.join(","),
    )
}

fn row(topic: &Topic, partition: &Partition, out: &mut dyn Write) -> std::io::Result<()> {
    let leader = partition
        .leader
        .map_or("none".to_owned(), |leader| leader.0.to_string());
    let or_unknown =
        |nodes: &Option<Vec<NodeId>>| nodes.as_deref().map_or("N/A".to_owned(), joined);
    writeln!(
        out,
        "\tTopic: {}\tPartition: {}\tLeader: {leader}\tReplicas: {}\tIsr: {}\tElr: {}\t\
         LastKnownElr: {}",
        topic.name,
        partition.index,
        joined(&partition.replicas),
        joined(&partition.in_sync),
        or_unknown(&partition.eligible),
        or_unknown(&partition.last_known_eligible),
    )
}

fn joined(nodes: &[NodeId]) -> String {
    let ids: Vec<String> = nodes.iter().map(|node| node.0.to_string()).collect();
    ids.join(",")
}

/// Which partitions are worth a row. Several conditions may be set; one that holds is enough.
struct Filter {
    under_replicated: bool,
    unavailable: bool,
    under_min: bool,
    at_min: bool,
    in_sync_min: usize,
}

impl Filter {
    fn new(options: &Options, configs: &[Config]) -> Filter {
        let min = configs
            .iter()
            .find(|config| config.name == "min.insync.replicas");
        let min = min.and_then(|config| config.value.as_deref()?.parse().ok());
        Filter {
            under_replicated: options.under_replicated_partitions,
            unavailable: options.unavailable_partitions,
            under_min: options.under_min_isr_partitions,
            at_min: options.at_min_isr_partitions,
            in_sync_min: min.unwrap_or(1),
        }
    }

    fn is_set(&self) -> bool {
        self.under_replicated || self.unavailable || self.under_min || self.at_min
    }

    fn admits(&self, partition: &Partition) -> bool {
        let in_sync = partition.in_sync.len();
        !self.is_set()
            || (self.under_replicated && in_sync < partition.replicas.len())
            || (self.unavailable && partition.leader.is_none())
            || (self.under_min && in_sync < self.in_sync_min)
            || (self.at_min && in_sync == self.in_sync_min)
    }
}
