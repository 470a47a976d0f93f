use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeSet;
use std::future::{Future, poll_fn};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::disk::{Faults, Volume};
use super::site::Site;
use super::task::{Task, spawn_on};
use super::world::Sim;

/// First of the ports that are given to whoever asks for port 0.
const EPHEMERAL_PORT_FIRST: u16 = 32_768;

/// A machine of the world: tasks, an address and a disk. Clones name the same machine.
#[derive(Clone)]
pub struct Node {
    sim: Rc<Sim>,
    index: u32,
}

pub(super) struct NodeState {
    index: u32,
    name: String,
    up: Cell<bool>,
    volume: RefCell<Volume>,
    next_port: Cell<u16>,
    watchers: RefCell<Vec<Waker>>,
}

impl Node {
    pub(super) fn add(sim: &Rc<Sim>, name: &str) -> Node {
        let index = sim.add_node(|index| NodeState::new(index, name));
        Node {
            sim: sim.clone(),
            index,
        }
    }

    pub fn index(&self) -> u32 {
        self.index
    }

    /// The node's address as other nodes see it.
    pub fn address(&self, port: u16) -> SocketAddr {
        SocketAddr::new(ip_of(self.index), port)
    }

    pub fn is_up(&self) -> bool {
        self.state().is_up()
    }

    /// Runs a future on the node, which must be up. It ends early when the node goes down.
    pub fn spawn<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> Task<T> {
        assert!(self.is_up(), "node {} is down", self.state().name);
        spawn_on(&self.sim, self.index, future)
    }

    /// The power goes: every task is dropped where it stands, connections break, and the disk
    /// keeps what it has promised and, by dice, some of the rest. Nothing happens to a node that
    /// is down.
    pub fn crash(&self) {
        self.sim.crash(&self.state());
    }

    /// The process is killed: tasks and connections go, but the disk keeps all that was written.
    pub fn kill(&self) {
        self.sim.kill(&self.state());
    }

    /// Turns the node on again, with nothing but its disk.
    pub fn boot(&self) {
        let state = self.state();
        assert!(!state.is_up(), "node {} is up already", state.name);
        state.up.set(true);
    }

    /// Waits until the node is down, which a planned power cut may have caused.
    pub async fn downed(&self) {
        let state = self.state();
        poll_fn(|context| {
            if !state.is_up() {
                return Poll::Ready(());
            }
            state.watchers.borrow_mut().push(context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Changes the plan of what goes wrong on the node's disk.
    pub fn plan(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.state().volume().faults);
    }

    /// Bytes in use on the node's disk.
    pub fn disk_used(&self) -> u64 {
        self.state().volume().used()
    }

    /// Every place in the code that has asked this node's disk for a sync.
    pub fn sync_sites(&self) -> BTreeSet<Site> {
        self.state().volume().sites().clone()
    }

    /// Flips one bit of a file, as a rotting disk does, in both images.
    pub fn rot(&self, path: &Path, position: u64) {
        self.state().volume().rot(path, position);
    }

    fn state(&self) -> Rc<NodeState> {
        self.sim.node_state(self.index)
    }
}

impl NodeState {
    fn new(index: u32, name: &str) -> NodeState {
        NodeState {
            index,
            name: name.to_owned(),
            up: Cell::new(true),
            volume: RefCell::new(Volume::new()),
            next_port: Cell::new(EPHEMERAL_PORT_FIRST),
            watchers: RefCell::new(Vec::new()),
        }
    }

    pub fn index(&self) -> u32 {
        self.index
    }

    pub fn is_up(&self) -> bool {
        self.up.get()
    }

    pub fn ip(&self) -> IpAddr {
        ip_of(self.index)
    }

    pub fn volume(&self) -> RefMut<'_, Volume> {
        self.volume.borrow_mut()
    }

    /// A port for a listener or a connection that did not choose one.
    pub fn take_port(&self) -> u16 {
        let port = self.next_port.get();
        self.next_port
            .set(port.checked_add(1).unwrap_or(EPHEMERAL_PORT_FIRST));
        port
    }

    /// From here on no task of the node may start.
    pub fn go_down(&self) {
        assert!(self.index != 0, "the driver never goes down");
        self.up.set(false);
        for watcher in self.watchers.take() {
            watcher.wake();
        }
    }
}

/// The number of the node that owns an address; loopback and the unspecified address are the
/// caller's own.
pub(super) fn index_of(ip: IpAddr, own: u32) -> Option<u32> {
    match ip {
        ip if ip.is_loopback() || ip.is_unspecified() => Some(own),
        IpAddr::V4(ip) => match ip.octets() {
            [10, 0, high, low] => u32::from(u16::from_be_bytes([high, low])).checked_sub(1),
            _ => None,
        },
        IpAddr::V6(_) => None,
    }
}

fn ip_of(index: u32) -> IpAddr {
    let number = u16::try_from(index + 1).expect("a world of few nodes");
    let [high, low] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, 0, high, low))
}
