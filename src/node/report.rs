//! What the shards count, told on SIGUSR1 in Prometheus' text format.

use std::io::Write;
use std::rc::Rc;

use crate::io::mesh;
use crate::metrics;
use crate::shard::Shard;

/// Answers every wish on standard error, until the task is cancelled or nobody can wish any more.
pub async fn answer(shard: Rc<Shard>, wishes: mesh::Receiver<()>) {
    while wishes.recv().await.is_some() {
        let told = shard.gather(|shard| Box::pin(async move { shard.measured() }));
        let Ok(counts) = told.await else {
            return;
        };
        let text = metrics::expose(&counts);
        // Standard error that nobody reads is no reason to stop serving.
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}
