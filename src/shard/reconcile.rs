//! Makes a shard's partitions what the cluster's image says they should be.

use std::rc::Rc;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::Shard;
use super::partition::{self, Opening, Partition, Policy};
use crate::cluster::{self, Delta};
use crate::io::{clock, fs, random, task};
use crate::log::layout::PartitionDirectory;
use crate::model::{LeaderEpoch, Offset, PartitionId, TopicId, TopicPartition, Uuid};

/// Partitions that one shard opens side by side.
const OPENING_MAX: usize = 32;

impl Shard {
    /// Replays committed metadata records and acts on what they changed.
    pub async fn apply(self: &Rc<Self>, values: &[Vec<u8>], end: Offset) {
        let delta = {
            let mut cluster = self.cluster_mut();
            for value in values {
                let record = cluster::decode(value).expect("what was decided here can be read");
                cluster.replay(&record);
            }
            cluster.take_delta()
        };
        self.set_metadata_end(end);
        self.reconcile(delta).await;
    }

    async fn reconcile(self: &Rc<Self>, delta: Delta) {
        if delta.brokers_configured {
            let settings = self.image().broker_settings(&self.settings());
            self.set_settings(settings.into());
        }
        for topic in delta.topics_deleted.values() {
            for (index, _) in topic.numbered() {
                if let Some(partition) = self.unhost(PartitionId {
                    topic: topic.id,
                    index,
                }) {
                    self.delete(&partition).await;
                }
            }
        }
        let opened: Vec<_> = {
            let new = delta.topics_created.iter().flat_map(|id| self.owned(*id));
            let grown = delta
                .partitions_created
                .iter()
                .copied()
                .filter(|id| self.owns(*id));
            new.chain(grown).collect()
        };
        stream::iter(opened)
            .for_each_concurrent(OPENING_MAX, |id| async move { self.open(id).await })
            .await;
        for id in &delta.partitions_changed {
            self.lead_on(*id);
        }
        for partition in self.partitions() {
            let configured = delta.topics_configured.contains(&partition.name.topic);
            if delta.brokers_configured || configured {
                partition.set_policy(self.policy(&partition.name));
            }
        }
    }

    fn owns(&self, id: PartitionId) -> bool {
        self.router.owner(id) == self.id
    }

    /// The partitions of a topic that lie here.
    fn owned(&self, topic: TopicId) -> Vec<PartitionId> {
        let image = self.image();
        let count = image
            .topic_by_id(topic)
            .map_or(0, |topic| topic.partition_count());
        let ids = (0..count).map(|index| PartitionId { topic, index });
        ids.filter(|id| self.owns(*id)).collect()
    }

    fn policy(&self, name: &TopicPartition) -> Rc<Policy> {
        let settings = self.settings();
        let topic = self.image().topic_settings(&settings, &name.topic);
        let jitter = (random::u64() >> 11) as f64 / (1u64 << 53) as f64;
        Rc::new(Policy::of(&topic, settings.producers.expiration, jitter))
    }

    async fn open(self: &Rc<Self>, id: PartitionId) {
        let Some((name, epoch)) = self.name_of(id) else {
            return;
        };
        if let Err(fault) = self.try_open(id, &name, epoch).await {
            tracing::error!(
                partition = %name, %fault,
                "the partition is offline: it refuses every request"
            );
            self.host_offline(id, fault);
        }
    }

    async fn try_open(
        self: &Rc<Self>,
        id: PartitionId,
        name: &TopicPartition,
        epoch: LeaderEpoch,
    ) -> Result<(), partition::Fault> {
        let boot = self.boot_marks();
        let dir = self.locate(&boot, id, name)?;
        let marks = boot.of(&dir);
        let opening = Opening {
            id,
            policy: self.policy(name),
            epoch,
            dir: dir.clone(),
            log_start: marks.log_starts.get(name).copied().unwrap_or(Offset::ZERO),
            cleaned: marks.cleaned.get(name).copied(),
            trust: marks.trust(name),
            durable: marks.durable(name),
            files: self.files.clone(),
            indexes: self.indexes.clone(),
            name: name.clone(),
        };
        match partition::open(opening).await {
            Ok(partition) => self.host(Rc::new(partition)),
            Err(fault) => {
                self.suspect(&dir, fault.to_string());
                return Err(fault);
            }
        }
        Ok(())
    }

    fn name_of(&self, id: PartitionId) -> Option<(TopicPartition, LeaderEpoch)> {
        let image = self.image();
        let topic = image.topic_by_id(id.topic)?;
        let epoch = topic.partition(id.index)?.assignment.leader_epoch;
        Some((
            TopicPartition {
                topic: topic.name.clone(),
                index: id.index,
            },
            epoch,
        ))
    }

    fn lead_on(&self, id: PartitionId) {
        let Some((_, epoch)) = self.name_of(id) else {
            return;
        };
        // A change of directories alone begins no epoch; nor does the loss of one, which leaves
        // the partition fenced and without a leader.
        if let Some(partition) = self.partition(id).filter(|p| p.fault().is_none()) {
            partition.lead_on(epoch);
        }
    }

    /// Takes a deleted partition out of service: its directory is renamed at once, so that the
    /// topic's name is free, and removed when readers have had time to finish.
    async fn delete(self: &Rc<Self>, partition: &Rc<Partition>) {
        partition.fence(partition::Fault::Deleted);
        let mut dice = [0; 16];
        random::fill(&mut dice);
        let name = partition.name.clone();
        let doomed = PartitionDirectory::deleted(name.clone(), Uuid::from_random(dice));
        let doomed = partition.dir.join(doomed.to_string());
        while !partition.is_quiet() {
            clock::sleep(Duration::from_millis(1)).await;
        }
        self.files.close_all(partition.id);
        if let Err(error) = fs::rename(&partition.dir.join(name.to_string()), &doomed).await {
            tracing::warn!(partition = %name, %error, "a deleted partition's directory stays");
            return;
        }
        let delay = partition.policy().file_delete_delay;
        task::spawn(async move {
            clock::sleep(delay).await;
            if let Err(error) = fs::remove_dir_all(&doomed).await {
                tracing::warn!(directory = %doomed.display(), %error, "removing it failed");
            }
        })
        .detach();
    }
}
