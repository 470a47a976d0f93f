use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path};

use super::directory::{Directory, NameChange, Place};
use super::faults::Faults;
use super::image::PAGE_BYTES;
use super::inode::{FileNode, SyncMark};
use super::names::Unsynced;
use super::power::Fate;
use crate::io::fs::Entry;
use crate::io::sim::Site;
use crate::io::sim::random::Dice;

pub(in crate::io::sim) type InodeId = u64;

const ROOT: InodeId = 0;

enum Inode {
    File(Box<FileNode>),
    Directory(Directory),
}

/// The file system of one node: a tree of names over inodes. Paths are taken from the root, be
/// they absolute or not.
pub(in crate::io::sim) struct Volume {
    inodes: BTreeMap<InodeId, Inode>,
    next_inode: InodeId,
    /// Changes of names not yet synced, in order.
    pub(super) unsynced_names: Vec<Unsynced>,
    /// Who has asked for syncs so far.
    pub(super) sites: BTreeSet<Site>,
    pub faults: Faults,
}

impl Volume {
    pub fn new() -> Volume {
        let inodes = BTreeMap::from([(ROOT, Inode::Directory(Directory::default()))]);
        let faults = Faults::default();
        Volume {
            inodes,
            next_inode: ROOT + 1,
            unsynced_names: Vec::new(),
            sites: BTreeSet::new(),
            faults,
        }
    }

    /// The file of that name, made empty when it is missing and `create` is said.
    pub fn open(&mut self, path: &Path, create: bool) -> io::Result<InodeId> {
        match self.resolve(path) {
            Ok(inode) => match self.inode(inode) {
                Inode::File(_) => Ok(inode),
                Inode::Directory(_) => Err(io::ErrorKind::IsADirectory.into()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound && create => {
                let place = self.place(path)?;
                Ok(self.link(place, Inode::File(Box::default())))
            }
            Err(error) => Err(error),
        }
    }

    pub fn file(&self, inode: InodeId) -> &FileNode {
        match self.inode(inode) {
            Inode::File(file) => file,
            Inode::Directory(_) => panic!("an open file is no directory"),
        }
    }

    pub fn file_mut(&mut self, inode: InodeId) -> &mut FileNode {
        match self.inodes.get_mut(&inode) {
            Some(Inode::File(file)) => file,
            _ => panic!("an open file keeps its inode"),
        }
    }

    pub fn exists(&self, path: &Path) -> io::Result<bool> {
        match self.resolve(path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub fn create_dir(&mut self, path: &Path) -> io::Result<()> {
        if self.exists(path)? {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let place = self.place(path)?;
        self.link(place, Inode::Directory(Directory::default()));
        Ok(())
    }

    pub fn create_dir_all(&mut self, path: &Path) -> io::Result<()> {
        self.check_path(path)?;
        let mut directory = ROOT;
        for name in names(path)? {
            directory = match self.directory(directory)?.live.get(name) {
                Some(inode) => *inode,
                None => {
                    let place = Place {
                        directory,
                        name: name.to_owned(),
                    };
                    self.link(place, Inode::Directory(Directory::default()))
                }
            };
        }
        self.directory(directory).map(|_| ())
    }

    /// Entries in order of name.
    pub fn list(&self, path: &Path) -> io::Result<Vec<Entry>> {
        let directory = self.directory(self.resolve(path)?)?;
        let entry = |(name, inode): (&String, &InodeId)| match self.inode(*inode) {
            Inode::File(file) => Entry {
                name: name.clone(),
                len: file.len(),
                is_dir: false,
            },
            Inode::Directory(_) => Entry {
                name: name.clone(),
                len: 0,
                is_dir: true,
            },
        };
        Ok(directory.live.iter().map(entry).collect())
    }

    pub fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let inode = self.resolve(from)?;
        let (from, to) = (self.place(from)?, self.place(to)?);
        if from == to {
            return Ok(());
        }
        if let Some(replaced) = self.directory(to.directory)?.live.get(&to.name) {
            self.check_replaceable(inode, *replaced)?;
        }
        self.change_names(NameChange::Rename { from, to, inode });
        Ok(())
    }

    pub fn remove_file(&mut self, path: &Path) -> io::Result<()> {
        if let Inode::Directory(_) = self.inode(self.resolve(path)?) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let place = self.place(path)?;
        self.change_names(NameChange::Unlink { place });
        Ok(())
    }

    pub fn remove_dir_all(&mut self, path: &Path) -> io::Result<()> {
        let inode = self.resolve(path)?;
        self.directory(inode)?;
        let place = self.place(path)?;
        self.empty_directory(inode);
        self.change_names(NameChange::Unlink { place });
        Ok(())
    }

    /// Bytes in use by files that have a name.
    pub fn used(&self) -> u64 {
        let size = |inode: &InodeId| match self.inode(*inode) {
            Inode::File(file) => file.occupied().next_multiple_of(PAGE_BYTES as u64),
            Inode::Directory(_) => 0,
        };
        self.reachable(live).iter().map(size).sum()
    }

    /// Whether a file may occupy `bytes` without breaking the capacity.
    pub fn has_room(&self, inode: InodeId, bytes: u64) -> bool {
        let occupied = self.file(inode).occupied();
        let Some(capacity) = self.faults.capacity else {
            return true;
        };
        let grown = bytes.saturating_sub(occupied);
        grown == 0 || self.used().saturating_add(grown) <= capacity
    }

    /// A sync of all files: how far it reaches in each.
    pub fn begin_sync(&self) -> Vec<(InodeId, SyncMark)> {
        let files = self.inodes.iter().filter_map(|(id, inode)| match inode {
            Inode::File(file) => Some((*id, file.begin_sync())),
            Inode::Directory(_) => None,
        });
        files.collect()
    }

    /// Its end: files that were removed meanwhile are gone.
    pub fn end_sync(&mut self, marks: Vec<(InodeId, SyncMark)>, done: bool, is_lie: bool) {
        for (id, mark) in marks {
            match self.inodes.get_mut(&id) {
                Some(Inode::File(file)) if !done => file.fail_sync(mark),
                Some(Inode::File(file)) => file.end_sync(mark, is_lie),
                _ => {}
            }
        }
    }

    /// The power goes: unsynced changes meet the dice, and the rest of the tree is forgotten.
    pub fn cut_power(&mut self, dice: &Dice) {
        self.faults.cut_power_in = None;
        // Where a sync was a lie, half of the cuts make the most of it.
        let fate = match self.faults.lie_to.is_some() && dice.percent(50) {
            true => Fate::cruel(dice),
            false => Fate::new(dice),
        };
        self.cut_names(&fate);
        let reachable = self.reachable(|directory| &directory.durable);
        self.inodes.retain(|inode, _| reachable.contains(inode));
        for inode in self.inodes.values_mut() {
            match inode {
                Inode::File(file) => file.cut_power(&fate),
                Inode::Directory(directory) => directory.live = directory.durable.clone(),
            }
        }
    }

    /// The process dies, the machine lives on.
    pub fn orphan(&mut self, dice: &Dice) {
        let fate = Fate::new(dice);
        for inode in self.inodes.values_mut() {
            if let Inode::File(file) = inode {
                file.orphan(&fate);
            }
        }
    }

    fn inode(&self, inode: InodeId) -> &Inode {
        self.inodes.get(&inode).expect("a name leads to an inode")
    }

    /// That of a name's place.
    pub(super) fn directory_of(&mut self, place: &Place) -> &mut Directory {
        match self.inodes.get_mut(&place.directory) {
            Some(Inode::Directory(directory)) => directory,
            _ => panic!("a name stands in a directory"),
        }
    }

    pub(super) fn directory(&self, inode: InodeId) -> io::Result<&Directory> {
        match self.inode(inode) {
            Inode::Directory(directory) => Ok(directory),
            Inode::File(_) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    pub(super) fn resolve(&self, path: &Path) -> io::Result<InodeId> {
        self.check_path(path)?;
        self.walk(path)
    }

    pub(super) fn walk(&self, path: &Path) -> io::Result<InodeId> {
        let mut inode = ROOT;
        for name in names(path)? {
            let found = self.directory(inode)?.live.get(name);
            inode = *found.ok_or(io::ErrorKind::NotFound)?;
        }
        Ok(inode)
    }

    /// Where a path's last name stands; its directory must exist.
    fn place(&self, path: &Path) -> io::Result<Place> {
        self.check_path(path)?;
        let mut names = names(path)?;
        let name = names.pop().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
        let mut directory = ROOT;
        for name in names {
            let found = self.directory(directory)?.live.get(name);
            directory = *found.ok_or(io::ErrorKind::NotFound)?;
        }
        self.directory(directory)?;
        Ok(Place { directory, name })
    }

    fn link(&mut self, place: Place, new: Inode) -> InodeId {
        let inode = self.next_inode;
        self.next_inode += 1;
        self.inodes.insert(inode, new);
        self.change_names(NameChange::Link { place, inode });
        inode
    }

    fn empty_directory(&mut self, directory: InodeId) {
        let Inode::Directory(content) = self.inode(directory) else {
            return;
        };
        for (name, inode) in content.live.clone() {
            self.empty_directory(inode);
            self.change_names(NameChange::Unlink {
                place: Place { directory, name },
            });
        }
    }

    fn check_replaceable(&self, mover: InodeId, replaced: InodeId) -> io::Result<()> {
        match (self.inode(mover), self.inode(replaced)) {
            (Inode::File(_), Inode::File(_)) => Ok(()),
            (Inode::Directory(_), Inode::Directory(old)) if old.live.is_empty() => Ok(()),
            (Inode::Directory(_), Inode::Directory(_)) => {
                Err(io::ErrorKind::DirectoryNotEmpty.into())
            }
            (Inode::File(_), Inode::Directory(_)) => Err(io::ErrorKind::IsADirectory.into()),
            (Inode::Directory(_), Inode::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    fn reachable(&self, names: fn(&Directory) -> &Names) -> BTreeSet<InodeId> {
        self.reachable_from(ROOT, names)
    }

    pub(super) fn reachable_from(
        &self,
        from: InodeId,
        names: fn(&Directory) -> &Names,
    ) -> BTreeSet<InodeId> {
        let mut found = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(inode) = open.pop() {
            if let Inode::Directory(directory) = self.inode(inode) {
                let fresh = names(directory)
                    .values()
                    .filter(|inode| found.insert(**inode));
                open.extend(fresh);
            }
        }
        found
    }
}

pub(super) type Names = BTreeMap<String, InodeId>;

pub(super) fn live(directory: &Directory) -> &Names {
    &directory.live
}

/// The names of a path from the root down. A path that climbs is refused.
fn names(path: &Path) -> io::Result<Vec<&str>> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => {
                names.push(name.to_str().ok_or(io::ErrorKind::InvalidInput)?);
            }
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => {
                return Err(io::ErrorKind::InvalidInput.into());
            }
        }
    }
    Ok(names)
}
