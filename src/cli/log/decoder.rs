use std::borrow::Cow;

use super::Options;
use crate::cli::complaint::Complaint;
use crate::wire::metadata;

/// How keys and values of records become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// Each by a class of its own.
    Classes { key: Class, value: Class },
    /// `--cluster-metadata-decoder`: values are records of cluster metadata, keys are not shown.
    ClusterMetadata,
}

/// The decoders of `org.apache.kafka.tools.api`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Class {
    #[default]
    String,
    Integer,
    Long,
}

/// What a record holds, in words.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub key: Option<Cow<'a, str>>,
    pub value: Option<Cow<'a, str>>,
}

impl Decoder {
    /// The one that the options ask for, or why there is none.
    pub fn of(options: &Options) -> Result<Decoder, Complaint> {
        let absent = [
            ("--offsets-decoder", options.offsets_decoder),
            ("--transaction-log-decoder", options.transaction_log_decoder),
            (
                "--share-group-state-decoder",
                options.share_group_state_decoder,
            ),
            (
                "--remote-log-metadata-decoder",
                options.remote_log_metadata_decoder,
            ),
        ];
        if let Some((option, _)) = absent.into_iter().find(|(_, is_asked)| *is_asked) {
            return Err(Complaint::new(format!(
                "{option}: these records are not decoded here yet. --print-data-log prints their \
                 keys and values as they are."
            )));
        }
        if options.cluster_metadata_decoder {
            return Ok(Decoder::ClusterMetadata);
        }
        Ok(Decoder::Classes {
            key: Class::named("--key-decoder-class", options.key_decoder_class.as_deref())?,
            value: Class::named(
                "--value-decoder-class",
                options.value_decoder_class.as_deref(),
            )?,
        })
    }

    /// The text of a record at `offset`; the error says which part is no such value.
    pub fn decode<'a>(
        self,
        key: Option<&'a [u8]>,
        value: Option<&'a [u8]>,
        offset: i64,
    ) -> Result<Decoded<'a>, String> {
        match self {
            Decoder::Classes {
                key: of_key,
                value: of_value,
            } => Ok(Decoded {
                key: key.map(|key| of_key.decode(key)).transpose()?,
                value: value.map(|value| of_value.decode(value)).transpose()?,
            }),
            Decoder::ClusterMetadata => Ok(Decoded {
                key: None,
                value: Some(Cow::Owned(in_json(value.unwrap_or_default(), offset))),
            }),
        }
    }
}

impl Class {
    fn named(option: &str, class: Option<&str>) -> Result<Class, Complaint> {
        let Some(class) = class else {
            return Ok(Class::default());
        };
        match class.rsplit('.').next().unwrap_or(class) {
            "" | "StringDecoder" | "DefaultDecoder" => Ok(Class::String),
            "IntegerDecoder" => Ok(Class::Integer),
            "LongDecoder" => Ok(Class::Long),
            _ => Err(Complaint::new(format!(
                "{option} {class}: classes cannot be loaded here. Expected StringDecoder, \
                 IntegerDecoder or LongDecoder."
            ))),
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<Cow<'_, str>, String> {
        let wrong = |size: usize| {
            let found = bytes.len();
            format!("{found} bytes are no {self:?}, which has {size}")
        };
        match self {
            Class::String => Ok(String::from_utf8_lossy(bytes)),
            Class::Integer => match bytes.first_chunk() {
                Some(number) => Ok(i32::from_be_bytes(*number).to_string().into()),
                None => Err(wrong(4)),
            },
            Class::Long => match bytes.first_chunk() {
                Some(number) => Ok(i64::from_be_bytes(*number).to_string().into()),
                None => Err(wrong(8)),
            },
        }
    }
}

/// A record of cluster metadata as Kafka's tool shows it.
fn in_json(value: &[u8], offset: i64) -> String {
    match metadata::Record::decode(value) {
        Ok((record, version)) => format!(
            "{{\"type\":\"{}_RECORD\",\"version\":{version},\"data\":{}}}",
            in_capitals(record.name()),
            record.json(version)
        ),
        Err(fault) => format!("Error at {offset}, skipping. {fault}"),
    }
}

/// `RegisterBroker` becomes `REGISTER_BROKER`.
fn in_capitals(name: &str) -> String {
    let mut capitals = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !capitals.is_empty() {
            capitals.push('_');
        }
        capitals.push(character.to_ascii_uppercase());
    }
    capitals
}

#[cfg(test)]
mod tests {
    use super::{Class, Decoder, in_capitals};

    #[test]
    fn numbers_are_read_from_the_first_bytes() {
        let decoder = Decoder::Classes {
            key: Class::Integer,
            value: Class::Long,
        };
        let decoded = decoder
            .decode(Some(&[0, 0, 0, 7]), Some(&[0xff; 8]), 0)
            .unwrap();
        assert_eq!(
            (decoded.key, decoded.value),
            (Some("7".into()), Some("-1".into()))
        );
        assert!(decoder.decode(Some(b"abc"), None, 0).is_err());
    }

    #[test]
    fn names_of_records_are_kafkas() {
        assert_eq!(in_capitals("RegisterBroker"), "REGISTER_BROKER");
        assert_eq!(in_capitals("NoOp"), "NO_OP");
    }
}
