use std::borrow::Cow;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::decoder::Decoder;
use super::finding::Findings;
use super::{Options, control};
use crate::cli::complaint::Complaint;
use crate::model::{Offset, Timestamp};
use crate::records::{BatchView, Codec, Record, Records, decoded_bytes_max, decompress};

/// Prints the batches and records of one segment, in Kafka's words.
pub struct Printer {
    path: PathBuf,
    /// `None` prints no contents.
    decoder: Option<Decoder>,
    metadata: bool,
    /// -1 before the first, as in Kafka's tool, which thus reports a segment that starts late.
    last_offset: i64,
}

impl Printer {
    pub fn new(options: &Options, path: &Path) -> Result<Printer, Complaint> {
        let decoder = Decoder::of(options)?;
        Ok(Printer {
            path: path.to_owned(),
            decoder: options.contents().then_some(decoder),
            metadata: !options.skip_record_metadata,
            last_offset: -1,
        })
    }

    /// One line about the batch at `position`.
    pub fn batch(&self, bytes: &[u8], position: u64, out: &mut dyn Write) -> Result<(), Complaint> {
        let batch = self.view(bytes, position)?;
        write!(
            out,
            "baseOffset: {} lastOffset: {} count: {} baseSequence: {} lastSequence: {} ",
            batch.base_offset(),
            batch.last_offset(),
            batch.count(),
            batch.base_sequence().0,
            batch.last_sequence().0,
        )?;
        write!(
            out,
            "producerId: {} producerEpoch: {} partitionLeaderEpoch: {} isTransactional: {} \
             isControl: {} deleteHorizonMs: {} ",
            batch.producer_id().0,
            batch.producer_epoch().0,
            batch.leader_epoch(),
            batch.is_transactional(),
            batch.is_control(),
            optional_long(batch.delete_horizon().map(|at| at.0)),
        )?;
        let codec = batch.codec().map(|codec| codec.name()).unwrap_or("unknown");
        writeln!(
            out,
            "position: {position} {}: {} size: {} magic: 2 compresscodec: {codec} crc: {} \
             isvalid: {}",
            batch.timestamp_type().name(),
            batch.max_timestamp(),
            batch.size(),
            batch.crc(),
            batch.crc_is_valid(),
        )?;
        Ok(())
    }

    /// One line a record. Gaps between offsets are noted.
    pub fn records(
        &mut self,
        bytes: &[u8],
        position: u64,
        findings: &mut Findings,
        out: &mut dyn Write,
    ) -> Result<(), Complaint> {
        let batch = self.view(bytes, position)?;
        let content = content(&batch).map_err(|fault| self.broken(position, &fault))?;
        for record in Records::new(&content, batch.count()) {
            let record = record.map_err(|fault| self.broken(position, &fault))?;
            if let Some(fault) = { record.headers }.find_map(Result::err) {
                return Err(self.broken(position, &fault));
            }
            let offset = batch.offset_of(record.offset_delta).0;
            if offset != self.last_offset + 1 {
                findings.offset_gap(&self.path, self.last_offset, offset);
            }
            self.last_offset = offset;
            self.record(&batch, &record, out)?;
        }
        Ok(())
    }

    fn record(
        &self,
        batch: &BatchView<'_>,
        record: &Record<'_>,
        out: &mut dyn Write,
    ) -> Result<(), Complaint> {
        let mut prefix = "| ";
        if self.metadata {
            self.metadata(batch, record, out)?;
            prefix = " ";
        }
        if let Some(decoder) = self.decoder.filter(|_| !batch.is_control()) {
            let Offset(offset) = batch.offset_of(record.offset_delta);
            let decoded = decoder.decode(record.key, record.value, offset);
            let decoded = decoded.map_err(|fault| {
                let path = self.path.display();
                Complaint::new(format!("{path}: the record at offset {offset}: {fault}"))
            })?;
            for (word, content) in [("key", decoded.key), ("payload", decoded.value)] {
                if let Some(content) = content {
                    write!(out, "{prefix}{word}: {content}")?;
                    prefix = " ";
                }
            }
        }
        writeln!(out)?;
        Ok(())
    }

    fn metadata(
        &self,
        batch: &BatchView<'_>,
        record: &Record<'_>,
        out: &mut dyn Write,
    ) -> Result<(), Complaint> {
        let Timestamp(timestamp) = batch.timestamp_of(record.timestamp_delta);
        write!(
            out,
            "| offset: {} {}: {timestamp} keySize: {} valueSize: {} sequence: {} headerKeys: [{}]",
            batch.offset_of(record.offset_delta),
            batch.timestamp_type().name(),
            size(record.key),
            size(record.value),
            batch.sequence_of(record.offset_delta).0,
            header_keys(record),
        )?;
        if batch.is_control() {
            write!(out, " {}", control::describe(record.key, record.value))?;
        }
        Ok(())
    }

    fn view<'a>(&self, bytes: &'a [u8], position: u64) -> Result<BatchView<'a>, Complaint> {
        BatchView::parse(bytes).map_err(|fault| self.broken(position, &fault))
    }

    fn broken(&self, position: u64, fault: &dyn std::fmt::Display) -> Complaint {
        let path = self.path.display();
        Complaint::new(format!(
            "{path}: the batch at position {position} is broken: {fault}"
        ))
    }
}

/// The records of a batch, one after the other.
fn content<'a>(batch: &BatchView<'a>) -> Result<Cow<'a, [u8]>, String> {
    match batch.codec().map_err(|fault| fault.to_string())? {
        Codec::None => Ok(Cow::Borrowed(batch.payload())),
        codec => {
            let limit = decoded_bytes_max(batch.payload().len());
            let content = decompress(codec, batch.payload(), limit);
            content.map(Cow::Owned).map_err(|fault| fault.to_string())
        }
    }
}

/// A nullable length as Kafka prints it.
fn size(content: Option<&[u8]>) -> i64 {
    content.map_or(-1, |content| content.len() as i64)
}

fn header_keys(record: &Record<'_>) -> String {
    let keys = record.headers.filter_map(Result::ok);
    let keys: Vec<_> = keys
        .map(|header| String::from_utf8_lossy(header.key))
        .collect();
    keys.join(",")
}

/// `java.util.OptionalLong` as text.
pub fn optional_long(value: Option<i64>) -> String {
    match value {
        Some(value) => format!("OptionalLong[{value}]"),
        None => "OptionalLong.empty".to_owned(),
    }
}
