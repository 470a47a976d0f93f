//! Messages in Kafka's JSON form, character for character as its tools print them: what the
//! generated `JsonConverter` classes make of a message, written by Jackson.
//!
//! A field that the version lacks is left out, and so is a tagged field at its default. Bytes are
//! base64, ids have their 22 characters, tagged fields of newer versions are not shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::schema::{Dialect, Field, Inspect, Spec, Struct};
use super::writer::EncodeFault;

/// JSON text that grows. Fields write themselves into it: [`Field::show`].
#[derive(Debug, Default)]
pub struct Json {
    text: String,
}

/// A struct at a version, in one line. All versions of it are flexible or none is: that makes no
/// difference here.
pub fn of<'a>(value: &impl Struct<'a>, version: i16) -> String {
    let mut json = Json::default();
    json.members(value, Dialect::new(version, 0));
    json.text
}

impl Json {
    /// A number, `true`, `false` or `null`.
    pub fn bare(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// A string, escaped as Jackson does it.
    pub fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                control if control < ' ' => {
                    let escaped = format!("\\u{:04X}", u32::from(control));
                    self.text.push_str(&escaped);
                }
                other => self.text.push(other),
            }
        }
        self.text.push('"');
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.string(&STANDARD.encode(bytes));
    }

    pub fn array<'a>(&mut self, elements: &[impl Field<'a>], dialect: Dialect) {
        self.text.push('[');
        for (at, element) in elements.iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            element.show(self, dialect);
        }
        self.text.push(']');
    }

    pub fn members<'a>(&mut self, value: &impl Struct<'a>, dialect: Dialect) {
        self.text.push('{');
        let mut members = Members {
            json: self,
            dialect,
            is_first: true,
        };
        let shown = value.inspect(&mut members);
        assert!(shown.is_ok(), "nothing that is shown can be refused");
        self.text.push('}');
    }
}

struct Members<'j> {
    json: &'j mut Json,
    dialect: Dialect,
    is_first: bool,
}

impl<'a> Inspect<'a> for Members<'_> {
    fn field<F: Field<'a> + PartialEq>(
        &mut self,
        spec: Spec,
        field: &F,
        default: fn() -> F,
    ) -> Result<(), EncodeFault> {
        let is_shown = spec.tag.is_none() || *field != default();
        if is_shown && spec.is_present(self.dialect.version) {
            if !self.is_first {
                self.json.text.push(',');
            }
            self.is_first = false;
            self.json.string(&in_kafkas_case(spec.name));
            self.json.text.push(':');
            field.show(self.json, spec.dialect(self.dialect));
        }
        Ok(())
    }
}

/// `leader_epoch` is `leaderEpoch` in Kafka's schemas.
fn in_kafkas_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        name + &initial.to_ascii_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn strings_are_escaped() {
        let mut json = Json::default();
        json.string("a\"\\\n\u{1}\u{1f}é/");
        assert_eq!(json.text, r#""a\"\\\n\u0001\u001Fé/""#);
    }
}
