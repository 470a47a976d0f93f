use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::{Rc, Weak};
use std::task::Waker;

use super::pipe::Pipe;
use super::stream::Stream;
use crate::io::sim::random::Dice;
use crate::model::Instant;

/// Connections that wait to be accepted; more are refused.
const BACKLOG_MAX: usize = 128;

/// What goes wrong on the network. All off by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct NetFaults {
    /// Of a thousand writes, how many find their connection broken.
    pub resets_per_mille: u16,
}

/// Who listens where, and every connection of the world.
#[derive(Default)]
pub(in crate::io::sim) struct Net {
    pub faults: NetFaults,
    listeners: BTreeMap<Port, Vec<Rc<Backlog>>>,
    connections: Vec<Weak<Connection>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Port {
    pub node: u32,
    pub number: u16,
}

/// The queue in front of one listener.
pub(super) struct Backlog {
    pub ip: IpAddr,
    pub shared: bool,
    pub queue: RefCell<VecDeque<Stream>>,
    pub acceptor: RefCell<Option<Waker>>,
}

/// The two directions between a caller and the called.
pub(super) struct Connection {
    pub nodes: (u32, u32),
    pub out: RefCell<Pipe>,
    pub back: RefCell<Pipe>,
}

impl Net {
    pub(super) fn listen(&mut self, port: Port, backlog: Rc<Backlog>) -> io::Result<()> {
        let others = self.listeners.entry(port).or_default();
        let shared = backlog.shared && others.iter().all(|other| other.shared);
        if !others.is_empty() && !shared {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        others.push(backlog);
        Ok(())
    }

    pub(super) fn unlisten(&mut self, port: Port, backlog: &Rc<Backlog>) {
        if let Some(listeners) = self.listeners.get_mut(&port) {
            listeners.retain(|other| !Rc::ptr_eq(other, backlog));
        }
    }

    /// One of the listeners that answer on `address`, by dice.
    pub(super) fn find(&self, port: Port, address: SocketAddr, dice: &Dice) -> Option<Rc<Backlog>> {
        let answers = |backlog: &&Rc<Backlog>| {
            let has_room = backlog.queue.borrow().len() < BACKLOG_MAX;
            has_room && (backlog.ip.is_unspecified() || backlog.ip == address.ip())
        };
        let candidates: Vec<&Rc<Backlog>> =
            self.listeners.get(&port)?.iter().filter(answers).collect();
        if candidates.is_empty() {
            return None;
        }
        Some(candidates[dice.index(candidates.len())].clone())
    }

    pub(super) fn connect(&mut self, nodes: (u32, u32), dice: &Dice) -> Rc<Connection> {
        let (out, back) = (RefCell::new(Pipe::new(dice)), RefCell::new(Pipe::new(dice)));
        let connection = Rc::new(Connection { nodes, out, back });
        self.connections.retain(|known| known.strong_count() > 0);
        self.connections.push(Rc::downgrade(&connection));
        connection
    }

    /// A node goes down: nobody listens there, and all its connections break.
    pub fn cut(&mut self, node: u32, now: Instant, dice: &Dice) {
        self.listeners.retain(|port, _| port.node != node);
        for connection in self.connections.iter().filter_map(Weak::upgrade) {
            if connection.nodes.0 == node || connection.nodes.1 == node {
                connection.reset(now, dice);
            }
        }
    }
}

impl Connection {
    pub fn reset(&self, now: Instant, dice: &Dice) {
        self.out.borrow_mut().reset(now, dice);
        self.back.borrow_mut().reset(now, dice);
    }
}
