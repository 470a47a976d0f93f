use super::latency::Latencies;
use super::tally::{Counts, Row};

/// Latencies at rest: only the cells of the histogram that hold something, as pairs of numbers in
/// LEB128, each value as its distance from the one before. A histogram at work takes a quarter of
/// a MiB, a packed one a few KiB, so that a run may keep one for each of its seconds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Packed {
    cells: Box<[u8]>,
    max_nanos: u64,
}

impl Packed {
    pub fn of(latencies: &Latencies) -> Packed {
        let (mut cells, mut before) = (Vec::new(), 0);
        for cell in latencies.histogram().iter_recorded() {
            let value = cell.value_iterated_to();
            write(&mut cells, value - before);
            write(&mut cells, cell.count_at_value());
            before = value;
        }
        Packed {
            cells: cells.into(),
            max_nanos: latencies.max(),
        }
    }

    /// The same latencies, with all that can be asked of them.
    pub fn unpack(&self) -> Latencies {
        let mut latencies = Latencies::default();
        let (mut rest, mut value) = (&self.cells[..], 0);
        while let (Some(step), Some(count)) = (read(&mut rest), read(&mut rest)) {
            value += step;
            latencies.record(value.min(self.max_nanos), count);
        }
        latencies
    }

    /// Memory taken.
    pub fn bytes(&self) -> usize {
        size_of::<Packed>() + self.cells.len()
    }
}

/// What one second of a run brought, over all its executors, as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Second {
    /// How long it was, in seconds: less than 1 for the last.
    pub length: f64,
    pub counts: Counts,
    pub latencies: Packed,
}

impl Second {
    pub fn of(row: &Row, length: f64) -> Second {
        Second {
            length,
            counts: row.counts,
            latencies: Packed::of(&row.latencies),
        }
    }
}

fn write(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (first, behind) = rest.split_first()?;
        *rest = behind;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Latencies, Packed};

    #[test]
    fn what_is_packed_comes_out_the_same() {
        assert_eq!(Packed::default().unpack().count(), 0);
        let mut latencies = Latencies::default();
        for step in 0..2000u64 {
            latencies.record(step * step * 977 + 1, step % 7 + 1);
        }
        latencies.record(u64::MAX, 3);
        let packed = Packed::of(&latencies);
        let unpacked = packed.unpack();
        assert_eq!(unpacked.histogram(), latencies.histogram());
        assert_eq!(unpacked.max(), latencies.max());
        assert!(packed.bytes() < 10_000, "{}", packed.bytes());
    }
}
