use std::io::Write;

use super::{Options, assignment};
use crate::cli::complaint::Complaint;
use crate::client::Cluster;
use crate::client::admin::{self, NewTopic};
use crate::model::ErrorCode;

const NAME_WARNING: &str = "WARNING: Due to limitations in metric names, topics with a period \
     ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not \
     both.";

/// Creates the one topic that was named.
pub async fn create(
    options: &Options,
    cluster: &Cluster,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let name = options.topic.clone().unwrap_or_default();
    if options.partitions.is_some() && options.replica_assignment.is_some() {
        let why = "Option \"[replica-assignment]\" can't be used with option \"[partitions]\"";
        return Err(Complaint::new(why));
    }
    if name.contains(['.', '_']) {
        writeln!(out, "{NAME_WARNING}")?;
    }
    check_counts(options)?;
    let assignment = options
        .replica_assignment
        .as_deref()
        .map(assignment::parse)
        .transpose()?;
    let topic = NewTopic {
        name: name.clone(),
        partitions: options
            .partitions
            .filter(|_| assignment.is_none())
            .unwrap_or(-1),
        replication_factor: options.replication_factor.unwrap_or(-1),
        assignment: assignment.unwrap_or_default(),
        configs: options.config.clone(),
    };
    match admin::create_topic(cluster, &topic).await {
        Ok(()) => Ok(writeln!(out, "Created topic {name}.")?),
        Err(fault)
            if options.if_not_exists && fault.code() == Some(ErrorCode::TopicAlreadyExists) =>
        {
            Ok(())
        }
        Err(fault) => Err(fault.into()),
    }
}

fn check_counts(options: &Options) -> Result<(), Complaint> {
    if options.replication_factor.is_some_and(|factor| factor < 1) {
        let why = "The replication factor must be between 1 and 32767 inclusive";
        return Err(Complaint::new(why));
    }
    if options.partitions.is_some_and(|count| count < 1) {
        return Err(Complaint::new("The partitions must be greater than 0"));
    }
    Ok(())
}

/// Adds partitions to each of the topics.
pub async fn alter(
    options: &Options,
    cluster: &Cluster,
    names: &[String],
) -> Result<(), Complaint> {
    let count = options.partitions.unwrap_or_default();
    let assignment = options
        .replica_assignment
        .as_deref()
        .map(assignment::parse)
        .transpose()?;
    for name in names {
        let topic = cluster.topic(name).await?;
        // The assignment is written for all partitions; the broker wants those to be added.
        let added = assignment
            .as_deref()
            .map(|all| all.get(topic.partitions.len()..));
        let added = added.map(Option::unwrap_or_default);
        admin::create_partitions(cluster, name, count, added).await?;
    }
    Ok(())
}

/// Deletes each of the topics.
pub async fn delete(cluster: &Cluster, names: &[String]) -> Result<(), Complaint> {
    for name in names {
        admin::delete_topic(cluster, name).await?;
    }
    Ok(())
}
