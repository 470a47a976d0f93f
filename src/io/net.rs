//! TCP, behind one enum per noun for both worlds.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::{FileRange, World, sim, uring};

/// How a port is listened on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ListenOptions {
    /// Several listeners of this process (one per shard) share the port, and the kernel deals
    /// connections out. Who sets it must first know that no other process listens there.
    pub reuse_port: bool,
}

/// A listening port of one shard.
#[derive(Debug)]
pub enum Listener {
    Uring(uring::Listener),
    Sim(sim::Listener),
}

impl Listener {
    /// Port 0 asks for a free one, see [`Listener::local_addr`].
    pub fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Listener> {
        match World::current() {
            World::Uring => uring::Listener::bind(addr, options).map(Listener::Uring),
            World::Sim => sim::Listener::bind(addr, options).map(Listener::Sim),
        }
    }

    /// The next connection. Errors are of the moment (out of descriptors, peer gone): the caller
    /// waits a little and accepts again.
    pub async fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Uring(listener) => listener.accept().await.map(Stream::Uring),
            Listener::Sim(listener) => listener.accept().await.map(Stream::Sim),
        }
    }

    pub fn local_addr(&self) -> SocketAddr {
        match self {
            Listener::Uring(listener) => listener.local_addr(),
            Listener::Sim(listener) => listener.local_addr(),
        }
    }
}

/// A connection whose two directions are not yet apart.
#[derive(Debug)]
pub enum Stream {
    Uring(uring::Stream),
    Sim(sim::Stream),
}

impl Stream {
    pub async fn connect(addr: SocketAddr) -> io::Result<Stream> {
        match World::current() {
            World::Uring => uring::Stream::connect(addr).await.map(Stream::Uring),
            World::Sim => sim::Stream::connect(addr).await.map(Stream::Sim),
        }
    }

    pub fn peer(&self) -> SocketAddr {
        match self {
            Stream::Uring(stream) => stream.peer(),
            Stream::Sim(stream) => stream.peer(),
        }
    }

    pub fn local_addr(&self) -> SocketAddr {
        match self {
            Stream::Uring(stream) => stream.local_addr(),
            Stream::Sim(stream) => stream.local_addr(),
        }
    }

    /// The two directions, for two tasks. The connection closes when both are dropped.
    pub fn split(self) -> io::Result<(ReadHalf, WriteHalf)> {
        match self {
            Stream::Uring(stream) => {
                let (read, write) = stream.split()?;
                Ok((ReadHalf::Uring(read), WriteHalf::Uring(write)))
            }
            Stream::Sim(stream) => {
                let (read, write) = stream.split()?;
                Ok((ReadHalf::Sim(read), WriteHalf::Sim(write)))
            }
        }
    }
}

/// The arriving direction of a connection.
#[derive(Debug)]
pub enum ReadHalf {
    Uring(uring::ReadHalf),
    Sim(sim::ReadHalf),
}

impl ReadHalf {
    /// Appends what has arrived to `into`, at most its spare capacity, which must not be zero
    /// (asserted; `reserve` first). Waits until something arrives; 0 means the peer is done.
    /// Dropping the future loses no bytes.
    pub async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        match self {
            ReadHalf::Uring(half) => half.read(into).await,
            ReadHalf::Sim(half) => half.read(into).await,
        }
    }
}

/// One piece of a gathered answer.
#[derive(Clone, Debug)]
pub enum Part {
    Bytes(Bytes),
    File(FileRange),
}

impl Part {
    /// Shortens the piece to at most `len` bytes.
    pub fn truncate(&mut self, len: usize) {
        match self {
            Part::Bytes(bytes) => bytes.truncate(len),
            Part::File(range) => range.truncate(len),
        }
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        match self {
            Part::Bytes(bytes) => bytes.len(),
            Part::File(range) => range.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The leaving direction of a connection. Dropping a write half way leaves the peer with a cut
/// message: the connection is then good for nothing but closing.
#[derive(Debug)]
pub enum WriteHalf {
    Uring(uring::WriteHalf),
    Sim(sim::WriteHalf),
}

impl WriteHalf {
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            WriteHalf::Uring(half) => half.write_all(bytes).await,
            WriteHalf::Sim(half) => half.write_all(bytes).await,
        }
    }

    /// Sends all parts in order and leaves `parts` empty, its capacity kept. A file that ends
    /// before its range does is `UnexpectedEof`. Gives the bytes of files that were read into
    /// memory on their way: none but those that waited for room in the socket.
    pub async fn write_gather(&mut self, parts: &mut Vec<Part>) -> io::Result<usize> {
        match self {
            WriteHalf::Uring(half) => half.write_gather(parts, &|_| true).await,
            WriteHalf::Sim(half) => half.write_gather(parts).await,
        }
    }

    /// As [`WriteHalf::write_gather`], and whenever the peer has taken nothing for another
    /// second, `may_wait` hears for how long: false gives up with `TimedOut`. A simulated peer
    /// is waited for as long as it takes.
    pub async fn write_gather_while(
        &mut self,
        parts: &mut Vec<Part>,
        may_wait: &dyn Fn(Duration) -> bool,
    ) -> io::Result<usize> {
        match self {
            WriteHalf::Uring(half) => half.write_gather(parts, may_wait).await,
            WriteHalf::Sim(half) => half.write_gather(parts).await,
        }
    }

    /// Ends this direction: the peer reads what was sent and then the end. The other half of a
    /// connection that its reader still waits on is not disturbed.
    pub async fn shutdown(&mut self) -> io::Result<()> {
        match self {
            WriteHalf::Uring(half) => half.shutdown().await,
            WriteHalf::Sim(half) => half.shutdown().await,
        }
    }
}
