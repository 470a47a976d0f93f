//! A network of byte streams that are slow, cut into pieces and sometimes broken, as TCP's are.
//!
//! Bytes arrive in order and once, after a latency, in segments that have nothing to do with the
//! writes that sent them; reads come up short; a full window makes the writer wait. A connection
//! breaks when one of its machines goes down or the plan of faults says so, and then the bytes
//! under way may be lost. Deliberately absent: loss and reordering of segments (TCP repairs
//! both), names of hosts.

mod pipe;
mod stream;
mod switch;

pub use stream::{Listener, ReadHalf, Stream, WriteHalf};
pub(super) use switch::Net;
pub use switch::NetFaults;
