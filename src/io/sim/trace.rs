use std::collections::VecDeque;
use std::fmt;

use crate::model::Instant;

/// Events kept for the report of a failure.
const RING_EVENTS: usize = 120;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// One thing that happened in the world.
#[derive(Clone, Copy)]
pub(super) struct Event {
    pub at: Instant,
    pub node: u32,
    pub what: &'static str,
    pub a: u64,
    pub b: u64,
}

/// The world's diary: a hash over everything that happened, and the last events in words.
pub(super) struct Trace {
    hash: u64,
    ring: VecDeque<Event>,
}

impl Trace {
    pub fn new() -> Trace {
        Trace {
            hash: FNV_OFFSET,
            ring: VecDeque::with_capacity(RING_EVENTS),
        }
    }

    /// Two runs of one seed must end with the same hash.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Counts a step that is too small to be told, such as the poll of a task.
    pub fn stir(&mut self, value: u64) {
        self.hash = (self.hash ^ value).wrapping_mul(FNV_PRIME).rotate_left(23);
    }

    pub fn record(&mut self, event: Event) {
        self.stir(event.at.0);
        self.stir(u64::from(event.node));
        self.stir(event.what.len() as u64);
        self.stir(event.a);
        self.stir(event.b);
        if self.ring.len() == RING_EVENTS {
            self.ring.pop_front();
        }
        self.ring.push_back(event);
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in &self.ring {
            let Event {
                at,
                node,
                what,
                a,
                b,
            } = event;
            let seconds = at.0 as f64 / 1e9;
            writeln!(f, "  {seconds:12.6}s node {node} {what} {a} {b}")?;
        }
        Ok(())
    }
}
