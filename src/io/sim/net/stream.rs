use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::BytesMut;

use super::pipe::{Arrival, Pipe};
use super::switch::{Backlog, Connection, Port};
use crate::io::sim::clock::Sleep;
use crate::io::sim::node;
use crate::io::sim::world::Sim;
use crate::io::{FileRange, ListenOptions, Part, sim};

/// Range of the time that a connection takes to be made or refused.
const HANDSHAKE: (Duration, Duration) = (Duration::from_micros(30), Duration::from_micros(600));

/// A listening port of a simulated machine.
pub struct Listener {
    port: Port,
    address: SocketAddr,
    backlog: Rc<Backlog>,
}

impl Listener {
    pub fn bind(addr: SocketAddr, options: ListenOptions) -> io::Result<Listener> {
        let sim = Sim::current();
        let own = sim.node_state(sim.running_node());
        let ip = addr.ip();
        if !ip.is_unspecified() && !ip.is_loopback() && ip != own.ip() {
            return Err(io::ErrorKind::AddrNotAvailable.into());
        }
        let number = if addr.port() == 0 {
            own.take_port()
        } else {
            addr.port()
        };
        let port = Port {
            node: own.index(),
            number,
        };
        let backlog = Rc::new(Backlog {
            ip,
            shared: options.reuse_port,
            queue: RefCell::default(),
            acceptor: RefCell::default(),
        });
        sim.net().borrow_mut().listen(port, backlog.clone())?;
        Ok(Listener {
            port,
            address: SocketAddr::new(ip, number),
            backlog,
        })
    }

    pub async fn accept(&self) -> io::Result<Stream> {
        poll_fn(
            |context| match self.backlog.queue.borrow_mut().pop_front() {
                Some(stream) => Poll::Ready(Ok(stream)),
                None => {
                    self.backlog.acceptor.replace(Some(context.waker().clone()));
                    Poll::Pending
                }
            },
        )
        .await
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener({})", self.address)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(sim) = Sim::try_current() {
            sim.net().borrow_mut().unlisten(self.port, &self.backlog);
        }
    }
}

/// One end of a connection.
pub struct Stream {
    end: Rc<Endpoint>,
}

impl Stream {
    /// Refused when nobody listens, the backlog is full or the machine is down.
    pub async fn connect(addr: SocketAddr) -> io::Result<Stream> {
        let sim = Sim::current();
        let own = sim.node_state(sim.running_node());
        let handshake = sim.dice().span(HANDSHAKE.0, HANDSHAKE.1);
        Sleep::until(sim.clock().now().plus(handshake)).await;
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        let called = node::index_of(addr.ip(), own.index()).ok_or_else(refused)?;
        let port = Port {
            node: called,
            number: addr.port(),
        };
        let found = sim.net().borrow().find(port, addr, sim.dice());
        let backlog = found.ok_or_else(refused)?;
        let nodes = (own.index(), called);
        let connection = sim.net().borrow_mut().connect(nodes, sim.dice());
        let own_ip = if addr.ip().is_loopback() {
            LOOPBACK
        } else {
            own.ip()
        };
        let caller = SocketAddr::new(own_ip, own.take_port());
        sim.record("connect", u64::from(called), u64::from(caller.port()));
        backlog
            .queue
            .borrow_mut()
            .push_back(Stream::new(&connection, false, (addr, caller)));
        if let Some(acceptor) = backlog.acceptor.take() {
            acceptor.wake();
        }
        Ok(Stream::new(&connection, true, (caller, addr)))
    }

    pub fn peer(&self) -> SocketAddr {
        self.end.peer
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.end.local
    }

    pub fn split(self) -> io::Result<(ReadHalf, WriteHalf)> {
        Ok((
            ReadHalf {
                end: self.end.clone(),
            },
            WriteHalf { end: self.end },
        ))
    }

    fn new(connection: &Rc<Connection>, calls: bool, addresses: (SocketAddr, SocketAddr)) -> Self {
        let (local, peer) = addresses;
        let connection = connection.clone();
        Stream {
            end: Rc::new(Endpoint {
                connection,
                calls,
                local,
                peer,
            }),
        }
    }
}

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({} to {})", self.end.local, self.end.peer)
    }
}

/// What both halves share; the connection closes when they are gone.
struct Endpoint {
    connection: Rc<Connection>,
    calls: bool,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Endpoint {
    fn incoming(&self) -> &RefCell<Pipe> {
        if self.calls {
            &self.connection.back
        } else {
            &self.connection.out
        }
    }

    fn outgoing(&self) -> &RefCell<Pipe> {
        if self.calls {
            &self.connection.out
        } else {
            &self.connection.back
        }
    }

    async fn write(&self, mut bytes: &[u8]) -> io::Result<()> {
        let sim = Sim::current();
        let resets_per_mille = u64::from(sim.net().borrow().faults.resets_per_mille);
        if resets_per_mille > 0 && sim.dice().below(1000) < resets_per_mille {
            sim.record("connection reset", u64::from(self.local.port()), 0);
            self.connection.reset(sim.clock().now(), sim.dice());
        }
        while !bytes.is_empty() {
            let taken = poll_fn(|context| self.poll_push(&sim, bytes, context)).await?;
            bytes = &bytes[taken..];
        }
        Ok(())
    }

    fn poll_push(
        &self,
        sim: &Sim,
        bytes: &[u8],
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut pipe = self.outgoing().borrow_mut();
        match pipe.push(bytes, sim.clock().now(), sim.dice()) {
            Ok(0) => {
                pipe.writer = Some(context.waker().clone());
                Poll::Pending
            }
            taken => Poll::Ready(taken),
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        let Some(sim) = Sim::try_current() else {
            return;
        };
        let now = sim.clock().now();
        // A socket closed on unread bytes answers with a reset, and so does one written to later.
        if self.incoming().borrow().has_unread() {
            self.outgoing().borrow_mut().reset(now, sim.dice());
        }
        self.outgoing().borrow_mut().finish(now, sim.dice());
        self.incoming().borrow_mut().reset(now, sim.dice());
    }
}

/// The arriving direction of a connection.
pub struct ReadHalf {
    end: Rc<Endpoint>,
}

impl ReadHalf {
    pub async fn read(&mut self, into: &mut BytesMut) -> io::Result<usize> {
        let sim = Sim::current();
        let mut timer: Option<Sleep> = None;
        let mut read = |context: &mut Context<'_>| {
            let mut pipe = self.end.incoming().borrow_mut();
            match pipe.pull(into, sim.clock().now(), sim.dice()) {
                Err(error) => Poll::Ready(Err(error)),
                Ok(Arrival::Bytes(read)) => Poll::Ready(Ok(read)),
                Ok(Arrival::End) => Poll::Ready(Ok(0)),
                Ok(Arrival::Wait(due)) => {
                    pipe.reader = Some(context.waker().clone());
                    timer = due.map(Sleep::until);
                    match &mut timer {
                        Some(timer) => Pin::new(timer).poll(context).map(|()| Ok(0)),
                        None => Poll::Pending,
                    }
                }
            }
        };
        poll_fn(|context| read(context)).await
    }
}

impl fmt::Debug for ReadHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadHalf({} from {})", self.end.local, self.end.peer)
    }
}

/// The leaving direction of a connection.
pub struct WriteHalf {
    end: Rc<Endpoint>,
}

impl WriteHalf {
    pub async fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.end.write(bytes).await
    }

    pub async fn write_gather(&mut self, parts: &mut Vec<Part>) -> io::Result<usize> {
        for part in parts.drain(..) {
            match part {
                Part::Bytes(bytes) => self.end.write(&bytes).await?,
                Part::File(range) => self.end.write(&simulated(&range).load()?).await?,
            }
        }
        // The simulated wire has no sendfile: what it copies says nothing about the real one.
        Ok(0)
    }

    pub async fn shutdown(&mut self) -> io::Result<()> {
        let sim = Sim::current();
        self.end
            .outgoing()
            .borrow_mut()
            .finish(sim.clock().now(), sim.dice());
        Ok(())
    }
}

fn simulated(range: &FileRange) -> &sim::FileRange {
    match range {
        FileRange::Sim(range) => range,
        FileRange::Uring(_) => panic!("a real file does not fit through a simulated wire"),
    }
}

impl fmt::Debug for WriteHalf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WriteHalf({} to {})", self.end.local, self.end.peer)
    }
}
