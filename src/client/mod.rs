//! The Kafka client we use ourselves.
