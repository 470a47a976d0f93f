use std::fmt;

use serde::Serialize;

/// The number of a record in its partition. Never negative in a log; the wire's negative
/// meanings (-1 latest, -2 earliest and so on) are decoded before an `Offset` is made.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Offset(pub i64);

impl Offset {
    pub const ZERO: Offset = Offset(0);

    /// The offset `count` records later. Saturates: an offset near the limit of 63 bits comes
    /// only from hostile bytes, and then only has to be harmless.
    pub const fn plus(self, count: i64) -> Offset {
        Offset(self.0.saturating_add(count))
    }

    pub const fn next(self) -> Offset {
        self.plus(1)
    }

    /// Records between `earlier` and this offset; negative when `earlier` is later.
    pub const fn minus(self, earlier: Offset) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a partition's readable ranges end. Always
/// `log_start <= last_stable <= high <= log end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Watermarks {
    /// First readable offset; moved by retention and DeleteRecords.
    pub log_start: Offset,
    /// End of what a `read_committed` consumer may see.
    pub last_stable: Offset,
    /// End of what any consumer may see: everything below is committed.
    pub high: Offset,
}
