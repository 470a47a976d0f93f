use std::fmt;

use super::Options;
use crate::cli::absent;
use crate::cli::complaint::Complaint;
use crate::cli::pattern::Pattern;
use crate::client::{ClientFault, Cluster, Topic};

/// The topics that are to be read.
#[derive(Debug, Clone)]
pub enum Choice {
    Named(String),
    /// The text, and what it means.
    Matching(String, Pattern),
}

impl Choice {
    /// Of `--topic` and `--include`, one of which is there.
    pub fn of(options: &Options) -> Result<Choice, Complaint> {
        match (&options.topic, &options.include) {
            (Some(name), _) => Ok(Choice::Named(name.clone())),
            (None, text) => {
                let text = text.clone().unwrap_or_default();
                let pattern = Pattern::parse(&text)?;
                Ok(Choice::Matching(text, pattern))
            }
        }
    }

    /// Those that exist now. A topic that is named and missing is a fault, after the broker was
    /// asked to `create` it, as some do; a pattern that matches none is not.
    pub async fn find(&self, cluster: &Cluster, create: bool) -> Result<Vec<Topic>, ClientFault> {
        match self {
            Choice::Named(name) => Ok(vec![cluster.refresh(name, create).await?]),
            Choice::Matching(_, pattern) => {
                let mut topics = cluster.describe(None, false).await?.topics;
                topics.retain(|topic| {
                    !topic.is_internal && topic.check().is_ok() && pattern.matches(&topic.name)
                });
                Ok(topics)
            }
        }
    }

    /// Why nothing comes, and what can be done about it.
    pub fn why(&self, fault: &ClientFault) -> String {
        match self {
            Choice::Named(name) => absent::why(name, fault),
            Choice::Matching(..) => fault.to_string(),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Named(name) => write!(f, "topic {name}"),
            Choice::Matching(text, _) => write!(f, "topics like {text}"),
        }
    }
}
