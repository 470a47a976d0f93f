//! Record batches: the Java client's own bytes, hostile bytes, a topic's rules.

mod codecs;
mod golden;
mod hostile;
mod round_trip;
mod rules;
mod vectors;
