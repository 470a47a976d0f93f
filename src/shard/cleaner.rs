//! The cleaner of a shard: looks for the compacted partition with the most to gain, and cleans it
//! beside everything else, at a low share.

use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;

use super::throttle::Throttle;
use super::{CONTROLLER, Partition, Shard};
use crate::io::{Pool, clock, task};
use crate::log::compact::Cleanable;

/// While there is nothing to clean, the cleaner looks at its settings this often.
const TICK: Duration = Duration::from_millis(500);

/// No look follows sooner upon one that found nothing.
const BACKOFF_MIN: Duration = Duration::from_millis(10);

/// What one pass may use.
pub struct Share {
    shard: Rc<Shard>,
    pub pool: Pool,
    /// `log.cleaner.io.max.bytes.per.second`
    throttle: Throttle,
}

impl Share {
    fn new(shard: &Rc<Shard>) -> Share {
        Share {
            shard: shard.clone(),
            pool: shard.pool.clone(),
            throttle: Throttle::new(),
        }
    }

    /// Memory for the map of keys, bytes: this shard's part of `log.cleaner.dedupe.buffer.size`.
    pub fn map_bytes(&self) -> usize {
        self.shard.settings().cleaner.map_bytes_max / self.shards()
    }

    /// Whether the node stops, or the partition is of no use any more.
    pub fn is_over(&self, partition: &Partition) -> bool {
        self.shard.is_stopping() || partition.fault().is_some()
    }

    /// Waits until so many bytes may be read or written, or all is over.
    pub async fn spend(&self, partition: &Partition, bytes: usize) {
        let all = self.shard.settings().cleaner.bytes_per_second_max;
        let share = all / self.shards() as u64;
        let is_over = || self.is_over(partition);
        self.throttle.spend(bytes, share, is_over).await;
    }

    fn shards(&self) -> usize {
        self.shard.router.shards().count().max(1)
    }
}

/// Cleans one partition after the other until the task is cancelled.
pub async fn run(shard: Rc<Shard>) {
    if !shard.settings().cleaner.is_enabled {
        return;
    }
    loop {
        if !clean_dirtiest(&shard).await {
            rest(&shard).await;
        }
    }
}

/// Waits for `log.cleaner.backoff.ms`, which may become shorter meanwhile.
async fn rest(shard: &Shard) {
    let begun = clock::now();
    loop {
        let end = begun.plus(shard.settings().cleaner.backoff.max(BACKOFF_MIN));
        let left = end.since(clock::now());
        if left.is_zero() {
            return;
        }
        clock::sleep(left.min(TICK)).await;
    }
}

/// Cleans the partition with the largest dirty part of those that are due; says whether there was
/// one.
async fn clean_dirtiest(shard: &Rc<Shard>) -> bool {
    let mut dirtiest: Option<(Rc<Partition>, Cleanable)> = None;
    for partition in shard.partitions() {
        task::yield_if_needed().await;
        let part = match partition.cleanable().await {
            Ok(Some(part)) => part,
            Ok(None) => continue,
            Err(fault) => {
                tracing::warn!(partition = %partition.name, %fault, "it cannot be compacted");
                continue;
            }
        };
        let is_due = part.is_due(&partition.policy().log.compaction);
        let ratio = part.dirty_ratio();
        if is_due
            && dirtiest
                .as_ref()
                .is_none_or(|best| ratio > best.1.dirty_ratio())
        {
            dirtiest = Some((partition, part));
        }
    }
    match dirtiest {
        Some((partition, part)) => clean(shard, partition, part).await,
        None => false,
    }
}

/// A pass is not cut short when the node stops: it looks for that itself, between two steps.
async fn clean(shard: &Rc<Shard>, partition: Rc<Partition>, part: Cleanable) -> bool {
    if let Err(error) = secure(shard).await {
        tracing::warn!(partition = %partition.name, error, "compaction has to wait");
        return false;
    }
    let share = Share::new(shard);
    let (done, ended) = oneshot::channel();
    task::spawn(async move {
        let outcome = partition.compact(part, &share).await;
        if let Err(stopped) = &outcome {
            tracing::warn!(partition = %partition.name, %stopped, "compaction stopped");
        }
        // Nobody waits when the node stops.
        let _gone = done.send(outcome.is_ok());
    })
    .detach();
    ended.await.unwrap_or(false)
}

/// Writes the recovery points down. The journal may hold bytes of segments that are cleaned now;
/// after a crash its replay leaves alone what lies below the recovery point, and so the new files.
async fn secure(shard: &Rc<Shard>) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let written = shard.on(CONTROLLER, |shard| {
        Box::pin(async move { shard.checkpoint().await.map_err(|fault| fault.to_string()) })
    });
    let answer = written.await.map_err(|error| told(&error))?;
    answer.await.map_err(|error| told(&error))?
}
