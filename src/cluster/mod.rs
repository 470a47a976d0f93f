//! The metadata machine: topics, partitions, settings, producer ids.
