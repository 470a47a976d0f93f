//! Tasks that wait for a partition's watermark to move.

use std::collections::VecDeque;

use futures_channel::oneshot;

use crate::model::Offset;

/// Producers that wait for their batch to be committed. Offsets are registered in the order in
/// which batches were staged, so releasing takes from the front.
#[derive(Debug, Default)]
pub struct AckQueue {
    waiting: VecDeque<(Offset, oneshot::Sender<()>)>,
}

impl AckQueue {
    /// Resolves once everything below `end` is committed; cancelled when the partition is fenced.
    pub fn wait_for(&mut self, end: Offset) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let at = self.waiting.partition_point(|(earlier, _)| *earlier <= end);
        self.waiting.insert(at, (end, sender));
        receiver
    }

    pub fn release(&mut self, watermark: Offset) {
        while self
            .waiting
            .front()
            .is_some_and(|(end, _)| *end <= watermark)
        {
            if let Some((_, sender)) = self.waiting.pop_front() {
                // The receiver of a closed connection is gone, which is fine.
                let _ = sender.send(());
            }
        }
    }

    /// Gives spare memory back.
    pub fn shrink(&mut self) {
        self.waiting.shrink_to_fit();
    }

    /// Cancels every wait: the partition will not commit anything any more.
    pub fn cancel(&mut self) {
        self.waiting.clear();
    }
}

/// Consumers that wait for any record beyond what they have seen.
#[derive(Debug, Default)]
pub struct ProgressWaiters {
    waiting: Vec<(Offset, oneshot::Sender<()>)>,
    /// Length at which abandoned waits are swept out; doubles with what is truly waiting.
    sweep_at: usize,
}

const SWEEP_MIN: usize = 16;

impl ProgressWaiters {
    /// Resolves once the watermark is beyond `seen`, or the partition changes state.
    pub fn wait_beyond(&mut self, seen: Offset) -> oneshot::Receiver<()> {
        if self.waiting.len() >= self.sweep_at.max(SWEEP_MIN) {
            self.waiting.retain(|(_, sender)| !sender.is_canceled());
            self.sweep_at = self.waiting.len() * 2;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push((seen, sender));
        receiver
    }

    pub fn release(&mut self, watermark: Offset) {
        let mut kept = 0;
        for i in 0..self.waiting.len() {
            if self.waiting[i].0 >= watermark {
                self.waiting.swap(kept, i);
                kept += 1;
            }
        }
        for (_, sender) in self.waiting.drain(kept..) {
            let _ = sender.send(());
        }
    }

    /// Forgets waits that were abandoned, and gives spare memory back.
    pub fn shrink(&mut self) {
        self.waiting.retain(|(_, sender)| !sender.is_canceled());
        self.waiting.shrink_to_fit();
        self.sweep_at = 0;
    }

    pub fn release_all(&mut self) {
        for (_, sender) in self.waiting.drain(..) {
            let _ = sender.send(());
        }
    }
}
