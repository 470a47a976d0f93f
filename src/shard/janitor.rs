//! What happens by the clock: retention, forgotten producers, checkpoints, and the memory of
//! partitions that have fallen idle.

use std::rc::Rc;
use std::time::Duration;

use super::Shard;
use super::checkpoint::CheckpointFault;
use super::partition::write_back::{self, SETTLE_AFTER};
use crate::io::{clock, memory, task};
use crate::model::{Instant, ShardId};

/// The janitor looks around this often.
const TICK: Duration = Duration::from_millis(500);

/// Shard 0 writes the checkpoints this often (`replica.high.watermark.checkpoint.interval.ms`).
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// A partition that nobody wrote to for so long, and up to twice as long, lets go of its memory.
const REST_EVERY: Duration = Duration::from_secs(10);

/// When each duty is due next.
struct Due {
    retention: Instant,
    producers: Instant,
    checkpoint: Instant,
    resting: Instant,
}

/// Does the duties of one shard until the task is cancelled.
pub async fn run(shard: Rc<Shard>) {
    let now = clock::now();
    let settings = shard.settings();
    let mut due = Due {
        retention: now.plus(settings.retention_check),
        producers: now.plus(settings.producers.expiration_check),
        checkpoint: now.plus(CHECKPOINT_EVERY),
        resting: now.plus(REST_EVERY),
    };
    loop {
        clock::sleep(TICK).await;
        let (now, settings) = (clock::now(), shard.settings());
        write_back::settle_aged(&shard, now.minus(SETTLE_AFTER));
        shard.sweep_indexes();
        shard.bound_producers(settings.memory.producers);
        if now >= due.retention {
            due.retention = now.plus(settings.retention_check);
            retain(&shard).await;
        }
        if now >= due.producers {
            due.producers = now.plus(settings.producers.expiration_check);
            for partition in shard.partitions() {
                partition.expire_producers(clock::wall());
            }
        }
        if now >= due.resting {
            due.resting = now.plus(REST_EVERY);
            rest(&shard).await;
        }
        if shard.id == ShardId(0) && now >= due.checkpoint {
            due.checkpoint = now.plus(CHECKPOINT_EVERY);
            if let Err(CheckpointFault::Unwritable(error)) = shard.checkpoint().await {
                tracing::warn!(%error, "writing the checkpoints failed");
            }
        }
    }
}

/// Lets idle partitions rest, and gives the memory that this freed back to the system.
async fn rest(shard: &Rc<Shard>) {
    let mut resting = 0;
    let controller = shard.controller();
    let metadata = controller.iter().map(|controller| controller.log());
    for partition in shard.partitions().iter().chain(metadata) {
        if partition.rest() {
            resting += 1;
            partition.discard_next_file().await;
        }
    }
    shard.pool.trim();
    if resting > 0 {
        shard.tails.sweep();
        task::spawn(memory::give_back()).detach();
    }
}

async fn retain(shard: &Rc<Shard>) {
    for partition in shard.partitions() {
        if partition.fault().is_some() {
            continue;
        }
        if let Err(error) = partition.retain().await {
            tracing::warn!(partition = %partition.name, %error, "retention failed");
        }
        shard.sweep_indexes();
        task::yield_if_needed().await;
    }
}
