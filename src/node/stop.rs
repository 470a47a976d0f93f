//! A clean stop: what is on its way is waited for, and the files are left as Kafka leaves them.
//! A directory in which that cannot be done in time keeps its journal, and gets no marker.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::life::LifeFault;
use crate::io::{clock, fs};
use crate::log::layout::{CleanShutdown, names};
use crate::shard::{self, Fault, LogDir, LogDirs, Shard, ShardStopped};

/// Longest wait for what is on its way to a partition's files when the node stops, and again for
/// the closing of these.
const QUIET_WAIT: Duration = Duration::from_secs(30);

/// Partitions closed side by side by one shard.
const CLOSING_MAX: usize = 16;

/// Stops serving, waits for commits under way, closes every partition.
pub async fn run(shard: &Rc<Shard>) -> Result<(), LifeFault> {
    shard
        .gather(|shard| Box::pin(async move { shard.begin_stop().await }))
        .await?;
    let closed = shard.gather(|shard| Box::pin(close_partitions(shard)));
    let faults: Vec<(usize, Fault)> = closed.await?.into_iter().flatten().collect();
    for (_, fault) in &faults {
        tracing::error!(%fault, "a partition was not closed cleanly");
    }
    shard.checkpoint().await?;
    let unclean = unclean(shard, &faults).await?;
    remove_journals(shard, &unclean).await?;
    leave_markers(shard, &unclean).await?;
    match faults.into_iter().next() {
        Some((_, fault)) => Err(LifeFault::Unclean(fault)),
        None => Ok(()),
    }
}

/// Where all that the journals held is in the segment files, and synced there.
async fn remove_journals(shard: &Rc<Shard>, unclean: &[usize]) -> Result<(), LifeFault> {
    shard
        .gather(|shard| Box::pin(async move { shard.close_journals().await }))
        .await?;
    for dir in cleared(&shard.dirs, unclean) {
        let removed = async {
            fs::sync_volume(&dir.path).await?;
            shard::remove_journals(&dir.path).await
        };
        removed.await.map_err(|error| LifeFault::Directory {
            directory: dir.path.display().to_string(),
            error,
        })?;
    }
    Ok(())
}

/// Places of the directories in which not every partition was closed. What a fenced one left must
/// be looked at.
async fn unclean(shard: &Rc<Shard>, faults: &[(usize, Fault)]) -> Result<Vec<usize>, ShardStopped> {
    let fenced = shard.gather(|shard| {
        let fenced = shard.partitions().into_iter();
        let fenced = fenced.filter(|partition| partition.fault().is_some());
        let fenced: Vec<usize> = fenced.map(|partition| partition.dir.index).collect();
        Box::pin(async move { fenced })
    });
    let mut unclean: Vec<usize> = fenced.await?.into_iter().flatten().collect();
    unclean.extend(faults.iter().map(|(index, _)| *index));
    Ok(unclean)
}

/// The directories in which every partition was closed.
fn cleared<'a>(dirs: &'a LogDirs, unclean: &'a [usize]) -> impl Iterator<Item = &'a Arc<LogDir>> {
    let is_clear = |dir: &&Arc<LogDir>| !unclean.contains(&dir.index);
    dirs.online().filter(is_clear)
}

/// Gives the faults that kept partitions from a clean close, with the places of their directories.
async fn close_partitions(shard: Rc<Shard>) -> Vec<(usize, Fault)> {
    let mut partitions = shard.partitions();
    partitions.extend(
        shard
            .controller()
            .map(|controller| controller.log().clone()),
    );
    let deadline = clock::now().plus(QUIET_WAIT);
    let busy = |p: &Rc<shard::Partition>| !p.is_durable() && p.fault().is_none();
    while partitions.iter().any(busy) && clock::now() < deadline {
        clock::sleep(Duration::from_millis(1)).await;
    }
    let faults = RefCell::new(Vec::new());
    stream::iter(partitions)
        .for_each_concurrent(CLOSING_MAX, |partition| {
            let (faults, shard) = (&faults, &shard);
            async move {
                let index = partition.dir.index;
                let is_stalled = |(i, f): &(usize, Fault)| *i == index && *f == Fault::Stalled;
                if faults.borrow().iter().any(is_stalled) {
                    // Its directory is checked by the next start whatever is done here.
                    return;
                }
                if let Err(fault) = shard.close(&partition, QUIET_WAIT).await {
                    faults.borrow_mut().push((index, fault));
                }
            }
        })
        .await;
    faults.into_inner()
}

/// The last writes of a clean stop, in every directory whose partitions were closed.
async fn leave_markers(shard: &Rc<Shard>, unclean: &[usize]) -> Result<(), LifeFault> {
    let epoch = shard
        .image()
        .broker(shard.settings().node)
        .map_or(-1, |broker| broker.epoch);
    let marker = CleanShutdown {
        broker_epoch: epoch,
    };
    let marker = marker.encode().into_bytes();
    for dir in cleared(&shard.dirs, unclean) {
        let path = dir.join(names::CLEAN_SHUTDOWN);
        let written = fs::write_atomic(&path, marker.clone()).await;
        written.map_err(|error| LifeFault::Directory {
            directory: dir.path.display().to_string(),
            error,
        })?;
    }
    Ok(())
}
