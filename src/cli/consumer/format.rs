use std::io::{self, Write};

use crate::cli::complaint::Complaint;
use crate::cli::property;
use crate::records::{BatchView, Record};

/// What is printed of a record, and how (`DefaultMessageFormatter`). Columns come in this order:
/// timestamp, partition, offset, leader epoch, headers, key, value.
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
        check_deserializers(pairs)?;
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
        })
    }

    /// Writes one record, or nothing when nothing of it is asked for.
    pub fn print(
        &self,
        batch: &BatchView<'_>,
        record: &Record<'_>,
        partition: i32,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut row = Row {
            format: self,
            out,
            columns: 0,
        };
        if self.timestamp {
            let timestamp = batch.timestamp_of(record.timestamp_delta);
            match timestamp.0 {
                -1 => write!(row.column()?, "NO_TIMESTAMP")?,
                _ => write!(
                    row.column()?,
                    "{}:{timestamp}",
                    batch.timestamp_type().name()
                )?,
            }
        }
        if self.partition {
            write!(row.column()?, "Partition:{partition}")?;
        }
        if self.offset {
            write!(
                row.column()?,
                "Offset:{}",
                batch.offset_of(record.offset_delta)
            )?;
        }
        if self.epoch {
            write!(row.column()?, "Epoch:{}", batch.leader_epoch())?;
        }
        if self.headers {
            let out = row.column()?;
            self.print_headers(record, out)?;
        }
        if self.key {
            row.column()?
                .write_all(record.key.unwrap_or(&self.null_literal))?;
        }
        if self.value {
            row.column()?
                .write_all(record.value.unwrap_or(&self.null_literal))?;
        }
        match row.columns {
            0 => Ok(()),
            _ => row.out.write_all(&self.line_separator),
        }
    }

    fn print_headers(&self, record: &Record<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut headers = record.headers.filter_map(Result::ok).peekable();
        if headers.peek().is_none() {
            return out.write_all(b"NO_HEADERS");
        }
        while let Some(header) = headers.next() {
            out.write_all(header.key)?;
            out.write_all(b":")?;
            out.write_all(header.value.unwrap_or(&self.null_literal))?;
            if headers.peek().is_some() {
                out.write_all(&self.headers_separator)?;
            }
        }
        Ok(())
    }
}

/// Puts the separator between columns.
struct Row<'a> {
    format: &'a Format,
    out: &'a mut dyn Write,
    columns: u32,
}

impl Row<'_> {
    fn column(&mut self) -> io::Result<&mut dyn Write> {
        if self.columns > 0 {
            self.out.write_all(&self.format.key_separator)?;
        }
        self.columns += 1;
        Ok(self.out)
    }
}

/// Bytes are printed as they are, which is what these classes come to. No other exists here.
fn check_deserializers(pairs: &[(String, String)]) -> Result<(), Complaint> {
    let plain = [
        "StringDeserializer",
        "ByteArrayDeserializer",
        "BytesDeserializer",
    ];
    let asks = |pair: &&(String, String)| {
        pair.0.ends_with("deserializer") && !plain.iter().any(|name| pair.1.ends_with(name))
    };
    match pairs.iter().find(asks) {
        Some((key, class)) => Err(Complaint::new(format!(
            "{key}={class}: classes cannot be loaded here; records are printed as text"
        ))),
        None => Ok(()),
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
            .print(&batch, &record, 3, &mut out)
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
    fn classes_of_java_are_refused_in_words() {
        let class = "org.apache.kafka.common.serialization.LongDeserializer";
        let pairs = [("value.deserializer".to_owned(), class.to_owned())];
        assert!(Format::new(&pairs).is_err());
    }
}
