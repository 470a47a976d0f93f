use std::collections::BTreeSet;

use super::key::{Key, Kind, Range};

/// Why a text is no value of its key, in Kafka's words (`ConfigException`).
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InvalidValue {
    #[error("Invalid value {value} for configuration {key}: {why}")]
    Refused {
        key: String,
        value: String,
        why: String,
    },
    #[error("Configuration '{key}' values must not be empty.")]
    EmptyElement { key: String },
}

impl Key {
    /// The one spelling of a value: numbers without spaces, booleans in lower case, lists without
    /// spaces and without repeats. What Kafka shows for the same text.
    pub fn canonical(&self, text: &str) -> Result<String, InvalidValue> {
        let trimmed = text.trim();
        match self.kind {
            Kind::Boolean => self.boolean(text),
            Kind::String => self.string(trimmed),
            Kind::Int => self.integer(trimmed, i32::MIN.into(), i32::MAX.into(), "INT"),
            Kind::Short => self.integer(trimmed, i16::MIN.into(), i16::MAX.into(), "SHORT"),
            Kind::Long => self.integer(trimmed, i64::MIN, i64::MAX, "LONG"),
            Kind::Double => self.double(trimmed),
            Kind::List => self.list(trimmed),
        }
    }

    fn boolean(&self, text: &str) -> Result<String, InvalidValue> {
        let lower = text.trim().to_ascii_lowercase();
        match lower.as_str() {
            "true" | "false" => Ok(lower),
            _ => Err(self.refused(text, "Expected value to be either true or false".into())),
        }
    }

    fn string(&self, text: &str) -> Result<String, InvalidValue> {
        match self.range {
            Range::OneOf(legal) if !legal.contains(&text) => Err(self.not_one_of(text, legal)),
            _ => Ok(text.to_owned()),
        }
    }

    fn integer(&self, text: &str, min: i64, max: i64, java: &str) -> Result<String, InvalidValue> {
        let number = text
            .parse::<i64>()
            .ok()
            .filter(|number| (min..=max).contains(number));
        let Some(number) = number else {
            return Err(self.refused(text, format!("Not a number of type {java}")));
        };
        match self.out_of_range(number as f64, Some(number)) {
            Some(why) => Err(self.refused(&number.to_string(), why)),
            None => Ok(number.to_string()),
        }
    }

    fn double(&self, text: &str) -> Result<String, InvalidValue> {
        let Some(number) = text.parse::<f64>().ok().filter(|number| number.is_finite()) else {
            return Err(self.refused(text, "Not a number of type DOUBLE".into()));
        };
        let shown = as_java_shows(number);
        match self.out_of_range(number, None) {
            Some(why) => Err(self.refused(&shown, why)),
            None => Ok(shown),
        }
    }

    /// `whole` is given where the number is an integer: 2^63-1 has no exact double.
    fn out_of_range(&self, number: f64, whole: Option<i64>) -> Option<String> {
        let below = |least: i64| whole.map_or(number < least as f64, |whole| whole < least);
        let above = |most: i64| whole.map_or(number > most as f64, |whole| whole > most);
        match self.range {
            Range::AtLeast(least) if below(least) => {
                Some(format!("Value must be at least {least}"))
            }
            Range::Between(least, _) if below(least) => {
                Some(format!("Value must be at least {least}"))
            }
            Range::Between(_, most) if above(most) => {
                Some(format!("Value must be no more than {most}"))
            }
            Range::BetweenOrMinusOne(least, most)
                if (below(least) || above(most)) && whole != Some(-1) =>
            {
                Some(format!(
                    "Value must be between {least} and {most} or equal to -1"
                ))
            }
            _ => None,
        }
    }

    fn list(&self, text: &str) -> Result<String, InvalidValue> {
        let (mut kept, mut seen) = (Vec::new(), BTreeSet::new());
        for element in elements(text) {
            if element.is_empty() {
                return Err(InvalidValue::EmptyElement {
                    key: self.name.to_owned(),
                });
            }
            if seen.insert(element) {
                kept.push(element);
            }
        }
        match self.range {
            Range::EachOf(legal) => match kept.iter().find(|element| !legal.contains(element)) {
                Some(stranger) => Err(self.not_one_of(stranger, legal)),
                None => Ok(kept.join(",")),
            },
            Range::Replicas if !are_replicas(&kept) => {
                let shown = format!("[{}]", kept.join(", "));
                let form = "must be the literal '*' or a list of replicas in the following format: \
                            [partitionId]:[brokerId],[partitionId]:[brokerId],...";
                Err(self.refused(&shown, format!("{} {form}", self.name)))
            }
            _ => Ok(kept.join(",")),
        }
    }

    fn not_one_of(&self, text: &str, legal: &[&str]) -> InvalidValue {
        self.refused(text, format!("String must be one of: {}", legal.join(", ")))
    }

    fn refused(&self, value: &str, why: String) -> InvalidValue {
        InvalidValue::Refused {
            key: self.name.to_owned(),
            value: value.to_owned(),
            why,
        }
    }
}

/// The elements of a list value, without the spaces around them; the empty text has none.
pub(super) fn elements(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim();
    text.split(',')
        .map(str::trim)
        .filter(move |_| !text.is_empty())
}

fn are_replicas(elements: &[&str]) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let pair = |text: &&str| match text.split_once(':') {
        Some((partition, broker)) => digits(partition) && digits(broker),
        None => false,
    };
    elements == ["*"] || elements.iter().all(pair)
}

/// A double in the text of Java's `Double.toString`: always with a point, and with an exponent
/// below a thousandth and from ten millions on.
fn as_java_shows(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{number:?}");
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if digits.contains('.') { "" } else { ".0" };
    format!("{digits}{point}E{exponent}")
}
