/// How one partition's log rolls and forgets: the resolved topic settings, in the units of the
/// arithmetic. The shell fills it from `config` and replaces it when a setting changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Policy {
    /// `segment.bytes`: a segment file never grows past this.
    pub segment_bytes: u32,
    /// `segment.ms`, already shortened by this partition's share of `segment.jitter.ms`.
    pub segment_ms: i64,
    /// `segment.index.bytes`: an index that is full rolls the segment.
    pub index_bytes: u32,
    /// `index.interval.bytes`: log bytes between two entries of the offset index.
    pub index_interval_bytes: u32,
    /// Whether `cleanup.policy` holds `delete`. Without it only DeleteRecords removes segments.
    pub delete: bool,
    /// Whether `cleanup.policy` holds `compact`: then gaps between offsets are no damage.
    pub compact: bool,
    /// `retention.ms`; negative keeps for ever.
    pub retention_ms: i64,
    /// `retention.bytes`; negative keeps everything.
    pub retention_bytes: i64,
    /// How the log is cleaned where `compact` is set.
    pub compaction: Compaction,
    /// `producer.id.expiration.ms`: an idempotent producer silent for longer is forgotten.
    pub producer_expiration_ms: i64,
}

/// When a log is compacted, and what a pass may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compaction {
    /// `min.cleanable.dirty.ratio`, in millionths.
    pub dirty_millionths_min: u32,
    /// `min.compaction.lag.ms`: younger records are left alone.
    pub lag_ms_min: i64,
    /// `max.compaction.lag.ms`: older records make a pass due; the maximum means never.
    pub lag_ms_max: i64,
    /// `delete.retention.ms`: how long the marker of a deleted key stays.
    pub delete_retention_ms: i64,
}

impl Compaction {
    /// Kafka's defaults.
    pub const DEFAULT: Compaction = Compaction {
        dirty_millionths_min: Compaction::WHOLE / 2,
        lag_ms_min: 0,
        lag_ms_max: i64::MAX,
        delete_retention_ms: DAY_MS,
    };

    /// A ratio of 1, in millionths.
    pub const WHOLE: u32 = 1_000_000;

    /// 0 to 1.
    pub fn dirty_ratio_min(&self) -> f64 {
        f64::from(self.dirty_millionths_min) / f64::from(Compaction::WHOLE)
    }

    pub(super) fn has_lag_max(&self) -> bool {
        self.lag_ms_max != i64::MAX
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

impl Default for Policy {
    /// Kafka's defaults.
    fn default() -> Policy {
        Policy {
            segment_bytes: 1 << 30,
            segment_ms: 7 * DAY_MS,
            index_bytes: 10 << 20,
            index_interval_bytes: 4096,
            delete: true,
            compact: false,
            retention_ms: 7 * DAY_MS,
            retention_bytes: -1,
            compaction: Compaction::DEFAULT,
            producer_expiration_ms: DAY_MS,
        }
    }
}
