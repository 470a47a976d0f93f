use std::fmt;

use super::frame::Origin;

/// What the names of journal files begin with. Kafka takes only directories of a log directory
/// for partitions, so they are in nobody's way.
const PREFIX: &str = "corelane-journal-";

/// The name of a journal file: `corelane-journal-<shard>-<16 hex: generation>-<number>`. Frames in
/// it that tell another origin are none of ours: the payload of a torn one may hold whatever a
/// client sent, and no client knows the generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalName {
    pub origin: Origin,
    pub number: u64,
}

impl JournalName {
    /// `None` for files that belong to no journal.
    pub fn parse(name: &str) -> Option<JournalName> {
        let mut parts = name.strip_prefix(PREFIX)?.split('-');
        let shard = parts.next()?.parse().ok()?;
        let generation = u64::from_str_radix(parts.next()?, 16).ok()?;
        let number = parts.next()?.parse().ok()?;
        parts.next().is_none().then_some(JournalName {
            origin: Origin { shard, generation },
            number,
        })
    }
}

impl fmt::Display for JournalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { shard, generation } = self.origin;
        write!(f, "{PREFIX}{shard}-{generation:016x}-{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_others_are_none() {
        let origin = Origin {
            shard: 3,
            generation: 0xfe,
        };
        let name = JournalName { origin, number: 12 };
        assert_eq!(name.to_string(), "corelane-journal-3-00000000000000fe-12");
        assert_eq!(JournalName::parse(&name.to_string()), Some(name));
        for other in [
            "corelane-journals-needless",
            "corelane-journal-3-fe",
            "corelane-journal-3-fe-12-1",
            "corelane-journal-x-fe-12",
            "topic-3",
        ] {
            assert_eq!(JournalName::parse(other), None, "{other}");
        }
    }
}
