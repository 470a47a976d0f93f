//! Whose log directories these are: `meta.properties`, made on the first start.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use crate::io::{fs, random};
use crate::log::layout::{MetaProperties, names};
use crate::model::{NodeId, Uuid};
use crate::shard::{LogDir, LogDirs, METADATA_DIRECTORY};

/// Why the log directories cannot be used by this node.
#[derive(Debug, thiserror::Error)]
pub enum IdentityFault {
    #[error("the data directory {directory} cannot be used: {error}")]
    Io { directory: String, error: io::Error },
    #[error(
        "{file} is damaged ({why}); restore it, or remove it to give the directory a new identity"
    )]
    Damaged { file: String, why: String },
    #[error(
        "the data directory {directory} belongs to node {found}, this node is {asked}: set \
         node.id={found}, or name another directory with --data-dir"
    )]
    OtherNode {
        directory: String,
        found: i32,
        asked: i32,
    },
    #[error(
        "the data directory {directory} belongs to the cluster {found}, {other} to {expected}: \
         take one of them out of log.dirs"
    )]
    OtherCluster {
        directory: String,
        found: String,
        other: String,
        expected: String,
    },
    #[error(
        "the data directories {one} and {other} have the same directory.id: one is a copy of the \
         other; take it out of log.dirs"
    )]
    Twice { one: String, other: String },
    #[error(
        "{directory} has no meta.properties, while {other} has: the metadata log is elsewhere. \
         Mount its disk, or name its directory with metadata.log.dir"
    )]
    NoMetadata { directory: String, other: String },
    #[error(
        "the metadata log is in {found}, while the directory for it is {expected}: set \
         metadata.log.dir={found}"
    )]
    MetadataElsewhere { found: String, expected: String },
}

/// Reads the identities of all directories, and gives one to those that have none; what is not
/// readable is offline afterwards. Gives the identity of the directory of the metadata log.
pub async fn establish(dirs: &LogDirs, node: NodeId) -> Result<MetaProperties, IdentityFault> {
    let mut found: BTreeMap<usize, MetaProperties> = BTreeMap::new();
    for dir in dirs.all() {
        if dir.is_online()
            && let Some(properties) = read(dir, dirs).await?
        {
            check(dir, &properties, node)?;
            found.insert(dir.index, properties);
        }
    }
    check_together(dirs, &found)?;
    check_metadata(dirs, &found).await?;
    let cluster_id = found.values().next().map(|first| first.cluster_id.clone());
    let cluster_id = cluster_id.unwrap_or_else(|| random::uuid().to_string());
    // The metadata log's first: a start that is cut short never leaves the others alone.
    let others = dirs
        .all()
        .iter()
        .filter(|dir| dir.index != dirs.metadata().index);
    for dir in [dirs.metadata()].into_iter().chain(others) {
        if found.contains_key(&dir.index) || !dir.is_online() {
            continue;
        }
        let made = MetaProperties {
            cluster_id: cluster_id.clone(),
            node,
            directory: random::uuid(),
        };
        match write(&dir.path, &made).await {
            Ok(()) => drop(found.insert(dir.index, made)),
            Err(error) => lose(dir, dirs, error)?,
        }
    }
    for (index, properties) in &found {
        dirs.all()[*index].set_id(properties.directory);
    }
    let metadata = found.remove(&dirs.metadata().index);
    Ok(metadata.expect("without that of the metadata log there was a fault"))
}

async fn read(dir: &LogDir, dirs: &LogDirs) -> Result<Option<MetaProperties>, IdentityFault> {
    let path = dir.join(names::META_PROPERTIES);
    match fs::read(&path).await {
        Ok(bytes) => {
            let found = MetaProperties::decode(&String::from_utf8_lossy(&bytes));
            let damaged = |why: crate::log::layout::Malformed| IdentityFault::Damaged {
                file: path.display().to_string(),
                why: why.to_string(),
            };
            found.map(Some).map_err(damaged)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => lose(dir, dirs, error).map(|()| None),
    }
}

/// The directory is offline; a fault if the node cannot go on without it.
fn lose(dir: &LogDir, dirs: &LogDirs, error: io::Error) -> Result<(), IdentityFault> {
    dir.fail(format!("its meta.properties: {error}"));
    match dirs.suffice() {
        true => Ok(()),
        false => Err(IdentityFault::Io {
            directory: shown(dir),
            error,
        }),
    }
}

fn check(dir: &LogDir, found: &MetaProperties, node: NodeId) -> Result<(), IdentityFault> {
    if found.node == node {
        return Ok(());
    }
    Err(IdentityFault::OtherNode {
        directory: shown(dir),
        found: found.node.0,
        asked: node.0,
    })
}

/// One cluster, and every directory once.
fn check_together(
    dirs: &LogDirs,
    found: &BTreeMap<usize, MetaProperties>,
) -> Result<(), IdentityFault> {
    let mut ids: BTreeMap<Uuid, usize> = BTreeMap::new();
    let first = found.iter().next();
    for (index, properties) in found {
        let path = |index: &usize| shown(&dirs.all()[*index]);
        if let Some((other, expected)) = first
            && expected.cluster_id != properties.cluster_id
        {
            return Err(IdentityFault::OtherCluster {
                directory: path(index),
                found: properties.cluster_id.clone(),
                other: path(other),
                expected: expected.cluster_id.clone(),
            });
        }
        if let Some(other) = ids.insert(properties.directory, *index) {
            let (one, other) = (path(&other), path(index));
            return Err(IdentityFault::Twice { one, other });
        }
    }
    Ok(())
}

/// The metadata log must be where it is looked for: with an empty one in its place, every
/// partition would belong to no topic.
async fn check_metadata(
    dirs: &LogDirs,
    found: &BTreeMap<usize, MetaProperties>,
) -> Result<(), IdentityFault> {
    let metadata = dirs.metadata();
    for dir in dirs.online().filter(|dir| dir.index != metadata.index) {
        if fs::exists(&dir.join(METADATA_DIRECTORY))
            .await
            .unwrap_or(false)
        {
            let (found, expected) = (shown(dir), shown(metadata));
            return Err(IdentityFault::MetadataElsewhere { found, expected });
        }
    }
    match found.keys().next() {
        Some(other) if !found.contains_key(&metadata.index) => Err(IdentityFault::NoMetadata {
            directory: shown(metadata),
            other: shown(&dirs.all()[*other]),
        }),
        _ => Ok(()),
    }
}

async fn write(directory: &Path, made: &MetaProperties) -> io::Result<()> {
    let path = directory.join(names::META_PROPERTIES);
    fs::write_atomic(&path, made.encode().into_bytes()).await
}

fn shown(dir: &LogDir) -> String {
    dir.path.display().to_string()
}
