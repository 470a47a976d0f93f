//! `corelane server-start` and `server-stop`: Kafka's `kafka-server-start.sh` and
//! `kafka-server-stop.sh`. A broker that stays in the foreground is handed to the node, as that
//! of `serve` is.

mod detach;
mod options;
mod stop;

pub use detach::detach;
pub use options::Start;
pub use stop::stop;
