use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::lock::Mutex;

use super::boot_marks::BootMarks;
use super::budget::Budget;
use super::checkpoint::Checkpoints;
use super::controller::Controller;
use super::journal::Journal;
use super::latch::Latch;
use super::loaded_indexes::LoadedIndexes;
use super::log_dirs::{LogDir, LogDirs};
use super::open_files::{OpenFiles, files_max};
use super::partition::{Fault, Partition, write_back::WriteBacks};
use super::producer_ids::ProducerIds;
use super::router::Router;
use super::tails::TailRing;
use crate::cluster::{Cluster, Image};
use crate::config::Settings;
use crate::io::{Listener, Pool, Task, limits, watch};
use crate::log::layout::MetaProperties;
use crate::metrics;
use crate::model::{Offset, PartitionId, ShardId};

/// Commits of one shard that may write to segments at once, at most: bounds open files and queued
/// syncs. Never more than files are kept open.
const COMMITS_MAX: usize = 256;

/// Background works (closing segments) of one shard at once.
const BACKGROUND_MAX: usize = 2;

/// Batches of one shard that are checked on the blocking pool at once: one of its two threads is
/// left to cold reads.
const CHECKS_MAX: usize = 1;

/// Why a shard does not serve a partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unserved {
    #[error("this shard does not host the partition")]
    NotHosted,
    #[error(transparent)]
    Offline(Fault),
}

/// What all shards of a node are made from.
#[derive(Clone)]
pub struct Plan {
    pub router: Router,
    pub settings: Arc<Settings>,
    pub dirs: Arc<LogDirs>,
}

/// One core's world. Everything in it lives and dies on this core; other shards reach it through
/// their [`Router`] only.
pub struct Shard {
    pub id: ShardId,
    pub router: Router,
    settings: RefCell<Arc<Settings>>,
    pub dirs: Arc<LogDirs>,
    pub pool: Pool,
    pub metrics: Rc<metrics::Shard>,
    /// Bytes of requests that this shard's connections may have in work.
    pub requests: Budget,
    /// Bytes of large requests that are still arriving, as many again.
    pub arriving: Budget,
    pub(super) tails: TailRing,
    pub(super) files: Rc<OpenFiles>,
    pub(super) indexes: Rc<LoadedIndexes>,
    pub(super) commit_slots: Budget,
    /// One for each log directory: what fails with a directory fails with its journal.
    journals: Vec<Journal>,
    pub(super) write_backs: WriteBacks,
    pub(super) background: Budget,
    pub(super) checks: Budget,
    partitions: RefCell<BTreeMap<PartitionId, Rc<Partition>>>,
    /// Partitions that could not be opened, and why.
    offline: RefCell<BTreeMap<PartitionId, Fault>>,
    cluster: RefCell<Cluster>,
    metadata_end: Cell<Offset>,
    boot_marks: RefCell<Arc<BootMarks>>,
    /// What the checkpoint files say, once this run has written them; of shard 0.
    pub(super) checkpointed: Mutex<Checkpoints>,
    /// One failed directory is looked at at a time; of shard 0.
    pub(super) judging: Mutex<()>,
    /// Opened when no directory is left that the node could go on with; of shard 0.
    pub(super) doomed: Latch,
    identity: OnceCell<MetaProperties>,
    controller: OnceCell<Rc<Controller>>,
    producer_ids: ProducerIds,
    stopping: Cell<bool>,
    stopped: Latch,
    /// Tasks that serve until the node stops.
    serving: RefCell<Vec<Task<()>>>,
    /// Bound and not yet accepting.
    listeners: RefCell<Vec<(Rc<str>, Listener)>>,
}

fn journals(shard: ShardId, dirs: &LogDirs, bytes: u64) -> Vec<Journal> {
    let journal = |dir: &Arc<LogDir>| Journal::new(shard, dir, bytes);
    dirs.all().iter().map(journal).collect()
}

impl Shard {
    pub fn new(id: ShardId, plan: Plan) -> Rc<Shard> {
        let Plan {
            router,
            settings,
            dirs,
        } = plan;
        let files = files_max(limits::descriptors_max(), router.shards().count());
        Rc::new(Shard {
            id,
            metrics: Rc::default(),
            pool: Pool::new(settings.memory.idle_bytes),
            requests: Budget::new(requests_bytes(&settings, &router)),
            arriving: Budget::new(requests_bytes(&settings, &router)),
            tails: TailRing::new(settings.memory.tail_bytes),
            files: Rc::new(OpenFiles::new(files)),
            indexes: Rc::new(LoadedIndexes::new(settings.memory.index_bytes)),
            commit_slots: Budget::new(COMMITS_MAX.min(files)),
            journals: journals(id, &dirs, settings.journal.bytes),
            write_backs: WriteBacks::new(settings.memory.unsettled_bytes),
            background: Budget::new(BACKGROUND_MAX),
            checks: Budget::new(CHECKS_MAX),
            partitions: RefCell::default(),
            offline: RefCell::default(),
            cluster: RefCell::default(),
            metadata_end: Cell::new(Offset::ZERO),
            boot_marks: RefCell::default(),
            checkpointed: Mutex::default(),
            judging: Mutex::default(),
            doomed: Latch::default(),
            identity: OnceCell::new(),
            controller: OnceCell::new(),
            producer_ids: ProducerIds::default(),
            stopping: Cell::new(false),
            stopped: Latch::default(),
            serving: RefCell::default(),
            listeners: RefCell::default(),
            router,
            settings: RefCell::new(settings),
            dirs,
        })
    }

    /// What it has counted so far; its longest turn is that since the last call.
    pub fn measured(&self) -> metrics::Snapshot {
        self.metrics.on_turn(watch::take_longest_turn());
        self.metrics.snapshot()
    }

    /// The broker's settings in force.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.borrow().clone()
    }

    pub(super) fn set_settings(&self, settings: Arc<Settings>) {
        *self.settings.borrow_mut() = settings;
    }

    /// The cluster as this shard knows it. Not to be held across an await.
    pub fn image(&self) -> Ref<'_, Image> {
        Ref::map(self.cluster.borrow(), Cluster::image)
    }

    pub(super) fn cluster(&self) -> Ref<'_, Cluster> {
        self.cluster.borrow()
    }

    pub(super) fn cluster_mut(&self) -> RefMut<'_, Cluster> {
        self.cluster.borrow_mut()
    }

    /// End of the metadata log that this shard's image was replayed from.
    pub fn metadata_end(&self) -> Offset {
        self.metadata_end.get()
    }

    pub(super) fn set_metadata_end(&self, end: Offset) {
        self.metadata_end.set(end);
    }

    /// Whose data directory this is; to be told once, at boot.
    pub fn set_identity(&self, identity: MetaProperties) {
        let set = self.identity.set(identity);
        assert!(set.is_ok(), "a shard boots once");
    }

    pub fn identity(&self) -> &MetaProperties {
        self.identity
            .get()
            .expect("the identity is told before anything is served")
    }

    /// What the last run left, from before partitions are opened until all of them are: what is
    /// made later under one of their names starts from nothing.
    pub fn set_boot_marks(&self, marks: Arc<BootMarks>) {
        *self.boot_marks.borrow_mut() = marks;
    }

    pub(super) fn boot_marks(&self) -> Arc<BootMarks> {
        self.boot_marks.borrow().clone()
    }

    /// The metadata log's host; on shard 0 only, and not before it was opened.
    pub fn controller(&self) -> Option<Rc<Controller>> {
        self.controller.get().cloned()
    }

    pub fn set_controller(&self, controller: Controller) {
        let set = self.controller.set(Rc::new(controller));
        assert!(set.is_ok(), "a shard opens the metadata log once");
    }

    pub(super) fn producer_ids(&self) -> &ProducerIds {
        &self.producer_ids
    }

    /// A partition that this shard hosts.
    pub fn partition(&self, id: PartitionId) -> Option<Rc<Partition>> {
        self.partitions.borrow().get(&id).cloned()
    }

    /// The journal of a log directory.
    pub(super) fn journal(&self, dir: &LogDir) -> &Journal {
        &self.journals[dir.index]
    }

    pub(super) fn journals(&self) -> &[Journal] {
        &self.journals
    }

    /// A partition that this shard serves.
    pub fn served(&self, id: PartitionId) -> Result<Rc<Partition>, Unserved> {
        match self.partition(id) {
            Some(partition) => Ok(partition),
            None => Err(match self.offline.borrow().get(&id) {
                Some(fault) => Unserved::Offline(fault.clone()),
                None => Unserved::NotHosted,
            }),
        }
    }

    /// All partitions that this shard hosts, in order of their ids, so that runs of the simulated
    /// world repeat.
    pub fn partitions(&self) -> Vec<Rc<Partition>> {
        self.partitions.borrow().values().cloned().collect()
    }

    pub(super) fn host(&self, partition: Rc<Partition>) {
        self.partitions.borrow_mut().insert(partition.id, partition);
    }

    pub(super) fn host_offline(&self, id: PartitionId, fault: Fault) {
        self.offline.borrow_mut().insert(id, fault);
    }

    /// Partitions that could not be opened for this reason.
    pub(super) fn count_offline(&self, why: &Fault) -> usize {
        let offline = self.offline.borrow();
        offline.values().filter(|fault| *fault == why).count()
    }

    pub(super) fn unhost(&self, id: PartitionId) -> Option<Rc<Partition>> {
        self.offline.borrow_mut().remove(&id);
        self.partitions.borrow_mut().remove(&id)
    }

    /// Whether the node goes down: new work is refused.
    pub fn is_stopping(&self) -> bool {
        self.stopping.get()
    }

    /// Refuses new work from now on, and cancels what serves until now.
    pub async fn begin_stop(&self) {
        self.stopping.set(true);
        let serving = self.serving.take();
        for task in serving {
            task.cancel().await;
        }
        for partition in self.partitions() {
            partition.wake_readers();
        }
    }

    /// Keeps a task running until the node stops.
    pub fn keep(&self, task: Task<()>) {
        self.serving.borrow_mut().push(task);
    }

    /// Holds a bound listener until it is time to accept.
    pub fn hold(&self, name: &str, listener: Listener) {
        self.listeners.borrow_mut().push((name.into(), listener));
    }

    pub fn take_listeners(&self) -> Vec<(Rc<str>, Listener)> {
        self.listeners.take()
    }

    /// The last step of this shard: its main task may return.
    pub fn end(&self) {
        self.stopped.open();
    }

    /// Resolves after [`Shard::end`].
    pub async fn ended(&self) {
        self.stopped.opened().await;
    }
}

/// Requests that this shard's connections may have in work, bytes: its share of the node's limit,
/// and no more than it may hold unwritten. A request that is larger waits until it is alone.
fn requests_bytes(settings: &Settings, router: &Router) -> usize {
    let share = settings.network.requests_bytes_max / router.shards().count();
    share.min(settings.memory.staged_bytes)
}
