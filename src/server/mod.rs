//! Connections and handlers.
//!
//! A connection is two tasks. The reader cuts frames, admits them against the request budget and
//! begins each; the writer lets answers go in request order while all of them make progress.
//!
//! ```text
//! listener -> connection -> dispatch -> handlers/<api> -> shard
//!                  pipeline <- answer <------ promise
//! ```
//!
//! Invariant: answers leave a connection in the order of its requests; what a client sends costs
//! at most a small multiple of its bytes; refusals become error codes in `refusal` and nowhere
//! else. A handler reads its request, calls the shard, shapes the answer, and holds no state.
//!
//! Deliberately absent: decisions (machines make them), files, knowledge of batches.

mod alter;
mod answer;
mod ask;
mod authorized;
mod connection;
mod context;
mod dispatch;
mod fetch_session;
mod fetch_wants;
mod handlers;
mod listener;
mod pipeline;
mod refusal;

pub use context::Context;
pub use listener::{accept, bind};
