use super::command::{Change, Decision, Reply, Resource, ResourceChange};
use super::image::Image;
use super::refusal::Refusal;
use super::snapshot::config_record;
use super::times::Times;
use crate::config::{Edit, Operation, Overrides, Settings};
use crate::config::{edit_broker, edit_client_metrics, edit_group, edit_topic};
use crate::model::TopicName;
use crate::wire::metadata::Record;

/// The type of a broker's loggers on the wire.
const BROKER_LOGGER: i8 = 8;

/// Changes settings of topics and brokers, each resource as a whole or not at all
/// (`ConfigAdminManager`, `ConfigurationControlManager`).
pub fn alter_configs(image: &Image, asked: &[ResourceChange], settings: &Settings) -> Decision {
    let (mut records, mut outcomes) = (Vec::new(), Vec::new());
    let times = Times::of(asked.iter().map(|wanted| &wanted.resource));
    for wanted in asked {
        let resource = &wanted.resource;
        let result = match times.count(&resource) {
            1 => alter(image, wanted, settings),
            _ => Err(Refusal::DuplicateResource),
        };
        outcomes.push((
            resource.clone(),
            result.map(|changes| records.extend(changes)),
        ));
    }
    Decision {
        records,
        reply: Reply::Altered(outcomes),
    }
}

fn alter(
    image: &Image,
    wanted: &ResourceChange,
    settings: &Settings,
) -> Result<Vec<Record<'static>>, Refusal> {
    let resource = &wanted.resource;
    let before = image.overrides(resource);
    let (base, edits) = match &wanted.change {
        Change::Edit(edits) => (before.clone(), edits.clone()),
        Change::Replace(values) => (Overrides::new(), values.iter().map(set).collect()),
    };
    let after = match resource {
        Resource::Topic(name) => {
            check_topic_exists(image, name)?;
            edit_topic(settings, &base, &edits)?
        }
        Resource::Broker(id) => {
            check_broker_is(id, settings)?;
            edit_broker(&base, &edits)?
        }
        Resource::Group(name) if name.is_empty() => return Err(Refusal::NoGroupName),
        Resource::Group(_) => edit_group(&base, &edits)?,
        Resource::ClientMetrics(name) if name.is_empty() => return Err(Refusal::NoMetricsName),
        Resource::ClientMetrics(_) => edit_client_metrics(&base, &edits)?,
        Resource::Other(BROKER_LOGGER, id) => return Err(logger(id, &edits, settings)),
        Resource::Other(kind, _) => return Err(Refusal::UnknownResourceType(*kind)),
    };
    Ok(difference(resource, before, &after))
}

/// This broker has no loggers, so that whichever is named does not exist.
fn logger(id: &str, edits: &[Edit], settings: &Settings) -> Refusal {
    match (check_broker_is(id, settings), edits.first()) {
        (Err(refusal), _) => refusal,
        (Ok(()), edit) => Refusal::NoLogger(edit.map_or(String::new(), |edit| edit.key.clone())),
    }
}

fn set(pair: &(String, Option<String>)) -> Edit {
    let (key, value) = pair.clone();
    Edit {
        key,
        operation: Operation::Set,
        value,
    }
}

fn check_topic_exists(image: &Image, name: &str) -> Result<(), Refusal> {
    if name.is_empty() {
        return Err(Refusal::DefaultTopicResource);
    }
    TopicName::parse(name)?;
    match image.topic(name) {
        Some(_) => Ok(()),
        None => Err(Refusal::NoSuchTopic(name.to_owned())),
    }
}

fn check_broker_is(id: &str, settings: &Settings) -> Result<(), Refusal> {
    if id.is_empty() {
        return Ok(());
    }
    let received: i32 = id
        .parse()
        .map_err(|_| Refusal::NodeIdNotInteger(id.to_owned()))?;
    match settings.node.0 {
        expected if expected == received => Ok(()),
        expected => Err(Refusal::OtherBroker { expected, received }),
    }
}

/// Records for the keys whose values differ: removed ones first, then new values.
fn difference(resource: &Resource, before: &Overrides, after: &Overrides) -> Vec<Record<'static>> {
    let removed = before.keys().filter(|key| !after.contains_key(*key));
    let changed = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    removed
        .map(|key| config_record(resource, key, None))
        .chain(changed.map(|(key, value)| config_record(resource, key, Some(value))))
        .collect()
}
