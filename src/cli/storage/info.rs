use std::io::{self, Write};
use std::path::Path;

use super::run::settings;
use crate::cli::complaint::Complaint;
use crate::io::fs;
use crate::log::layout::{MetaProperties, names};

/// Prints the log directories and their identity; fails with what is wrong with them
/// (`StorageTool.infoCommand`).
pub async fn info(config: &Path, out: &mut dyn Write) -> Result<(), Complaint> {
    let settings = settings(config).await?;
    let (mut directories, mut problems, mut identity) = (Vec::new(), Vec::new(), None);
    for path in settings.directories.all() {
        let directory = path.display().to_string();
        if !fs::exists(&path).await.unwrap_or(false) {
            problems.push(format!("{directory} does not exist"));
            continue;
        }
        match found(&path).await? {
            Some(found) => drop(identity.get_or_insert(found)),
            None => problems.push(format!("{directory} is not formatted.")),
        }
        directories.push(directory);
    }
    list(out, "log director", ("y", "ies"), &directories)?;
    if let Some(found) = identity {
        let (cluster, node) = (found.cluster_id, found.node.0);
        writeln!(
            out,
            "Found metadata: {{cluster.id={cluster}, directory.id={}, node.id={node}, \
             version=1}}\n",
            found.directory
        )?;
    }
    list(out, "problem", ("", "s"), &problems)?;
    match problems.is_empty() {
        true => Ok(()),
        false => Err(told(out)?),
    }
}

fn list(
    out: &mut dyn Write,
    what: &str,
    (one, many): (&str, &str),
    lines: &[String],
) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let ending = if lines.len() == 1 { one } else { many };
    writeln!(out, "Found {what}{ending}:")?;
    for line in lines {
        writeln!(out, "  {line}")?;
    }
    writeln!(out)
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
