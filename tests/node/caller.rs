//! One connection to the broker, a request at a time or many in flight.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use corelane::wire::{self, ApiKey, Cursor, Message, Piece, RequestHeader, ResponseHeader};

use crate::broker::PATIENCE;

pub struct Caller {
    stream: TcpStream,
    next: i32,
}

/// A request that was sent, by which its answer is known.
#[must_use]
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    key: ApiKey,
    version: i16,
    correlation: i32,
}

/// The body of an answer, as bytes.
pub struct Answer {
    version: i16,
    bytes: Vec<u8>,
}

impl Answer {
    /// Bytes of the body.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    pub fn body<'a, M: Message<'a>>(&'a self) -> M {
        let mut cursor = Cursor::new(&self.bytes);
        let body = M::decode(&mut cursor, self.version).expect("the answer can be read");
        assert_eq!(cursor.remaining(), 0, "bytes behind the answer");
        body
    }
}

impl Caller {
    pub fn connect(address: SocketAddr) -> Caller {
        let stream = TcpStream::connect(address).expect("the broker listens");
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Caller { stream, next: 1 }
    }

    /// Stands for a request that was sent as bytes.
    pub fn ticket(key: ApiKey, version: i16, correlation: i32) -> Ticket {
        Ticket {
            key,
            version,
            correlation,
        }
    }

    /// Sends a request and waits for its answer.
    pub fn ask<'a, M: Message<'a>>(&mut self, request: &M, version: i16) -> Answer {
        let ticket = self.send(request, version);
        self.receive(ticket)
    }

    pub fn send<'a, M: Message<'a>>(&mut self, request: &M, version: i16) -> Ticket {
        let ticket = Ticket {
            key: M::KEY,
            version,
            correlation: self.next,
        };
        let frame = frame(request, version, self.next);
        self.next += 1;
        self.send_bytes(&frame);
        ticket
    }

    /// A connection that broke shows when the answer is read.
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// The next answer, which must be that of `ticket`.
    pub fn receive(&mut self, ticket: Ticket) -> Answer {
        self.try_receive(ticket).expect("an answer")
    }

    /// The next answer, header and body as bytes.
    pub fn try_receive_frame(&mut self) -> io::Result<Vec<u8>> {
        let mut size = [0; 4];
        self.stream.read_exact(&mut size)?;
        let mut bytes = vec![0; u32::from_be_bytes(size) as usize];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    pub fn try_receive(&mut self, ticket: Ticket) -> io::Result<Answer> {
        let mut bytes = self.try_receive_frame()?;
        let mut cursor = Cursor::new(&bytes);
        let header = ticket.key.response_header_version(ticket.version);
        let header = ResponseHeader::decode(&mut cursor, header).expect("a header");
        assert_eq!(
            header.correlation_id, ticket.correlation,
            "answers in order"
        );
        let read = bytes.len() - cursor.remaining();
        bytes.drain(..read);
        let version = ticket.version;
        self.next = self.next.max(ticket.correlation + 1);
        Ok(Answer { version, bytes })
    }

    /// Expects the answer to an ApiVersions request that is not known: always version 0.
    pub fn receive_oldest(&mut self, ticket: Ticket) -> Answer {
        self.receive(Ticket {
            version: 0,
            ..ticket
        })
    }

    /// Another handle on the socket, to write and read side by side.
    pub fn share(&self) -> Caller {
        let stream = self.stream.try_clone().expect("a descriptor");
        Caller { stream, next: 1 }
    }

    /// Writes until the broker has taken nothing for `pause`; gives the bytes written.
    pub fn write_until_full(&mut self, bytes: &[u8], pause: Duration) -> usize {
        self.stream.set_write_timeout(Some(pause)).unwrap();
        let mut written = 0;
        while let Ok(count) = self.stream.write(&bytes[written..]) {
            written += count;
            if written == bytes.len() {
                break;
            }
        }
        written
    }

    /// Hangs up without a word of farewell: the broker sees a broken connection.
    pub fn reset(self) {
        let socket = socket2::SockRef::from(&self.stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Waits for the broker to hang up without another word.
    pub fn is_hung_up(&mut self) -> bool {
        let mut byte = [0];
        match self.stream.read(&mut byte) {
            Ok(read) => read == 0,
            Err(error) => error.kind() == io::ErrorKind::ConnectionReset,
        }
    }
}

/// A whole request frame, with its length.
pub fn frame<'a, M: Message<'a>>(request: &M, version: i16, correlation: i32) -> Vec<u8> {
    let header = RequestHeader {
        correlation_id: correlation,
        client_id: Some("node-test".into()),
        ..RequestHeader::default()
    };
    let output = wire::ask(header, request, version).expect("the request can be written");
    let mut bytes = Vec::with_capacity(output.total());
    for piece in output.into_pieces() {
        match piece {
            Piece::Bytes(part) => bytes.extend_from_slice(&part),
            Piece::Payload(_) => unreachable!("requests carry their records inline"),
        }
    }
    bytes
}
