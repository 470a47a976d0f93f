use crate::records::{ControlKind, EndTxnMarker};

/// A control record in words: `endTxnMarker: COMMIT coordinatorEpoch: 3`.
pub fn describe(key: Option<&[u8]>, value: Option<&[u8]>) -> String {
    if let Ok(Some(marker)) = EndTxnMarker::read(key, value) {
        let kind = if marker.commit { "COMMIT" } else { "ABORT" };
        return format!(
            "endTxnMarker: {kind} coordinatorEpoch: {}",
            marker.coordinator_epoch
        );
    }
    match ControlKind::read_key(key) {
        Ok(kind) => format!("controlType: {kind:?}({})", kind.id()),
        Err(fault) => format!("controlType: UNKNOWN, {fault}"),
    }
}
