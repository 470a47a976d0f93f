use std::fmt;

use crate::model::{TopicName, TopicPartition, Uuid};

/// The longest name of a directory entry that file systems take.
const NAME_BYTES_MAX: usize = 255;

/// The name of a partition's directory (`LocalLog.parseTopicPartitionName`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartitionDirectory {
    /// The topic's name is cut short where a suffix would make the whole name too long.
    pub partition: TopicPartition,
    pub state: DirectoryState,
}

/// Why the directory is there; all but the first carry an id that keeps names apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DirectoryState {
    /// `web-3`
    Live,
    /// `web-3.0123456789abcdef0123456789abcdef-delete`: its files go in the background.
    Deleted(Uuid),
    /// As above with `-stray`: no assignment names it.
    Stray(Uuid),
    /// As above with `-future`: the copy that moves to another data directory.
    Future(Uuid),
}

impl PartitionDirectory {
    pub fn live(partition: TopicPartition) -> PartitionDirectory {
        PartitionDirectory {
            partition,
            state: DirectoryState::Live,
        }
    }

    /// Where a deleted partition's directory is renamed to; `id` is random.
    pub fn deleted(partition: TopicPartition, id: Uuid) -> PartitionDirectory {
        PartitionDirectory {
            partition,
            state: DirectoryState::Deleted(id),
        }
    }

    /// `None` for directories that are no partition's.
    pub fn parse(name: &str) -> Option<PartitionDirectory> {
        let (whole, state) = split_state(name)?;
        let (topic, index) = whole.rsplit_once('-')?;
        let plain = index.bytes().all(|byte| byte.is_ascii_digit());
        Some(PartitionDirectory {
            partition: TopicPartition {
                topic: TopicName::parse(topic).ok()?,
                index: plain.then(|| index.parse().ok())??,
            },
            state,
        })
    }
}

impl fmt::Display for PartitionDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, suffix) = match self.state {
            DirectoryState::Live => return self.partition.fmt(f),
            DirectoryState::Deleted(id) => (id, "delete"),
            DirectoryState::Stray(id) => (id, "stray"),
            DirectoryState::Future(id) => (id, "future"),
        };
        let id = u128::from_be_bytes(*id.as_bytes());
        let tail = format!("-{}.{id:032x}-{suffix}", self.partition.index);
        let topic = self.partition.topic.as_str();
        // A topic's name is ASCII, so it may be cut at any byte.
        let kept = topic.len().min(NAME_BYTES_MAX - tail.len());
        write!(f, "{}{tail}", &topic[..kept])
    }
}

/// Splits `web-3.<32 hex>-delete` into `web-3` and its state. A topic may itself be called
/// `web.<32 hex>-delete`: its live directory ends in a partition number and so is none of these.
fn split_state(name: &str) -> Option<(&str, DirectoryState)> {
    type MakeState = fn(Uuid) -> DirectoryState;
    const STATES: [(&str, MakeState); 3] = [
        ("-delete", DirectoryState::Deleted),
        ("-stray", DirectoryState::Stray),
        ("-future", DirectoryState::Future),
    ];
    for (suffix, make) in STATES {
        if let Some(rest) = name.strip_suffix(suffix) {
            let (whole, id) = rest.rsplit_once('.')?;
            return Some((whole, make(parse_hex(id)?)));
        }
    }
    Some((name, DirectoryState::Live))
}

fn parse_hex(text: &str) -> Option<Uuid> {
    let legal = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = legal.then(|| u128::from_str_radix(text, 16).ok())??;
    Some(Uuid::from_bytes(number.to_be_bytes()))
}
