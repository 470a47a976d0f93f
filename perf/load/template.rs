use bytes::Bytes;

use super::Dice;
use super::content::{Content, first_word};
use super::keys::{Urn, key_text};
use crate::model::Timestamp;
use crate::records::{
    BatchBuilder, Codec, Compression, CrcShift, HEADER_BYTES, NewRecord, Prepared, compress, crc32c,
};

/// Records ready to be sent under a new header.
#[derive(Clone, Debug)]
pub struct Body {
    pub prepared: Prepared,
    pub records: Bytes,
    /// Bytes of keys and values, before compression.
    pub payload_bytes: u64,
}

/// The encoded records of a full batch, of which any number from the first on can be sent.
#[derive(Clone, Debug)]
pub struct Template {
    records: Bytes,
    marks: Vec<Mark>,
}

/// Where the first so many records end, and what is known of them.
#[derive(Clone, Copy, Debug)]
struct Mark {
    end: u32,
    crc: u32,
    shift: CrcShift,
    payload_bytes: u64,
}

/// How large a template is: whichever of the two is reached first. One record always fits.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    pub batch_bytes: usize,
    pub records: usize,
}

/// Where the keys of a template come from.
#[derive(Debug)]
pub enum Keys<'a> {
    None,
    Drawn(&'a mut Urn),
    /// From the values.
    FirstWords,
}

impl Template {
    /// Draws records until a batch is full.
    pub fn draw(
        extent: Extent,
        content: &Content,
        mut keys: Keys<'_>,
        dice: &mut Dice,
    ) -> Template {
        let mut builder = BatchBuilder::with_capacity(extent.batch_bytes.max(content.longest()));
        let (mut ends, mut payloads) = (Vec::new(), Vec::new());
        let (mut value, mut payload_bytes) = (Vec::new(), 0);
        while ends.len() < extent.records.max(1) {
            content.draw(dice, &mut value);
            let key = match &mut keys {
                Keys::None => None,
                Keys::Drawn(urn) => urn.draw(dice).map(|number| key_text(number).into_bytes()),
                Keys::FirstWords => Some(first_word(&value).to_vec()),
            };
            let record = NewRecord {
                key: key.as_deref(),
                value: Some(&value),
                headers: &[],
            };
            // The builder writes one record after the other, so that what it has when this one
            // turns out to be too much is cut off below.
            builder.push(Timestamp::NONE, &record);
            if builder.size() > extent.batch_bytes && !ends.is_empty() {
                break;
            }
            payload_bytes += (value.len() + key.map_or(0, |key| key.len())) as u64;
            ends.push(builder.size() - HEADER_BYTES);
            payloads.push(payload_bytes);
        }
        let mut records = Bytes::from(builder.finish()).slice(HEADER_BYTES..);
        records.truncate(ends.last().copied().unwrap_or(0));
        let marks = Template::mark(&records, &ends, &payloads);
        Template { records, marks }
    }

    fn mark(records: &[u8], ends: &[usize], payloads: &[u64]) -> Vec<Mark> {
        let (mut crc, mut shift, mut begin) = (crc32c(b""), CrcShift::of(0), 0);
        let each = ends.iter().zip(payloads).map(|(&end, &payload_bytes)| {
            let step = CrcShift::of(end - begin);
            crc = step.join(crc, crc32c(&records[begin..end]));
            shift = shift.and(step);
            begin = end;
            Mark {
                end: u32::try_from(end).expect("a batch is smaller than 2 GiB"),
                crc,
                shift,
                payload_bytes,
            }
        });
        each.collect()
    }

    /// Records of a full batch; at least 1.
    pub fn count(&self) -> usize {
        self.marks.len()
    }

    /// The first `count` records, not compressed; `count` is 1 to [`Template::count`].
    pub fn body(&self, count: usize) -> Body {
        let mark = self.marks[count - 1];
        let prepared = Prepared {
            count: i32::try_from(count).expect("a batch is smaller than 2 GiB"),
            codec: Codec::None,
            bytes: mark.end,
            crc: mark.crc,
            shift: mark.shift,
        };
        Body {
            prepared,
            records: self.records.slice(..mark.end as usize),
            payload_bytes: mark.payload_bytes,
        }
    }

    /// Records whose values are numbers from `first` on, as [`Template::compressed`] gives them.
    pub fn counted(first: u64, count: usize, compression: Compression) -> (Body, Vec<u8>) {
        let (mut builder, mut payload_bytes) = (BatchBuilder::with_capacity(32 * count), 0);
        for number in (first..).take(count) {
            let value = number.to_string();
            payload_bytes += value.len() as u64;
            let record = NewRecord {
                value: Some(value.as_bytes()),
                ..NewRecord::default()
            };
            builder.push(Timestamp::NONE, &record);
        }
        let records = Bytes::from(builder.finish()).slice(HEADER_BYTES..);
        let mut packed = Vec::with_capacity(records.len());
        match compression.codec {
            Codec::None => packed.extend_from_slice(&records),
            _ => compress(compression, &records, &mut packed),
        }
        let count = i32::try_from(count).expect("a batch is smaller than 2 GiB");
        let body = Body {
            prepared: Prepared::new(count, compression.codec, &packed),
            records: Bytes::new(),
            payload_bytes,
        };
        (body, packed)
    }

    /// The first `count` records as one compressed payload, which comes beside a body without
    /// records: who keeps it decides what becomes of it.
    pub fn compressed(&self, count: usize, compression: Compression) -> (Body, Vec<u8>) {
        let plain = self.body(count);
        let mut packed = Vec::with_capacity(plain.records.len() / 2);
        compress(compression, &plain.records, &mut packed);
        packed.shrink_to_fit();
        let body = Body {
            prepared: Prepared::new(plain.prepared.count, compression.codec, &packed),
            records: Bytes::new(),
            payload_bytes: plain.payload_bytes,
        };
        (body, packed)
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, Content, Dice, Extent, Keys, Template};
    use crate::model::Timestamp;
    use crate::records::{BatchView, Codec, Compression, Stamp, decompress};

    fn template() -> Template {
        let content = Content::Made {
            min: 10,
            max: 300,
            entropy: 0.5,
        };
        let extent = Extent {
            batch_bytes: 4096,
            records: usize::MAX,
        };
        Template::draw(extent, &content, Keys::None, &mut Dice::new(7))
    }

    fn whole(body: &Body) -> Vec<u8> {
        let stamp = Stamp::anonymous(Timestamp(1000));
        [&body.prepared.header(&stamp)[..], &body.records].concat()
    }

    #[test]
    fn every_prefix_of_a_template_is_a_valid_batch() {
        let template = template();
        assert!(template.count() > 10 && template.records.len() < 4096);
        for count in 1..=template.count() {
            let bytes = whole(&template.body(count));
            let batch = BatchView::parse(&bytes).unwrap();
            assert!(batch.crc_is_valid(), "of {count} records");
            assert_eq!(batch.records().filter(Result::is_ok).count(), count);
            let values = batch
                .records()
                .map(|record| record.unwrap().value.unwrap().len());
            assert_eq!(
                values.sum::<usize>() as u64,
                template.body(count).payload_bytes
            );
        }
    }

    #[test]
    fn compressed_records_expand_to_the_same() {
        let template = template();
        for codec in Codec::ALL {
            let (mut body, packed) = template.compressed(9, Compression::of(codec));
            body.records = packed.into();
            let bytes = whole(&body);
            let batch = BatchView::parse(&bytes).unwrap();
            assert!(batch.crc_is_valid());
            assert_eq!(batch.codec(), Ok(codec));
            let expanded = decompress(codec, batch.payload(), 1 << 20).unwrap();
            assert_eq!(expanded, template.body(9).records);
        }
    }

    #[test]
    fn a_record_larger_than_a_batch_goes_alone() {
        let content = Content::Made {
            min: 5000,
            max: 5000,
            entropy: 1.0,
        };
        let extent = Extent {
            batch_bytes: 1,
            records: usize::MAX,
        };
        let template = Template::draw(extent, &content, Keys::None, &mut Dice::new(7));
        assert_eq!(template.count(), 1);
    }
}
