use std::borrow::Cow;

use crate::cli::complaint::Complaint;
use crate::wire::java_text;

/// How the bytes of a key, a value or a header become text: Kafka's deserializers of those types
/// (package `org.apache.kafka.common.serialization`), followed by `toString`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Deserializer {
    /// As they are, which is right for text.
    #[default]
    Plain,
    Bytes,
    Short,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
}

impl Deserializer {
    /// By the name of its class, with or without package.
    pub fn named(key: &str, class: &str) -> Result<Deserializer, Complaint> {
        let name = class.rsplit('.').next().unwrap_or(class);
        match name.strip_suffix("Deserializer").unwrap_or(name) {
            "String" | "ByteArray" => Ok(Deserializer::Plain),
            "Bytes" => Ok(Deserializer::Bytes),
            "Short" => Ok(Deserializer::Short),
            "Integer" => Ok(Deserializer::Integer),
            "Long" => Ok(Deserializer::Long),
            "Float" => Ok(Deserializer::Float),
            "Double" => Ok(Deserializer::Double),
            "Boolean" => Ok(Deserializer::Boolean),
            _ => Err(Complaint::new(format!(
                "{key}={class}: classes cannot be loaded here. Expected that of Kafka for String, \
                 ByteArray, Bytes, Short, Integer, Long, Float, Double or Boolean."
            ))),
        }
    }

    /// The text of `content`, or why these bytes are no such value.
    pub fn show<'a>(self, content: &'a [u8]) -> Result<Cow<'a, [u8]>, String> {
        let text = match self {
            Deserializer::Plain => return Ok(Cow::Borrowed(content)),
            Deserializer::Bytes => java_text::bytes(content),
            Deserializer::Short => i16::from_be_bytes(self.exactly(content)?).to_string(),
            Deserializer::Integer => i32::from_be_bytes(self.exactly(content)?).to_string(),
            Deserializer::Long => i64::from_be_bytes(self.exactly(content)?).to_string(),
            Deserializer::Float => java_text::float(f32::from_be_bytes(self.exactly(content)?)),
            Deserializer::Double => java_text::double(f64::from_be_bytes(self.exactly(content)?)),
            Deserializer::Boolean => match self.exactly(content)? {
                [0] => "false".to_owned(),
                [1] => "true".to_owned(),
                [other] => return Err(format!("Unexpected byte received: {other}")),
            },
        };
        Ok(Cow::Owned(text.into_bytes()))
    }

    fn exactly<const N: usize>(self, content: &[u8]) -> Result<[u8; N], String> {
        let wrong = |_| format!("Size of data received by {self:?}Deserializer is not {N}");
        content.try_into().map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::Deserializer;

    #[test]
    fn numbers_are_read_as_java_writes_them() {
        let shown = |class, content: &[u8]| {
            let deserializer = Deserializer::named("value.deserializer", class).unwrap();
            let text = deserializer.show(content)?.into_owned();
            Ok::<_, String>(String::from_utf8(text).unwrap())
        };
        let long = "org.apache.kafka.common.serialization.LongDeserializer";
        assert_eq!(shown(long, &(-7_i64).to_be_bytes()).unwrap(), "-7");
        assert_eq!(shown("IntegerDeserializer", &[0, 0, 1, 0]).unwrap(), "256");
        assert_eq!(
            shown("DoubleDeserializer", &1e9_f64.to_be_bytes()).unwrap(),
            "1.0E9"
        );
        assert_eq!(shown("BytesDeserializer", b"a\n").unwrap(), r"a\x0A");
        assert_eq!(shown("BooleanDeserializer", &[1]).unwrap(), "true");
        let words = "Size of data received by LongDeserializer is not 8";
        assert_eq!(shown(long, b"abc").unwrap_err(), words);
    }

    #[test]
    fn other_classes_are_refused_in_words() {
        assert!(Deserializer::named("key.deserializer", "io.confluent.AvroDeserializer").is_err());
    }
}
