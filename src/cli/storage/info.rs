use std::io::{self, Write};
use std::path::Path;

use super::run::settings;
use crate::cli::complaint::Complaint;
use crate::io::fs;
use crate::log::layout::{MetaProperties, names};

/// Prints the data directory and its identity; fails with what is wrong with it.
pub async fn info(config: &Path, out: &mut dyn Write) -> Result<(), Complaint> {
    let settings = settings(config).await?;
    let directory = settings.data_dir.display();
    let exists = fs::exists(&settings.data_dir).await;
    if !exists.unwrap_or(false) {
        writeln!(out, "Found problem:\n  {directory} does not exist\n")?;
        return Err(told(out)?);
    }
    writeln!(out, "Found log directory:\n  {directory}\n")?;
    match found(&settings.data_dir).await? {
        Some(found) => {
            let (cluster, node) = (found.cluster_id, found.node.0);
            writeln!(
                out,
                "Found metadata: {{cluster.id={cluster}, directory.id={}, node.id={node}, \
                 version=1}}\n",
                found.directory
            )?;
            Ok(())
        }
        None => {
            writeln!(out, "Found problem:\n  {directory} is not formatted.\n")?;
            Err(told(out)?)
        }
    }
}

/// The problem stands on stdout, where Kafka's tool puts it; stderr says what to do.
fn told(out: &mut dyn Write) -> Result<Complaint, Complaint> {
    out.flush()?;
    Ok(Complaint::new(
        "A broker formats its directory when it starts; `corelane storage format` does it before.",
    ))
}

/// The identity of a data directory, if it has one.
pub async fn found(data: &Path) -> Result<Option<MetaProperties>, Complaint> {
    let path = data.join(names::META_PROPERTIES);
    let wrong = |why: String| Complaint::new(format!("{}: {why}", path.display()));
    match fs::read(&path).await {
        Ok(bytes) => {
            let decoded = MetaProperties::decode(&String::from_utf8_lossy(&bytes));
            decoded.map(Some).map_err(|why| wrong(why.to_string()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(error.to_string())),
    }
}
