use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;

use crate::io::{ListenOptions, Part};

#[derive(Debug)]
pub struct Listener(Infallible);

impl Listener {
    pub fn bind(_addr: SocketAddr, _options: ListenOptions) -> io::Result<Listener> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub async fn accept(&self) -> io::Result<Stream> {
        match self.0 {}
    }

    pub fn local_addr(&self) -> SocketAddr {
        match self.0 {}
    }
}

#[derive(Debug)]
pub struct Stream(Infallible);

impl Stream {
    pub async fn connect(_addr: SocketAddr) -> io::Result<Stream> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn peer(&self) -> SocketAddr {
        match self.0 {}
    }

    pub fn local_addr(&self) -> SocketAddr {
        match self.0 {}
    }

    pub fn split(self) -> io::Result<(ReadHalf, WriteHalf)> {
        match self.0 {}
    }
}

#[derive(Debug)]
pub struct ReadHalf(Infallible);

impl ReadHalf {
    pub async fn read(&mut self, _into: &mut BytesMut) -> io::Result<usize> {
        match self.0 {}
    }
}

#[derive(Debug)]
pub struct WriteHalf(Infallible);

impl WriteHalf {
    pub async fn write_all(&mut self, _bytes: &[u8]) -> io::Result<()> {
        match self.0 {}
    }

    pub async fn write_gather(&mut self, _parts: &mut Vec<Part>) -> io::Result<()> {
        match self.0 {}
    }

    pub async fn shutdown(&mut self) -> io::Result<()> {
        match self.0 {}
    }
}
