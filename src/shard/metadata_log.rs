//! `__cluster_metadata-0` at boot: opened like any partition, read whole, led under a new epoch.

use std::rc::Rc;

use super::partition::{self, Fault, Opening, Partition, Policy};
use super::{BootMarks, Shard};
use crate::config::{Overrides, TopicSettings};
use crate::io::fs;
use crate::log::layout::{QuorumState, QuorumStateVersion, names};
use crate::model::{LeaderEpoch, NodeId, Offset, PartitionId, TopicName, TopicPartition, Uuid};
use crate::records::{BatchView, Codec, Records};

/// The topic of the metadata log.
pub const TOPIC: &str = "__cluster_metadata";

/// Its directory, in the log directory for it.
pub const DIRECTORY: &str = "__cluster_metadata-0";

/// What the metadata log held when the node started.
pub struct Replayed {
    pub log: Rc<Partition>,
    /// Values of all records, in order.
    pub values: Vec<Vec<u8>>,
    pub end: Offset,
}

/// Opens the metadata log and reads it.
pub async fn open(shard: &Shard, marks: &BootMarks) -> Result<Replayed, Fault> {
    let settings = &*shard.settings();
    let name = TopicName::parse(TOPIC).expect("the metadata topic's name is legal");
    let name = TopicPartition {
        topic: name,
        index: 0,
    };
    // Durable and kept for ever, whatever the broker's defaults for topics are.
    let keep = [
        ("retention.ms", "-1"),
        ("flush.messages", "1"),
        ("cleanup.policy", "delete"),
    ];
    let keep: Overrides = keep
        .iter()
        .map(|(k, v)| ((*k).into(), (*v).into()))
        .collect();
    let topic = TopicSettings::resolve(settings, &keep);
    let found = marks.of(shard.dirs.metadata());
    let opening = Opening {
        id: PartitionId {
            topic: Uuid::METADATA,
            index: 0,
        },
        epoch: LeaderEpoch::ZERO,
        policy: Rc::new(Policy::of(&topic, settings.producers.expiration, 0.0)),
        dir: shard.dirs.metadata().clone(),
        log_start: Offset::ZERO,
        cleaned: None,
        trust: found.trust(&name),
        durable: found.durable(&name),
        files: shard.files.clone(),
        indexes: shard.indexes.clone(),
        name,
    };
    let log = Rc::new(partition::open(opening).await?);
    let mut values = Vec::new();
    log.for_each_batch(|batch| read_values(batch, &mut values))
        .await?;
    log.lead_next_epoch();
    note_leader(shard, &log).await?;
    let end = log.watermarks().high;
    Ok(Replayed { log, values, end })
}

/// Writes `quorum-state`, as a KRaft node does once it has elected itself.
async fn note_leader(shard: &Shard, log: &Partition) -> Result<(), Fault> {
    let state = QuorumState {
        leader: shard.settings().node,
        epoch: log.leader_epoch(),
        voted: NodeId::NONE,
        version: QuorumStateVersion::V1 {
            voted_directory: Uuid::ZERO,
        },
    };
    let directory = log.dir.join(log.name.to_string());
    let path = directory.join(names::QUORUM_STATE);
    let written = fs::write_atomic(&path, state.encode().into_bytes()).await;
    written.map_err(|error| Fault::Directory(format!("{}: {error}", path.display())))
}

/// Metadata batches are written here, uncompressed; control batches hold nothing to replay.
fn read_values(batch: &BatchView<'_>, values: &mut Vec<Vec<u8>>) -> Result<(), String> {
    if batch.is_control() {
        return Ok(());
    }
    if batch.codec() != Ok(Codec::None) {
        return Err("a metadata batch is compressed".into());
    }
    for record in Records::new(batch.payload(), batch.count()) {
        let record = record.map_err(|fault| fault.to_string())?;
        values.push(record.value.unwrap_or_default().to_vec());
    }
    Ok(())
}

impl Shard {
    /// Replays the metadata log on every shard, which opens all partitions.
    pub async fn replay_metadata(
        self: &Rc<Self>,
        replayed: Replayed,
    ) -> Result<(), super::ShardStopped> {
        let Replayed { log, values, end } = replayed;
        self.set_controller(super::Controller::new(log));
        self.publish(values.into(), end).await
    }
}
