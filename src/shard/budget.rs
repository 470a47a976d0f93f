//! A bounded amount of bytes that tasks of one shard share.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;

#[derive(Debug)]
struct State {
    free: usize,
    total: usize,
    waiting: VecDeque<(usize, oneshot::Sender<Permit>)>,
}

/// Bytes that may be in flight at once. First come, first served.
#[derive(Debug, Clone)]
pub struct Budget(Rc<RefCell<State>>);

/// A share of a [`Budget`], returned when dropped.
#[derive(Debug)]
pub struct Permit {
    bytes: usize,
    budget: Budget,
}

impl Budget {
    pub fn new(total: usize) -> Budget {
        Budget(Rc::new(RefCell::new(State {
            free: total,
            total,
            waiting: VecDeque::new(),
        })))
    }

    /// Waits until `bytes` are free. A share larger than the whole budget waits for all of it.
    /// The place in the queue is taken by the call, not by its first poll.
    pub fn take(&self, bytes: usize) -> impl Future<Output = Permit> + use<> {
        let mut state = self.0.borrow_mut();
        let bytes = bytes.min(state.total);
        let taken = if state.waiting.is_empty() && state.free >= bytes {
            state.free -= bytes;
            let budget = self.clone();
            Ok(Permit { bytes, budget })
        } else {
            let (sender, receiver) = oneshot::channel();
            state.waiting.push_back((bytes, sender));
            Err(receiver)
        };
        async move {
            match taken {
                Ok(permit) => permit,
                Err(waiting) => waiting
                    .await
                    .expect("a budget outlives the tasks that wait for it"),
            }
        }
    }

    /// A share, where it is free and nobody waits for one.
    pub fn take_now(&self, bytes: usize) -> Option<Permit> {
        let mut state = self.0.borrow_mut();
        let is_free = state.waiting.is_empty() && state.free >= bytes;
        is_free.then(|| {
            state.free -= bytes;
            Permit {
                bytes,
                budget: self.clone(),
            }
        })
    }

    /// Whether somebody waits for a share.
    pub fn is_contended(&self) -> bool {
        !self.0.borrow().waiting.is_empty()
    }

    pub fn total(&self) -> usize {
        self.0.borrow().total
    }

    pub fn used(&self) -> usize {
        let state = self.0.borrow();
        state.total - state.free
    }

    fn give_back(&self, bytes: usize) {
        self.0.borrow_mut().free += bytes;
        loop {
            let (bytes, sender) = {
                let mut state = self.0.borrow_mut();
                match state.waiting.front() {
                    Some((bytes, _)) if *bytes <= state.free => {}
                    _ => return,
                }
                let Some((bytes, sender)) = state.waiting.pop_front() else {
                    return;
                };
                state.free -= bytes;
                (bytes, sender)
            };
            // A waiter that is gone hands its permit back by dropping it, which comes here again.
            drop(sender.send(Permit {
                bytes,
                budget: self.clone(),
            }));
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.budget.give_back(self.bytes);
    }
}
