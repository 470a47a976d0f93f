use crate::records::{ControlKind, EndTxnMarker};
use crate::wire::control::{KRaftVersionRecord, LeaderChangeMessage, SnapshotFooterRecord};
use crate::wire::control::{SnapshotHeaderRecord, VotersRecord, decode};
use crate::wire::schema::{Field, Struct};
use crate::wire::{Malformed, json};

/// A control record in words: `endTxnMarker: COMMIT coordinatorEpoch: 3`.
pub fn describe(key: Option<&[u8]>, value: Option<&[u8]>) -> String {
    if let Ok(Some(marker)) = EndTxnMarker::read(key, value) {
        let kind = if marker.commit { "COMMIT" } else { "ABORT" };
        return format!(
            "endTxnMarker: {kind} coordinatorEpoch: {}",
            marker.coordinator_epoch
        );
    }
    let kind = match ControlKind::read_key(key) {
        Ok(kind) => kind,
        Err(fault) => return format!("controlType: UNKNOWN, {fault}"),
    };
    let value = value.unwrap_or_default();
    let (name, body) = match kind {
        ControlKind::LeaderChange => ("LeaderChange:", in_json::<LeaderChangeMessage<'_>>(value)),
        ControlKind::SnapshotHeader => {
            ("SnapshotHeader", in_json::<SnapshotHeaderRecord<'_>>(value))
        }
        ControlKind::SnapshotFooter => {
            ("SnapshotFooter", in_json::<SnapshotFooterRecord<'_>>(value))
        }
        ControlKind::KRaftVersion => ("KRaftVersion", in_json::<KRaftVersionRecord<'_>>(value)),
        ControlKind::KRaftVoters => ("KRaftVoters", in_json::<VotersRecord<'_>>(value)),
        _ => return format!("controlType: {}({})", name(kind), kind.id()),
    };
    match body {
        Ok(body) => format!("{name} {body}"),
        Err(fault) => format!("{name} cannot be read: {fault}"),
    }
}

fn in_json<'a, T: Struct<'a> + Field<'a>>(value: &'a [u8]) -> Result<String, Malformed> {
    let (body, version): (T, i16) = decode(value)?;
    Ok(json::of(&body, version))
}

/// Kafka's name of a kind that has no body of its own here.
fn name(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::Abort => "ABORT",
        ControlKind::Commit => "COMMIT",
        _ => "UNKNOWN",
    }
}
