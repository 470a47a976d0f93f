//! DescribeConfigs, versions 1-4: settings in force, and where each comes from.

use crate::cluster::{self, Image, Resource};
use crate::config::{Entry, Settings, Synonym};
use crate::model::ErrorCode;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::wire::Text;
use crate::wire::api::describe_configs::{
    DescribeConfigsResource, DescribeConfigsResourceResult, DescribeConfigsResult,
    DescribeConfigsSynonym, Request as Body, Response,
};

/// Topics, brokers, loggers, client metrics, groups.
const KINDS: [i8; 5] = [2, 4, 8, 16, 32];

/// With one resource of another type in it, Kafka refuses the whole request.
const MALFORMED: &str = "This most likely occurs because of a request being malformed by the \
    client library or the message was sent to an incompatible broker. See the broker logs for \
    more details.";

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let settings = request.context.settings();
    let response = respond(&request.context.shard.image(), &settings, &body);
    Answer::to(&incoming, &response)
}

pub(super) fn respond(image: &Image, settings: &Settings, body: &Body<'_>) -> Response<'static> {
    let kinds = body.resources.iter().map(|asked| asked.resource_type);
    let is_known = kinds.into_iter().all(|kind| KINDS.contains(&kind));
    let result = |asked: &DescribeConfigsResource<'_>| {
        let mut result = DescribeConfigsResult {
            resource_type: asked.resource_type,
            resource_name: Text::from(asked.resource_name.to_string()),
            ..Default::default()
        };
        let entries = match is_known {
            true => entries(image, settings, asked),
            false => invalid(MALFORMED),
        };
        match entries {
            Ok(entries) => {
                let wanted = entries.into_iter().filter(|entry| is_asked(asked, entry));
                result.configs = wanted.map(|entry| shown(entry, body)).collect();
            }
            // As Kafka does, an unknown topic is told by its code alone.
            Err(refused) if refused.code == ErrorCode::UnknownTopicOrPartition => {
                result.error_code = refused.code.code();
            }
            Err(refused) => {
                result.error_code = refused.code.code();
                result.error_message = refused.message.map(Text::from);
            }
        }
        result
    };
    Response {
        results: body.resources.iter().map(result).collect(),
        ..Response::default()
    }
}

fn entries(
    image: &Image,
    settings: &Settings,
    asked: &DescribeConfigsResource<'_>,
) -> Result<Vec<Entry>, Refused> {
    let name = asked.resource_name.to_string();
    match Resource::from_wire(asked.resource_type, name) {
        Resource::ClientMetrics(name) if name.is_empty() => {
            invalid("Client metrics subscription name must not be empty")
        }
        Resource::Group(name) if name.is_empty() => invalid("Group name must not be empty"),
        Resource::Other(8, id) => loggers(settings, id),
        resource => cluster::describe_configs(image, settings, &resource)
            .map_err(|why| refusal::of_cluster(&why)),
    }
}

/// A broker has no loggers whose levels could be told, and another broker's are not known here.
fn loggers(settings: &Settings, id: String) -> Result<Vec<Entry>, Refused> {
    if id.is_empty() {
        return invalid("Broker id must not be empty");
    }
    let expected = settings.node.0;
    match id.parse::<i32>() {
        Err(_) => {
            let refusal = cluster::Refusal::BrokerIdNotInteger(id);
            Err(refusal::of_cluster(&refusal))
        }
        Ok(received) if received != expected => invalid(&format!(
            "Unexpected broker id, expected {expected} but received {received}"
        )),
        Ok(_) => Ok(Vec::new()),
    }
}

fn invalid<T>(text: &str) -> Result<T, Refused> {
    Err(Refused::with(ErrorCode::InvalidRequest, text))
}

/// No keys ask for all of them.
fn is_asked(asked: &DescribeConfigsResource<'_>, entry: &Entry) -> bool {
    match asked.configuration_keys.as_deref() {
        None | Some([]) => true,
        Some(keys) => keys.iter().any(|key| **key == entry.name),
    }
}

fn shown(entry: Entry, body: &Body<'_>) -> DescribeConfigsResourceResult<'static> {
    let synonyms = entry.synonyms.into_iter();
    DescribeConfigsResourceResult {
        name: Text::from(entry.name),
        value: entry.value.map(Text::from),
        read_only: entry.read_only,
        config_source: entry.source.code(),
        synonyms: synonyms
            .filter(|_| body.include_synonyms)
            .map(synonym)
            .collect(),
        config_type: entry.kind.code(),
        documentation: body
            .include_documentation
            .then(|| Text::from(entry.documentation.to_owned())),
        ..Default::default()
    }
}

fn synonym(synonym: Synonym) -> DescribeConfigsSynonym<'static> {
    DescribeConfigsSynonym {
        name: Text::from(synonym.name),
        value: synonym.value.map(Text::from),
        source: synonym.source.code(),
        ..Default::default()
    }
}
