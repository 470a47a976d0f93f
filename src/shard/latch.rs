//! A door that opens once.

use std::cell::RefCell;

use futures_channel::oneshot;

/// Waits end when it is opened; later ones do not wait.
#[derive(Debug, Default)]
pub struct Latch(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Latch {
    pub fn open(&self) {
        let mut state = self.0.borrow_mut();
        state.open = true;
        for sender in state.waiting.drain(..) {
            let _ = sender.send(());
        }
    }

    pub async fn opened(&self) {
        let receiver = {
            let mut state = self.0.borrow_mut();
            if state.open {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            state.waiting.push(sender);
            receiver
        };
        // A latch that is dropped will never open; its waiters are going too.
        let _ = receiver.await;
    }
}
