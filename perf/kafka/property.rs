use std::io::{Write, stdout};
use std::path::Path;

use crate::io::{fs, uring};
use crate::perf::complaint::Complaint;

/// What stands where Kafka's tools print the metrics of their client.
pub const NO_METRICS: &str = "\nThe metrics of Kafka's Java client do not exist here; what this \
                              client measures is in the file that perf produce and perf consume \
                              write with --json.";

/// Prints a line on standard output.
pub fn say(line: &str) -> Result<(), Complaint> {
    let unwritable = |error| Complaint(format!("cannot write to standard output: {error}"));
    writeln!(stdout(), "{line}").map_err(unwritable)
}

/// The properties of a client that means to connect otherwise than in plain text are refused.
pub fn check_plain(pairs: &[(String, String)]) -> Result<(), Complaint> {
    match last(pairs, "security.protocol") {
        None | Some("PLAINTEXT") => Ok(()),
        Some(other) => Err(Complaint(format!(
            "security.protocol={other}: this client speaks PLAINTEXT only"
        ))),
    }
}

/// `KEY=VALUE`.
pub fn pair(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("{text:?} is not KEY=VALUE");
    let (key, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// The properties of a file; later ones of a key win.
pub fn file(path: Option<&Path>) -> Result<Vec<(String, String)>, Complaint> {
    let Some(path) = path.map(Path::to_owned) else {
        return Ok(Vec::new());
    };
    let shown = path.display().to_string();
    let read = uring::run_alone(async move { fs::read(&path).await })?;
    let bytes = read.map_err(|error| Complaint(format!("cannot read {shown}: {error}")))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    lines.map(|line| pair(line).map_err(Complaint)).collect()
}

/// The last value of a key.
pub fn last<'a>(pairs: &'a [(String, String)], key: &str) -> Option<&'a str> {
    let found = pairs.iter().rev().find(|(name, _)| name == key);
    found.map(|(_, value)| value.as_str())
}

/// Properties of Kafka's clients and the words that mean the same here, with the unit that a bare
/// number has.
const WORDS: [(&str, &str, &str); 9] = [
    ("acks", "--acks", ""),
    ("batch.size", "--batch-bytes", ""),
    ("linger.ms", "--linger", "ms"),
    ("compression.type", "--codec", ""),
    ("max.in.flight.requests.per.connection", "--in-flight", ""),
    ("enable.idempotence", "--idempotence", ""),
    ("max.request.size", "--request-bytes", ""),
    ("request.timeout.ms", "--request-timeout", "ms"),
    ("bootstrap.servers", "--bootstrap-server", ""),
];

/// Options of `perf produce` that stand for a producer's properties. Others do nothing here.
pub fn words(pairs: &[(String, String)]) -> Vec<String> {
    let mut words = Vec::new();
    for (key, word, unit) in WORDS {
        if let Some(value) = last(pairs, key) {
            let value = match (key, value) {
                ("acks", "-1") => "all".to_owned(),
                // At least one record goes into a batch here as there.
                ("batch.size", "0") => "1".to_owned(),
                _ => format!("{value}{unit}"),
            };
            words.extend([word.to_owned(), value]);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{pair, words};

    #[test]
    fn properties_of_the_producer_become_our_words() {
        let pairs = ["linger.ms=1", "acks=-1", "client.id=x", "linger.ms=20"];
        let pairs: Vec<_> = pairs.iter().filter_map(|text| pair(text).ok()).collect();
        assert_eq!(words(&pairs), ["--acks", "all", "--linger", "20ms"]);
        assert!(pair("linger").is_err());
    }
}
