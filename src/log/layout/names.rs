//! Names of the files of which there is one, in a data directory or in a partition's.

pub const META_PROPERTIES: &str = "meta.properties";
pub const LOCK: &str = ".lock";
pub const CLEAN_SHUTDOWN: &str = ".kafka_cleanshutdown";
/// Up to where each log is synced.
pub const RECOVERY_POINTS: &str = "recovery-point-offset-checkpoint";
/// High watermarks.
pub const HIGH_WATERMARKS: &str = "replication-offset-checkpoint";
/// Log starts that lie past the base of the first segment.
pub const LOG_STARTS: &str = "log-start-offset-checkpoint";
/// Up to where each log is compacted.
pub const CLEANED: &str = "cleaner-offset-checkpoint";
pub const PARTITION_METADATA: &str = "partition.metadata";
pub const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
/// Of the segment that comes next; ours alone, and gone after a clean stop.
pub const PREPARED: &str = "next-segment.prepared";
pub const QUORUM_STATE: &str = "quorum-state";
