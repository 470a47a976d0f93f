use super::Plan;
use crate::model::Instant;
use crate::perf::load::{Dice, Load, Partitioner};
use crate::perf::pace::{Pace, Plan as Times};

/// Picks the slot of every record of one producer.
#[derive(Clone, Debug)]
pub struct Router {
    partitioner: Partitioner,
    /// Slots of all topics, and partitions of each.
    slots: usize,
    partitions: usize,
    topic: usize,
    next: usize,
    dice: Dice,
}

impl Router {
    pub fn new(plan: &Plan, producer: usize) -> Router {
        let shape = plan.load.shape();
        let slots = plan.target.leaders.len();
        Router {
            partitioner: shape.partitioner,
            slots,
            partitions: plan.target.partitions,
            topic: producer,
            next: producer % slots.max(1),
            dice: Dice::part(shape.seed, 1000 + producer as u64),
        }
    }

    /// The slot of the next record of an open loop.
    pub fn of_record(&mut self, load: &Load) -> usize {
        match self.partitioner {
            Partitioner::Explicit(index) => self.in_topic(usize::try_from(index).unwrap_or(0)),
            Partitioner::Sticky => self.next,
            Partitioner::RoundRobin => self.turn(),
            Partitioner::Hash => match load.drawn_partition(&mut self.dice) {
                Some(partition) => self.in_topic(partition),
                None => self.turn(),
            },
        }
    }

    /// The slot of the next full batch of a closed loop.
    pub fn of_batch(&mut self, load: &Load) -> usize {
        match self.partitioner {
            Partitioner::Sticky => self.turn(),
            _ => self.of_record(load),
        }
    }

    /// The batch that records without keys stuck to is full or on its way.
    pub fn on_sent(&mut self, partition: usize) {
        if self.partitioner == Partitioner::Sticky && partition == self.next {
            self.turn();
        }
    }

    fn turn(&mut self) -> usize {
        let partition = self.next;
        self.next = (partition + 1) % self.slots.max(1);
        partition
    }

    /// The slot of a partition in the topic whose turn it is.
    fn in_topic(&mut self, partition: usize) -> usize {
        let topics = self.slots / self.partitions;
        let topic = self.topic % topics.max(1);
        self.topic = topic + 1;
        topic * self.partitions + partition
    }
}

/// Where the records of one producer come from.
#[derive(Debug)]
pub enum Source {
    /// Each at its time.
    Open(Box<Pace>),
    /// As many as can be sent, until so many have been and not after this moment.
    Closed { left: u64, until: Instant },
}

impl Source {
    pub fn new(plan: &Plan, producer: usize, start: Instant) -> Source {
        let until = plan.span.map_or(Instant(u64::MAX), |span| start.plus(span));
        let left = plan.records_of(producer);
        let Some(rate) = plan.rate else {
            return Source::Closed { left, until };
        };
        let times = Times {
            rate: rate / plan.producers as f64,
            arrivals: plan.arrivals,
            phase: producer as f64 / plan.producers as f64,
            records: left,
            until,
        };
        let dice = Dice::part(plan.load.shape().seed, 2000 + producer as u64);
        Source::Open(Box::new(Pace::new(start, &times, dice)))
    }
}
