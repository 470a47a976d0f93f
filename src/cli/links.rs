use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::complaint::Complaint;
use super::kafka_names;
use crate::io::fs;
use crate::io::process::{self, Linked};

/// Make links with the names of Kafka's scripts to this program
#[derive(Args, Debug, Clone)]
#[command(after_help = "Example:\n  corelane install-links ~/bin\n  kafka-topics.sh --list")]
pub struct Links {
    /// Directory for the links; it is made where it is missing
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

/// Makes one link a name; `exists` tells which commands there are. Files that are no links stay.
pub async fn install(
    options: &Links,
    exists: impl Fn(&str) -> bool,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let directory = &options.directory;
    let made = fs::create_dir_all(directory).await;
    made.map_err(|error| refused(directory, &error))?;
    let lost = |error| Complaint::new(format!("cannot find the file of this program: {error}"));
    let program = process::own_file().map_err(lost)?;
    let names = kafka_names::scripts(exists);
    let mut changed = 0;
    for name in &names {
        let link = directory.join(name);
        let linked = process::link(&program, &link).map_err(|error| refused(&link, &error))?;
        changed += u32::from(linked != Linked::Kept);
    }
    writeln!(
        out,
        "{} links to {} in {}, {changed} of them new",
        names.len(),
        program.display(),
        directory.display()
    )?;
    Ok(out.flush()?)
}

fn refused(path: &Path, error: &std::io::Error) -> Complaint {
    let path = path.display();
    Complaint::new(match error.kind() {
        ErrorKind::AlreadyExists => format!(
            "{path} exists and is no link, so it was left alone. Remove it, or choose another \
             directory."
        ),
        _ => format!("cannot make {path}: {error}"),
    })
}
