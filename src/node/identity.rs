//! Whose data directory this is: `meta.properties`, made on the first start.

use std::io;
use std::path::Path;

use crate::io::{fs, random};
use crate::log::layout::{MetaProperties, names};
use crate::model::NodeId;

/// Why a data directory cannot be used by this node.
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
}

/// Reads the identity of a data directory, or gives it one.
pub async fn establish(data: &Path, node: NodeId) -> Result<MetaProperties, IdentityFault> {
    let path = data.join(names::META_PROPERTIES);
    let directory = || data.display().to_string();
    let broken = |error| IdentityFault::Io {
        directory: directory(),
        error,
    };
    match fs::read(&path).await {
        Ok(bytes) => {
            let found = MetaProperties::decode(&String::from_utf8_lossy(&bytes));
            let found = found.map_err(|why| IdentityFault::Damaged {
                file: path.display().to_string(),
                why: why.to_string(),
            })?;
            if found.node != node {
                let (found, asked) = (found.node.0, node.0);
                return Err(IdentityFault::OtherNode {
                    directory: directory(),
                    found,
                    asked,
                });
            }
            Ok(found)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = MetaProperties {
                cluster_id: random::uuid().to_string(),
                node,
                directory: random::uuid(),
            };
            fs::write_atomic(&path, made.encode().into_bytes())
                .await
                .map_err(broken)?;
            Ok(made)
        }
        Err(error) => Err(broken(error)),
    }
}
