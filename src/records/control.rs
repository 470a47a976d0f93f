//! Control records: what a transaction coordinator or a quorum leader writes between the data.

use super::RecordFault;

/// The kind in a control record's key: `i16 version (0), i16 kind` (`ControlRecordType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlKind {
    Abort,
    Commit,
    LeaderChange,
    SnapshotHeader,
    SnapshotFooter,
    KRaftVersion,
    KRaftVoters,
    /// Written by a newer broker; readers skip it.
    Unknown(i16),
}

const KEY_VERSION: i16 = 0;
const MARKER_VERSION: i16 = 0;

impl ControlKind {
    pub fn id(self) -> i16 {
        match self {
            ControlKind::Abort => 0,
            ControlKind::Commit => 1,
            ControlKind::LeaderChange => 2,
            ControlKind::SnapshotHeader => 3,
            ControlKind::SnapshotFooter => 4,
            ControlKind::KRaftVersion => 5,
            ControlKind::KRaftVoters => 6,
            ControlKind::Unknown(id) => id,
        }
    }

    pub fn from_id(id: i16) -> ControlKind {
        match id {
            0 => ControlKind::Abort,
            1 => ControlKind::Commit,
            2 => ControlKind::LeaderChange,
            3 => ControlKind::SnapshotHeader,
            4 => ControlKind::SnapshotFooter,
            5 => ControlKind::KRaftVersion,
            6 => ControlKind::KRaftVoters,
            unknown => ControlKind::Unknown(unknown),
        }
    }

    /// Reads a control record's key. Newer versions are read as version 0, as Kafka does.
    pub fn read_key(key: Option<&[u8]>) -> Result<ControlKind, RecordFault> {
        let key = key.unwrap_or_default();
        let (version, rest) = take_i16(key)?;
        let (id, _) = take_i16(rest)?;
        match version {
            0.. => Ok(ControlKind::from_id(id)),
            _ => Err(RecordFault::Control),
        }
    }

    pub fn key(self) -> [u8; 4] {
        let [a, b] = KEY_VERSION.to_be_bytes();
        let [c, d] = self.id().to_be_bytes();
        [a, b, c, d]
    }
}

/// The end of a producer's transaction in one partition: `i16 version (0), i32 epoch` under a key
/// of kind Abort or Commit (`EndTransactionMarker`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EndTxnMarker {
    pub commit: bool,
    /// Of the transaction coordinator that decided; an older one's marker is refused.
    pub coordinator_epoch: i32,
}

impl EndTxnMarker {
    /// `None` when the key is of another kind.
    pub fn read(
        key: Option<&[u8]>,
        value: Option<&[u8]>,
    ) -> Result<Option<EndTxnMarker>, RecordFault> {
        let commit = match ControlKind::read_key(key)? {
            ControlKind::Commit => true,
            ControlKind::Abort => false,
            _ => return Ok(None),
        };
        let (version, rest) = take_i16(value.unwrap_or_default())?;
        let epoch = rest.first_chunk().ok_or(RecordFault::Control)?;
        if version < 0 {
            return Err(RecordFault::Control);
        }
        Ok(Some(EndTxnMarker {
            commit,
            coordinator_epoch: i32::from_be_bytes(*epoch),
        }))
    }

    pub fn kind(self) -> ControlKind {
        match self.commit {
            true => ControlKind::Commit,
            false => ControlKind::Abort,
        }
    }

    pub fn value(self) -> [u8; 6] {
        let [a, b] = MARKER_VERSION.to_be_bytes();
        let [c, d, e, f] = self.coordinator_epoch.to_be_bytes();
        [a, b, c, d, e, f]
    }
}

fn take_i16(bytes: &[u8]) -> Result<(i16, &[u8]), RecordFault> {
    let (head, rest) = bytes.split_first_chunk().ok_or(RecordFault::Control)?;
    Ok((i16::from_be_bytes(*head), rest))
}
