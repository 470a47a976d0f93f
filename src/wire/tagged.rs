use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use super::cursor::{Malformed, UNKNOWN_TAGS_MAX};
use super::writer::Writer;

/// Tagged fields that this build does not know, kept so that a message can be written back byte
/// for byte (KIP-482). Empty, as it nearly always is, it owns no memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unknown<'a>(Vec<(u32, &'a [u8])>);

impl<'a> Unknown<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tag and content, in ascending order of the tag.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &'a [u8])> {
        self.0.iter().copied()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps the order ascending whatever order the sender chose; equal tags stay as they came.
    pub(super) fn insert(&mut self, tag: u32, content: &'a [u8]) -> Result<(), Malformed> {
        if self.0.len() == UNKNOWN_TAGS_MAX {
            return Err(Malformed::Tags);
        }
        let at = self.0.partition_point(|&(other, _)| other <= tag);
        self.0.insert(at, (tag, content));
        Ok(())
    }

    /// Writes those whose tag lies in `tags`.
    pub(super) fn write(&self, writer: &mut Writer, tags: RangeInclusive<u32>) {
        for (tag, content) in self.iter().filter(|(tag, _)| tags.contains(tag)) {
            writer.put_uvarint(tag);
            writer.put_uvarint(content.len() as u32);
            writer.put(content);
        }
    }
}

impl Serialize for Unknown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.iter()
                .map(|(tag, content)| (tag, super::Blob::from(content))),
        )
    }
}
