use serde_json::Value;

use super::Malformed;
use super::small_files::from_json;
use crate::model::{LeaderEpoch, NodeId, Uuid};

/// `quorum-state`: what a member of the metadata quorum must not forget: whom it voted for in
/// which epoch (`QuorumStateData`). Version 1 is written since KRaft version 1 (KIP-853).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuorumState {
    pub leader: NodeId,
    pub epoch: LeaderEpoch,
    pub voted: NodeId,
    pub version: QuorumStateVersion,
}

/// What the two versions hold beside the rest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QuorumStateVersion {
    /// The voters, which are fixed by configuration.
    V0 { voters: Vec<NodeId> },
    /// The data directory of the member voted for.
    V1 { voted_directory: Uuid },
}

impl QuorumState {
    pub fn encode(&self) -> String {
        let (leader, epoch, voted) = (self.leader.0, self.epoch, self.voted.0);
        match &self.version {
            QuorumStateVersion::V0 { voters } => {
                let voters: Vec<String> = voters
                    .iter()
                    .map(|voter| format!("{{\"voterId\":{}}}", voter.0))
                    .collect();
                format!(
                    "{{\"clusterId\":\"\",\"leaderId\":{leader},\"leaderEpoch\":{epoch},\
                     \"votedId\":{voted},\"appliedOffset\":0,\"currentVoters\":[{}],\
                     \"data_version\":0}}",
                    voters.join(",")
                )
            }
            QuorumStateVersion::V1 { voted_directory } => format!(
                "{{\"leaderId\":{leader},\"leaderEpoch\":{epoch},\"votedId\":{voted},\
                 \"votedDirectoryId\":\"{voted_directory}\",\"data_version\":1}}"
            ),
        }
    }

    pub fn decode(text: &str) -> Result<QuorumState, Malformed> {
        let json = from_json(text)?;
        let version = match integer(&json, "data_version")? {
            0 => QuorumStateVersion::V0 {
                voters: voters(&json)?,
            },
            1 => QuorumStateVersion::V1 {
                voted_directory: directory(&json)?,
            },
            _ => return Err(Malformed::Field("data_version")),
        };
        Ok(QuorumState {
            leader: NodeId(integer(&json, "leaderId")?),
            epoch: LeaderEpoch(integer(&json, "leaderEpoch")?),
            voted: NodeId(integer(&json, "votedId")?),
            version,
        })
    }
}

fn integer(json: &Value, key: &'static str) -> Result<i32, Malformed> {
    let number = json.get(key).and_then(Value::as_i64);
    number
        .and_then(|number| i32::try_from(number).ok())
        .ok_or(Malformed::Field(key))
}

/// Absent or null voters mean none, as before the first election.
fn voters(json: &Value) -> Result<Vec<NodeId>, Malformed> {
    let listed = json.get("currentVoters").and_then(Value::as_array);
    let voters = listed.into_iter().flatten();
    voters
        .map(|voter| integer(voter, "voterId").map(NodeId))
        .collect()
}

fn directory(json: &Value) -> Result<Uuid, Malformed> {
    let text = json.get("votedDirectoryId").and_then(Value::as_str);
    text.and_then(|text| text.parse().ok())
        .ok_or(Malformed::Field("votedDirectoryId"))
}
