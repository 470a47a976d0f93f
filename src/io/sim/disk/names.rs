use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::directory::{Layer, NameChange, Place};
use super::power::Fate;
use super::volume::{InodeId, Volume};

/// A change of names that the disk has not promised to keep.
pub(super) struct Unsynced {
    change: NameChange,
    /// A sync that did nothing has promised it.
    is_lied_about: bool,
}

/// Changes of names, and what becomes of them.
impl Volume {
    /// Makes the names of a directory durable. A rename between two directories is one change:
    /// what led to it in the other directory becomes durable with it. A lie promises the same.
    pub fn sync_names(&mut self, path: &Path, is_lie: bool) -> io::Result<()> {
        let inode = self.resolve(path)?;
        self.directory(inode)?;
        let mut directories = BTreeSet::from([inode]);
        for unsynced in self.unsynced_names.iter().rev() {
            let partner = |directory: &InodeId| unsynced.change.partner_of(*directory);
            let partners: Vec<InodeId> = directories.iter().filter_map(partner).collect();
            directories.extend(partners);
        }
        for mut unsynced in std::mem::take(&mut self.unsynced_names) {
            let mut all = directories.iter();
            let is_covered = all.any(|directory| unsynced.change.touches(*directory));
            if is_covered && !is_lie {
                self.apply(&unsynced.change, Layer::Durable);
            } else {
                unsynced.is_lied_about |= is_covered;
                self.unsynced_names.push(unsynced);
            }
        }
        Ok(())
    }

    /// The power goes: each change survives or does not.
    pub(super) fn cut_names(&mut self, fate: &Fate<'_>) {
        for unsynced in std::mem::take(&mut self.unsynced_names) {
            if fate.of(unsynced.is_lied_about).keeps() {
                self.apply(&unsynced.change, Layer::Durable);
            }
        }
    }

    pub(super) fn change_names(&mut self, change: NameChange) {
        self.apply(&change, Layer::Live);
        self.unsynced_names.push(Unsynced {
            change,
            is_lied_about: false,
        });
    }

    fn apply(&mut self, change: &NameChange, layer: Layer) {
        match change {
            NameChange::Link { place, inode } => self.set_name(place, Some(*inode), layer),
            NameChange::Unlink { place } => self.set_name(place, None, layer),
            NameChange::Rename { from, to, inode } => {
                self.set_name(from, None, layer);
                self.set_name(to, Some(*inode), layer);
            }
        }
    }

    fn set_name(&mut self, place: &Place, inode: Option<InodeId>, layer: Layer) {
        let names = self.directory_of(place).names(layer);
        match inode {
            Some(inode) => names.insert(place.name.clone(), inode),
            None => names.remove(&place.name),
        };
    }
}
