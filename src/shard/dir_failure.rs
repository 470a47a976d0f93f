//! What becomes of a log directory in which something failed.
//!
//! A write or sync that fails fences its partition for good, whatever the reason: one bad sector
//! takes one partition down. Shard 0 then writes, syncs and reads a file of its own in the
//! directory. When that fails too, or partitions keep failing, the directory is taken offline as a
//! whole, until the process is started again (Kafka does so at the first failure of any file,
//! `LogDirFailureChannel`). A full disk heals by itself and is no failure.
//!
//! Deliberately absent: a disk that neither answers nor fails; whoever waits for it waits.

use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::log_dirs::LogDir;
use super::partition::Fault;
use super::{CONTROLLER, Shard};
use crate::cluster::Command;
use crate::io::{limits, probe, task};

/// Failed writes in one directory after which it is offline, whatever its tests say.
const STRIKES_MAX: usize = 3;

impl Shard {
    /// Something failed in a directory, for the reason told. Whether it still works is found out
    /// beside everything else.
    pub(super) fn suspect(self: &Rc<Self>, dir: &Arc<LogDir>, cause: String) {
        let (shard, dir) = (self.clone(), dir.clone());
        task::spawn(async move {
            let judged = shard.on(CONTROLLER, move |shard| {
                Box::pin(async move { shard.judge(&dir, cause).await })
            });
            // A node that stops need not know.
            let _stopping = match judged.await {
                Ok(judged) => judged.await,
                Err(stopped) => Err(stopped),
            };
        })
        .detach();
    }

    /// As above, of a write or sync: those count.
    pub(super) fn suspect_writes(self: &Rc<Self>, dir: &Arc<LogDir>, fault: &Fault) {
        let cause = match dir.strike() {
            0..STRIKES_MAX => fault.to_string(),
            count => {
                let cause = format!("{fault}, the failure number {count}");
                dir.fail(cause.clone());
                cause
            }
        };
        self.suspect(dir, cause);
    }

    async fn judge(self: Rc<Self>, dir: &Arc<LogDir>, cause: String) {
        let _turn = self.judging.lock().await;
        if self.is_stopping() || dir.was_announced() {
            return;
        }
        if dir.is_online() {
            match probe::self_test(&dir.path).await {
                Ok(_) => return,
                Err(error) if !is_failure(&error) => return,
                Err(error) => dir.fail(format!("{cause}; a test file: {error}")),
            };
        }
        self.take_offline(dir).await;
    }

    /// Tells everybody, once, that a directory has failed.
    pub async fn take_offline(self: &Rc<Self>, dir: &Arc<LogDir>) {
        dir.announce();
        let index = dir.index;
        let path = dir.path.clone();
        let fenced = self.gather(move |shard| {
            let fault = Fault::LogDir(path.clone());
            Box::pin(async move {
                let all = shard.partitions().into_iter();
                let lost: Vec<_> = all.filter(|p| p.dir.index == index).collect();
                lost.iter().for_each(|p| p.fence(fault.clone()));
                lost.len() + shard.count_offline(&fault)
            })
        });
        let partitions: usize = fenced.await.map_or(0, |counts| counts.iter().sum());
        tracing::error!(
            directory = %dir.path.display(), cause = dir.failure(), partitions,
            "a log directory failed; its partitions are offline: repair or replace its disk and \
             start the broker again"
        );
        if !self.dirs.suffice() {
            self.doomed.open();
            return;
        }
        let node = self.settings().node;
        let online = self.dirs.online_ids();
        let told = self.command(Command::LoseLogDirs { node, online });
        if let Err(refused) = told.await {
            tracing::warn!(%refused, "clients are not told of the failed log directory");
        }
    }

    /// Resolves when no log directory is left that the node could go on with; on shard 0.
    pub async fn is_doomed(&self) {
        self.doomed.opened().await;
    }
}

/// Whether an error speaks of the directory, not of what is scarce for a while.
fn is_failure(error: &io::Error) -> bool {
    use io::ErrorKind::{OutOfMemory, QuotaExceeded, StorageFull};
    let is_scarce = matches!(error.kind(), StorageFull | QuotaExceeded | OutOfMemory);
    !is_scarce && !limits::is_out_of_descriptors(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_scarce_for_a_while_takes_no_directory_offline() {
        use io::ErrorKind as Kind;
        for scarce in [Kind::StorageFull, Kind::QuotaExceeded, Kind::OutOfMemory] {
            assert!(!is_failure(&scarce.into()), "{scarce}");
        }
        for broken in [
            Kind::ReadOnlyFilesystem,
            Kind::NotFound,
            Kind::PermissionDenied,
        ] {
            assert!(is_failure(&broken.into()), "{broken}");
        }
        assert!(is_failure(&io::Error::other("an error of the device")));
    }
}
