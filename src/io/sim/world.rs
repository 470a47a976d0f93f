use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::clock::Clock;
use super::executor::{Executor, MAIN, TaskKey};
use super::net::{Net, NetFaults};
use super::node::{Node, NodeState};
use super::random::Dice;
use super::trace::{Event, Trace};
use crate::io::World as Doors;

/// Polls after which a world counts as stuck.
const STEPS_MAX: u64 = 20_000_000;

/// Virtual time after which a world counts as stuck.
const VIRTUAL_TIME_MAX: Duration = Duration::from_secs(24 * 3600);

thread_local! {
    static CURRENT: RefCell<Option<Rc<Sim>>> = const { RefCell::new(None) };
}

/// One simulated world: its owner. Dropping it drops every task in it.
pub struct World {
    sim: Rc<Sim>,
}

impl World {
    /// A world in which `seed` decides everything that is left to chance.
    pub fn new(seed: u64) -> World {
        let sim = Rc::new(Sim::new(seed));
        let world = World { sim };
        let driver = world.node("driver");
        assert_eq!(driver.index(), 0, "the driver is the first node");
        world
    }

    /// Adds a node with an empty disk and an address of its own. It is up.
    pub fn node(&self, name: &str) -> Node {
        Node::add(&self.sim, name)
    }

    pub fn seed(&self) -> u64 {
        self.sim.seed
    }

    pub fn dice(&self) -> &Dice {
        &self.sim.dice
    }

    /// Changes what goes wrong on the network.
    pub fn plan_net(&self, change: impl FnOnce(&mut NetFaults)) {
        change(&mut self.sim.net.borrow_mut().faults);
    }

    /// A hash over everything that has happened; equal for two runs of one seed.
    pub fn trace_hash(&self) -> u64 {
        self.sim.trace.borrow().hash()
    }

    /// Runs a future as the driver, who never crashes, until it ends. Tasks of the nodes stay
    /// for the next run. Panics, telling the seed, when the world is stuck.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let _entered = Entered::new(&self.sim);
        let _report = Report(&self.sim);
        let mut main = pin!(future);
        let waker = self.sim.executor.main_waker();
        loop {
            match self.sim.next_task() {
                Some(MAIN) => {
                    let waker = waker.arm();
                    let poll = main.as_mut().poll(&mut Context::from_waker(&waker));
                    if let Poll::Ready(output) = poll {
                        return output;
                    }
                }
                Some(key) => self.sim.executor.poll(key),
                None => self.sim.advance(),
            }
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.sim.executor.leak();
            return;
        }
        let _entered = Entered::new(&self.sim);
        self.sim.executor.clear();
    }
}

/// What a world consists of; the tasks inside reach it through their thread.
pub(super) struct Sim {
    seed: u64,
    dice: Dice,
    clock: Clock,
    executor: Executor,
    trace: RefCell<Trace>,
    nodes: RefCell<Vec<Rc<NodeState>>>,
    net: RefCell<Net>,
    steps: Cell<u64>,
}

impl Sim {
    fn new(seed: u64) -> Sim {
        Sim {
            seed,
            dice: Dice::new(seed),
            clock: Clock::new(),
            executor: Executor::new(),
            trace: RefCell::new(Trace::new()),
            nodes: RefCell::new(Vec::new()),
            net: RefCell::new(Net::default()),
            steps: Cell::new(0),
        }
    }

    /// The world whose `run` is on this thread's stack.
    pub fn current() -> Rc<Sim> {
        Sim::try_current().expect("no simulated world runs on this thread")
    }

    /// None outside of a world, and while a thread ends.
    pub fn try_current() -> Option<Rc<Sim>> {
        CURRENT
            .try_with(|current| current.borrow().clone())
            .ok()
            .flatten()
    }

    pub fn dice(&self) -> &Dice {
        &self.dice
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn net(&self) -> &RefCell<Net> {
        &self.net
    }

    pub fn running_node(&self) -> u32 {
        self.executor.running_node()
    }

    pub fn node_state(&self, index: u32) -> Rc<NodeState> {
        self.nodes.borrow()[index as usize].clone()
    }

    /// Adds the node that `make` makes of its index, which is returned.
    pub fn add_node(&self, make: impl FnOnce(u32) -> NodeState) -> u32 {
        let mut nodes = self.nodes.borrow_mut();
        let index = u32::try_from(nodes.len()).expect("a world of few nodes");
        nodes.push(Rc::new(make(index)));
        index
    }

    /// Cuts the power of a node that is up.
    pub fn crash(&self, node: &NodeState) {
        if node.is_up() {
            self.take_down(node, "power cut");
            node.volume().cut_power(&self.dice);
        }
    }

    /// Ends the process of a node that is up.
    pub fn kill(&self, node: &NodeState) {
        if node.is_up() {
            self.take_down(node, "kill");
            node.volume().orphan(&self.dice);
        }
    }

    /// None when the node is down; the future is dropped then.
    pub fn spawn(&self, node: u32, future: Pin<Box<dyn Future<Output = ()>>>) -> Option<TaskKey> {
        let up = self.node_state(node).is_up();
        up.then(|| self.executor.spawn(node, future))
    }

    pub fn cancel(&self, key: TaskKey) {
        self.executor.cancel(key);
    }

    /// Notes an event of the running node for the failure report and the hash.
    pub fn record(&self, what: &'static str, a: u64, b: u64) {
        let node = self.running_node();
        self.trace.borrow_mut().record(Event {
            at: self.clock.now(),
            node,
            what,
            a,
            b,
        });
    }

    /// The connections go first, so that nothing a dropped task does reaches anybody.
    fn take_down(&self, node: &NodeState, how: &'static str) {
        self.record(how, u64::from(node.index()), 0);
        node.go_down();
        self.net
            .borrow_mut()
            .cut(node.index(), self.clock.now(), &self.dice);
        self.executor.cancel_node(node.index());
    }

    fn next_task(&self) -> Option<TaskKey> {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        assert!(steps <= STEPS_MAX, "world stuck: {STEPS_MAX} steps");
        let key = self.executor.pick(&self.dice)?;
        self.trace.borrow_mut().stir(key);
        Some(key)
    }

    fn advance(&self) {
        let advanced = self.clock.advance();
        assert!(
            advanced,
            "world stuck: every task waits and no timer is set"
        );
        let now = self.clock.now().0;
        let limit = VIRTUAL_TIME_MAX.as_nanos();
        assert!(
            u128::from(now) < limit,
            "world stuck: {VIRTUAL_TIME_MAX:?} of virtual time"
        );
        self.trace.borrow_mut().stir(now);
    }
}

/// Makes a world the current one of this thread for as long as it lives.
struct Entered {
    before: Option<Rc<Sim>>,
    _doors: crate::io::world::Entered,
}

impl Entered {
    fn new(sim: &Rc<Sim>) -> Entered {
        let before = CURRENT.with(|current| current.replace(Some(sim.clone())));
        Entered {
            before,
            _doors: Doors::enter(Doors::Sim),
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.before.take();
        CURRENT.with(|current| current.replace(before));
    }
}

/// Tells a person how to see a failure again.
struct Report<'a>(&'a Sim);

impl Drop for Report<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let Sim { seed, trace, .. } = self.0;
        eprintln!("the last events of the world with seed {seed}:");
        match trace.try_borrow() {
            Ok(trace) => eprintln!("{trace}"),
            Err(_) => eprintln!("  (the diary was being written)"),
        }
    }
}
