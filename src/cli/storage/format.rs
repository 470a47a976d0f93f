use std::io::{self, Write};
use std::path::Path;

use super::info::found;
use super::options::Format;
use super::run::settings;
use crate::cli::complaint::Complaint;
use crate::cluster::METADATA_VERSION;
use crate::cluster::feature::metadata_level;
use crate::io::{fs, random};
use crate::log::layout::{MetaProperties, names};

/// Writes `meta.properties` into the directories that have none.
pub async fn format(options: &Format, out: &mut dyn Write) -> Result<(), Complaint> {
    let settings = settings(&options.config).await?;
    let mut formatted = false;
    for path in settings.directories.all() {
        let directory = path.display().to_string();
        if let Some(found) = found(&path).await? {
            already(options, &found, &directory)?;
            continue;
        }
        let kind = match path == settings.directories.metadata {
            true => "metadata",
            false => "data",
        };
        let level = metadata_level(METADATA_VERSION).map_or("", |level| level.name);
        writeln!(
            out,
            "Formatting {kind} directory {directory} with metadata.version {level}."
        )?;
        let identity = MetaProperties {
            cluster_id: options.cluster_id.clone(),
            node: settings.node,
            directory: random::uuid(),
        };
        let written = write(&path, &identity).await;
        written.map_err(|error| Complaint::new(format!("cannot format {directory}: {error}")))?;
        formatted = true;
    }
    if !formatted {
        writeln!(out, "All of the log directories are already formatted.")?;
    }
    Ok(())
}

async fn write(directory: &Path, identity: &MetaProperties) -> io::Result<()> {
    fs::create_dir_all(directory).await?;
    let path = directory.join(names::META_PROPERTIES);
    fs::write_atomic(&path, identity.encode().into_bytes()).await
}

fn already(options: &Format, found: &MetaProperties, directory: &str) -> Result<(), Complaint> {
    if !options.ignore_formatted {
        return Err(Complaint::new(format!(
            "Log directory {directory} is already formatted. Use --ignore-formatted to ignore \
             this directory and format the others."
        )));
    }
    if found.cluster_id != options.cluster_id {
        return Err(Complaint::new(format!(
            "Invalid cluster.id in: {directory}/{}. Expected {}, but read {}",
            names::META_PROPERTIES,
            options.cluster_id,
            found.cluster_id
        )));
    }
    Ok(())
}
