//! Producer ids, from blocks that the cluster gives to this shard.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use futures_util::lock::Mutex;

use super::Shard;
use super::controller::CommandRefusal;
use crate::cluster::{Command, Reply};
use crate::model::ProducerId;

/// What is left of this shard's block.
#[derive(Default)]
pub struct ProducerIds {
    left: Cell<Range<i64>>,
    turn: Mutex<()>,
}

impl Shard {
    /// An id that no producer of this cluster had before.
    pub async fn new_producer_id(self: &Rc<Self>) -> Result<ProducerId, CommandRefusal> {
        let ids = self.producer_ids();
        let _turn = ids.turn.lock().await;
        let mut left = ids.left.take();
        if left.is_empty() {
            let node = self.settings().node;
            let reply = self.command(Command::AllocateProducerIds(node)).await?;
            let Reply::ProducerIds { first, count } = reply else {
                unreachable!("a block was asked for, {reply:?} was answered")
            };
            left = first..first + count;
        }
        let id = left.start;
        ids.left.set(left.start + 1..left.end);
        Ok(ProducerId(id))
    }
}
