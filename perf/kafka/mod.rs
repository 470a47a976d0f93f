//! Kafka's own performance tools by their names, flags and output lines, on top of the load
//! tester's ways of measuring: `ProducerPerformance`, `ConsumerPerformance`, `EndToEndLatency`,
//! `VerifiableProducer` and `VerifiableConsumer` of Kafka 4.3.
//!
//! Where Kafka's tool counts whole milliseconds, the words stay and the numbers are rounded. A
//! throughput that is asked for is an open loop here, so that waits are not left out. Consumers
//! are assigned their partitions: groups are named and not joined.

mod consumer_perf;
mod e2e_latency;
mod event;
mod producer_perf;
mod property;
mod verifiable_consumer;
mod verifiable_producer;

pub use consumer_perf::ConsumerPerf;
pub use e2e_latency::E2eLatency;
pub use producer_perf::ProducerPerf;
pub use verifiable_consumer::VerifiableConsumer;
pub use verifiable_producer::VerifiableProducer;
