//! The background scrub of a shard: reads the closed segments of its partitions at a low rate, one
//! after the other, and checks every batch. What is broken is said with file, offset and position,
//! counted, and never served; nothing is cut away. How far it came is known to the process alone.

use std::rc::Rc;
use std::time::Duration;

use super::throttle::Throttle;
use super::{Partition, Shard};
use crate::io::clock;
use crate::model::Offset;

/// While there is nothing to do, the scrub looks at its settings this often.
const TICK: Duration = Duration::from_millis(500);

/// Between two rounds over all segments.
const REST: Duration = Duration::from_secs(600);

/// Scrubs until the task is cancelled.
pub async fn run(shard: Rc<Shard>) {
    let throttle = Throttle::new();
    loop {
        while shard.settings().scrub_bytes_per_second == 0 {
            clock::sleep(TICK).await;
        }
        for partition in shard.partitions() {
            scrub_partition(&shard, &partition, &throttle).await;
        }
        clock::sleep(REST).await;
    }
}

async fn scrub_partition(shard: &Rc<Shard>, partition: &Rc<Partition>, throttle: &Throttle) {
    let is_over = || {
        let is_off = shard.settings().scrub_bytes_per_second == 0;
        is_off || shard.is_stopping() || partition.fault().is_some()
    };
    let spend = async |bytes: usize| {
        let rate = shard.settings().scrub_bytes_per_second;
        let shards = shard.router.shards().count().max(1) as u64;
        throttle.spend(bytes, rate / shards, is_over).await;
        shard.metrics.on_scrub(bytes);
        !is_over()
    };
    let mut from = Offset::ZERO;
    while let Some(closed) = partition.closed_from(from)
        && !is_over()
    {
        from = closed.end();
        match partition.scrub(&closed, spend).await {
            Ok(found) => found.iter().for_each(|broken| {
                shard.metrics.on_rot();
                let file = partition.segment_path(closed.base());
                tracing::error!(
                    partition = %partition.name, file = %file.display(),
                    offset = %broken.offset, position = broken.position, fault = %broken.fault,
                    "a record batch on the disk is damaged: it is not served; restore the file \
                     from a replica or a backup, or delete the records up to it"
                );
            }),
            Err(fault) => {
                tracing::error!(partition = %partition.name, %fault, "a segment cannot be checked");
                shard.suspect(&partition.dir, fault.to_string());
            }
        }
    }
}
