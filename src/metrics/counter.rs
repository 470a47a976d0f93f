use std::cell::{Cell, RefCell};
use std::time::Duration;

use super::Durations;

/// The instruments of one shard. It is shared within the shard behind an `Rc`.
#[derive(Debug, Default)]
pub struct Shard {
    counts: [Cell<u64>; Count::ALL.len()],
    sync_time: RefCell<Durations>,
    longest_turn: Cell<Duration>,
}

/// The instruments of a shard at one moment, or the sum of several shards'.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    counts: [u64; Count::ALL.len()],
    /// How long syncs of the disk took.
    pub sync_time: Durations,
    /// The longest time a task held its executor since the snapshot before.
    pub longest_turn: Duration,
}

macro_rules! counts {
    ($($(#[$doc:meta])* $variant:ident $name:ident $metric:literal $help:literal,)*) => {
        /// Every number a shard counts; the order is that of the exposition.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Count {
            $($variant,)*
        }

        impl Count {
            pub(super) const ALL: &'static [Count] = &[$(Count::$variant,)*];

            /// The metric's name and its help text.
            pub(super) fn words(self) -> (&'static str, &'static str) {
                match self {
                    $(Count::$variant => ($metric, $help),)*
                }
            }
        }

        impl Snapshot {
            $($(#[$doc])*
            pub fn $name(&self) -> u64 {
                self.counts[Count::$variant as usize]
            })*
        }
    };
}

counts! {
    /// Requests answered or refused.
    Requests requests "requests_total" "Requests taken from connections.",
    /// Bytes read from connections.
    BytesIn bytes_in "bytes_in_total" "Bytes read from connections.",
    /// Bytes written to connections.
    BytesOut bytes_out "bytes_out_total" "Bytes written to connections.",
    /// Bytes of record batches sent to readers.
    Fetched fetched "fetched_bytes_total" "Bytes of record batches sent to readers.",
    /// Bytes of those that were copied in user space.
    Copied copied "fetched_copied_bytes_total"
        "Bytes of record batches sent to readers that were copied in user space.",
    /// Record batches appended.
    Batches batches "batches_total" "Record batches appended to partitions.",
    /// Bytes of record batches appended.
    BatchBytes batch_bytes "batch_bytes_total" "Bytes of record batches appended to partitions.",
    /// Bytes appended and not yet durable, now.
    Staged staged "staged_bytes" "Bytes appended in memory and not yet durable.",
    /// Syncs of the disk.
    Syncs syncs "syncs_total" "Completed syncs of files.",
    /// Bytes of closed segments that the scrub read again.
    Scrubbed scrubbed "scrubbed_bytes_total"
        "Bytes of closed segments that were read again to be checked.",
    /// Batches on the disk that the scrub found damaged.
    Rotten rotten "damaged_batches_total" "Record batches on the disk found damaged.",
    /// Connections open now.
    Connections connections "connections" "Open client connections.",
}

impl Shard {
    /// One request of `bytes` was taken from a connection.
    pub fn on_request(&self, bytes: usize) {
        self.add(Count::Requests, 1);
        self.add(Count::BytesIn, bytes as u64);
    }

    /// An answer of `bytes` was given to a connection.
    pub fn on_answer(&self, bytes: usize) {
        self.add(Count::BytesOut, bytes as u64);
    }

    /// `bytes` of record batches were sent to a reader, `copied` of them through a copy.
    pub fn on_fetched(&self, bytes: usize, copied: usize) {
        self.add(Count::Fetched, bytes as u64);
        self.add(Count::Copied, copied as u64);
    }

    /// A batch of `bytes` was appended; it is staged until [`Shard::on_durable`].
    pub fn on_append(&self, bytes: usize) {
        self.add(Count::Batches, 1);
        self.add(Count::BatchBytes, bytes as u64);
        self.add(Count::Staged, bytes as u64);
    }

    /// `bytes` that were staged are durable, or given up.
    pub fn on_durable(&self, bytes: usize) {
        self.take(Count::Staged, bytes as u64);
    }

    /// A sync of a file ended after `duration`.
    pub fn on_sync(&self, duration: Duration) {
        self.add(Count::Syncs, 1);
        self.sync_time.borrow_mut().record(duration);
    }

    /// The scrub reads `bytes` of a closed segment.
    pub fn on_scrub(&self, bytes: usize) {
        self.add(Count::Scrubbed, bytes as u64);
    }

    /// The scrub found a damaged batch.
    pub fn on_rot(&self) {
        self.add(Count::Rotten, 1);
    }

    pub fn on_connect(&self) {
        self.add(Count::Connections, 1);
    }

    pub fn on_disconnect(&self) {
        self.take(Count::Connections, 1);
    }

    /// A task held the executor for `duration` (`io::watch::take_longest_turn`).
    pub fn on_turn(&self, duration: Duration) {
        self.longest_turn.set(self.longest_turn.get().max(duration));
    }

    /// The state now. The longest turn starts anew.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            counts: std::array::from_fn(|at| self.counts[at].get()),
            sync_time: self.sync_time.borrow().clone(),
            longest_turn: self.longest_turn.take(),
        }
    }

    fn add(&self, count: Count, by: u64) {
        let cell = &self.counts[count as usize];
        cell.set(cell.get().wrapping_add(by));
    }

    fn take(&self, count: Count, by: u64) {
        let cell = &self.counts[count as usize];
        cell.set(
            cell.get()
                .checked_sub(by)
                .expect("what goes away has come before"),
        );
    }
}

impl Snapshot {
    /// Adds another shard's numbers to these.
    pub fn add(&mut self, other: &Snapshot) {
        for (sum, count) in self.counts.iter_mut().zip(other.counts) {
            *sum = sum.wrapping_add(count);
        }
        self.sync_time.add(&other.sync_time);
        self.longest_turn = self.longest_turn.max(other.longest_turn);
    }

    pub(super) fn count(&self, count: Count) -> u64 {
        self.counts[count as usize]
    }
}
