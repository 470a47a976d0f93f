use std::io::Write;

use super::{Options, change, describe};
use crate::cli::complaint::Complaint;
use crate::cli::pattern::Pattern;
use crate::cli::tuning::Tuning;
use crate::client::Cluster;
use crate::model::Uuid;

/// Does what the options ask. Complaints begin as those of Kafka's tool.
pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let tuning = Tuning::read(&options.bootstrap, "topics", &[]).await?;
    let cluster = tuning.connect(&options.bootstrap).await?;
    let done = act(options, &cluster, out).await;
    out.flush()?;
    done.map_err(|complaint| match complaint {
        Complaint::Said(text) => {
            Complaint::Said(format!("Error while executing topic command : {text}"))
        }
        other => other,
    })
}

async fn act(options: &Options, cluster: &Cluster, out: &mut dyn Write) -> Result<(), Complaint> {
    if options.create {
        return change::create(options, cluster, out).await;
    }
    let names = select(options, cluster).await?;
    if options.alter {
        change::alter(options, cluster, &names).await
    } else if options.delete {
        change::delete(cluster, &names).await
    } else if options.describe {
        describe::describe(options, cluster, &names, out).await
    } else {
        for name in &names {
            writeln!(out, "{name}")?;
        }
        Ok(())
    }
}

/// The names of the topics that are meant, in order. None is a complaint when some were named,
/// unless `--list` asked or `--if-exists` allows it.
async fn select(options: &Options, cluster: &Cluster) -> Result<Vec<String>, Complaint> {
    let view = cluster.describe(None, false).await?;
    let id = wanted_id(options)?;
    let pattern = options.topic.as_deref().filter(|_| id.is_none());
    let pattern = pattern.map(Pattern::parse).transpose()?;
    let mut names = Vec::new();
    for topic in &view.topics {
        let named = pattern
            .as_ref()
            .is_none_or(|pattern| pattern.matches(&topic.name));
        let identified = id.is_none_or(|id| id == topic.id);
        let hidden = options.exclude_internal && topic.is_internal;
        if named && identified && !hidden {
            names.push(topic.name.clone());
        }
    }
    if !names.is_empty() || options.list || options.if_exists {
        return Ok(names);
    }
    match (id, &options.topic) {
        (Some(id), _) => Err(absent("TopicId", &id.to_string())),
        (None, Some(topic)) => Err(absent("Topic", topic)),
        (None, None) => Ok(names),
    }
}

/// As in Kafka, an id of zeros means none.
fn wanted_id(options: &Options) -> Result<Option<Uuid>, Complaint> {
    let parsed = options.topic_id.as_deref().map(str::parse::<Uuid>);
    let id = parsed.transpose();
    let id = id.map_err(|wrong| Complaint::new(wrong.to_string()))?;
    Ok(id.filter(|id| !id.is_zero()))
}

fn absent(kind: &str, name: &str) -> Complaint {
    Complaint::new(format!("{kind} '{name}' does not exist as expected"))
}
