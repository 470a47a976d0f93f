//! TCP: glommio waits, and the calls that it does not offer are made on its descriptors.
//!
//! The two directions of a connection are two glommio streams over two descriptors of one
//! socket, so that a reader and a writer can each arm a wake-up of their own.

use std::io;
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::slice;

use bytes::{BufMut, BytesMut};
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use glommio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use super::gather;
use crate::io::{ListenOptions, Part};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;
/// Congestion control over the loopback, where pacing only costs: with bbr, sendfile to eight
/// connections took 0.07 CPU-seconds per GB and came to 2.4 GB/s; with cubic, 0.04 and 6.6.
///
/// A socket that ever had bbr goes on pacing under any other. So listeners have cubic, which their
/// connections inherit before they send, and those from elsewhere get the system's choice back.
const LOOPBACK_CONGESTION: &[u8] = b"cubic";

/// A listening socket of this thread's executor.
#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    addr: SocketAddr,
    /// The system's choice of congestion control, where it can be told.
    congestion: Option<Vec<u8>>,
}

impl Listener {
    pub fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Listener> {
        let socket = listening(addr, options.reuse_port)?;
        let addr = address_of(&socket)?;
        let congestion = socket.tcp_congestion().ok();
        // Where the kernel has it; without it everything works, a little slower.
        let _ = socket.set_tcp_congestion(LOOPBACK_CONGESTION);
        // SAFETY: the descriptor was just taken out of its owner and has no other.
        let inner = unsafe { TcpListener::from_raw_fd(socket.into_raw_fd()) };
        Ok(Listener {
            inner,
            addr,
            congestion,
        })
    }

    pub async fn accept(&self) -> io::Result<Stream> {
        let stream = Stream::of(self.inner.accept().await?)?;
        if let Some(congestion) = &self.congestion
            && !stream.peer.ip().to_canonical().is_loopback()
        {
            let socket = borrowed(&stream.inner);
            let _ = SockRef::from(&socket).set_tcp_congestion(congestion);
        }
        Ok(stream)
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }
}

/// A socket that listens. Without `reuse_port` it fails where anybody else listens.
pub(in crate::io) fn listening(addr: SocketAddr, reuse_port: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // Connections of an earlier run that linger in TIME_WAIT do not hold the port.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(reuse_port)?;
    socket.bind(&addr.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

pub(in crate::io) fn address_of(socket: &Socket) -> io::Result<SocketAddr> {
    let addr = socket.local_addr()?.as_socket();
    addr.ok_or_else(|| io::ErrorKind::Unsupported.into())
}

/// A connected socket.
#[derive(Debug)]
pub struct Stream {
    inner: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
}

impl Stream {
    pub async fn connect(addr: SocketAddr) -> io::Result<Stream> {
        let stream = Stream::of(TcpStream::connect(addr).await?)?;
        if stream.peer.ip().is_loopback() {
            let socket = borrowed(&stream.inner);
            let _ = SockRef::from(&socket).set_tcp_congestion(LOOPBACK_CONGESTION);
        }
        Ok(stream)
    }

    fn of(inner: TcpStream) -> io::Result<Stream> {
        let (peer, local) = (inner.peer_addr()?, inner.local_addr()?);
        inner.set_nodelay(true)?;
        let socket = borrowed(&inner);
        // sendfile has no flag against blocking, unlike send. glommio's own calls do not mind.
        SockRef::from(&socket).set_nonblocking(true)?;
        Ok(Stream { inner, peer, local })
    }

    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    pub fn split(self) -> io::Result<(ReadHalf, WriteHalf)> {
        let copy: OwnedFd = borrowed(&self.inner).try_clone_to_owned()?;
        // SAFETY: the descriptor was just taken out of its owner and has no other.
        let write = unsafe { TcpStream::from_raw_fd(copy.into_raw_fd()) };
        Ok((ReadHalf { inner: self.inner }, WriteHalf { inner: write }))
    }
}

/// The descriptor of a stream, for as long as the stream is borrowed.
pub(super) fn borrowed(stream: &TcpStream) -> BorrowedFd<'_> {
    // SAFETY: the stream owns the descriptor, keeps it open, and outlives the borrow.
    unsafe { BorrowedFd::borrow_raw(stream.as_raw_fd()) }
}

/// The arriving direction.
#[derive(Debug)]
pub struct ReadHalf {
    inner: TcpStream,
}

impl ReadHalf {
    /// Nothing is taken from the socket before the poll that returns it, so a dropped future
    /// loses nothing.
    pub async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        let filled = into.len();
        let room = into.capacity() - filled;
        assert!(room > 0, "the caller reserves room before it reads");
        let spare = into.chunk_mut();
        assert!(spare.len() >= room, "the spare capacity is one piece");
        // SAFETY: the bytes lie within the allocation, which is borrowed exclusively until the
        // read ends. They may be uninitialised; glommio hands their address and length to
        // recv(2) in this very poll and reads none of them, and u8 has no invalid values.
        let spare = unsafe { slice::from_raw_parts_mut(spare.as_mut_ptr(), room) };
        let count = self.inner.read(spare).await?;
        assert!(
            count <= room,
            "the kernel stays within the room it was given"
        );
        // SAFETY: recv(2) has written the first `count` bytes behind `filled`.
        unsafe { into.set_len(filled + count) };
        Ok(count)
    }
}

/// The leaving direction.
#[derive(Debug)]
pub struct WriteHalf {
    inner: TcpStream,
}

impl WriteHalf {
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes).await
    }

    pub async fn write_gather(
        &mut self,
        parts: &mut Vec<Part>,
        may_wait: gather::MayWait<'_>,
    ) -> io::Result<usize> {
        let result = gather::send(&mut self.inner, parts, may_wait).await;
        parts.clear();
        result
    }

    pub async fn shutdown(&mut self) -> io::Result<()> {
        Ok(self.inner.shutdown(Shutdown::Write).await?)
    }
}
