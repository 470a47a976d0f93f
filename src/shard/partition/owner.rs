use std::io;
use std::path::Path;

use crate::io::fs;
use crate::log::layout::{PartitionMetadata, names};
use crate::model::TopicId;

/// The topic whose partition a directory is, as its `partition.metadata` says. `None` where there
/// is none, or it is torn: a power cut before the first sync leaves that behind, and nothing in
/// such a directory was ever acknowledged.
pub async fn owner_of(directory: &Path) -> io::Result<Option<TopicId>> {
    let bytes = match fs::read(&directory.join(names::PARTITION_METADATA)).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = PartitionMetadata::decode(&String::from_utf8_lossy(&bytes));
    Ok(metadata.ok().map(|metadata| metadata.topic))
}

/// Says in the directory whose it is. Nothing is synced: that is done when the partition's first
/// file gets its name for good, before anything is acknowledged.
pub async fn mark_owner(directory: &Path, topic: TopicId) -> io::Result<()> {
    let metadata = PartitionMetadata { topic }.encode();
    let path = directory.join(names::PARTITION_METADATA);
    fs::write(&path, metadata.into_bytes()).await
}
