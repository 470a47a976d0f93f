use crate::cli::complaint::Complaint;
use crate::cli::property;
use crate::records::RecordHeader;

/// How lines become records (`LineMessageReader`): `headers<TAB>key<TAB>value`, of which the
/// first two are there only when asked for.
#[derive(Debug, Clone)]
pub struct Grammar {
    parse_key: bool,
    parse_headers: bool,
    ignore_error: bool,
    key_separator: Vec<u8>,
    headers_delimiter: Vec<u8>,
    headers_separator: Vec<u8>,
    headers_key_separator: Vec<u8>,
    null_marker: Option<Vec<u8>>,
}

/// One line taken apart; slices of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line<'a> {
    pub key: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
    pub headers: Vec<RecordHeader<'a>>,
}

impl Grammar {
    /// From `--reader-property`; the last of a name wins.
    pub fn new(pairs: &[(String, String)]) -> Result<Grammar, Complaint> {
        let text = |key: &str, default: &str| {
            let value = property::last(pairs, key).unwrap_or(default);
            unescape(value).into_bytes()
        };
        let is_on = |key: &str| property::last(pairs, key).is_some_and(property::is_true);
        let grammar = Grammar {
            parse_key: is_on("parse.key"),
            parse_headers: is_on("parse.headers"),
            ignore_error: is_on("ignore.error"),
            key_separator: text("key.separator", "\t"),
            headers_delimiter: text("headers.delimiter", "\t"),
            headers_separator: text("headers.separator", ","),
            headers_key_separator: text("headers.key.separator", ":"),
            null_marker: property::last(pairs, "null.marker").map(|marker| marker.into()),
        };
        grammar.check().map(|()| grammar)
    }

    fn check(&self) -> Result<(), Complaint> {
        let delimiter = ("headers.delimiter", &self.headers_delimiter);
        let separator = ("headers.separator", &self.headers_separator);
        let key_separator = ("headers.key.separator", &self.headers_key_separator);
        let of_key = ("key.separator", &self.key_separator);
        let mut apart = vec![
            (delimiter, separator),
            (delimiter, key_separator),
            (separator, key_separator),
        ];
        if let Some(marker) = &self.null_marker {
            let others = [of_key, separator, delimiter, key_separator];
            apart.extend(others.map(|other| (("null.marker", marker), other)));
        }
        match apart.into_iter().find(|(one, other)| one.1 == other.1) {
            Some((one, other)) => Err(Complaint::new(format!(
                "{} and {} may not be equal",
                one.0, other.0
            ))),
            None => Ok(()),
        }
    }

    /// Takes a line apart; `number` counts from 1 and is for complaints.
    pub fn parse<'a>(&self, line: &'a [u8], number: u64) -> Result<Line<'a>, Complaint> {
        let mut rest = line;
        let mut part = |wanted: bool, separator: &[u8], name: &str| {
            if !wanted {
                return Ok(None);
            }
            match split_once(rest, separator) {
                Some((part, after)) => {
                    rest = after;
                    Ok(Some(part))
                }
                None if self.ignore_error => Ok(None),
                None => Err(Complaint::new(format!(
                    "No {name} found on line number {number}: '{}'",
                    String::from_utf8_lossy(line)
                ))),
            }
        };
        let headers = part(
            self.parse_headers,
            &self.headers_delimiter,
            "headers delimiter",
        )?;
        let key = part(self.parse_key, &self.key_separator, "key separator")?;
        Ok(Line {
            key: key.and_then(|key| self.unless_null(key)),
            value: self.unless_null(rest),
            headers: match headers.and_then(|headers| self.unless_null(headers)) {
                Some(headers) => self.headers(headers, number)?,
                None => Vec::new(),
            },
        })
    }

    fn headers<'a>(&self, text: &'a [u8], number: u64) -> Result<Vec<RecordHeader<'a>>, Complaint> {
        let mut pairs = Vec::new();
        let mut rest = Some(text);
        while let Some(text) = rest {
            let (pair, after) = match split_once(text, &self.headers_separator) {
                Some((pair, after)) => (pair, Some(after)),
                None => (text, None),
            };
            rest = after;
            pairs.push(pair);
        }
        // As Java's `split` does: a separator at the end separates nothing.
        while !text.is_empty() && pairs.pop_if(|pair| pair.is_empty()).is_some() {}
        pairs
            .into_iter()
            .map(|pair| self.header(pair, number))
            .collect()
    }

    fn header<'a>(&self, pair: &'a [u8], number: u64) -> Result<RecordHeader<'a>, Complaint> {
        match split_once(pair, &self.headers_key_separator) {
            Some((key, _)) if self.unless_null(key).is_none() => Err(Complaint::new(format!(
                "Header keys should not be equal to the null marker '{}' as they can't be null",
                String::from_utf8_lossy(key)
            ))),
            Some((key, value)) => Ok(RecordHeader {
                key,
                value: self.unless_null(value),
            }),
            None if self.ignore_error => Ok(RecordHeader {
                key: pair,
                value: None,
            }),
            None => Err(Complaint::new(format!(
                "No header key separator found in pair '{}' on line number {number}",
                String::from_utf8_lossy(pair)
            ))),
        }
    }

    fn unless_null<'a>(&self, part: &'a [u8]) -> Option<&'a [u8]> {
        (self.null_marker.as_deref() != Some(part)).then_some(part)
    }
}

fn split_once<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    if separator.is_empty() {
        return None;
    }
    let at = text
        .windows(separator.len())
        .position(|window| window == separator)?;
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

/// A tab can be typed as `\t`, since few shells make typing one easy.
fn unescape(text: &str) -> String {
    match text {
        "\\t" => "\t".to_owned(),
        other => other.to_owned(),
    }
}

/// Cuts arriving bytes into lines, which end in `\n`, `\r` or both, as for Java's readers.
#[derive(Debug, Default)]
pub struct Lines {
    partial: Vec<u8>,
    /// The last byte was a `\r`; a `\n` after it belongs to the same end.
    returned: bool,
}

impl Lines {
    /// The lines that `bytes` complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for part in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            let rest_of_end = self.returned && part == b"\n";
            self.returned = part.ends_with(b"\r");
            match part
                .strip_suffix(b"\n")
                .or_else(|| part.strip_suffix(b"\r"))
            {
                Some(_) if rest_of_end => {}
                Some(end) => {
                    self.partial.extend_from_slice(end);
                    lines.push(std::mem::take(&mut self.partial));
                }
                None => self.partial.extend_from_slice(part),
            }
        }
        lines
    }

    /// The last line, if the input does not end with the end of one.
    pub fn finish(self) -> Option<Vec<u8>> {
        (!self.partial.is_empty()).then_some(self.partial)
    }
}

#[cfg(test)]
mod tests {
    use super::{Grammar, Line, Lines};
    use crate::records::RecordHeader;

    fn grammar(pairs: &[(&str, &str)]) -> Grammar {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        Grammar::new(&pairs).unwrap()
    }

    #[test]
    fn a_line_is_a_value_unless_more_is_asked_for() {
        let line = grammar(&[]).parse(b"k\tv", 1).unwrap();
        assert_eq!(
            line,
            Line {
                value: Some(b"k\tv"),
                ..Line::default()
            }
        );
        let keyed = grammar(&[("parse.key", "true")]);
        let line = keyed.parse(b"k\tv\tw", 1).unwrap();
        assert_eq!(
            (line.key, line.value),
            (Some(&b"k"[..]), Some(&b"v\tw"[..]))
        );
        let missing = format!("{:?}", keyed.parse(b"nokey", 3));
        assert!(missing.contains("No key separator found on line number 3: 'nokey'"));
    }

    #[test]
    fn headers_come_before_the_key_and_markers_are_null() {
        let grammar = grammar(&[
            ("parse.key", "true"),
            ("parse.headers", "true"),
            ("null.marker", "NULL"),
        ]);
        let line = grammar.parse(b"a:1,b:NULL\tNULL\tNULL", 1).unwrap();
        let header = |header: &RecordHeader<'_>| (header.key.to_vec(), header.value.is_some());
        let headers: Vec<_> = line.headers.iter().map(header).collect();
        assert_eq!(headers, [(b"a".to_vec(), true), (b"b".to_vec(), false)]);
        assert_eq!((line.key, line.value), (None, None));
        assert!(grammar.parse(b"NULL:1\tk\tv", 1).is_err());
        assert_eq!(grammar.parse(b"NULL\tk\tv", 1).unwrap().headers, []);
        assert_eq!(grammar.parse(b"a:1,,\tk\tv", 1).unwrap().headers.len(), 1);
        assert!(grammar.parse(b"\tk\tv", 1).is_err());
    }

    #[test]
    fn separators_that_cannot_be_told_apart_are_refused() {
        let pairs = [("headers.separator".to_owned(), "\\t".to_owned())];
        assert!(Grammar::new(&pairs).is_err());
    }

    #[test]
    fn lines_are_cut_wherever_the_input_is() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"on"), Vec::<Vec<u8>>::new());
        assert_eq!(lines.push(b"e\r\n\ntw"), [b"one".to_vec(), b"".to_vec()]);
        assert_eq!(lines.push(b"o\r"), [b"two".to_vec()]);
        assert_eq!(lines.push(b"\n\rx"), [b"".to_vec()]);
        assert_eq!(lines.finish(), Some(b"x".to_vec()));
        assert_eq!(Lines::default().finish(), None);
    }
}
