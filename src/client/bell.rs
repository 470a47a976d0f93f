use std::cell::RefCell;

use futures_channel::oneshot;

/// Wakes all who wait for a change of shared state. Whoever waits takes a ticket first and looks
/// at the state then, so that no ring is missed.
#[derive(Debug, Default)]
pub struct Bell {
    tickets: RefCell<Vec<oneshot::Sender<()>>>,
}

/// Resolves when the bell rings; an error means the same.
pub type Ticket = oneshot::Receiver<()>;

impl Bell {
    pub fn ticket(&self) -> Ticket {
        let (bell, ticket) = oneshot::channel();
        let mut tickets = self.tickets.borrow_mut();
        tickets.retain(|ticket| !ticket.is_canceled());
        tickets.push(bell);
        ticket
    }

    pub fn ring(&self) {
        for ticket in self.tickets.take() {
            // Whoever stopped waiting needs no waking.
            let _ = ticket.send(());
        }
    }
}
