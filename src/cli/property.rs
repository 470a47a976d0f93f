//! Text of the form `key=value`, on the command line and in properties files.

/// Splits at the first `=`. The value may be empty and may hold more of them.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE, for example acks=all".to_owned()),
    }
}

/// `true` or `false`, in any case, as Java's `Boolean.parseBoolean` reads it: all else is false.
pub fn is_true(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case("true")
}

/// The last value given for `key`.
pub fn last<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    let of_key = |pair: &&(String, String)| pair.0 == key;
    pairs.iter().rev().find(of_key).map(|pair| pair.1.as_str())
}

/// The pairs of a properties file: `key=value`, `key: value` or `key value` lines, `#` and `!`
/// comments, and a backslash at the end of a line that goes on.
pub fn of_file(text: &str) -> Vec<(String, String)> {
    let joined = text.replace("\\\r\n", "").replace("\\\n", "");
    let meaning = |line: &&str| !line.is_empty() && !line.starts_with(['#', '!']);
    joined
        .lines()
        .map(str::trim)
        .filter(meaning)
        .map(entry)
        .collect()
}

fn entry(line: &str) -> (String, String) {
    let end = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
    let (key, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest);
    (key.to_owned(), value.trim_start().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{last, of_file, pair};

    #[test]
    fn a_pair_is_split_at_its_first_equals_sign() {
        assert_eq!(
            pair("key.separator=="),
            Ok(("key.separator".into(), "=".into()))
        );
        assert_eq!(pair("a="), Ok(("a".into(), String::new())));
        assert!(pair("a").is_err());
        assert!(pair("=a").is_err());
    }

    #[test]
    fn properties_files_are_read_as_java_does() {
        let pairs = of_file("# c\n! c\n a = b \nc:d\ne f\\\n g\nacks=1\nacks=all\n");
        assert_eq!(last(&pairs, "a"), Some("b"));
        assert_eq!(last(&pairs, "c"), Some("d"));
        assert_eq!(last(&pairs, "e"), Some("f g"));
        assert_eq!(last(&pairs, "acks"), Some("all"));
        assert_eq!(last(&pairs, "none"), None);
    }
}
