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
    /// `producer.id.expiration.ms`: an idempotent producer silent for longer is forgotten.
    pub producer_expiration_ms: i64,
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
            producer_expiration_ms: DAY_MS,
        }
    }
}
