//! Changes of settings, for both APIs that make them.

use super::dispatch::Request;
use super::refusal::{self, Refused};
use crate::cluster::{Command, Reply, Resource, ResourceChange};

/// A resource as changed, or why it was not.
pub type Altered = (Resource, Option<Refused>);

/// Has the changes that can be read made; those that cannot are answered as they came.
pub async fn alter(
    request: &Request,
    asked: Vec<Result<ResourceChange, Altered>>,
    validate_only: bool,
) -> Vec<Altered> {
    let (mut resources, mut answers) = (Vec::new(), Vec::new());
    for asked in asked {
        match asked {
            Ok(change) => resources.push(change),
            Err(refused) => answers.push(refused),
        }
    }
    let names: Vec<Resource> = resources
        .iter()
        .map(|asked| asked.resource.clone())
        .collect();
    let command = Command::AlterConfigs {
        resources,
        validate_only,
    };
    match request.context.shard.command(command).await {
        Ok(Reply::Altered(outcomes)) => {
            let altered = outcomes.into_iter().map(|(resource, outcome)| {
                (resource, outcome.err().map(|why| refusal::of_cluster(&why)))
            });
            answers.extend(altered);
        }
        Ok(other) => unreachable!("settings were to be altered, {other:?} was answered"),
        Err(refused) => {
            let refused = refusal::of_command(&refused);
            answers.extend(names.into_iter().map(|name| (name, Some(refused.clone()))));
        }
    }
    answers
}
