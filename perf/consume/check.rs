use std::collections::BTreeMap;

use super::options::Check;
use crate::client::Fetched;
use crate::perf::tally::Counts;
use crate::records::{BatchView, Codec, Records, decoded_bytes_max, decompress};

/// What one reader found out about the batches it has seen.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Places where offsets were left out: compaction and aborted transactions do that, losses
    /// too.
    pub gaps: u64,
    /// Offsets that those places left out.
    pub missing_offsets: u64,
    /// Batches whose checksum is wrong or whose records cannot be read.
    pub corrupt_batches: u64,
    /// Sums of record lengths, so that looking at records is not optimised away.
    pub seen_bytes: u64,
    /// The offset that comes next, by slot.
    next: BTreeMap<usize, i64>,
}

impl Findings {
    /// Looks at what came of a slot and counts it.
    /// Of records that are looked at one by one, no more than `left`.
    pub fn look(&mut self, slot: usize, fetched: &Fetched, check: Check, left: u64) -> Counts {
        let mut counts = Counts::default();
        let from = fetched.from().0;
        for batch in fetched.batches().map_while(Result::ok) {
            let last = batch.last_offset().0;
            if last < from {
                continue;
            }
            self.follow(slot, batch.base_offset().0.max(from), last);
            let behind = u64::try_from(last - from + 1).unwrap_or(0);
            let records = u64::from(batch.count().unsigned_abs()).min(behind);
            counts.batches += 1;
            counts.batch_bytes += batch.bytes().len() as u64;
            let is_sound = match check {
                Check::Records => {
                    let wanted = records.min(left - counts.records);
                    let seen = self.seen_bytes;
                    let is_sound = batch.crc_is_valid() && self.walk(&batch, (from, wanted));
                    counts.records += wanted;
                    counts.payload_bytes += self.seen_bytes - seen;
                    is_sound
                }
                _ => {
                    counts.records += records;
                    counts.payload_bytes += batch.payload().len() as u64;
                    check == Check::Batches || batch.crc_is_valid()
                }
            };
            self.corrupt_batches += u64::from(!is_sound);
        }
        counts
    }

    fn follow(&mut self, slot: usize, first: i64, last: i64) {
        let next = self.next.entry(slot).or_insert(first);
        if first > *next {
            self.gaps += 1;
            self.missing_offsets += (first - *next).unsigned_abs();
        }
        *next = last + 1;
    }

    /// Looks at every record and adds up `count` of them from an offset on; says whether all
    /// could be read.
    fn walk(&mut self, batch: &BatchView<'_>, (from, count): (i64, u64)) -> bool {
        let content = match batch.codec() {
            Ok(Codec::None) => None,
            Ok(codec) => {
                let limit = decoded_bytes_max(batch.payload().len());
                match decompress(codec, batch.payload(), limit) {
                    Ok(content) => Some(content),
                    Err(_) => return false,
                }
            }
            Err(_) => return false,
        };
        let payload = content.as_deref().unwrap_or(batch.payload());
        let mut left = count;
        for record in Records::new(payload, batch.count()) {
            let Ok(record) = record else {
                return false;
            };
            if left == 0 || batch.offset_of(record.offset_delta).0 < from {
                continue;
            }
            left -= 1;
            let len = |field: Option<&[u8]>| field.map_or(0, <[u8]>::len) as u64;
            self.seen_bytes += len(record.key) + len(record.value);
        }
        true
    }

    pub fn merge(&mut self, other: &Findings) {
        self.gaps += other.gaps;
        self.missing_offsets += other.missing_offsets;
        self.corrupt_batches += other.corrupt_batches;
        self.seen_bytes += other.seen_bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::Findings;

    #[test]
    fn offsets_that_are_left_out_are_gaps() {
        let mut findings = Findings::default();
        findings.follow(0, 5, 9);
        findings.follow(0, 10, 10);
        findings.follow(1, 0, 3);
        assert_eq!(findings.gaps, 0);
        findings.follow(0, 13, 20);
        assert_eq!((findings.gaps, findings.missing_offsets), (1, 2));
    }
}
