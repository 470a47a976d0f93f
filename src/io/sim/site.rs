use std::panic::Location;

/// Who asks for a sync: a place in the code, as the doors of `io` see it.
pub(in crate::io) type Asker = &'static Location<'static>;

/// A sync in the code: who asks for it, and what it makes durable. Two of one asker are those of
/// a file that is replaced as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Site {
    /// From the top of the repository on: `src/shard/partition/roll.rs`.
    pub file: &'static str,
    pub line: u32,
    pub part: Part,
}

/// What a sync makes durable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The content of a file, or of many.
    Content,
    /// The names in a directory.
    Names,
}

impl Site {
    pub(super) fn of(asker: Asker, part: Part) -> Site {
        Site {
            file: asker.file(),
            line: asker.line(),
            part,
        }
    }
}
