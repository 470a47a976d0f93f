//! A log shown batch by batch, from its files.

use super::{Fault, Partition};
use crate::io::File;
use crate::model::Offset;
use crate::records::BatchView;

/// Bytes read at once.
const SHOW_BYTES: usize = 1 << 20;

impl Partition {
    /// Shows every batch of the log, in order, to `look`; a fault ends it.
    pub(in crate::shard) async fn for_each_batch(
        &self,
        mut look: impl FnMut(&BatchView<'_>) -> Result<(), String>,
    ) -> Result<(), Fault> {
        let segments: Vec<(Offset, u64)> = {
            let state = self.state();
            let log = &state.log;
            log.segments()
                .map(|s| (s.base(), log.written_bytes(s).into()))
                .collect()
        };
        for (segment, end) in segments {
            let file = self.open(segment).await?;
            let mut at = 0;
            while at < end {
                at += self.show(&file, segment, (at, end), &mut look).await?;
            }
        }
        Ok(())
    }

    /// Shows the whole batches of one read; gives their bytes.
    async fn show(
        &self,
        file: &File,
        segment: Offset,
        (start, end): (u64, u64),
        look: &mut impl FnMut(&BatchView<'_>) -> Result<(), String>,
    ) -> Result<u64, Fault> {
        let broken = |why: String| Fault::Read { segment, why };
        let mut len = SHOW_BYTES.min((end - start) as usize);
        loop {
            let read = file.read_at(start, len).await;
            let bytes = read.map_err(|error| Fault::read(segment, &error))?;
            let mut rest = &bytes[..];
            while let Ok((batch, after)) = BatchView::split_first(rest) {
                look(&batch).map_err(broken)?;
                rest = after;
            }
            match bytes.len() - rest.len() {
                0 if bytes.len() as u64 >= end - start || bytes.len() < len => {
                    return Err(broken(format!("no batch begins at byte {start}")));
                }
                0 => len = (2 * len).min((end - start) as usize),
                shown => return Ok(shown as u64),
            }
        }
    }
}
