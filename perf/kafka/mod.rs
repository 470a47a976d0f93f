//! Kafka's own performance tools by their names, flags and output lines, on top of the load
//! tester's ways of measuring: `ProducerPerformance` and `ConsumerPerformance` of Kafka 4.3.
//!
//! Where Kafka's tool counts whole milliseconds, the words stay and the numbers are rounded. A
//! throughput that is asked for is an open loop here, so that waits are not left out. Consumers
//! are assigned their partitions: groups are named and not joined.

mod consumer_perf;
mod date;
mod producer_perf;
mod property;

pub use consumer_perf::ConsumerPerf;
pub use producer_perf::ProducerPerf;
