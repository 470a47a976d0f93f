//! CreatePartitions, versions 0-3: adds partitions to topics.

use crate::cluster::{self, Command, GrownTopic, Reply};
use crate::io::random;
use crate::server::answer::{Answer, Close};
use crate::server::dispatch::Request;
use crate::server::refusal::{self, Refused};
use crate::wire::Text;
use crate::wire::api::create_partitions::{
    CreatePartitionsTopic, CreatePartitionsTopicResult, Request as Body, Response,
};

pub async fn answer(request: Request) -> Result<Answer, Close> {
    let mut incoming = request.incoming()?;
    let body: Body<'_> = incoming.decode().map_err(Close::malformed)?;
    let topics: Vec<GrownTopic> = body.topics.iter().map(grown_topic).collect();
    let names: Vec<String> = topics.iter().map(|topic| topic.name.clone()).collect();
    let command = Command::CreatePartitions {
        topics,
        validate_only: body.validate_only,
    };
    let results = match request.context.shard.command(command).await {
        Ok(Reply::Grown(outcomes)) => outcomes
            .into_iter()
            .map(|(name, outcome)| result_of(name, outcome.err().map(|why| refused(&why))))
            .collect(),
        Ok(other) => unreachable!("partitions were to be created, {other:?} was answered"),
        Err(refused) => {
            let refused = refusal::of_command(&refused);
            names
                .into_iter()
                .map(|name| result_of(name, Some(refused.clone())))
                .collect()
        }
    };
    let response = Response {
        results,
        ..Response::default()
    };
    Answer::to(&incoming, &response)
}

fn grown_topic(topic: &CreatePartitionsTopic<'_>) -> GrownTopic {
    let mut dice = [0; 8];
    random::fill(&mut dice);
    let assignments = topic.assignments.as_ref();
    GrownTopic {
        name: topic.name.to_string(),
        count: topic.count,
        assignments: assignments.map(|given| given.iter().map(|a| a.broker_ids.clone()).collect()),
        dice: u64::from_be_bytes(dice),
    }
}

/// As Kafka does, an unknown topic is told by its code alone.
fn refused(why: &cluster::Refusal) -> Refused {
    match why {
        cluster::Refusal::UnknownTopic => Refused::bare(refusal::of_cluster(why).code),
        _ => refusal::of_cluster(why),
    }
}

fn result_of(name: String, refused: Option<Refused>) -> CreatePartitionsTopicResult<'static> {
    CreatePartitionsTopicResult {
        name: Text::from(name),
        error_code: refused.as_ref().map_or(0, |refused| refused.code.code()),
        error_message: refused.and_then(|refused| refused.message).map(Text::from),
        ..Default::default()
    }
}
