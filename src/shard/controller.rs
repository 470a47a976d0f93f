//! The metadata log's host on shard 0: commands in, records committed, every shard told, reply.
//!
//! One command at a time is decided, because a decision holds only for the image it was made
//! from. Its reply waits until the records are durable and every shard has acted on them, so a
//! client that creates a topic finds it everywhere.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use futures_channel::oneshot;
use futures_util::lock::Mutex;

use super::Shard;
use super::partition::{Partition, Refusal as AppendRefusal};
use super::router::ShardStopped;
use crate::cluster::{self, Command, Reply};
use crate::io::{clock, fs, task};
use crate::model::{Offset, ShardId};
use crate::records::{BatchBuilder, BatchView, Facts, NewRecord};
use crate::wire::metadata::Record;

/// The shard that hosts the metadata log.
pub const CONTROLLER: ShardId = ShardId(0);

/// Encoded records of one decision, shared by all shards.
pub type Records = Arc<[Vec<u8>]>;

/// Why a command was not carried out.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CommandRefusal {
    #[error(transparent)]
    Refused(#[from] cluster::Refusal),
    /// The metadata log cannot be written: nothing changes any more until a restart.
    #[error("the metadata log cannot be written: {0}")]
    Log(#[from] AppendRefusal),
    /// Names of deleted topics are not free yet; the next creation tries again.
    #[error("a deletion cannot be made safe: {0}")]
    Unsafe(String),
    #[error("the node is stopping")]
    Stopped(#[from] ShardStopped),
}

/// What shard 0 needs to change the cluster.
pub struct Controller {
    log: Rc<Partition>,
    turn: Mutex<()>,
    /// Directories and checkpoints still have the names of deleted topics, as far as the disk
    /// knows.
    has_ghosts: Cell<bool>,
}

impl Controller {
    pub fn new(log: Rc<Partition>) -> Controller {
        Controller {
            log,
            turn: Mutex::new(()),
            has_ghosts: Cell::new(false),
        }
    }

    /// The partition of the metadata log, closed like every other.
    pub fn log(&self) -> &Rc<Partition> {
        &self.log
    }

    async fn execute(&self, shard: &Rc<Shard>, command: &Command) -> Result<Reply, CommandRefusal> {
        let turn = self.turn.lock().await;
        if shard.is_stopping() {
            return Err(ShardStopped.into());
        }
        if matches!(command, Command::CreateTopics { .. }) {
            self.lay_ghosts(shard).await?;
        }
        let settings = shard.settings();
        let decision = shard.cluster().decide(command, &settings)?;
        if !decision.records.is_empty() {
            self.commit(shard, &decision.records).await?;
            let deletes = matches!(command, Command::DeleteTopics(_));
            self.has_ghosts.set(self.has_ghosts.get() || deletes);
        }
        drop(turn);
        Ok(decision.reply)
    }

    /// Directories and checkpoints go by name, so before a topic is made no power cut may bring
    /// those of a deleted one back: under the same name it would start from them. Nothing else
    /// waits for this: a full disk, which refuses checkpoints, can still be emptied by deletions.
    /// What a deletion just before a cut left is found at boot, before any command.
    async fn lay_ghosts(&self, shard: &Rc<Shard>) -> Result<(), CommandRefusal> {
        if !self.has_ghosts.get() {
            return Ok(());
        }
        let broken = |error: String| CommandRefusal::Unsafe(error);
        for dir in shard.dirs.online() {
            let synced = fs::sync_dir(&dir.path).await;
            synced.map_err(|error| broken(error.to_string()))?;
        }
        let written = shard.checkpoint().await;
        written.map_err(|fault| broken(fault.to_string()))?;
        self.has_ghosts.set(false);
        Ok(())
    }

    async fn commit(
        &self,
        shard: &Rc<Shard>,
        records: &[Record<'static>],
    ) -> Result<(), CommandRefusal> {
        let values: Records = records.iter().map(cluster::encode).collect();
        let now = clock::wall();
        let mut batch = BatchBuilder::new();
        for value in values.iter() {
            batch.push(
                now,
                &NewRecord {
                    value: Some(value),
                    ..NewRecord::default()
                },
            );
        }
        let batch = batch.finish();
        let view = BatchView::parse(&batch).expect("a batch built here is whole");
        let facts = Facts::of(&view).expect("a batch built here has a codec");
        let staged = self.log.stage_checked(shard, &batch, &facts, now)?;
        let end = staged.appended.base_offset.plus(values.len() as i64);
        staged
            .committed
            .await
            .map_err(|_| AppendRefusal::Abandoned)?;
        shard.publish(values, end).await?;
        Ok(())
    }
}

impl Shard {
    /// Has a command decided, made durable and acted on by every shard. Once begun, it is carried
    /// out even if nobody waits any more: what is in the metadata log must be acted on.
    pub async fn command(self: &Rc<Self>, command: Command) -> Result<Reply, CommandRefusal> {
        let executed = self.on(CONTROLLER, move |shard| {
            let (done, outcome) = oneshot::channel();
            task::spawn(async move {
                let executed = match shard.controller() {
                    Some(controller) => controller.execute(&shard, &command).await,
                    None => Err(ShardStopped.into()),
                };
                let _ = done.send(executed);
            })
            .detach();
            Box::pin(outcome)
        });
        executed.await?.await?.map_err(|_| ShardStopped)?
    }

    /// Tells every shard of committed records and waits until all have acted on them.
    pub async fn publish(
        self: &Rc<Self>,
        values: Records,
        end: Offset,
    ) -> Result<(), ShardStopped> {
        let told = self.gather(move |shard| {
            let values = values.clone();
            Box::pin(async move { shard.apply(&values, end).await })
        });
        told.await.map(|_| ())
    }
}
