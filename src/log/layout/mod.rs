//! The names and small files of Kafka's data directory, as text and bytes.
//!
//! ```text
//! <data dir>/
//!   meta.properties  .lock  .kafka_cleanshutdown
//!   recovery-point-offset-checkpoint  replication-offset-checkpoint  log-start-offset-checkpoint
//!   cleaner-offset-checkpoint
//!   <topic>-<partition>/
//!     partition.metadata  leader-epoch-checkpoint
//!     <20 digits>.log  .index  .timeindex  .txnindex  .snapshot
//!     next-segment.prepared
//!   <topic>-<partition>.<32 hex>-delete/
//!   __cluster_metadata-0/
//!     quorum-state  <20 digits>-<10 digits>.checkpoint  ...
//! ```
//!
//! Reading never trusts: a file that a crash or a hand has damaged is a [`Malformed`] that names
//! the line. Deliberately absent: the formats of segments (`records`), of indexes and producer
//! snapshots, which stand beside their structures in `log`.

mod checkpoint;
mod directory;
mod file_name;
mod malformed;
pub mod names;
mod quorum_state;
mod small_files;

pub use checkpoint::{decode_epochs, decode_offsets, encode_epochs, encode_offsets};
pub use directory::{DirectoryState, PartitionDirectory};
pub use file_name::{FileKind, FileSuffix, LogFileName, SnapshotName};
pub use malformed::Malformed;
pub use quorum_state::{QuorumState, QuorumStateVersion};
pub use small_files::{CleanShutdown, MetaProperties, PartitionMetadata};
