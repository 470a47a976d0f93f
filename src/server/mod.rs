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
//! Whatever a client sends or does not read, its share of memory has a limit, told beside its
//! queue: unfinished requests in `arrivals`, answers in `pipeline` and `unsent`, connections in
//! `census`, lines in the log in `notices`.
//!
//! Invariant: answers leave a connection in the order of its requests; what a client sends costs
//! at most a small multiple of its bytes; refusals become error codes in `refusal` and nowhere
//! else. A handler reads its request, calls the shard, shapes the answer, and holds no state.
//!
//! Deliberately absent: decisions (machines make them), files, knowledge of batches.

mod alter;
mod answer;
mod arrivals;
mod ask;
mod authorized;
mod census;
mod connection;
mod context;
mod dispatch;
mod fetch_session;
mod fetch_wants;
mod handlers;
mod interest;
mod listener;
mod notices;
mod pipeline;
mod refusal;
mod unsent;

pub use census::Census;
pub use context::Context;
pub use listener::{accept, bind};
