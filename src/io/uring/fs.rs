//! File-system verbs on the blocking pool.

use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::Path;

use bytes::Bytes;

use super::task::block_on_pool;
use crate::io::fs::{Entry, temporary_of};

/// Runs one blocking call on the pool; a panic there becomes an error here.
pub(super) async fn on_pool<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    block_on_pool(work)
        .await
        .unwrap_or_else(|panicked| Err(io::Error::other(panicked)))
}

pub async fn create_dir(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || fs::create_dir(path)).await
}

pub async fn create_dir_all(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || fs::create_dir_all(path)).await
}

pub async fn sync_dir(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || sync_directory(&path)).await
}

pub async fn read(path: &Path) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    on_pool(move || fs::read(path)).await
}

pub async fn read_start(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    on_pool(move || {
        let mut start = Vec::new();
        let file = fs::File::open(path)?;
        file.take(bytes_max as u64).read_to_end(&mut start)?;
        Ok(start)
    })
    .await
}

pub async fn write_atomic(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || {
        let temporary = temporary_of(&path);
        let mut file = fs::File::create(&temporary)?;
        file.write_all(&bytes)?;
        file.sync_data()?;
        fs::rename(&temporary, &path)?;
        sync_directory(path.parent().unwrap_or(Path::new(".")))
    })
    .await
}

pub async fn write(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || fs::write(path, bytes)).await
}

pub async fn sync_file(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || OpenOptions::new().write(true).open(path)?.sync_data()).await
}

pub async fn patch(path: &Path, runs: Vec<(u64, Bytes)>) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || {
        let file = OpenOptions::new().write(true).open(path)?;
        for (position, bytes) in &runs {
            file.write_all_at(bytes, *position)?;
        }
        Ok(())
    })
    .await
}

pub async fn sync_volume(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || {
        let directory = fs::File::open(path)?;
        // SAFETY: takes a descriptor, which lives through the call, and no pointers.
        match unsafe { libc::syncfs(directory.as_raw_fd()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    })
    .await
}

pub async fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    on_pool(move || fs::rename(from, to)).await
}

pub async fn remove_file(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || fs::remove_file(path)).await
}

pub async fn remove_dir_all(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    on_pool(move || fs::remove_dir_all(path)).await
}

pub async fn list(path: &Path) -> io::Result<Vec<Entry>> {
    let path = path.to_owned();
    on_pool(move || entries_of(&path)).await
}

pub async fn exists(path: &Path) -> io::Result<bool> {
    let path = path.to_owned();
    on_pool(move || fs::exists(path)).await
}

pub async fn free_space(path: &Path) -> io::Result<u64> {
    let path = path.to_owned();
    let facts = on_pool(move || volume_facts(&path)).await?;
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}

pub async fn total_space(path: &Path) -> io::Result<u64> {
    let path = path.to_owned();
    let facts = on_pool(move || volume_facts(&path)).await?;
    Ok(facts.f_blocks.saturating_mul(facts.f_frsize))
}

fn sync_directory(path: &Path) -> io::Result<()> {
    // The parent of a bare name is the empty path; it means the current directory.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    fs::File::open(path)?.sync_all()
}

fn entries_of(path: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let facts = match entry.metadata() {
            Ok(facts) => facts,
            // Removed since the directory was read.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let is_dir = facts.is_dir();
        let len = if is_dir { 0 } else { facts.len() };
        entries.push(Entry { name, len, is_dir });
    }
    entries.sort_unstable();
    Ok(entries)
}

fn volume_facts(path: &Path) -> io::Result<libc::statvfs> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut facts = MaybeUninit::<libc::statvfs>::uninit();
    // SAFETY: `path` is a NUL-terminated string and `facts` has room for the structure; both
    // live through the call.
    if unsafe { libc::statvfs(path.as_ptr(), facts.as_mut_ptr()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: statvfs returned 0, so it has filled the structure.
    Ok(unsafe { facts.assume_init() })
}
