/// Memory that the tool may take at any rate, in bytes, and its parts. What is asked for beyond
/// them is refused with a sentence, or made smaller and told.
pub const TOOL: usize = 256 << 20;
/// Records made ahead, of all partitions; where each needs its own, its batches are full earlier.
pub const TEMPLATES: usize = 48 << 20;
/// Records made ahead, whose ends and checksums are known one by one.
pub const TEMPLATE_RECORDS: usize = 1 << 20;
/// Compressed batches that are sent again and again.
pub const KEPT: usize = 24 << 20;
/// Compressed batches that are sent once, on their way.
pub const LOOSE: usize = 32 << 20;
/// Records of open loops that wait or are on their way; each is the moment it was meant for.
pub const HELD_RECORDS: usize = 2 << 20;
/// Queues of open loops: one for each partition of each producer.
pub const QUEUES: usize = 256 << 10;
/// Of a payload file, what is read from its start, and how many lines of it.
pub const PAYLOAD: usize = 12 << 20;
pub const PAYLOAD_LINES: usize = 128 << 10;
/// Answers to consumers: one that arrives and one that is looked at, for each and each broker.
pub const ANSWERS: usize = 160 << 20;
/// The seconds of a run that are kept.
pub const SECONDS: usize = 32 << 20;
/// Records that wait for acknowledgement where each is made on its own.
pub const UNANSWERED: usize = 48 << 20;

/// Of a queue without records.
const QUEUE_BYTES: usize = 64;
/// Of one line of a payload file.
const LINE_BYTES: usize = 32;
/// Of the ends of one record made ahead.
const MARK_BYTES: usize = 24;
/// A queue may have room for twice the moments that it holds.
const HELD_BYTES: usize = 16;
/// Code, histograms, sockets.
const REST: usize = 24 << 20;

const PRODUCING: usize = TEMPLATES
    + TEMPLATE_RECORDS * MARK_BYTES
    + KEPT
    + LOOSE
    + HELD_RECORDS * HELD_BYTES
    + QUEUES * QUEUE_BYTES
    + PAYLOAD
    + PAYLOAD_LINES * LINE_BYTES;
const _: () = assert!(PRODUCING + SECONDS + REST <= TOOL);
const _: () = assert!(ANSWERS + SECONDS + REST <= TOOL);
const _: () = assert!(UNANSWERED + ANSWERS + REST <= TOOL);
