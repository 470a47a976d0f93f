use std::io::Write;

use super::info::found;
use super::options::Format;
use super::run::settings;
use crate::cli::complaint::Complaint;
use crate::cluster::METADATA_VERSION;
use crate::cluster::feature::metadata_level;
use crate::io::{fs, random};
use crate::log::layout::{MetaProperties, names};

/// Writes `meta.properties`, unless the directory has one.
pub async fn format(options: &Format, out: &mut dyn Write) -> Result<(), Complaint> {
    let settings = settings(&options.config).await?;
    let directory = settings.data_dir.display().to_string();
    if let Some(found) = found(&settings.data_dir).await? {
        return already(options, &found, &directory, out);
    }
    let level = metadata_level(METADATA_VERSION).map_or("", |level| level.name);
    writeln!(
        out,
        "Formatting metadata directory {directory} with metadata.version {level}."
    )?;
    let identity = MetaProperties {
        cluster_id: options.cluster_id.clone(),
        node: settings.node,
        directory: random::uuid(),
    };
    let broken = |error| Complaint::new(format!("cannot format {directory}: {error}"));
    let path = settings.data_dir.join(names::META_PROPERTIES);
    fs::create_dir_all(&settings.data_dir)
        .await
        .map_err(broken)?;
    let written = fs::write_atomic(&path, identity.encode().into_bytes()).await;
    written.map_err(broken)
}

fn already(
    options: &Format,
    found: &MetaProperties,
    directory: &str,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
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
    Ok(writeln!(
        out,
        "All of the log directories are already formatted."
    )?)
}
