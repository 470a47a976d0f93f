//! From a directory to a partition: made empty, or found and recovered.

use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::Partition;
use super::appender::BLOCK;
use super::exchange;
use super::fault::Fault;
use super::files::SegmentFiles;
use super::hosted::Start;
use super::owner::{mark_owner, owner_of};
use super::policy::Policy;
use crate::io::{File, OpenMode, clock, fs};
use crate::log::layout::{self, FileKind, LogFileName, names};
use crate::log::{
    Damage, Epochs, Feed, Inventory, Log, Recovered, Recovery, SegmentFile, Step, Trust, Why,
    layout::FileSuffix,
};
use crate::model::{LeaderEpoch, Offset, PartitionId, TopicPartition};
use crate::replica::Leader;
use crate::shard::loaded_indexes::LoadedIndexes;
use crate::shard::log_dirs::LogDir;
use crate::shard::open_files::OpenFiles;

/// Bytes read at once while scanning a segment.
const SCAN_BYTES: usize = 1 << 20;

/// What a shard knows of a partition before it opens it.
pub struct Opening {
    pub id: PartitionId,
    pub name: TopicPartition,
    pub epoch: LeaderEpoch,
    pub policy: Rc<Policy>,
    /// The log directory that holds the partition's own.
    pub dir: Arc<LogDir>,
    /// Of the checkpoint files.
    pub log_start: Offset,
    /// Of the cleaner's checkpoint.
    pub cleaned: Option<Offset>,
    pub trust: Trust,
    /// Everything below was durable in the last run.
    pub durable: Offset,
    /// Of the shard, and so are the indexes.
    pub files: Rc<OpenFiles>,
    pub indexes: Rc<LoadedIndexes>,
}

/// Opens the partition's directory, making it if it is not there.
pub async fn open(opening: Opening) -> Result<Partition, Fault> {
    let directory = opening.dir.join(opening.name.to_string());
    let broken = |error: io::Error| Fault::Directory(format!("{}: {error}", directory.display()));
    if fs::exists(&directory).await.map_err(broken)? {
        adopt(opening, &directory).await
    } else {
        create(opening, &directory).await.map_err(broken)
    }
}

async fn create(opening: Opening, directory: &Path) -> io::Result<Partition> {
    // Not its parents: a log directory that is gone is not to be made again in another place.
    fs::create_dir(directory).await?;
    mark_owner(directory, opening.id.topic).await?;
    let mut log = Log::new(opening.policy.log, Offset::ZERO, clock::wall());
    log.assign_epoch(opening.epoch);
    for kind in [FileKind::Log, FileKind::OffsetIndex, FileKind::TimeIndex] {
        let path = directory.join(kind.at(Offset::ZERO).to_string());
        fs::write(&path, Vec::new()).await?;
    }
    let epochs = layout::encode_epochs(log.epochs()).into_bytes();
    fs::write(&directory.join(names::LEADER_EPOCHS), epochs).await?;
    Ok(host(opening, directory, log, Vec::new(), true))
}

async fn adopt(opening: Opening, directory: &Path) -> Result<Partition, Fault> {
    let broken = |error: io::Error| Fault::Directory(format!("{}: {error}", directory.display()));
    check_owner(&opening, directory).await?;
    exchange::finish_interrupted(directory, &opening.policy.log).await?;
    let found = find(&opening, directory).await.map_err(broken)?;
    let clean = found.trust == Trust::All;
    let recovered = drive(&opening, directory, found).await.map_err(broken)?;
    report(&opening.name, directory, &recovered);
    if recovered.report.loses_synced() {
        return Err(Fault::Directory(format!(
            "{}: records that were synced cannot be read any more; restore the directory from a \
             replica or a backup, or delete it to start the partition empty",
            directory.display()
        )));
    }
    let Recovered { mut log, report } = recovered;
    mend(directory, &log, &report).await.map_err(broken)?;
    let new_epoch = log.assign_epoch(opening.epoch);
    let open_block = read_open_block(directory, &log).await.map_err(broken)?;
    let dirty = !clean || new_epoch || !report.cuts.is_empty();
    Ok(host(opening, directory, log, open_block, dirty))
}

/// A directory that says it is another topic's is left alone; one that says nothing is this
/// partition's by its name.
async fn check_owner(opening: &Opening, directory: &Path) -> Result<(), Fault> {
    let shown = directory.display();
    let broken = |error: io::Error| Fault::Directory(format!("{shown}: {error}"));
    let topic = opening.id.topic;
    match owner_of(directory).await.map_err(broken)? {
        Some(owner) if owner == topic => Ok(()),
        Some(owner) => Err(Fault::Directory(format!(
            "{shown} belongs to topic id {owner}, not to {topic}; move the directory away"
        ))),
        None => mark_owner(directory, topic).await.map_err(broken),
    }
}

async fn find(opening: &Opening, directory: &Path) -> io::Result<Inventory> {
    let mut found = Inventory {
        segments: Vec::new(),
        snapshots: Vec::new(),
        epochs: Epochs::default(),
        log_start: opening.log_start,
        trust: opening.trust,
        durable: opening.durable,
    };
    let mut index_files = Vec::new();
    for entry in fs::list(directory).await? {
        let Some(name) = LogFileName::parse(&entry.name) else {
            if entry.name == names::PREPARED {
                fs::remove_file(&directory.join(&entry.name)).await?;
            }
            continue;
        };
        match (name.suffix, name.kind) {
            // Deletion or compaction was under way: what it left is of no use.
            (Some(FileSuffix::Deleted | FileSuffix::Cleaned | FileSuffix::Swap), _) => {
                fs::remove_file(&directory.join(&entry.name)).await?;
            }
            (None, FileKind::Log) => found.segments.push(SegmentFile {
                base: name.base,
                bytes: entry.len,
                indexed: false,
                modified: clock::wall(),
            }),
            (None, FileKind::Snapshot) => found.snapshots.push(name.base),
            (None, FileKind::OffsetIndex | FileKind::TimeIndex) => index_files.push(name.base),
            (None, FileKind::TxnIndex) => {}
        }
    }
    for segment in &mut found.segments {
        segment.indexed = index_files
            .iter()
            .filter(|base| **base == segment.base)
            .count()
            == 2;
    }
    if let Ok(bytes) = fs::read(&directory.join(names::LEADER_EPOCHS)).await {
        let epochs = layout::decode_epochs(&String::from_utf8_lossy(&bytes));
        found.epochs = epochs.unwrap_or_default();
    }
    Ok(found)
}

/// Does what the recovery asks for until it has its log.
async fn drive(opening: &Opening, directory: &Path, found: Inventory) -> io::Result<Recovered> {
    let file = |kind: FileKind, base: Offset| directory.join(kind.at(base).to_string());
    let mut recovery = Recovery::new(opening.policy.log, found, clock::wall());
    loop {
        match recovery.step() {
            Step::ReadSnapshot(offset) => {
                let bytes = fs::read(&file(FileKind::Snapshot, offset)).await.ok();
                recovery.on_snapshot(bytes.as_deref());
            }
            Step::ReadIndexes(base) => {
                let offsets = fs::read(&file(FileKind::OffsetIndex, base)).await.ok();
                let times = fs::read(&file(FileKind::TimeIndex, base)).await.ok();
                let aborted = fs::read(&file(FileKind::TxnIndex, base))
                    .await
                    .unwrap_or_default();
                let files = offsets.as_deref().zip(times.as_deref());
                recovery.on_indexes(files.map(|(offsets, times)| [offsets, times, &aborted[..]]));
            }
            Step::ReadHead(base) => {
                let log = File::open(&file(FileKind::Log, base), OpenMode::ReadOnly).await?;
                recovery.on_head(&log.read_at(0, crate::records::HEADER_BYTES).await?);
            }
            Step::Scan { segment, position } => {
                scan(&mut recovery, &file(FileKind::Log, segment), position).await?;
                recovery.on_end();
            }
            Step::Finish => return Ok(recovery.finish()),
        }
    }
}

async fn scan(recovery: &mut Recovery, path: &Path, mut position: u64) -> io::Result<()> {
    let log = File::open(path, OpenMode::ReadOnly).await?;
    let end = log.len().await?;
    while position < end {
        // Not more than there is: a node opens thousands of files of which most are small.
        let left = usize::try_from(end - position).unwrap_or(SCAN_BYTES);
        let bytes = log.read_at(position, left.min(SCAN_BYTES)).await?;
        if bytes.is_empty() || recovery.feed(&bytes) == Feed::Enough {
            break;
        }
        position += bytes.len() as u64;
    }
    // What a killed process wrote without a sync is on no disk yet, and from here on it counts
    // as committed: producers who ask again are told so.
    log.sync().await
}

/// Says what was found, if it was not what a clean stop leaves.
fn report(name: &TopicPartition, directory: &Path, recovered: &Recovered) {
    let report = &recovered.report;
    let path = |damage: &Damage| directory.join(FileKind::Log.at(damage.segment).to_string());
    for damage in &report.rotten {
        tracing::error!(
            partition = %name, file = %path(damage).display(), position = damage.position,
            offset = %damage.offset, fault = %damage.fault, "a closed segment is damaged"
        );
    }
    let end = recovered.log.staged_end();
    for at in report.stale_snapshots.iter().filter(|at| **at <= end) {
        let file = directory.join(FileKind::Snapshot.at(*at).to_string());
        tracing::warn!(
            partition = %name, file = %file.display(),
            "a snapshot of producers is damaged; it is removed, and made anew from the log"
        );
    }
    for cut in &report.cuts {
        // Room that was reserved for what would have followed; every kill leaves some.
        if cut.why == Why::Zeros && !cut.synced {
            tracing::debug!(partition = %name, end = %cut.offset, "reserved room was given back");
            continue;
        }
        tell_cut(name, &path(cut), cut);
    }
}

/// A torn end is what a crash leaves of a write that nobody was told of. Where more was
/// acknowledged nothing is cut; where nobody knows, whole batches behind the end are a reason to
/// look at the disk.
fn tell_cut(name: &TopicPartition, file: &Path, cut: &Damage) {
    let (file, fault) = (file.display(), &cut.fault);
    let (position, bytes, end) = (cut.position, cut.bytes, cut.offset);
    if cut.synced {
        tracing::error!(
            partition = %name, %file, position, offset = %end, %fault,
            "acknowledged records are damaged or missing; nothing was cut"
        );
    } else if cut.why == Why::Hole {
        tracing::warn!(
            partition = %name, %file, position, bytes, %end, %fault,
            "the log ends here, before whole batches of a write that was not acknowledged, or \
             whose acknowledgement nobody remembers; they were cut"
        );
    } else {
        tracing::info!(
            partition = %name, %file, position, bytes, %end, why = ?cut.why, %fault,
            "the log ends here; what followed was cut"
        );
    }
}

/// Makes the files agree with the recovered log.
async fn mend(directory: &Path, log: &Log, report: &crate::log::Report) -> io::Result<()> {
    let path = |name: LogFileName| directory.join(name.to_string());
    for cut in &report.cuts {
        let file = File::open(&path(FileKind::Log.at(cut.segment)), OpenMode::ReadWrite).await?;
        file.truncate(cut.position.into()).await?;
        file.sync().await?;
    }
    let discarded = report.discarded.iter();
    let discarded = discarded.flat_map(|base| FileKind::ALL.map(|kind| kind.at(*base)));
    let stale = report
        .stale_snapshots
        .iter()
        .map(|at| FileKind::Snapshot.at(*at));
    for name in discarded.chain(stale) {
        match fs::remove_file(&path(name)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // A power cut can lose the names of files that were made and never synced.
    File::open(
        &path(FileKind::Log.at(log.active().base())),
        OpenMode::Create,
    )
    .await?;
    for base in &report.reindexed {
        let Some(indexes) = log.segment(*base).and_then(|segment| segment.indexes()) else {
            continue;
        };
        for (kind, bytes) in super::roll::index_files(indexes) {
            fs::write(&path(kind.at(*base)), bytes).await?;
            fs::sync_file(&path(kind.at(*base))).await?;
        }
    }
    fs::sync_dir(directory).await
}

/// The bytes of the active file's last block, which the next write repeats.
async fn read_open_block(directory: &Path, log: &Log) -> io::Result<Vec<u8>> {
    let active = log.active();
    let open = u64::from(active.bytes()) % BLOCK;
    if open == 0 {
        return Ok(Vec::new());
    }
    let path = directory.join(FileKind::Log.at(active.base()).to_string());
    let file = File::open(&path, OpenMode::ReadOnly).await?;
    let bytes = file
        .read_at(u64::from(active.bytes()) - open, open as usize)
        .await?;
    if bytes.len() as u64 != open {
        return Err(io::Error::other(
            "the active segment is shorter than its batches",
        ));
    }
    Ok(bytes.to_vec())
}

fn host(
    opening: Opening,
    directory: &Path,
    log: Log,
    open_block: Vec<u8>,
    dirty: bool,
) -> Partition {
    let end = log.staged_end();
    let recovery_point = if dirty { log.active().base() } else { end };
    let start = Start {
        dir: opening.dir.clone(),
        leader: Leader::new(opening.epoch, end, end),
        log,
        open_block,
        recovery_point,
        dirty,
        cleaned: opening.cleaned,
        indexes: opening.indexes,
    };
    let files = SegmentFiles::new(opening.id, opening.dir, directory.to_owned(), opening.files);
    Partition::new(opening.id, opening.name, files, opening.policy, start)
}
