use super::command::{Command, Decision, Reply};
use super::delta::Delta;
use super::image::Image;
use super::refusal::Refusal;
use super::{alter, create, delete, directories, grow, register, update};
use crate::config::Settings;
use crate::model::NodeId;
use crate::wire::Malformed;
use crate::wire::metadata::Record;
use crate::wire::metadata::producer_ids::ProducerIdsRecord;

/// The level of metadata.version that new clusters work at: 4.3-IV0. It allows the newest version
/// of every record that is written here.
pub const METADATA_VERSION: i16 = 30;

/// Producer ids handed to a broker at a time (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
pub const PRODUCER_ID_BLOCK: i64 = 1000;

/// The metadata machine: an image, and what changed in it since someone last looked.
#[derive(Clone, Debug, Default)]
pub struct Cluster {
    pub(super) image: Image,
    pub(super) delta: Delta,
}

impl Cluster {
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// What a command would do. `settings` are this broker's, dynamic values included
    /// ([`Image::broker_settings`]).
    pub fn decide(&self, command: &Command, settings: &Settings) -> Result<Decision, Refusal> {
        let image = &self.image;
        match command {
            Command::Register(registration) => Ok(register::register(image, registration)),
            Command::CreateTopics {
                topics,
                validate_only,
            } => Ok(unless(
                *validate_only,
                create::create_topics(image, topics, settings),
            )),
            Command::DeleteTopics(topics) => Ok(delete::delete_topics(image, topics, settings)),
            Command::CreatePartitions {
                topics,
                validate_only,
            } => Ok(unless(
                *validate_only,
                grow::create_partitions(image, topics),
            )),
            Command::AlterConfigs {
                resources,
                validate_only,
            } => Ok(unless(
                *validate_only,
                alter::alter_configs(image, resources, settings),
            )),
            Command::UpdateFeatures {
                changes,
                validate_only,
            } => update::update_features(image, changes, settings)
                .map(|decision| unless(*validate_only, decision)),
            Command::AllocateProducerIds(node) => allocate_producer_ids(image, *node),
            Command::AssignLogDirs { node, found } => {
                Ok(directories::assign_log_dirs(image, *node, found))
            }
            Command::LoseLogDirs { node, online } => {
                Ok(directories::lose_log_dirs(image, *node, online))
            }
            Command::UnregisterBroker(node) => register::unregister(image, *node, settings),
        }
    }

    /// Hands out what [`replay`](Cluster::replay) changed since the last call. After boot it holds
    /// everything there is.
    pub fn take_delta(&mut self) -> Delta {
        std::mem::take(&mut self.delta)
    }
}

fn unless(validate_only: bool, decision: Decision) -> Decision {
    match validate_only {
        true => Decision {
            records: Vec::new(),
            ..decision
        },
        false => decision,
    }
}

fn allocate_producer_ids(image: &Image, node: NodeId) -> Result<Decision, Refusal> {
    let broker = image
        .broker(node)
        .ok_or(Refusal::BrokerNotRegistered(node.0))?;
    let first = image.next_producer_id;
    let next_producer_id = first.checked_add(PRODUCER_ID_BLOCK);
    assert!(
        next_producer_id.is_some(),
        "all 2^63 producer ids are given away"
    );
    let record = ProducerIdsRecord {
        broker_id: node.0,
        broker_epoch: broker.epoch,
        next_producer_id: next_producer_id.unwrap_or(first),
        ..Default::default()
    };
    let reply = Reply::ProducerIds {
        first,
        count: PRODUCER_ID_BLOCK,
    };
    Ok(Decision {
        records: vec![record.into()],
        reply,
    })
}

/// The bytes of a decided record, as the value of a log record of `__cluster_metadata-0`.
pub fn encode(record: &Record<'_>) -> Vec<u8> {
    let bytes = record.encode(record.version_max());
    assert!(
        bytes.is_ok(),
        "a decided record cannot be written: {bytes:?}"
    );
    bytes.unwrap_or_default()
}

/// The record in the value of a log record. A type or version that this build does not know is a
/// fault: replaying the rest without it could mean something else.
pub fn decode(bytes: &[u8]) -> Result<Record<'_>, Malformed> {
    Record::decode(bytes).map(|(record, _)| record)
}
