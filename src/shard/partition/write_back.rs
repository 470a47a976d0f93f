//! From durable to settled: what the journal made safe goes to the segment files, in large runs
//! and without a sync. The sync comes when the journal wants to write over it, or at a roll.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use futures_util::{StreamExt, stream};

use super::appender::BlockWrite;
use super::{Fault, Partition, commit, roll};
use crate::io::{Pool, clock, task};
use crate::model::{Instant, Offset};
use crate::shard::Shard;
use crate::shard::budget::Budget;
use crate::shard::journal::Journal;

/// A partition with so many unsettled bytes is settled at once: a run that a drive writes at full
/// speed.
const RUN_BYTES: usize = 512 << 10;

/// With one part in so many of what may wait to be settled, all partitions are.
const RELIEVED_PART: usize = 4;

/// Partitions of one shard settled side by side.
const SETTLING_MAX: usize = 16;

/// A durable batch is in its file this much later at the latest, however busy its shard is.
pub(in crate::shard) const SETTLE_AFTER: Duration = Duration::from_secs(1);

/// A shard whose journal wrote nothing for so long is idle, and settles what it has: other programs
/// see it, and the next write has the drive for itself.
const IDLE_AFTER: Duration = Duration::from_millis(20);

/// What one shard has yet to settle.
pub struct WriteBacks {
    /// Bytes that the journal holds and the files do not; who has none waits.
    pub unsettled: Budget,
    relieved_at: usize,
    relieving: Cell<bool>,
    aging: Cell<bool>,
    /// A task waits for the shard to fall idle.
    idling: Cell<bool>,
}

impl WriteBacks {
    pub fn new(bytes_max: usize) -> WriteBacks {
        WriteBacks {
            unsettled: Budget::new(bytes_max),
            relieved_at: bytes_max / RELIEVED_PART,
            relieving: Cell::default(),
            aging: Cell::default(),
            idling: Cell::default(),
        }
    }

    fn is_much(&self) -> bool {
        self.unsettled.used() >= self.relieved_at || self.unsettled.is_contended()
    }
}

/// Settles a partition when it has a large run unsettled, and all of them when the shard has much.
pub fn start_if_much(shard: &Rc<Shard>, partition: &Rc<Partition>) {
    let is_large = partition.state().unsettled.bytes() >= RUN_BYTES;
    if is_large && !partition.settle_due.replace(true) {
        let (shard, partition) = (shard.clone(), partition.clone());
        // A fault fences the partition, and is said where that happens.
        task::spawn(async move { drop(run(&shard, &partition).await) }).detach();
    }
    let write_backs = &shard.write_backs;
    if write_backs.is_much() && !write_backs.relieving.replace(true) {
        let shard = shard.clone();
        task::spawn(async move {
            while shard.write_backs.is_much() && settle_all(&shard, clock::now()).await > 0 {}
            shard.write_backs.relieving.set(false);
        })
        .detach();
    }
}

/// Settles all partitions of a shard once its journal has rested for a while.
pub fn settle_when_idle(shard: &Rc<Shard>) {
    if shard.write_backs.idling.replace(true) {
        return;
    }
    let shard = shard.clone();
    task::spawn(async move {
        let mut seen = None;
        while seen.replace(frames(&shard)) != Some(frames(&shard)) {
            clock::sleep(IDLE_AFTER).await;
        }
        shard.write_backs.idling.set(false);
        settle_all(&shard, clock::now()).await;
    })
    .detach();
}

/// Frames that all journals of a shard have written.
fn frames(shard: &Shard) -> u64 {
    shard.journals().iter().map(Journal::frames).sum()
}

/// Settles every partition of a shard that has something unsettled since `moment` or before. Gives
/// their number.
pub async fn settle_all(shard: &Rc<Shard>, moment: Instant) -> usize {
    let waits = |partition: &Rc<Partition>| partition.is_unsettled_since(moment);
    let controller = shard.controller();
    let metadata = controller.iter().map(|controller| controller.log().clone());
    let waiting: Vec<_> = shard
        .partitions()
        .into_iter()
        .chain(metadata)
        .filter(waits)
        .collect();
    let count = waiting.len();
    stream::iter(waiting)
        .for_each_concurrent(SETTLING_MAX, |partition| async move {
            drop(run(shard, &partition).await);
        })
        .await;
    count
}

/// Has every partition settled that has something unsettled since `moment` or before. Nobody waits:
/// on a full disk this takes until there is space, which those who would wait may have to make.
pub(in crate::shard) fn settle_aged(shard: &Rc<Shard>, moment: Instant) {
    if shard.write_backs.aging.replace(true) {
        return;
    }
    let shard = shard.clone();
    task::spawn(async move {
        settle_all(&shard, moment).await;
        shard.write_backs.aging.set(false);
    })
    .detach();
}

/// Settles one partition, and has its rolled segments closed. A fault fences it: then the journal
/// must keep what it holds.
pub async fn run(shard: &Rc<Shard>, partition: &Rc<Partition>) -> Result<(), Fault> {
    let settled = partition.settle(&shard.pool).await;
    if let Err(fault) = &settled {
        partition.give_up(shard, fault);
    }
    roll::finish_rolled(shard, partition);
    settled
}

impl Shard {
    /// A clean stop of one partition: settles what is durable, and leaves the files as Kafka does.
    /// What a fenced one left stays as it is. So does one whose disk keeps it waiting, now or for
    /// longer than `patience`: nothing of it is acknowledged any more, and the journal stays.
    pub async fn close(
        self: &Rc<Self>,
        partition: &Rc<Partition>,
        patience: Duration,
    ) -> Result<(), Fault> {
        if partition.fault().is_some() {
            return Ok(());
        }
        let closed = match partition.is_durable() {
            true => clock::timeout(patience, self.close_patiently(partition)).await,
            false => Ok(Err(Fault::Stalled)),
        };
        closed.unwrap_or(Err(Fault::Stalled)).inspect_err(|fault| {
            if *fault == Fault::Stalled {
                partition.fence(Fault::Stalled);
            }
        })
    }

    async fn close_patiently(self: &Rc<Self>, partition: &Rc<Partition>) -> Result<(), Fault> {
        run(self, partition).await?;
        while partition.closing.get() > 0 {
            clock::sleep(Duration::from_millis(1)).await;
        }
        partition.close().await
    }

    /// After the last append: nobody uses the files of the journal any more.
    pub async fn close_journals(&self) {
        for journal in self.journals() {
            journal.close().await;
        }
    }
}

impl Partition {
    fn is_unsettled_since(&self, moment: Instant) -> bool {
        let state = self.state();
        state.unsettled.since().is_some_and(|since| since <= moment)
    }

    /// Brings what the journal holds to the segment files. It goes on to its end when nobody waits
    /// for that any more: a write that is under way cannot be called back, and must not meet
    /// another one in the same block.
    pub(in crate::shard) async fn settle(self: &Rc<Self>, pool: &Pool) -> Result<(), Fault> {
        let (partition, pool) = (self.clone(), pool.clone());
        let (done, ended) = oneshot::channel();
        task::spawn(async move {
            let _turn = partition.settling.lock().await;
            partition.settle_due.set(false);
            let settled = partition.settle_locked(&pool).await;
            // Refused where nobody waits.
            let _ = done.send(settled);
        })
        .detach();
        let stopped = || Err(Fault::Journal("the shard has stopped".into()));
        ended.await.unwrap_or_else(|_| stopped())
    }

    /// The same for those who come seldom, with buffers of its own.
    pub(super) async fn settle_alone(self: &Rc<Self>) -> Result<(), Fault> {
        self.settle(&Pool::new(0)).await
    }

    /// The same for who has the lock, and is not stopped in between. A broken partition stays as it
    /// is: what the journal holds of it is replayed at the next start.
    pub(super) async fn settle_locked(&self, pool: &Pool) -> Result<(), Fault> {
        match self.fault() {
            Some(Fault::Deleted) => return Ok(()),
            Some(fault) => return Err(fault),
            None => {}
        }
        let unsettled = std::mem::take(&mut self.state_mut().unsettled);
        let Some((writes, settled)) = unsettled.lay_out(pool) else {
            return Ok(());
        };
        match self.write_settled(&writes).await {
            Ok(()) => self.state_mut().settled = settled,
            Err(Fault::Deleted) => {}
            Err(fault) => {
                self.break_off(&fault);
                return Err(fault);
            }
        }
        Ok(())
    }

    /// Writes segment by segment, so that no file ends before the one in front of it.
    async fn write_settled(&self, writes: &[BlockWrite]) -> Result<(), Fault> {
        for run in writes.chunk_by(|a, b| a.segment == b.segment) {
            let segment = run[0].segment;
            commit::insist(self, segment, async || {
                commit::write_segment(self, segment, run, false).await
            })
            .await?;
        }
        Ok(())
    }

    /// Syncs a segment's file, if it is still there: retention or a deletion may have taken it.
    pub(in crate::shard) async fn sync_segment(&self, segment: Offset) -> io::Result<()> {
        let synced = async { self.files.readable(segment).await?.sync().await };
        match synced.await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// Sees to it that a segment's file has a name that outlives a power cut, and room up to
    /// `end`. A deleted or broken partition needs none.
    pub(super) async fn prepare_file(&self, segment: Offset, end: u64) -> io::Result<()> {
        if self.files.is_prepared(segment, end) || self.fault().is_some() {
            return Ok(());
        }
        self.files.writable(segment, end).await.map(drop)
    }
}
