//! Offsets that a group has committed, read and written from outside of the group, as a consumer
//! does that assigns its partitions itself.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::retry::persist;
use super::{ClientFault, Cluster, Connection};
use crate::model::{NodeId, Uuid};
use crate::wire::api::{find_coordinator, offset_commit, offset_fetch};
use crate::wire::{ApiKey, Text};

/// The key type of a group in FindCoordinator.
const GROUP: i8 = 0;
/// From this version on FindCoordinator asks for many keys.
const MANY_KEYS: i16 = 4;
/// From this version on OffsetFetch asks for many groups.
const MANY_GROUPS: i16 = 8;

/// A group's place for the offsets of one topic.
#[derive(Clone, Debug)]
pub struct GroupOffsets {
    pub group: String,
    pub topic: String,
    pub topic_id: Uuid,
}

impl GroupOffsets {
    /// What is committed for these partitions; those without are left out. A broker without
    /// groups is [`ClientFault`], as it is of [`GroupOffsets::commit`].
    pub async fn committed(
        &self,
        cluster: &Cluster,
        partitions: &[i32],
    ) -> Result<BTreeMap<i32, i64>, ClientFault> {
        let once = async || {
            let connection = self.coordinator(cluster).await?;
            let version = connection.version(ApiKey::OffsetFetch)?;
            let answer = connection.call(&self.asking(version, partitions)).await?;
            offsets_of(&answer.read()?)
        };
        persist(cluster.settings(), once).await
    }

    /// Commits the next offset to read of each partition.
    pub async fn commit(
        &self,
        cluster: &Cluster,
        offsets: &BTreeMap<i32, i64>,
    ) -> Result<(), ClientFault> {
        let once = async || {
            let connection = self.coordinator(cluster).await?;
            let answer = connection.call(&self.committing(offsets)).await?;
            let answer: offset_commit::Response<'_> = answer.read()?;
            let mut rows = answer.topics.iter().flat_map(|topic| &topic.partitions);
            rows.try_for_each(|row| ClientFault::check(row.error_code, None))
        };
        persist(cluster.settings(), once).await
    }

    async fn coordinator(&self, cluster: &Cluster) -> Result<Rc<Connection>, ClientFault> {
        // Its answer names the brokers, of which the coordinator is one.
        cluster.topic(&self.topic).await?;
        let any = cluster.any().await?;
        let mut request = find_coordinator::Request {
            key_type: GROUP,
            ..find_coordinator::Request::default()
        };
        let group = Text::Borrowed(&self.group);
        match any.version(ApiKey::FindCoordinator)? < MANY_KEYS {
            true => request.key = group,
            false => request.coordinator_keys = vec![group],
        }
        let answer = any.call(&request).await?;
        let answer: find_coordinator::Response<'_> = answer.read()?;
        let found = answer.coordinators.first();
        let (code, node) = found.map_or((answer.error_code, answer.node_id), |found| {
            (found.error_code, found.node_id)
        });
        ClientFault::check(code, None)?;
        cluster.broker(NodeId(node)).await
    }

    fn asking(&self, version: i16, partitions: &[i32]) -> offset_fetch::Request<'_> {
        let name = Text::Borrowed(self.topic.as_str());
        let group_id = Text::Borrowed(self.group.as_str());
        if version < MANY_GROUPS {
            let topic = offset_fetch::OffsetFetchRequestTopic {
                name,
                partition_indexes: partitions.to_vec(),
                ..offset_fetch::OffsetFetchRequestTopic::default()
            };
            return offset_fetch::Request {
                group_id,
                topics: Some(vec![topic]),
                ..offset_fetch::Request::default()
            };
        }
        let topic = offset_fetch::OffsetFetchRequestTopics {
            name,
            topic_id: self.topic_id,
            partition_indexes: partitions.to_vec(),
            ..offset_fetch::OffsetFetchRequestTopics::default()
        };
        let group = offset_fetch::OffsetFetchRequestGroup {
            group_id,
            topics: Some(vec![topic]),
            ..offset_fetch::OffsetFetchRequestGroup::default()
        };
        offset_fetch::Request {
            groups: vec![group],
            ..offset_fetch::Request::default()
        }
    }

    fn committing(&self, offsets: &BTreeMap<i32, i64>) -> offset_commit::Request<'_> {
        let partition =
            |(index, offset): (&i32, &i64)| offset_commit::OffsetCommitRequestPartition {
                partition_index: *index,
                committed_offset: *offset,
                ..offset_commit::OffsetCommitRequestPartition::default()
            };
        let topic = offset_commit::OffsetCommitRequestTopic {
            name: Text::Borrowed(&self.topic),
            topic_id: self.topic_id,
            partitions: offsets.iter().map(partition).collect(),
            ..offset_commit::OffsetCommitRequestTopic::default()
        };
        offset_commit::Request {
            group_id: Text::Borrowed(&self.group),
            topics: vec![topic],
            ..offset_commit::Request::default()
        }
    }
}

/// Offsets and errors of either shape of an answer; -1 says that nothing is committed.
fn offsets_of(answer: &offset_fetch::Response<'_>) -> Result<BTreeMap<i32, i64>, ClientFault> {
    ClientFault::check(answer.error_code, None)?;
    for group in &answer.groups {
        ClientFault::check(group.error_code, None)?;
    }
    let old = answer.topics.iter().flat_map(|topic| &topic.partitions);
    let old = old.map(|row| (row.partition_index, row.committed_offset, row.error_code));
    let new = answer.groups.iter().flat_map(|group| &group.topics);
    let new = new.flat_map(|topic| &topic.partitions);
    let new = new.map(|row| (row.partition_index, row.committed_offset, row.error_code));
    let mut offsets = BTreeMap::new();
    for (partition, offset, code) in old.chain(new) {
        ClientFault::check(code, None)?;
        if offset >= 0 {
            offsets.insert(partition, offset);
        }
    }
    Ok(offsets)
}
