use super::broker::{BROKER_KEYS, broker_key};
use super::kafka_names::KAFKA_BROKER_KEYS;
use super::layer::Overrides;
use super::nearest::nearest;

/// Why a configuration cannot be used; the broker does not start.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ConfigFault {
    #[error("{key}: neither Corelane nor Kafka has this setting; {advice}")]
    UnknownKey { key: String, advice: String },
    #[error("{key}={value}: expected {expected}")]
    BadValue {
        key: String,
        value: String,
        expected: String,
    },
}

impl ConfigFault {
    pub(super) fn bad_value(key: &str, value: &str, expected: impl Into<String>) -> ConfigFault {
        ConfigFault::BadValue {
            key: key.into(),
            value: value.into(),
            expected: expected.into(),
        }
    }
}

/// The pairs of a properties file (`java.util.Properties`): comments start with `#` or `!`, a key
/// ends at `=`, `:` or a space, a backslash joins lines and escapes characters.
///
/// ```text
/// # a comment
/// log.dirs = /var/lib/corelane
/// listeners: PLAINTEXT://:9092, \
///            INSIDE://:9093
/// ```
pub fn properties(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let mut logical = line.to_owned();
        while ends_in_lone_backslash(&logical) {
            logical.pop();
            logical.push_str(lines.next().unwrap_or("").trim_start());
        }
        let (key, value) = split(&logical);
        pairs.push((unescape(key), unescape(value)));
    }
    pairs
}

fn ends_in_lone_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// Cuts a logical line into its key and its value, both still escaped.
fn split(line: &str) -> (&str, &str) {
    let is_space = |c: char| matches!(c, ' ' | '\t' | '\x0c');
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (matches!(c, '=' | ':') || is_space(c));
        escaped = c == '\\' && !escaped;
        ends
    });
    let (key, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start_matches(is_space);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key, value.trim_start_matches(is_space))
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('t') => plain.push('\t'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('f') => plain.push('\x0c'),
            Some('u') => {
                let code: String = chars.by_ref().take(4).collect();
                let point = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                plain.push(point.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

/// Reads pairs, the later of one key winning, into canonical values of known keys and the names
/// of keys that only Kafka has.
pub(super) fn read_pairs(
    pairs: impl IntoIterator<Item = (String, String)>,
) -> Result<(Overrides, Vec<String>), ConfigFault> {
    let mut stated = Overrides::new();
    let mut ignored = Vec::new();
    for (name, text) in pairs {
        let Some(key) = broker_key(&name) else {
            if !is_kafkas(&name) {
                return Err(unknown(name));
            }
            if !ignored.contains(&name) {
                ignored.push(name);
            }
            continue;
        };
        // An empty value of a key without default says what leaving the line out says.
        if text.trim().is_empty() && key.default.is_none() {
            stated.remove(key.name);
            continue;
        }
        let value = key
            .canonical(&text)
            .map_err(|_| ConfigFault::bad_value(key.name, &text, key.expected()))?;
        stated.insert(name, value);
    }
    Ok((stated, ignored))
}

/// Kafka also takes any key under a listener's name.
fn is_kafkas(name: &str) -> bool {
    KAFKA_BROKER_KEYS.binary_search(&name).is_ok() || name.starts_with("listener.name.")
}

fn unknown(key: String) -> ConfigFault {
    let ours = BROKER_KEYS
        .iter()
        .flat_map(|group| group.keys)
        .map(|key| key.name);
    let candidates = ours.chain(KAFKA_BROKER_KEYS.iter().copied());
    let advice = match nearest(&key, candidates) {
        _ if key.starts_with("zookeeper.") => {
            "there is no ZooKeeper since Kafka 4: take it out".to_owned()
        }
        Some(nearest) => format!("the nearest is {nearest}"),
        None => "nothing is called like it: take it out".to_owned(),
    };
    ConfigFault::UnknownKey { key, advice }
}
