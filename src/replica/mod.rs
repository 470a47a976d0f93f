//! Offsets and epochs of one replica set.
