//! The doors of `io::fs` on the simulated disk.

use std::io;
use std::path::Path;

use bytes::Bytes;

use super::disk::{InodeId, Volume};
use super::file::begin_sync;
use super::operation::{READ, WRITE, brief, broken, full, operation, sync_latency};
use super::site::{Asker, Part, Site};
use super::task::in_kernel;
use crate::io::fs::{Entry, temporary_of};

/// Free space of a disk without a capacity: 1 TiB.
const ENDLESS_BYTES: u64 = 1 << 40;

pub async fn create_dir(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    brief(move |volume| volume.create_dir(&path)).await
}

pub async fn create_dir_all(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    brief(move |volume| volume.create_dir_all(&path)).await
}

pub async fn sync_dir(path: &Path, asker: Asker) -> io::Result<()> {
    let path = path.to_owned();
    operation(sync_latency(), move |volume, _| {
        let site = Site::of(asker, Part::Names);
        let is_lie = volume.sync_is_lie(site);
        if volume.sync_fails_now(site) {
            return Err(broken());
        }
        Ok(Box::new(move |volume| volume.sync_names(&path, is_lie)))
    })
    .await
}

pub async fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_start(path, usize::MAX).await
}

pub async fn read_start(path: &Path, bytes_max: usize) -> io::Result<Vec<u8>> {
    let path = path.to_owned();
    operation(READ, move |volume, _| {
        if volume.read_fails_now() {
            return Err(broken());
        }
        Ok(Box::new(move |volume| {
            let inode = volume.open(&path, false)?;
            Ok(volume.file(inode).read(0, bytes_max))
        }))
    })
    .await
}

/// Each step may be the last before a power cut.
pub async fn write_atomic(path: &Path, bytes: Vec<u8>, asker: Asker) -> io::Result<()> {
    let path = path.to_owned();
    in_kernel(async move {
        let temporary = temporary_of(&path);
        write(&temporary, bytes).await?;
        sync_file(&temporary, asker).await?;
        rename(&temporary, &path).await?;
        sync_dir(path.parent().unwrap_or(Path::new("/")), asker).await
    })
    .await
}

pub async fn write(path: &Path, bytes: Vec<u8>) -> io::Result<()> {
    let path = path.to_owned();
    in_kernel(async move {
        let open = move |volume: &mut Volume| {
            let inode = volume.open(&path, true)?;
            volume.file_mut(inode).set_len(0);
            Ok(inode)
        };
        let inode = brief(open).await?;
        fill(inode, 0, bytes.into()).await
    })
    .await
}

pub async fn sync_file(path: &Path, asker: Asker) -> io::Result<()> {
    let path = path.to_owned();
    operation(sync_latency(), move |volume, _| {
        let inode = volume.open(&path, false)?;
        Ok(begin_sync(volume, inode, asker))
    })
    .await
}

pub async fn patch(path: &Path, runs: Vec<(u64, Bytes)>) -> io::Result<()> {
    let path = path.to_owned();
    in_kernel(async move {
        let inode = brief(move |volume| volume.open(&path, false)).await?;
        for (position, bytes) in runs {
            fill(inode, position, bytes).await?;
        }
        Ok(())
    })
    .await
}

/// Covers the content of files, not their names: POSIX promises no more.
pub async fn sync_volume(_path: &Path, asker: Asker) -> io::Result<()> {
    operation(sync_latency(), move |volume, _| {
        let marks = volume.begin_sync();
        let site = Site::of(asker, Part::Content);
        let is_lie = volume.sync_is_lie(site);
        let fails = volume.sync_fails_now(site);
        Ok(Box::new(move |volume| {
            volume.end_sync(marks, !fails, is_lie);
            if fails { Err(broken()) } else { Ok(()) }
        }))
    })
    .await
}

pub async fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    brief(move |volume| volume.rename(&from, &to)).await
}

pub async fn remove_file(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    brief(move |volume| volume.remove_file(&path)).await
}

pub async fn remove_dir_all(path: &Path) -> io::Result<()> {
    let path = path.to_owned();
    brief(move |volume| volume.remove_dir_all(&path)).await
}

pub async fn list(path: &Path) -> io::Result<Vec<Entry>> {
    let path = path.to_owned();
    brief(move |volume| volume.list(&path)).await
}

pub async fn exists(path: &Path) -> io::Result<bool> {
    let path = path.to_owned();
    brief(move |volume| volume.exists(&path)).await
}

pub async fn free_space(_path: &Path) -> io::Result<u64> {
    brief(|volume| {
        let capacity = volume.faults.capacity.unwrap_or(ENDLESS_BYTES);
        Ok(capacity.saturating_sub(volume.used()))
    })
    .await
}

pub async fn total_space(_path: &Path) -> io::Result<u64> {
    brief(|volume| Ok(volume.faults.capacity.unwrap_or(ENDLESS_BYTES))).await
}

async fn fill(inode: InodeId, position: u64, bytes: Bytes) -> io::Result<()> {
    operation(WRITE, move |volume, _| {
        volume.check(inode)?;
        if !volume.has_room(inode, position + bytes.len() as u64) {
            return Err(full());
        }
        if volume.write_fails_now() {
            return Err(broken());
        }
        Ok(Box::new(move |volume| {
            volume.file_mut(inode).write(position, bytes);
            Ok(())
        }))
    })
    .await
}
