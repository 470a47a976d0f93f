//! What lies in a data directory, to the byte, and what a power cut leaves of it.
//!
//! ```text
//! <data dir>/                                            written                 read at boot
//!   .lock                                                while a process runs    -
//!   meta.properties                                      once                    first
//!   .kafka_cleanshutdown                                 at a clean stop         removed first
//!   corelane-journal-<shard>-<generation>-<number>       before every ack        replayed, removed
//!   corelane-journals-needless                           around their removal    then not replayed
//!   recovery-point-offset-checkpoint                     every 5 s, at a stop    where scans begin
//!   replication-offset-checkpoint                        every 5 s, at a stop    by Kafka's tools
//!   log-start-offset-checkpoint                          every 5 s, at a stop    first offsets
//!   <topic>-<partition>/
//!     partition.metadata                                 when it is made         whose it is
//!     leader-epoch-checkpoint                            at a stop               epochs
//!     <20 digits>.log                                    behind the journal      its end scanned
//!     <20 digits>.index .timeindex .txnindex             when a segment closes   when trusted
//!     <20 digits>.snapshot                               when a segment closes   producers
//!     next-segment.prepared                              ahead of a roll         removed
//!   <topic>-<partition>.<32 hex>-delete/                 by a deletion           removed
//!   <topic>-<partition>.<32 hex>-stray/                  at boot                 left alone
//!   __cluster_metadata-0/                                a partition like others first of all
//!     quorum-state                                       at boot
//! ```
//!
//! Kafka 4.x reads all of it after a clean stop; only the journal is ours, and there is none then.
//! All integers are big-endian.
//!
//! # A segment: `<base offset>.log`
//!
//! ```text
//! 0          first batch        61 bytes of header, then records     (see `records`)
//! ...        next batch         no space between two
//! end        zeros              up to the space reserved ahead; cut off when the segment closes
//! ```
//!
//! Of a batch the broker writes the base offset (bytes 0..8) and the leader epoch (12..16); both
//! lie outside its CRC-32C, which covers byte 21 to the end and is checked before anything is
//! acknowledged, and again by every scan.
//!
//! # Beside it
//!
//! ```text
//! .index      8 bytes an entry    last offset - base u32 | position u32
//! .timeindex  12 bytes            largest timestamp i64 | its offset - base u32
//! .txnindex   34 bytes            version i16 | producer i64 | first i64 | last i64 | stable i64
//! .snapshot   10 bytes + 46 each  version i16 = 1 | crc u32 | count i32 | producers (see `log`)
//! *checkpoint text                `0`, the count, one entry a line: `topic partition offset`
//! ```
//!
//! Indexes and snapshots can be made from the segments. One that is missing or damaged is made
//! anew and said; a damaged segment below the recovery point takes its partition offline, because
//! something that was acknowledged is gone.
//!
//! # A frame of the journal
//!
//! ```text
//!  0 magic u32 = 434c4a46     24 live from u64        60 crc32 u32 of all but itself
//!  4 version u16 = 1          32 synced through u64   64 entries, 44 bytes each:
//!  6 shard u16                40 frame bytes u32           topic id 16 | partition u32 |
//!  8 generation u64           44 entries u32               segment u64 | position u32 |
//! 16 sequence u64             48 zeros                     bytes u32 | base u64
//!                                                     .. payload: batches, as in segments
//!                                                     .. zeros up to a block of 4096 bytes
//! ```
//!
//! A journal has four files at most, written one after the other and round again. *Live from* is
//! the oldest frame whose batches may not be in their segments; *synced through* the newest frame
//! known to be on the disk when this one was written. A file is written again only when a synced
//! frame in another one says that what it held is not live. Where no batch comes in time, a frame
//! without entries says so, in the block that is kept for it at the end of every file.
//!
//! # A worked example
//!
//! Topic `t`, one partition, one record of 100 bytes a batch (168 bytes with its headers). Batch
//! A is in the segment, at 0..168. Batch B comes:
//!
//! ```text
//! step                                   a power cut here leaves
//! 1 B is staged: offset 1, place 168     A. B was not acknowledged.
//! 2 frame 7 is written: head, B, entry   A, and perhaps a torn frame: its crc is wrong, replay
//!                                        ends before it. Nothing else claims frame 7 was synced.
//! 3 fdatasync of the journal file        A, and frame 7 whole: replay writes B to 168..336.
//! 4 B is acknowledged and readable       the same
//! 5 write-back: block 0 of the segment   frame 7 is still live. However the block is torn, its
//!   again, A as it was and B behind it   first 168 bytes are A's in both versions, and replay
//!                                        writes B.
//! 6 the journal file is full: the        the same, until the sync is done
//!   segment is synced
//! 7 frame 1006 is written to another     A and B are in the segment. With 1005 as the newest
//!   file: its *live from* lies behind 7  frame replay writes B once more; with 1006 it does not.
//! 8 the file is written again, from      the same: nothing on the disk calls frame 7 live, so
//!   its start; first with frame 1007     nobody misses it
//! ```
//!
//! A commit of [`corelane.journal.direct.bytes`](crate::config) or more takes another way: what
//! the journal holds of the partition is settled first, then the commit is written to the segment
//! alone, and that is synced. Cut before the sync, there may be a torn batch at the end of the
//! segment: recovery scans from the recovery point, finds the CRC wrong, and cuts there. It was
//! not acknowledged.
//!
//! The name of a segment file, of its directory and the id in `partition.metadata` are made
//! durable before the first frame that counts on them. So when replay finds no file for an entry,
//! retention or a deletion took it.
//!
//! A roll: the next segment's file exists already under another name. It is renamed, the directory
//! synced, and only then something in it is acknowledged. In the background the old file gets its
//! exact length, its indexes and the snapshot; when all are synced the recovery point passes it. A
//! cut in between makes the next boot scan both.
//!
//! A deletion is a record of the metadata log. When that is durable the directory is renamed, and
//! the rename and the checkpoints without the topic are synced before anything else is decided:
//! a topic made again under the name must not find them. A cut before the rename: boot finds a
//! directory that no topic owns and sets it aside as stray. DeleteRecords is answered before
//! the checkpoint knows of it, as in Kafka: a cut within the next seconds brings records back.
//!
//! A segment whose file fails keeps its partition from being settled. Before the journal's file is
//! written again, what it holds of that partition is copied to a journal of its own: one file of
//! another generation, whose frames say that they are all live, and the last one, without entries,
//! that the others were synced. It lies there until a start replays it.
//!
//! Replay itself may be cut: it writes the same bytes to the same places, syncs them, leaves
//! `corelane-journals-needless`, and removes the journals. While that file is there, journals are
//! only removed: some of the frames without the others would look like lost ones.
