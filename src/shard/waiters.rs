//! Tasks that wait for a partition's watermark to move.

use std::collections::VecDeque;

use futures_channel::oneshot;

use crate::io::mesh;
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

/// A reader that wants to hear once, by its token, that something lies beyond what it has seen.
#[derive(Debug)]
struct Watcher {
    seen: Offset,
    token: u32,
    changed: mesh::Sender<u32>,
}

/// Readers that wait for any record beyond what they have seen.
#[derive(Debug, Default)]
pub struct ProgressWaiters {
    waiting: Vec<Watcher>,
    /// Length at which abandoned waits are swept out; doubles with what is truly waiting.
    sweep_at: usize,
}

const SWEEP_MIN: usize = 16;

impl ProgressWaiters {
    /// Sends `token` once the watermark is beyond `seen`, or the partition changes state. Readers
    /// make their mailboxes as large as what they wait for.
    pub fn watch(&mut self, seen: Offset, token: u32, changed: mesh::Sender<u32>) {
        if self.waiting.len() >= self.sweep_at.max(SWEEP_MIN) {
            self.sweep();
            self.sweep_at = self.waiting.len() * 2;
        }
        self.waiting.push(Watcher {
            seen,
            token,
            changed,
        });
    }

    pub fn release(&mut self, watermark: Offset) {
        let reached = |watcher: &mut Watcher| watcher.seen < watermark;
        self.waiting.extract_if(.., reached).for_each(Watcher::tell);
    }

    pub fn release_all(&mut self) {
        self.waiting.drain(..).for_each(Watcher::tell);
    }

    /// Forgets waits that were abandoned, and gives spare memory back.
    pub fn shrink(&mut self) {
        self.sweep();
        self.waiting.shrink_to_fit();
        self.sweep_at = 0;
    }

    fn sweep(&mut self) {
        let is_awaited = |watcher: &Watcher| !watcher.changed.is_closed();
        self.waiting.retain(is_awaited);
    }
}

impl Watcher {
    fn tell(self) {
        // The reader may be gone.
        let told = self.changed.try_send(self.token);
        let has_room = !matches!(told, Err(mesh::Refused::Full(_)));
        assert!(has_room, "a reader has room for every token it gave away");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_hear_once_of_what_lies_beyond_what_they_saw() {
        let mut waiters = ProgressWaiters::default();
        let (change, changed) = mesh::mailbox(8);
        for (seen, token) in [(5, 0), (7, 1), (5, 2)] {
            waiters.watch(Offset(seen), token, change.clone());
        }
        waiters.release(Offset(5));
        assert_eq!(changed.try_recv(), None);
        waiters.release(Offset(6));
        assert_eq!((changed.try_recv(), changed.try_recv()), (Some(0), Some(2)));
        waiters.release(Offset(6));
        assert_eq!(changed.try_recv(), None);
        waiters.release_all();
        assert_eq!(changed.try_recv(), Some(1));
    }

    #[test]
    fn waits_of_readers_that_are_gone_do_not_pile_up() {
        let mut waiters = ProgressWaiters::default();
        for _ in 0..10_000 {
            let (change, _gone) = mesh::mailbox(1);
            waiters.watch(Offset(0), 0, change);
        }
        assert!(waiters.waiting.len() <= SWEEP_MIN);
    }
}
