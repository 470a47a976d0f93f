//! Counters and histograms, per shard, summed on read.
