use std::collections::VecDeque;

use bytes::Bytes;
use futures_channel::oneshot;

use super::ClientFault;

/// Who waits for the answer to one request.
#[derive(Debug)]
struct Waiting {
    correlation_id: i32,
    reply: oneshot::Sender<Result<Bytes, ClientFault>>,
}

/// The requests of one connection that have no answer yet, in the order they were written.
#[derive(Debug, Default)]
pub struct Correlator {
    waiting: VecDeque<Waiting>,
    /// Set once; from then on every request fails with it.
    over: Option<ClientFault>,
}

/// The sending end that a request waits behind.
pub type Reply = oneshot::Sender<Result<Bytes, ClientFault>>;

impl Correlator {
    /// A request is about to be written. Its reply fails at once when the connection is over.
    pub fn admit(&mut self, correlation_id: i32, reply: Reply) {
        match &self.over {
            // A caller that stopped waiting is no fault; the same holds below.
            Some(fault) => drop(reply.send(Err(fault.clone()))),
            None => self.waiting.push_back(Waiting {
                correlation_id,
                reply,
            }),
        }
    }

    /// A frame has arrived: it answers the oldest request, or the stream is out of step.
    pub fn settle(&mut self, frame: Bytes) -> Result<(), ClientFault> {
        let found = frame.first_chunk().map_or(-1, |id| i32::from_be_bytes(*id));
        let Some(oldest) = self.waiting.pop_front() else {
            return Err(ClientFault::Disorder {
                expected: -1,
                found,
            });
        };
        if oldest.correlation_id != found {
            let expected = oldest.correlation_id;
            self.waiting.push_front(oldest);
            return Err(ClientFault::Disorder { expected, found });
        }
        drop(oldest.reply.send(Ok(frame)));
        Ok(())
    }

    /// The connection is over: all who wait are told, and all who come.
    pub fn end(&mut self, fault: ClientFault) {
        let fault = self.over.get_or_insert(fault).clone();
        for waiting in self.waiting.drain(..) {
            drop(waiting.reply.send(Err(fault.clone())));
        }
    }

    pub fn is_over(&self) -> bool {
        self.over.is_some()
    }

    pub fn fault(&self) -> ClientFault {
        self.over.clone().unwrap_or(ClientFault::Closed)
    }
}

/// One request on its way to the writer of its connection.
#[derive(Debug)]
pub struct Outgoing {
    pub correlation_id: i32,
    pub parts: Vec<crate::io::Part>,
    /// `None` for a produce request without acknowledgement.
    pub reply: Option<Reply>,
    /// Told when the kernel has all of it; for requests that nobody answers.
    pub written: Option<oneshot::Sender<()>>,
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures_channel::oneshot;

    use super::Correlator;
    use crate::client::ClientFault;

    fn frame(id: i32) -> Bytes {
        Bytes::copy_from_slice(&id.to_be_bytes())
    }

    #[test]
    fn answers_go_to_their_requests_in_order() {
        let mut correlator = Correlator::default();
        let (first, mut first_answer) = oneshot::channel();
        let (second, mut second_answer) = oneshot::channel();
        correlator.admit(1, first);
        correlator.admit(2, second);
        assert!(correlator.settle(frame(1)).is_ok());
        assert!(matches!(first_answer.try_recv(), Ok(Some(Ok(_)))));
        let disorder = correlator.settle(frame(3));
        assert!(matches!(
            disorder,
            Err(ClientFault::Disorder {
                expected: 2,
                found: 3
            })
        ));
        correlator.end(ClientFault::Closed);
        assert!(matches!(
            second_answer.try_recv(),
            Ok(Some(Err(ClientFault::Closed)))
        ));
    }

    #[test]
    fn a_request_after_the_end_fails_at_once_with_the_first_fault() {
        let mut correlator = Correlator::default();
        correlator.end(ClientFault::Closed);
        correlator.end(ClientFault::Broken("later".into()));
        let (reply, mut answer) = oneshot::channel();
        correlator.admit(1, reply);
        assert!(matches!(
            answer.try_recv(),
            Ok(Some(Err(ClientFault::Closed)))
        ));
        assert!(correlator.settle(frame(1)).is_err());
    }
}
