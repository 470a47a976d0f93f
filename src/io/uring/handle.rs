//! Open descriptors of one file, closed where closing hurts nobody.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::OnceLock;
use std::thread;

use crate::io::OpenMode;

/// Descriptors that may wait to be closed; beyond that they are closed where they are dropped.
const CLOSING_MAX: usize = 64;

/// One file: a descriptor for direct I/O and, once somebody sends from it, a buffered one.
#[derive(Debug)]
pub(super) struct Handle {
    /// `None` only while it is being dropped.
    file: Option<fs::File>,
    buffered: OnceLock<fs::File>,
    is_direct: bool,
}

impl Handle {
    /// Opens for direct I/O, or for buffered I/O where the file system refuses direct. Blocks.
    pub(super) fn open(path: &Path, mode: OpenMode) -> io::Result<Handle> {
        match Handle::options(mode)
            .custom_flags(libc::O_DIRECT)
            .open(path)
        {
            Ok(file) => Ok(Handle::of(file, true)),
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                Ok(Handle::of(Handle::options(mode).open(path)?, false))
            }
            Err(error) => Err(error),
        }
    }

    fn options(mode: OpenMode) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true);
        options
            .write(mode != OpenMode::ReadOnly)
            .create(mode == OpenMode::Create);
        options
    }

    fn of(file: fs::File, is_direct: bool) -> Handle {
        Handle {
            file: Some(file),
            buffered: OnceLock::new(),
            is_direct,
        }
    }

    /// The descriptor that reads and writes past the page cache.
    pub(super) fn file(&self) -> &fs::File {
        self.file.as_ref().expect("a live handle has its file")
    }

    pub(super) fn raw(&self) -> RawFd {
        self.file().as_raw_fd()
    }

    /// Whether reads and writes go past the page cache.
    pub(super) fn is_direct(&self) -> bool {
        self.is_direct
    }

    /// A descriptor through the page cache, opened at first use. It goes by descriptor, not by
    /// path, so it finds files that were renamed or removed since.
    pub(super) fn buffered(&self) -> io::Result<&fs::File> {
        if let Some(file) = self.buffered.get() {
            return Ok(file);
        }
        let opened = fs::File::open(format!("/proc/self/fd/{}", self.raw()))?;
        Ok(self.buffered.get_or_init(|| opened))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let files = [self.file.take(), self.buffered.take()];
        files
            .into_iter()
            .flatten()
            .for_each(|file| close_later(file.into()));
    }
}

/// The last close of a removed file frees its blocks, which takes milliseconds for a large one.
/// A thread of the process does it, so that no executor waits.
fn close_later(descriptor: OwnedFd) {
    static CLOSER: OnceLock<Option<flume::Sender<OwnedFd>>> = OnceLock::new();
    let closer = CLOSER.get_or_init(|| {
        let (sender, receiver) = flume::bounded::<OwnedFd>(CLOSING_MAX);
        let close = move || receiver.iter().for_each(drop);
        thread::Builder::new()
            .name("closer".into())
            .spawn(close)
            .ok()
            .map(|_| sender)
    });
    if let Some(closer) = closer {
        // Refused when too many wait: the descriptor comes back in the error and closes here.
        let _ = closer.try_send(descriptor);
    }
}
