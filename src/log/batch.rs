use crate::model::{ProducerEpoch, ProducerId, Sequence, Timestamp};
use crate::records::{BatchView, Codec, EndTxnMarker, Facts, Malformed};

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

/// What a control batch says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Control {
    /// A transaction ends.
    EndTxn(EndTxnMarker),
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

    /// What a batch of our own log says, its marker included. A control record that cannot be read
    /// is [`Control::Other`]: it was written by a newer broker.
    pub fn of_view(view: &BatchView<'_>) -> Result<Batch, Malformed> {
        let batch = Batch::of(&Facts::of(view)?);
        if !view.is_control() || view.codec()? != Codec::None {
            return Ok(batch);
        }
        let record = view.records().next();
        let marker = record
            .and_then(Result::ok)
            .and_then(|record| EndTxnMarker::read(record.key, record.value).ok().flatten());
        Ok(match marker {
            Some(marker) => batch.with_control(Control::EndTxn(marker)),
            None => batch,
        })
    }

    /// The same batch, known to hold this marker.
    pub fn with_control(self, control: Control) -> Batch {
        Batch {
            control: Some(control),
            ..self
        }
    }
}
