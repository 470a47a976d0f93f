use std::borrow::Cow;

use super::deserialize::Deserializer;
use crate::cli::complaint::Complaint;
use crate::cli::property;
use crate::records::{BatchView, Record};

/// What is printed of a record, and how (`DefaultMessageFormatter`). Columns come in this order:
/// timestamp, partition, offset, leader epoch, headers, key, value.
///
/// Kafka's tool knows the epoch of no record and prints `Epoch:NOT_PRESENT`; here it is printed.
#[derive(Debug, Clone)]
pub struct Format {
    timestamp: bool,
    partition: bool,
    offset: bool,
    epoch: bool,
    headers: bool,
    key: bool,
    value: bool,
    key_separator: Vec<u8>,
    line_separator: Vec<u8>,
    headers_separator: Vec<u8>,
    null_literal: Vec<u8>,
    key_deserializer: Deserializer,
    value_deserializer: Deserializer,
    headers_deserializer: Deserializer,
}

impl Format {
    /// From `--formatter-property`; the last of a name wins.
    pub fn new(pairs: &[(String, String)]) -> Result<Format, Complaint> {
        let is_on = |key: &str| property::last(pairs, key).is_some_and(property::is_true);
        let text = |key: &str, default: &str| {
            property::last(pairs, key)
                .unwrap_or(default)
                .as_bytes()
                .to_vec()
        };
        let deserializer = |key: &str| match property::last(pairs, key) {
            Some(class) => Deserializer::named(key, class),
            None => Ok(Deserializer::default()),
        };
        Ok(Format {
            timestamp: is_on("print.timestamp"),
            partition: is_on("print.partition"),
            offset: is_on("print.offset"),
            epoch: is_on("print.epoch"),
            headers: is_on("print.headers"),
            key: is_on("print.key"),
            value: property::last(pairs, "print.value").is_none_or(property::is_true),
            key_separator: text("key.separator", "\t"),
            line_separator: text("line.separator", "\n"),
            headers_separator: text("headers.separator", ","),
            null_literal: text("null.literal", "null"),
            key_deserializer: deserializer("key.deserializer")?,
            value_deserializer: deserializer("value.deserializer")?,
            headers_deserializer: deserializer("headers.deserializer")?,
        })
    }

    /// Appends one record to `bytes`, or nothing when nothing of it is asked for. The error says
    /// which bytes are not what a deserializer expects; then `bytes` are of no use.
    pub fn write(
        &self,
        batch: &BatchView<'_>,
        record: &Record<'_>,
        partition: i32,
        bytes: &mut Vec<u8>,
    ) -> Result<(), String> {
        let mut row = Row {
            format: self,
            bytes,
            columns: 0,
        };
        if self.timestamp {
            let timestamp = batch.timestamp_of(record.timestamp_delta);
            let text = match timestamp.0 {
                -1 => "NO_TIMESTAMP".to_owned(),
                _ => format!("{}:{timestamp}", batch.timestamp_type().name()),
            };
            row.column().extend(text.bytes());
        }
        if self.partition {
            let text = format!("Partition:{partition}");
            row.column().extend(text.bytes());
        }
        if self.offset {
            let text = format!("Offset:{}", batch.offset_of(record.offset_delta));
            row.column().extend(text.bytes());
        }
        if self.epoch {
            let text = format!("Epoch:{}", batch.leader_epoch());
            row.column().extend(text.bytes());
        }
        if self.headers {
            self.write_headers(record, row.column())?;
        }
        if self.key {
            let key = self.content(record.key, self.key_deserializer)?;
            row.column().extend_from_slice(&key);
        }
        if self.value {
            let value = self.content(record.value, self.value_deserializer)?;
            row.column().extend_from_slice(&value);
        }
        if row.columns > 0 {
            row.bytes.extend_from_slice(&self.line_separator);
        }
        Ok(())
    }

    /// Null is the literal, whatever the deserializer.
    fn content<'a>(
        &'a self,
        content: Option<&'a [u8]>,
        deserializer: Deserializer,
    ) -> Result<Cow<'a, [u8]>, String> {
        match content {
            Some(content) => deserializer.show(content),
            None => Ok(Cow::Borrowed(&self.null_literal)),
        }
    }

    fn write_headers(&self, record: &Record<'_>, row: &mut Vec<u8>) -> Result<(), String> {
        let mut headers = record.headers.filter_map(Result::ok).peekable();
        if headers.peek().is_none() {
            row.extend_from_slice(b"NO_HEADERS");
        }
        while let Some(header) = headers.next() {
            row.extend_from_slice(header.key);
            row.push(b':');
            row.extend_from_slice(&self.content(header.value, self.headers_deserializer)?);
            if headers.peek().is_some() {
                row.extend_from_slice(&self.headers_separator);
            }
        }
        Ok(())
    }
}

/// Puts the separator between columns.
struct Row<'a> {
    format: &'a Format,
    bytes: &'a mut Vec<u8>,
    columns: u32,
}

impl Row<'_> {
    fn column(&mut self) -> &mut Vec<u8> {
        if self.columns > 0 {
            self.bytes.extend_from_slice(&self.format.key_separator);
        }
        self.columns += 1;
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Format;
    use crate::model::Timestamp;
    use crate::records::{BatchBuilder, BatchView, NewRecord, RecordHeader};

    fn printed(pairs: &[(&str, &str)], record: &NewRecord<'_>) -> String {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        let mut builder = BatchBuilder::new();
        builder.push(Timestamp(7), record);
        let bytes = builder.finish();
        let batch = BatchView::parse(&bytes).unwrap();
        let record = batch.records().next().unwrap().unwrap();
        let mut out = Vec::new();
        Format::new(&pairs)
            .unwrap()
            .write(&batch, &record, 3, &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_come_in_the_order_of_kafka() {
        let headers = [
            RecordHeader {
                key: b"h1",
                value: Some(b"a"),
            },
            RecordHeader {
                key: b"h2",
                value: None,
            },
        ];
        let record = NewRecord {
            key: Some(b"k"),
            value: Some(b"v"),
            headers: &headers,
        };
        let all = ["timestamp", "partition", "offset", "headers", "key"];
        let names = all.map(|name| format!("print.{name}"));
        let pairs: Vec<_> = names.iter().map(|name| (name.as_str(), "true")).collect();
        let expected = "CreateTime:7\tPartition:3\tOffset:0\th1:a,h2:null\tk\tv\n";
        assert_eq!(printed(&pairs, &record), expected);
        assert_eq!(printed(&[], &record), "v\n");
        assert_eq!(printed(&[("print.value", "false")], &record), "");
    }

    #[test]
    fn null_and_no_headers_have_words() {
        let record = NewRecord::default();
        let pairs = [
            ("print.key", "true"),
            ("print.headers", "true"),
            ("key.separator", "::"),
            ("null.literal", "nil"),
        ];
        assert_eq!(printed(&pairs, &record), "NO_HEADERS::nil::nil\n");
    }

    #[test]
    fn bytes_that_are_no_such_value_are_an_error() {
        let pairs = [(
            "value.deserializer".to_owned(),
            "LongDeserializer".to_owned(),
        )];
        let mut builder = BatchBuilder::new();
        let value = Some(&b"three"[..]);
        builder.push(
            Timestamp(7),
            &NewRecord {
                value,
                ..NewRecord::default()
            },
        );
        let bytes = builder.finish();
        let batch = BatchView::parse(&bytes).unwrap();
        let record = batch.records().next().unwrap().unwrap();
        let format = Format::new(&pairs).unwrap();
        assert!(format.write(&batch, &record, 0, &mut Vec::new()).is_err());
    }
}
