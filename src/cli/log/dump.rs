use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use super::batch::Printer;
use super::finding::Findings;
use super::source::Source;
use super::{Options, index, state};
use crate::cli::complaint::Complaint;
use crate::cli::print;

/// The name under which KRaft keeps the records of a first start.
const BOOTSTRAP_SNAPSHOT: &str = "bootstrap.checkpoint";

/// Prints all files of the command line. Contradictions within them are told on stderr and, as in
/// Kafka's tool, are no failure of the command.
pub async fn dump(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let mut findings = Findings::default();
    let done = dump_all(options, &mut findings, out).await;
    out.flush()?;
    for line in findings.lines() {
        print::complain(&line);
    }
    done
}

async fn dump_all(
    options: &Options,
    findings: &mut Findings,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    for file in &options.files {
        writeln!(out, "Dumping {}", file.display())?;
        match file.extension().and_then(OsStr::to_str) {
            Some("log" | "checkpoint") => segment(options, file, findings, out).await?,
            Some("index") => index::offsets(options, file, findings, out).await?,
            Some("timeindex") => index::timestamps(options, file, findings, out).await?,
            Some("txnindex") => state::transactions(file, out).await?,
            Some("snapshot") => state::producers(file, out).await?,
            _ => print::complain(&format!("Ignoring unknown file {}", file.display())),
        }
    }
    Ok(())
}

/// A log segment, or a snapshot of the metadata log, which is made of batches too.
async fn segment(
    options: &Options,
    file: &Path,
    findings: &mut Findings,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    writeln!(out, "{}", heading(file)?)?;
    let mut source = Source::open(file, options.max_bytes).await?;
    let mut printer = Printer::new(options, file)?;
    let mut position = 0;
    while let Some(batch) = source.batch_at(position).await? {
        printer.batch(&batch, position, out)?;
        if options.deep() {
            printer.records(&batch, position, findings, out)?;
        }
        position += batch.len() as u64;
    }
    let trailing = source.len() - position;
    if trailing > 0 && options.max_bytes >= i32::MAX as u64 {
        let name = file.file_name().unwrap_or_default().display();
        writeln!(out, "Found {trailing} invalid bytes at the end of {name}")?;
    }
    Ok(())
}

/// What the name of a file says about its content.
fn heading(file: &Path) -> Result<String, Complaint> {
    let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
    if name == BOOTSTRAP_SNAPSHOT {
        return Ok("KRaft bootstrap snapshot".to_owned());
    }
    let (stem, _) = name.split_once('.').unwrap_or((name, ""));
    let numbers: Option<Vec<i64>> = stem.split('-').map(|part| part.parse().ok()).collect();
    match (numbers.as_deref(), name.ends_with(".log")) {
        (Some([base]), true) => Ok(format!("Log starting offset: {base}")),
        (Some([end, epoch]), false) => Ok(format!("Snapshot end offset: {end}, epoch: {epoch}")),
        _ => Err(Complaint::new(format!(
            "{}: the name says no offset. A segment is called <20 digits>.log, a metadata \
             snapshot <20 digits>-<10 digits>.checkpoint.",
            file.display()
        ))),
    }
}
