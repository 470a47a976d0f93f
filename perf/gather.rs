use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use crate::model::Instant;

/// Records of an open loop that wait to be sent to one broker, by partition: as Java's
/// accumulator, but a record here is only the moment for which it was meant.
///
/// A batch is ready when it is full or when its first record has waited for `linger`. When one is
/// ready all are sent that have anything, the longest waiting first, as Java's sender does.
#[derive(Clone, Debug)]
pub struct Gather {
    linger: Duration,
    queues: Vec<Queue>,
    /// Partitions that have records, by when they are ready; full ones are ready since ever.
    waiting: BTreeSet<(Instant, usize)>,
    queued: usize,
}

#[derive(Clone, Debug)]
struct Queue {
    meant: VecDeque<Instant>,
    /// Records of a full batch.
    full: usize,
}

impl Queue {
    fn ready_at(&self, linger: Duration) -> Option<Instant> {
        let first = self.meant.front()?;
        match self.meant.len() >= self.full {
            true => Some(Instant::ZERO),
            false => Some(first.plus(linger)),
        }
    }
}

impl Gather {
    /// `full` has the records of a full batch for each partition.
    pub fn new(linger: Duration, full: impl Iterator<Item = usize>) -> Gather {
        let queue = |full: usize| Queue {
            meant: VecDeque::new(),
            full: full.max(1),
        };
        Gather {
            linger,
            queues: full.map(queue).collect(),
            waiting: BTreeSet::new(),
            queued: 0,
        }
    }

    /// Records waiting in all partitions.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// Puts a record behind those of its partition; says whether a batch of it is full now.
    pub fn push(&mut self, partition: usize, meant: Instant) -> bool {
        let linger = self.linger;
        let queue = &mut self.queues[partition];
        let before = queue.ready_at(linger);
        queue.meant.push_back(meant);
        self.queued += 1;
        let after = queue.ready_at(linger);
        self.move_to(partition, before, after);
        after == Some(Instant::ZERO)
    }

    /// When the first batch is ready.
    pub fn ready_at(&self) -> Option<Instant> {
        self.waiting.first().map(|(at, _)| *at)
    }

    /// Partitions that have records, in the order in which to send them.
    pub fn partitions(&self) -> impl Iterator<Item = usize> {
        self.waiting.iter().map(|(_, partition)| *partition)
    }

    /// Records of the next batch of a partition.
    pub fn next_count(&self, partition: usize) -> usize {
        let queue = &self.queues[partition];
        queue.meant.len().min(queue.full)
    }

    /// Takes the next batch of a partition: for when each of its records was meant.
    pub fn take(&mut self, partition: usize) -> Vec<Instant> {
        let (linger, count) = (self.linger, self.next_count(partition));
        let queue = &mut self.queues[partition];
        let before = queue.ready_at(linger);
        // An empty queue keeps no memory: there may be a thousand of them, a thousand times.
        let taken: Vec<Instant> = match count == queue.meant.len() {
            true => std::mem::take(&mut queue.meant).into(),
            false => queue.meant.drain(..count).collect(),
        };
        self.queued -= taken.len();
        let after = queue.ready_at(linger);
        self.move_to(partition, before, after);
        taken
    }

    fn move_to(&mut self, partition: usize, before: Option<Instant>, after: Option<Instant>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.waiting.remove(&(before, partition));
        }
        if let Some(after) = after {
            self.waiting.insert((after, partition));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Gather, Instant};

    fn gather() -> Gather {
        Gather::new(Duration::from_nanos(100), [3, 3].into_iter())
    }

    #[test]
    fn a_batch_is_ready_when_full_or_when_its_first_record_has_lingered() {
        let mut gather = gather();
        assert_eq!(gather.ready_at(), None);
        assert!(!gather.push(0, Instant(10)));
        assert!(!gather.push(1, Instant(20)));
        assert_eq!(gather.ready_at(), Some(Instant(110)));
        assert!(!gather.push(1, Instant(30)));
        assert!(gather.push(1, Instant(40)));
        assert_eq!(gather.ready_at(), Some(Instant::ZERO));
        assert_eq!(gather.partitions().collect::<Vec<_>>(), [1, 0]);
    }

    #[test]
    fn what_does_not_fit_a_batch_waits_for_the_next() {
        let mut gather = gather();
        for meant in 1..=7 {
            gather.push(0, Instant(meant));
        }
        assert_eq!(gather.next_count(0), 3);
        assert_eq!(gather.take(0), [Instant(1), Instant(2), Instant(3)]);
        assert_eq!(
            (gather.queued(), gather.ready_at()),
            (4, Some(Instant::ZERO))
        );
        gather.take(0);
        assert_eq!(gather.ready_at(), Some(Instant(107)));
        assert_eq!(gather.take(0), [Instant(7)]);
        assert_eq!((gather.queued(), gather.ready_at()), (0, None));
    }
}
