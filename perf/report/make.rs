use std::path::{Path, PathBuf};

use serde_json::Value;

use super::chapters::Chapters;
use super::{Options, hlog, page};
use crate::io::{fs, uring};
use crate::perf::complaint::Complaint;

/// Runs `perf report`: reads the files and draws them over each other.
pub fn run(options: &Options) -> Result<(), Complaint> {
    let mut chapters = Chapters::default();
    for file in &options.files {
        let (path, shown) = (file.clone(), file.display().to_string());
        let read = uring::run_alone(async move { fs::read(&path).await })?;
        let bytes = read.map_err(|error| Complaint(format!("cannot read {shown}: {error}")))?;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Complaint(format!("{shown} is no file that --json wrote: {error}")))?;
        let stem = file
            .file_stem()
            .unwrap_or(file.as_os_str())
            .to_string_lossy();
        let name = if chapters.has(&stem) { &shown } else { &*stem };
        chapters.add(name, value);
    }
    tell(&chapters, &options.out)
}

/// Writes the report of one result, and its histograms next to it.
pub fn write(path: &Path, value: &Value) -> Result<(), Complaint> {
    let mut chapters = Chapters::default();
    let name = value.get("command").and_then(Value::as_str);
    chapters.add(name.unwrap_or("result"), value.clone());
    tell(&chapters, path)
}

fn tell(chapters: &Chapters, path: &Path) -> Result<(), Complaint> {
    let log = log_of(path);
    let name = log.file_name().unwrap_or(log.as_os_str()).to_string_lossy();
    let html = page::html(chapters, &name)?;
    let histograms = hlog::text(chapters)?;
    keep(path.to_owned(), html.into_bytes())?;
    keep(log.clone(), histograms)
}

/// The file of histograms next to a report.
fn log_of(report: &Path) -> PathBuf {
    report.with_extension("hlog")
}

fn keep(path: PathBuf, bytes: Vec<u8>) -> Result<(), Complaint> {
    let shown = path.display().to_string();
    let written = uring::run_alone(async move { fs::write(&path, bytes).await })?;
    written.map_err(|error| Complaint(format!("cannot write {shown}: {error}")))
}
