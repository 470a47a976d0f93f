//! What a quorum writes between the records of its log: bodies of control records, version first.
//! Which of them a record holds is said by its key (`records::ControlKind`).

use super::cursor::{Cursor, Malformed};
use super::message::schema;
use super::schema::{Dialect, Field};
use crate::model::Uuid;
use crate::wire::Text;

schema! {
    /// A leader was elected. Version 1 names the directories of voters.
    struct LeaderChangeMessage<'a> {
        version: i16;
        leader_id: i32;
        voters: Vec<Voter<'a>>;
        granting_voters: Vec<Voter<'a>>;
    }

    /// One voter in an election.
    struct Voter<'a> {
        voter_id: i32;
        voter_directory_id: Uuid [since(1)];
    }

    /// The first record of a snapshot.
    struct SnapshotHeaderRecord<'a> {
        version: i16;
        last_contained_log_timestamp: i64;
    }

    /// The last record of a snapshot: it is whole.
    struct SnapshotFooterRecord<'a> {
        version: i16;
    }

    /// The version of the quorum's own protocol.
    struct KRaftVersionRecord<'a> {
        version: i16;
        k_raft_version: i16;
    }

    /// Who votes from here on.
    struct VotersRecord<'a> {
        version: i16;
        voters: Vec<VoterPlace<'a>>;
    }

    /// One voter and where it listens.
    struct VoterPlace<'a> {
        voter_id: i32;
        voter_directory_id: Uuid;
        endpoints: Vec<Endpoint<'a>>;
        k_raft_version_feature: VersionRange<'a>;
    }

    /// One listener of a voter.
    struct Endpoint<'a> {
        name: Text<'a>;
        host: Text<'a>;
        port: u16;
    }

    /// The versions of the quorum's protocol that a voter speaks.
    struct VersionRange<'a> {
        min_supported_version: i16;
        max_supported_version: i16;
    }
}

/// Reads a body and the version that it begins with. Versions newer than these schemas are read
/// as what is known of them.
pub fn decode<'a, T: Field<'a>>(bytes: &'a [u8]) -> Result<(T, i16), Malformed> {
    let version = Cursor::new(bytes).i16()?;
    let body = T::read(&mut Cursor::new(bytes), Dialect::new(version, 0))?;
    Ok((body, version))
}
