use super::command::Resource;
use super::image::Image;
use super::refusal::Refusal;
use crate::config::{
    Entry, Settings, describe_broker, describe_client_metrics, describe_cluster_default,
    describe_group, describe_topic,
};
use crate::model::TopicName;

/// The settings of a resource with their sources, as DescribeConfigs shows them. `settings` are
/// this broker's, dynamic values included. Only this broker's own settings can be told.
pub fn describe_configs(
    image: &Image,
    settings: &Settings,
    resource: &Resource,
) -> Result<Vec<Entry>, Refusal> {
    match resource {
        Resource::Topic(name) => {
            let name = TopicName::parse(name)?;
            let topic = image.topic(&name).ok_or(Refusal::UnknownTopic)?;
            Ok(describe_topic(settings, image.topic_overrides(&topic.name)))
        }
        Resource::Broker(id) if id.is_empty() => {
            Ok(describe_cluster_default(image.overrides(resource)))
        }
        Resource::Broker(id) => {
            let invalid = |_| Refusal::BrokerIdNotInteger(id.clone());
            let received: i32 = id.parse().map_err(invalid)?;
            match settings.node.0 {
                expected if expected == received => Ok(describe_broker(settings)),
                expected => Err(Refusal::OtherBrokerDescribed { expected, received }),
            }
        }
        Resource::ClientMetrics(_) => Ok(describe_client_metrics(image.overrides(resource))),
        Resource::Group(_) => Ok(describe_group(image.overrides(resource))),
        Resource::Other(kind, _) => Err(Refusal::UnknownResourceType(*kind)),
    }
}
