//! A Kafka client as bare as can be: it says what it is told to and retries nothing.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use corelane::io::{ReadHalf, Stream, WriteHalf, clock};
use corelane::wire::{Cursor, Deframer, Message, RequestHeader, ResponseHeader, ask};

/// An answer that takes longer counts as a broken connection.
const PATIENCE: Duration = Duration::from_secs(30);

const ANSWER_BYTES_MAX: usize = 16 << 20;

pub struct Peer {
    read: ReadHalf,
    write: WriteHalf,
    arrived: BytesMut,
    deframer: Deframer,
    next_correlation: i32,
    next_answer: i32,
}

impl Peer {
    pub async fn connect(address: SocketAddr) -> io::Result<Peer> {
        let (read, write) = Stream::connect(address).await?.split()?;
        Ok(Peer {
            read,
            write,
            arrived: BytesMut::new(),
            deframer: Deframer::of_responses(ANSWER_BYTES_MAX),
            next_correlation: 0,
            next_answer: 0,
        })
    }

    /// Sends a request without waiting for the answers of those before.
    pub async fn send<'a, M: Message<'a>>(&mut self, body: &M, version: i16) -> io::Result<()> {
        let header = RequestHeader {
            correlation_id: self.next_correlation,
            ..Default::default()
        };
        self.next_correlation += 1;
        let frame = ask(header, body, version).expect("a request of our own");
        match clock::timeout(PATIENCE, self.write.write_all(&frame.head)).await {
            Ok(written) => written,
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    /// The next answer, which must be that of the oldest request not yet answered.
    pub async fn receive(&mut self) -> io::Result<Answer> {
        let frame = match clock::timeout(PATIENCE, self.next_frame()).await {
            Ok(frame) => frame?,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        };
        let expected = self.next_answer;
        self.next_answer += 1;
        Ok(Answer { frame, expected })
    }

    pub async fn ask<'a, M: Message<'a>>(&mut self, body: &M, version: i16) -> io::Result<Answer> {
        self.send(body, version).await?;
        self.receive().await
    }

    async fn next_frame(&mut self) -> io::Result<Bytes> {
        loop {
            let next = self.deframer.next(&mut self.arrived);
            if let Some(frame) = next.expect("the broker sends whole frames") {
                return Ok(frame);
            }
            self.arrived.reserve(64 * 1024);
            if self.read.read(&mut self.arrived).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The bytes of an answer, to be read as what was asked for.
pub struct Answer {
    frame: Bytes,
    expected: i32,
}

impl Answer {
    pub fn read<'a, M: Message<'a>>(&'a self, version: i16) -> M {
        let mut cursor = Cursor::new(&self.frame);
        let header_version = M::KEY.response_header_version(version);
        let header = ResponseHeader::decode(&mut cursor, header_version).expect("a header");
        assert_eq!(
            header.correlation_id, self.expected,
            "answers come in order of requests"
        );
        M::decode(&mut cursor, version).expect("a well-formed answer")
    }
}
