use super::promise::Author;
use crate::perf::load::Dice;
use crate::records::crc32c;

/// The first bytes of every record of a verification.
const MARK: [u8; 4] = *b"CLV1";
/// Mark, run, producer, partition, number and checksum.
pub const BYTES_MIN: usize = 4 + 8 + 4 + 4 + 8 + 4;

/// Which record this is. As bytes, big-endian:
///
/// | at | field | at | field |
/// |--:|---|--:|---|
/// | 0 | `CLV1` | 20 | number u64, from 0 on for each producer and partition |
/// | 4 | run u64 | 28 | CRC-32C of all other bytes |
/// | 12 | producer u32 | 32 | filler |
/// | 16 | partition u32 | | |
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    pub run: u64,
    pub producer: u32,
    pub partition: u32,
    pub number: u64,
}

/// What a record that was read turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    Whole(Stamp),
    /// It bears the mark, but its checksum is wrong.
    Corrupt,
    /// Somebody else's.
    Foreign,
}

impl Stamp {
    pub fn author(&self) -> Author {
        Author {
            run: self.run,
            producer: self.producer,
            partition: self.partition,
        }
    }

    /// Makes `value` the record, at least [`BYTES_MIN`] long.
    pub fn write(&self, len: usize, dice: &mut Dice, value: &mut Vec<u8>) {
        value.clear();
        value.extend_from_slice(&MARK);
        value.extend_from_slice(&self.run.to_be_bytes());
        value.extend_from_slice(&self.producer.to_be_bytes());
        value.extend_from_slice(&self.partition.to_be_bytes());
        value.extend_from_slice(&self.number.to_be_bytes());
        value.resize(len.max(BYTES_MIN), 0);
        dice.fill(&mut value[BYTES_MIN..]);
        let crc = checksum(value);
        value[28..32].copy_from_slice(&crc.to_be_bytes());
    }

    pub fn read(value: &[u8]) -> Reading {
        if !value.starts_with(&MARK) {
            return Reading::Foreign;
        }
        let u32_at = |at: usize| {
            value
                .get(at..)?
                .first_chunk()
                .map(|bytes| u32::from_be_bytes(*bytes))
        };
        let u64_at = |at: usize| {
            value
                .get(at..)?
                .first_chunk()
                .map(|bytes| u64::from_be_bytes(*bytes))
        };
        let read = || {
            let stamp = Stamp {
                run: u64_at(4)?,
                producer: u32_at(12)?,
                partition: u32_at(16)?,
                number: u64_at(20)?,
            };
            (u32_at(28)? == checksum(value)).then_some(stamp)
        };
        read().map_or(Reading::Corrupt, Reading::Whole)
    }
}

/// Of the bytes before and after the checksum's own four.
fn checksum(value: &[u8]) -> u32 {
    let (head, rest) = value.split_at(28.min(value.len()));
    let filler = rest.get(4..).unwrap_or_default();
    crc32c(head) ^ crc32c(filler).rotate_left(1)
}

#[cfg(test)]
mod tests {
    use super::{BYTES_MIN, Dice, Reading, Stamp};

    const STAMP: Stamp = Stamp {
        run: 77,
        producer: 3,
        partition: 9,
        number: 1 << 40,
    };

    #[test]
    fn a_stamp_comes_back_and_every_changed_byte_shows() {
        for len in [0, BYTES_MIN, 100] {
            let mut value = Vec::new();
            STAMP.write(len, &mut Dice::new(1), &mut value);
            assert_eq!(value.len(), len.max(BYTES_MIN));
            assert_eq!(Stamp::read(&value), Reading::Whole(STAMP));
            for at in 0..value.len() {
                let mut changed = value.clone();
                changed[at] ^= 1;
                let expected = if at < 4 {
                    Reading::Foreign
                } else {
                    Reading::Corrupt
                };
                assert_eq!(Stamp::read(&changed), expected, "byte {at}");
            }
            value.truncate(BYTES_MIN - 1);
            assert_eq!(Stamp::read(&value), Reading::Corrupt);
        }
    }

    #[test]
    fn other_records_are_left_alone() {
        assert_eq!(Stamp::read(b""), Reading::Foreign);
        assert_eq!(Stamp::read(b"hello"), Reading::Foreign);
    }
}
