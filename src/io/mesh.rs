//! Bounded mailboxes between shards. They work in both worlds: a waker of either executor may be
//! called from any thread.

/// The receiver of a mailbox is gone; the message comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the other end of the mailbox is gone")]
pub struct Closed<T>(pub T);

/// Why [`Sender::try_send`] did not take a message; it comes back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Refused<T> {
    #[error("the mailbox is full")]
    Full(T),
    #[error("the other end of the mailbox is gone")]
    Closed(T),
}

/// A mailbox for at most `capacity` messages. Many may send, and many may receive.
pub fn mailbox<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(capacity > 0, "a mailbox holds at least one message");
    let (sender, receiver) = flume::bounded(capacity);
    (Sender(sender), Receiver(receiver))
}

/// The writing end of a mailbox; clones feed the same one.
#[derive(Debug)]
pub struct Sender<T>(flume::Sender<T>);

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Sender<T> {
        Sender(self.0.clone())
    }
}

impl<T> Sender<T> {
    /// Waits for room, then puts the message in. Order is kept per sending task.
    pub async fn send(&self, message: T) -> Result<(), Closed<T>> {
        self.0
            .send_async(message)
            .await
            .map_err(|error| Closed(error.0))
    }

    pub fn try_send(&self, message: T) -> Result<(), Refused<T>> {
        self.0.try_send(message).map_err(|error| match error {
            flume::TrySendError::Full(message) => Refused::Full(message),
            flume::TrySendError::Disconnected(message) => Refused::Closed(message),
        })
    }

    /// Whether nobody can receive any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_disconnected()
    }

    /// Messages waiting in the mailbox.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The reading end of a mailbox; a message goes to one of its clones.
#[derive(Debug)]
pub struct Receiver<T>(flume::Receiver<T>);

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Receiver<T> {
        Receiver(self.0.clone())
    }
}

impl<T> Receiver<T> {
    /// The next message; `None` when all senders are gone and the mailbox is empty.
    pub async fn recv(&self) -> Option<T> {
        self.0.recv_async().await.ok()
    }

    /// The next message if one is there.
    pub fn try_recv(&self) -> Option<T> {
        self.0.try_recv().ok()
    }

    /// Messages waiting in the mailbox.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
