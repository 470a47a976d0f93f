use std::io::Write;
use std::path::Path;

use super::batch::optional_long;
use super::source::Source;
use crate::cli::complaint::Complaint;
use crate::cli::print;
use crate::log::{AbortedTxn, BatchRange, TxnIndex, snapshot};
use crate::model::Offset;

/// Prints the aborted transactions of a segment.
pub async fn transactions(file: &Path, out: &mut dyn Write) -> Result<(), Complaint> {
    let bytes = Source::open(file, u64::MAX).await?.whole().await?;
    let broken = || {
        Complaint::new(format!(
            "{} is broken: expected entries of 34 bytes and version 0, in order of offset",
            file.display()
        ))
    };
    let index = TxnIndex::parse(&bytes).ok_or_else(broken)?;
    for entry in index.entries() {
        let AbortedTxn {
            producer,
            first,
            last,
            last_stable,
        } = entry;
        writeln!(
            out,
            "version: 0 producerId: {} firstOffset: {first} lastOffset: {last} \
             lastStableOffset: {last_stable}",
            producer.0
        )?;
    }
    Ok(())
}

/// Prints what a snapshot knows of each producer, and of its newest batch. One that is broken is
/// told and, as in Kafka's tool, is no failure of the command.
pub async fn producers(file: &Path, out: &mut dyn Write) -> Result<(), Complaint> {
    let bytes = Source::open(file, u64::MAX).await?.whole().await?;
    let producers = match snapshot::decode(&bytes) {
        Ok(producers) => producers,
        Err(fault) => {
            print::complain(&fault.to_string());
            return Ok(());
        }
    };
    for (id, entry) in producers {
        write!(
            out,
            "producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} \
             lastTimestamp: {}",
            id.0,
            entry.epoch.0,
            entry.coordinator_epoch,
            optional_long(entry.txn_first.map(|Offset(offset)| offset)),
            entry.last_timestamp,
        )?;
        if let Some(newest) = entry.batches().last() {
            let BatchRange {
                last_sequence,
                last_offset,
                offset_delta,
                timestamp,
            } = newest;
            write!(
                out,
                " firstSequence: {} lastSequence: {} lastOffset: {last_offset} \
                 offsetDelta: {offset_delta} timestamp: {timestamp}",
                newest.first_sequence().0,
                last_sequence.0,
            )?;
        }
        writeln!(out)?;
    }
    Ok(())
}
