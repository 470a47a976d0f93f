use crate::model::{ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::records::Facts;

/// What the log must know of one batch; all of it stands in the batch header, but for the marker
/// of a control batch, which is its only record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Batch {
    /// Size on disk, header included.
    pub bytes: u32,
    /// Last offset minus base offset; never negative.
    pub last_offset_delta: i32,
    pub max_timestamp: Timestamp,
    /// `None` for a batch of a plain producer.
    pub producer: Option<Produced>,
    /// `None` for a data batch.
    pub control: Option<Control>,
}

/// Who made a batch, and its place in that producer's sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Produced {
    pub id: ProducerId,
    pub epoch: ProducerEpoch,
    /// [`Sequence::NONE`] in control batches.
    pub base_sequence: Sequence,
    pub last_sequence: Sequence,
    pub transactional: bool,
}

/// What a control batch says (`ControlRecordType`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    Commit {
        coordinator_epoch: i32,
    },
    Abort {
        coordinator_epoch: i32,
    },
    /// Leader changes, snapshot marks and types from the future: nothing to do.
    Other,
}

impl Batch {
    /// What a header says. A control batch's marker is in its record: [`Batch::with_control`].
    pub fn of(facts: &Facts) -> Batch {
        let produced = Produced {
            id: facts.producer_id,
            epoch: facts.producer_epoch,
            base_sequence: facts.base_sequence,
            last_sequence: facts.last_sequence,
            transactional: facts.is_transactional,
        };
        Batch {
            bytes: facts.size,
            last_offset_delta: facts.last_offset_delta,
            max_timestamp: facts.max_timestamp,
            producer: facts.producer_id.is_some().then_some(produced),
            control: facts.is_control.then_some(Control::Other),
        }
    }

    /// The same batch, known to hold this marker.
    pub fn with_control(self, control: Control) -> Batch {
        Batch {
            control: Some(control),
            ..self
        }
    }
}
