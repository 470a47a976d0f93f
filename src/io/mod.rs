//! The only doors to kernel, clock and dice, and their simulated twins.
