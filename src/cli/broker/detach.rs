use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Start;
use crate::cli::complaint::Complaint;
use crate::io::process::Detached;
use crate::io::{clock, fs};

/// Where Kafka's script puts what the broker says, below the directory of `LOG_DIR`.
const OUTPUT: &str = "kafkaServer.out";
/// How long the broker is watched. One that recovers large logs takes longer than this.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(50);
/// The word by which a broker that serves announces itself.
const READY: &str = " ready: ";

/// Starts a broker in the background and watches it until it is ready or has ended.
pub async fn detach(options: &Start, out: &mut dyn Write) -> Result<(), Complaint> {
    let directory = std::env::var_os("LOG_DIR").map_or(PathBuf::from("logs"), PathBuf::from);
    let output = directory.join(OUTPUT);
    let unwritable = |error| {
        Complaint::new(format!(
            "cannot write to {}: {error}. The variable LOG_DIR names another directory.",
            output.display()
        ))
    };
    fs::create_dir_all(&directory).await.map_err(unwritable)?;
    let mut broker = Detached::start(&words(options), &output).map_err(unwritable)?;
    let deadline = clock::now().plus(PATIENCE);
    while !said(&output).await.contains(READY) {
        let lost = |error| Complaint::new(format!("cannot watch the broker: {error}"));
        if let Some(status) = broker.ended().map_err(lost)? {
            let said = said(&output).await;
            return Err(Complaint::new(format!(
                "{}\nThe broker has ended ({status}). What it said is in {}.",
                said.lines().last().unwrap_or("The broker said nothing."),
                output.display()
            )));
        }
        if clock::now() >= deadline {
            break;
        }
        clock::sleep(LOOK).await;
    }
    let (id, output) = (broker.id(), output.display());
    writeln!(out, "broker started as process {id}; it writes to {output}")?;
    Ok(out.flush()?)
}

fn words(options: &Start) -> Vec<OsString> {
    let mut words = vec!["server-start".into(), options.config.clone().into()];
    for (key, value) in &options.overrides {
        words.push("--override".into());
        words.push(format!("{key}={value}").into());
    }
    words
}

/// What the broker has said so far. A file that cannot be read says nothing.
async fn said(output: &Path) -> String {
    let bytes = fs::read(output).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
