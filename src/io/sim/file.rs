use std::io;
use std::path::Path;

use bytes::Bytes;

use super::disk::{InodeId, PAGE_BYTES, SECTOR_BYTES, Volume};
use super::operation::{Finish, READ, WRITE, brief, broken, full, operation, sync_latency};
use super::random::Dice;
use super::site::{Asker, Part, Site};
use super::task::in_kernel;
use super::world::Sim;
use crate::io::OpenMode;

/// A file of the simulated disk, opened for direct I/O. It is a number, so clones cost nothing.
#[derive(Clone, Copy, Debug)]
pub struct File {
    inode: InodeId,
    writable: bool,
}

impl File {
    pub async fn open(path: &Path, mode: OpenMode) -> io::Result<File> {
        let path = path.to_owned();
        let create = mode == OpenMode::Create;
        let inode = brief(move |volume| volume.open(&path, create)).await?;
        Ok(File {
            inode,
            writable: mode != OpenMode::ReadOnly,
        })
    }

    pub async fn write_at(&self, data: Bytes, position: u64) -> io::Result<()> {
        self.check_alignment(&data, position);
        let inode = self.inode;
        let writable = self.writable;
        operation(WRITE, move |volume, dice| {
            if !writable {
                return Err(io::Error::from_raw_os_error(libc::EBADF));
            }
            begin_write(
                volume,
                dice,
                Write {
                    inode,
                    position,
                    data,
                },
            )
        })
        .await
    }

    pub async fn write_and_sync(&self, data: Bytes, position: u64, asker: Asker) -> io::Result<()> {
        let file = *self;
        in_kernel(async move {
            file.write_at(data, position).await?;
            file.sync(asker).await
        })
        .await
    }

    pub async fn sync(&self, asker: Asker) -> io::Result<()> {
        let inode = self.inode;
        operation(sync_latency(), move |volume, _| {
            Ok(begin_sync(volume, inode, asker))
        })
        .await
    }

    pub async fn read_at(&self, position: u64, len: usize) -> io::Result<Bytes> {
        let inode = self.inode;
        operation(READ, move |volume, _| {
            volume.check(inode)?;
            if volume.read_fails_now() {
                return Err(broken());
            }
            Ok(Box::new(move |volume| {
                Ok(volume.file(inode).read(position, len).into())
            }))
        })
        .await
    }

    pub async fn allocate(&self, bytes: u64) -> io::Result<()> {
        let inode = self.inode;
        brief(move |volume| {
            volume.check(inode)?;
            if !volume.has_room(inode, bytes) {
                return Err(full());
            }
            volume.file_mut(inode).reserve(bytes);
            Ok(())
        })
        .await
    }

    pub async fn truncate(&self, len: u64) -> io::Result<()> {
        let inode = self.inode;
        brief(move |volume| {
            volume.check(inode)?;
            volume.file_mut(inode).set_len(len);
            Ok(())
        })
        .await
    }

    pub async fn len(&self) -> io::Result<u64> {
        let inode = self.inode;
        brief(move |volume| Ok(volume.file(inode).len())).await
    }

    pub fn range(&self, position: u64, len: usize) -> FileRange {
        let node = Sim::current().running_node();
        FileRange {
            node,
            inode: self.inode,
            position,
            len,
        }
    }

    /// Stricter than any one real disk: all three must be multiples of a page.
    fn check_alignment(&self, data: &Bytes, position: u64) {
        let page = PAGE_BYTES as u64;
        assert!(
            position.is_multiple_of(page),
            "direct write at unaligned position {position}"
        );
        assert!(
            data.len().is_multiple_of(PAGE_BYTES),
            "direct write of {} bytes",
            data.len()
        );
        let address = data.as_ptr() as usize;
        assert!(
            address.is_multiple_of(PAGE_BYTES),
            "direct write from address {address:#x}"
        );
    }
}

/// Bytes of a simulated file, named by number so that they may cross to other shards.
#[derive(Clone, Copy, Debug)]
pub struct FileRange {
    node: u32,
    inode: InodeId,
    position: u64,
    len: usize,
}

impl FileRange {
    pub fn size(&self) -> usize {
        self.len
    }

    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// The bytes as they are now, as `sendfile` takes them from the page cache.
    pub(super) fn load(&self) -> io::Result<Bytes> {
        let node = Sim::current().node_state(self.node);
        let volume = node.volume();
        volume.check(self.inode)?;
        let bytes = volume.file(self.inode).read(self.position, self.len);
        if bytes.len() < self.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes.into())
    }
}

struct Write {
    inode: InodeId,
    position: u64,
    data: Bytes,
}

fn begin_write(volume: &mut Volume, dice: &Dice, write: Write) -> io::Result<Finish<()>> {
    let Write {
        inode,
        position,
        data,
    } = write;
    volume.check(inode)?;
    if !volume.has_room(inode, position + data.len() as u64) {
        return Err(full());
    }
    if volume.write_fails_now() {
        let sectors = data.len() / SECTOR_BYTES;
        let written = dice.index(sectors + 1) * SECTOR_BYTES;
        volume
            .file_mut(inode)
            .write(position, data.slice(..written));
        return Err(broken());
    }
    Sim::current().record("write", inode, position);
    let ticket = volume.file_mut(inode).submit(position, data);
    Ok(Box::new(move |volume| {
        volume.file_mut(inode).land(ticket);
        Ok(())
    }))
}

/// The sync covers what has landed when it begins, and promises it when it ends.
pub(super) fn begin_sync(volume: &mut Volume, inode: InodeId, asker: Asker) -> Finish<()> {
    let mark = volume.file(inode).begin_sync();
    let site = Site::of(asker, Part::Content);
    let is_lie = volume.sync_is_lie(site);
    let fails = volume.sync_fails_now(site) || volume.check(inode).is_err();
    Sim::current().record(if fails { "sync that fails" } else { "sync" }, inode, 0);
    Box::new(move |volume| {
        if fails {
            volume.file_mut(inode).fail_sync(mark);
            return Err(broken());
        }
        volume.file_mut(inode).end_sync(mark, is_lie);
        Ok(())
    })
}
