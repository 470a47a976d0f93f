//! The real world, on a real directory and over the loopback.

mod disk;
mod net;
mod sleep;
