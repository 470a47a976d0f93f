use std::collections::BTreeMap;

use super::volume::InodeId;

/// The names in one directory: those that programs see, and those that a power cut leaves.
#[derive(Default)]
pub(super) struct Directory {
    pub live: BTreeMap<String, InodeId>,
    pub durable: BTreeMap<String, InodeId>,
}

/// Which of the two lists of names a change is applied to.
#[derive(Clone, Copy)]
pub(super) enum Layer {
    Live,
    Durable,
}

impl Directory {
    pub fn names(&mut self, layer: Layer) -> &mut BTreeMap<String, InodeId> {
        match layer {
            Layer::Live => &mut self.live,
            Layer::Durable => &mut self.durable,
        }
    }
}

/// A name within a directory.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub directory: InodeId,
    pub name: String,
}

/// A change of names that is kept or lost as a whole.
pub(super) enum NameChange {
    Link {
        place: Place,
        inode: InodeId,
    },
    Unlink {
        place: Place,
    },
    Rename {
        from: Place,
        to: Place,
        inode: InodeId,
    },
}

impl NameChange {
    pub fn touches(&self, directory: InodeId) -> bool {
        match self {
            NameChange::Link { place, .. } | NameChange::Unlink { place } => {
                place.directory == directory
            }
            NameChange::Rename { from, to, .. } => {
                from.directory == directory || to.directory == directory
            }
        }
    }

    /// The other directory, when the change moves a name between two.
    pub fn partner_of(&self, directory: InodeId) -> Option<InodeId> {
        match self {
            NameChange::Rename { from, to, .. } if from.directory == directory => {
                Some(to.directory)
            }
            NameChange::Rename { from, to, .. } if to.directory == directory => {
                Some(from.directory)
            }
            _ => None,
        }
    }
}
