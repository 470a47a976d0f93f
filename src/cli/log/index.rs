use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;

use bytes::Bytes;

use super::Options;
use super::finding::Findings;
use super::source::Source;
use crate::cli::complaint::Complaint;
use crate::records::Header;

const OFFSET_ENTRY_BYTES: usize = 8;
const TIME_ENTRY_BYTES: usize = 12;

/// Prints an offset index and compares each entry with the batch that it points at.
pub async fn offsets(
    options: &Options,
    file: &Path,
    findings: &mut Findings,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let base = base_offset(file)?;
    let index = Source::open(file, u64::MAX).await?.whole().await?;
    if index.is_empty() {
        writeln!(out, "{} is empty.", file.display())?;
        return Ok(());
    }
    let entries = offset_entries(&index, base);
    if options.index_sanity_check {
        return sane(file, out, offset_fault(&index, &entries, base));
    }
    let mut log = Source::open(&file.with_extension("log"), u64::MAX).await?;
    for entry in entries {
        let header = log.batch_at(u64::from(entry.position)).await?;
        let found = header
            .as_deref()
            .and_then(|batch| Header::parse(batch).ok());
        match found.map(|header| header.last_offset().0) {
            Some(found) if found == entry.offset => {}
            Some(found) => findings.index_mismatch(file, entry.offset, found),
            None => return Err(points_nowhere(file, entry.position, &log)),
        }
        if !options.verify_index_only {
            writeln!(out, "offset: {} position: {}", entry.offset, entry.position)?;
        }
    }
    Ok(())
}

/// Prints a time index and compares each entry with the batch that ends at its offset.
pub async fn timestamps(
    options: &Options,
    file: &Path,
    findings: &mut Findings,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let base = base_offset(file)?;
    let index = Source::open(file, u64::MAX).await?.whole().await?;
    let entries = time_entries(&index, base);
    if options.index_sanity_check {
        return sane(file, out, time_fault(&index, &entries, base));
    }
    let mut log = Source::open(&file.with_extension("log"), u64::MAX).await?;
    let offsets = Source::open(&file.with_extension("index"), u64::MAX).await;
    let offsets = match offsets {
        Ok(mut offsets) => offset_entries(&offsets.whole().await?, base),
        Err(_) => Vec::new(),
    };
    let mut previous = i64::MIN;
    for entry in entries {
        let found = batch_ending_at(&mut log, &offsets, entry.offset).await?;
        match found.as_deref().and_then(|batch| Header::parse(batch).ok()) {
            Some(header) if header.last_offset().0 != entry.offset => {
                findings.missing_offset(file, entry.offset, header.last_offset().0);
            }
            Some(header) if header.max_timestamp().0 != entry.timestamp => {
                let found = header.max_timestamp().0;
                findings.timestamp_mismatch(file, entry.timestamp, found);
            }
            Some(_) => {}
            None => findings.missing_offset(file, entry.offset, -1),
        }
        if previous >= entry.timestamp {
            findings.unordered_timestamp(file, entry.timestamp, previous);
        }
        previous = entry.timestamp;
        if !options.verify_index_only {
            writeln!(
                out,
                "timestamp: {} offset: {}",
                entry.timestamp, entry.offset
            )?;
        }
    }
    Ok(())
}

struct OffsetEntry {
    offset: i64,
    position: u32,
}

struct TimeEntry {
    timestamp: i64,
    offset: i64,
}

/// The entries up to the zeros behind them: an index is preallocated while its segment is active,
/// and only a first entry can be at the base offset.
fn offset_entries(index: &[u8], base: i64) -> Vec<OffsetEntry> {
    let entry = |bytes: &[u8]| {
        let offset = base + i64::from(u32_at(bytes, 0).cast_signed());
        OffsetEntry {
            offset,
            position: u32_at(bytes, 4),
        }
    };
    let entries = index
        .chunks_exact(OFFSET_ENTRY_BYTES)
        .map(entry)
        .enumerate();
    entries
        .take_while(|(n, entry)| *n == 0 || entry.offset != base)
        .map(|(_, entry)| entry)
        .collect()
}

fn time_entries(index: &[u8], base: i64) -> Vec<TimeEntry> {
    let entry = |bytes: &[u8]| {
        let high = i64::from(u32_at(bytes, 0));
        let timestamp = (high << 32) | i64::from(u32_at(bytes, 4));
        TimeEntry {
            timestamp,
            offset: base + i64::from(u32_at(bytes, 8).cast_signed()),
        }
    };
    let entries = index.chunks_exact(TIME_ENTRY_BYTES).map(entry).enumerate();
    entries
        .take_while(|(n, entry)| *n == 0 || entry.offset != base)
        .map(|(_, entry)| entry)
        .collect()
}

/// The first batch that ends at or after `offset`, searched from where the offset index says.
async fn batch_ending_at(
    log: &mut Source,
    offsets: &[OffsetEntry],
    offset: i64,
) -> Result<Option<Bytes>, Complaint> {
    let before = offsets
        .iter()
        .take_while(|entry| entry.offset <= offset)
        .last();
    let mut position = before.map_or(0, |entry| u64::from(entry.position));
    while let Some(batch) = log.batch_at(position).await? {
        match Header::parse(&batch) {
            Ok(header) if header.last_offset().0 >= offset => return Ok(Some(batch)),
            _ => position += batch.len() as u64,
        }
    }
    Ok(None)
}

/// Kafka's `OffsetIndex.sanityCheck`, and order, which it takes for granted.
fn offset_fault(index: &[u8], entries: &[OffsetEntry], base: i64) -> Option<String> {
    if entries.iter().any(|entry| entry.offset < base) || !entries.is_sorted_by_key(|e| e.offset) {
        return Some("its offsets go back".to_owned());
    }
    whole_entries(index, OFFSET_ENTRY_BYTES)
}

/// Kafka's `TimeIndex.sanityCheck`.
fn time_fault(index: &[u8], entries: &[TimeEntry], base: i64) -> Option<String> {
    if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
        if last.timestamp < first.timestamp {
            return Some(format!(
                "the last timestamp is {} which is less than the first timestamp {}",
                last.timestamp, first.timestamp
            ));
        }
        if last.offset < base {
            return Some(format!(
                "the last offset {} is below its base {base}",
                last.offset
            ));
        }
    }
    whole_entries(index, TIME_ENTRY_BYTES)
}

fn whole_entries(index: &[u8], entry_bytes: usize) -> Option<String> {
    let fault = || {
        let size = index.len();
        format!("found {size} bytes which is neither positive nor a multiple of {entry_bytes}")
    };
    (!index.len().is_multiple_of(entry_bytes)).then(fault)
}

fn sane(file: &Path, out: &mut dyn Write, fault: Option<String>) -> Result<(), Complaint> {
    let path = file.display();
    match fault {
        None => Ok(writeln!(out, "{path} passed sanity check.")?),
        Some(fault) => Err(Complaint::new(format!(
            "{path} is corrupt: {fault}.\nA broker rebuilds it from the log when it is removed \
             while the broker is stopped."
        ))),
    }
}

fn points_nowhere(file: &Path, position: u32, log: &Source) -> Complaint {
    Complaint::new(format!(
        "{}: points at position {position}, where no batch is in {} of {} bytes",
        file.display(),
        log.path().display(),
        log.len()
    ))
}

fn base_offset(file: &Path) -> Result<i64, Complaint> {
    let stem = file.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    stem.parse().map_err(|_| {
        let path = file.display();
        Complaint::new(format!(
            "{path}: an index is called by the base offset of its segment"
        ))
    })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let number = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    number.map_or(0, |bytes| u32::from_be_bytes(*bytes))
}
