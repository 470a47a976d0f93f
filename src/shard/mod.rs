//! One core's world: partitions, writers, hosts, routing.
