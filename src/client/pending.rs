use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_channel::oneshot;

use super::correlate::Correlator;
use super::{Answer, ClientFault};
use crate::io::clock;
use crate::wire::ApiKey;

/// A request that was handed to its connection, and its answer when it comes. Awaiting it waits
/// for ever; [`Pending::within`] does not. The answer to one that is dropped is thrown away.
#[derive(Debug)]
pub struct Pending {
    pub(super) key: ApiKey,
    pub(super) version: i16,
    pub(super) answer: oneshot::Receiver<Result<Bytes, ClientFault>>,
    pub(super) correlator: Rc<RefCell<Correlator>>,
}

impl Pending {
    /// Waits at most so long. The connection is over then: an answer that came later would
    /// belong to nobody.
    pub async fn within(self, limit: Duration) -> Result<Answer, ClientFault> {
        let (key, correlator) = (self.key, self.correlator.clone());
        let waited = clock::timeout(limit, self).await;
        let waited = waited.map_err(ClientFault::timed_out(key, limit));
        if let Err(fault) = &waited {
            correlator.borrow_mut().end(fault.clone());
        }
        waited?
    }
}

impl Future for Pending {
    type Output = Result<Answer, ClientFault>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let arrived = match Pin::new(&mut self.answer).poll(context) {
            Poll::Ready(arrived) => arrived,
            Poll::Pending => return Poll::Pending,
        };
        let frame = arrived.unwrap_or_else(|_| Err(self.correlator.borrow().fault()));
        let (key, version) = (self.key, self.version);
        Poll::Ready(frame.map(|frame| Answer {
            frame,
            key,
            version,
        }))
    }
}
