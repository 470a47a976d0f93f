//! TCP through glommio.

use std::io;
use std::net::SocketAddr;
use std::os::fd::IntoRawFd;
use std::os::unix::fs::FileExt;

use bytes::BytesMut;
use futures_util::io::{AsyncReadExt, AsyncWriteExt};
use glommio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, Socket, Type};
use std::os::fd::FromRawFd;

use super::fs::on_pool;
use crate::io::{ListenOptions, Part};

/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

#[derive(Debug)]
pub struct Listener {
    inner: TcpListener,
    addr: SocketAddr,
}

impl Listener {
    pub fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Listener> {
        let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_reuse_address(true)?;
        socket.set_reuse_port(options.reuse_port)?;
        socket.bind(&addr.into())?;
        socket.listen(BACKLOG)?;
        let addr = socket
            .local_addr()?
            .as_socket()
            .ok_or(io::ErrorKind::Unsupported)?;
        // SAFETY: the descriptor was just taken out of its owner and has no other.
        let inner = unsafe { TcpListener::from_raw_fd(socket.into_raw_fd()) };
        Ok(Listener { inner, addr })
    }

    pub async fn accept(&self) -> io::Result<Stream> {
        Stream::of(self.inner.accept().await?)
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }
}

#[derive(Debug)]
pub struct Stream {
    inner: TcpStream,
    peer: SocketAddr,
    local: SocketAddr,
}

impl Stream {
    pub async fn connect(addr: SocketAddr) -> io::Result<Stream> {
        Stream::of(TcpStream::connect(addr).await?)
    }

    fn of(inner: TcpStream) -> io::Result<Stream> {
        inner.set_nodelay(true)?;
        let (peer, local) = (inner.peer_addr()?, inner.local_addr()?);
        Ok(Stream { inner, peer, local })
    }

    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    pub fn split(self) -> io::Result<(ReadHalf, WriteHalf)> {
        use std::os::fd::{AsRawFd, BorrowedFd};
        // SAFETY: the stream owns the descriptor and outlives the borrow.
        let copy =
            unsafe { BorrowedFd::borrow_raw(self.inner.as_raw_fd()) }.try_clone_to_owned()?;
        // SAFETY: the descriptor was just taken out of its owner and has no other.
        let write = unsafe { TcpStream::from_raw_fd(copy.into_raw_fd()) };
        Ok((ReadHalf { inner: self.inner }, WriteHalf { inner: write }))
    }
}

#[derive(Debug)]
pub struct ReadHalf {
    inner: TcpStream,
}

impl ReadHalf {
    pub async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        assert!(
            into.capacity() > into.len(),
            "the caller reserves room before it reads"
        );
        let filled = into.len();
        let room = into.capacity() - filled;
        into.resize(filled + room, 0);
        let result = self.inner.read(&mut into[filled..]).await;
        into.truncate(filled + *result.as_ref().unwrap_or(&0));
        result
    }
}

#[derive(Debug)]
pub struct WriteHalf {
    inner: TcpStream,
}

impl WriteHalf {
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.write_all(bytes).await
    }

    pub async fn write_gather(&mut self, parts: &mut Vec<Part>) -> io::Result<()> {
        for part in parts.drain(..) {
            match part {
                Part::Bytes(bytes) => self.inner.write_all(&bytes).await?,
                Part::File(crate::io::FileRange::Uring(range)) => {
                    let bytes = on_pool(move || {
                        let mut bytes = vec![0; range.size()];
                        range
                            .handle
                            .buffered()?
                            .read_exact_at(&mut bytes, range.position)?;
                        Ok(bytes)
                    })
                    .await?;
                    self.inner.write_all(&bytes).await?;
                }
                Part::File(_) => panic!("a simulated file met a real socket"),
            }
        }
        Ok(())
    }

    pub async fn shutdown(&mut self) -> io::Result<()> {
        Ok(self.inner.shutdown(std::net::Shutdown::Write).await?)
    }
}
