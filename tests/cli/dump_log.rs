//! Files written by Apache Kafka 4.3.1, and what its own dump-log printed of them: `kafka/` and
//! `expected/`. Sound files first, then ones that were broken on purpose.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::tool::{Said, corelane_in, here};

const LOG: &str = "00000000000000000000.log";
const INDEX: &str = "00000000000000000000.index";
const TIME_INDEX: &str = "00000000000000000000.timeindex";

fn dump(line: &str, expected: &str) {
    let said = corelane_in(&here().join("kafka"), &format!("dump-log {line}"));
    let path = here().join("expected").join(expected);
    let expected = fs::read_to_string(path).expect("the expected text is there");
    assert_eq!(said.stdout, expected, "dump-log {line}");
    assert_eq!(
        (said.stderr.as_str(), said.code),
        ("", Some(0)),
        "dump-log {line}"
    );
}

#[test]
fn batches_and_records_of_every_codec_are_printed_as_kafka_prints_them() {
    let log = format!("--files mixed/{LOG}");
    dump(&log, "batches.txt");
    dump(&format!("{log} --deep-iteration"), "records.txt");
    dump(&format!("{log} --print-data-log"), "contents.txt");
    let only = "--print-data-log --skip-record-metadata";
    dump(&format!("{log} {only}"), "contents_only.txt");
    dump(&format!("{log} --max-bytes 300"), "first_bytes.txt");
    dump(
        &format!("--files append-time/{LOG} --print-data-log"),
        "append_time.txt",
    );
}

#[test]
fn indexes_are_printed_checked_or_only_verified() {
    let both = format!("--files mixed/{INDEX},mixed/{TIME_INDEX}");
    dump(&both, "indexes.txt");
    dump(&format!("{both} --index-sanity-check"), "index_sanity.txt");
    dump(&format!("{both} --verify-index-only"), "index_only.txt");
}

#[test]
fn producers_and_aborted_transactions_are_printed() {
    let snapshots = "mixed/00000000000000000029.snapshot,aborted/00000000007934274756.snapshot";
    dump(&format!("--files {snapshots}"), "producers.txt");
    dump(
        "--files aborted/00000000048957494949.txnindex",
        "aborted.txt",
    );
}

#[test]
fn cluster_metadata_is_printed_in_json() {
    let log = format!("--files metadata/{LOG} --cluster-metadata-decoder");
    dump(&log, "metadata.txt");
    dump(
        &format!("{log} --skip-record-metadata"),
        "metadata_only.txt",
    );
    let snapshots = "metadata/00000000000000000000-0000000000.checkpoint,\
                     metadata/bootstrap.checkpoint";
    dump(
        &format!("--cluster-metadata-decoder --files {snapshots}"),
        "metadata_snapshots.txt",
    );
}

#[test]
fn decoders_that_are_not_here_are_told() {
    let kafka = here().join("kafka");
    for (option, words) in [
        ("--offsets-decoder", "not decoded here yet"),
        ("--transaction-log-decoder", "not decoded here yet"),
        ("--share-group-state-decoder", "not decoded here yet"),
        (
            "--value-decoder-class my.Decoder",
            "classes cannot be loaded here",
        ),
        ("--value-decoder-class IntegerDecoder", "are no Integer"),
    ] {
        let said = corelane_in(&kafka, &format!("dump-log --files mixed/{LOG} {option}"));
        assert_eq!(said.code, Some(1), "{option}");
        assert!(said.stderr.contains(words), "{option}:\n{}", said.stderr);
    }
    let string = "--value-decoder-class org.apache.kafka.tools.api.StringDecoder";
    dump(&format!("--files mixed/{LOG} {string}"), "contents.txt");
}

/// The mixed segment with one of its files changed.
struct Broken(TempDir);

impl Broken {
    fn new(file: &str, change: impl FnOnce(&mut Vec<u8>)) -> Broken {
        let dir = TempDir::new().expect("a temporary directory");
        for name in [LOG, INDEX, TIME_INDEX] {
            let sound = here().join("kafka/mixed").join(name);
            fs::copy(sound, dir.path().join(name)).expect("a copy");
        }
        let path = dir.path().join(file);
        let mut bytes = fs::read(&path).expect("the copy");
        change(&mut bytes);
        fs::write(&path, bytes).expect("the changed copy");
        Broken(dir)
    }

    fn dump(&self, line: &str) -> Said {
        corelane_in(self.0.path(), &format!("dump-log --files {line}"))
    }

    /// Kafka's report names files by their whole path.
    fn path(&self, file: &str) -> String {
        let dir: &Path = self.0.path();
        fs::canonicalize(dir)
            .expect("it exists")
            .join(file)
            .display()
            .to_string()
    }
}

#[test]
fn an_index_that_contradicts_its_log_is_reported() {
    let broken = Broken::new(INDEX, |bytes| bytes[11] = 18);
    let said = broken.dump(INDEX);
    let report = format!(
        "Mismatches in :{}\n  Index offset: 18, log offset: 19\n",
        broken.path(INDEX)
    );
    assert_eq!((said.stderr, said.code), (report, Some(0)));
}

#[test]
fn a_time_index_that_contradicts_its_log_is_reported() {
    let broken = Broken::new(TIME_INDEX, |bytes| bytes[12..20].fill(0));
    let said = broken.dump(TIME_INDEX);
    let path = broken.path(TIME_INDEX);
    let report = format!(
        "Found timestamp mismatch in :{path}\n\
         \u{20} Index timestamp: 0, log timestamp: 1795318962332\n\
         Found out of order timestamp in :{path}\n\
         \u{20} Index timestamp: 0, Previously indexed timestamp: 1795318958447\n"
    );
    assert_eq!((said.stderr, said.code), (report, Some(0)));
    let broken = Broken::new(TIME_INDEX, |bytes| bytes[23] = 18);
    let said = broken.dump(TIME_INDEX);
    assert!(
        said.stderr
            .ends_with("Indexed offset: 18, found log offset: 19\n")
    );
}

#[test]
fn a_missing_batch_and_a_torn_tail_are_reported() {
    // The second batch starts at 113 and is 112 bytes long.
    let broken = Broken::new(LOG, |bytes| drop(bytes.drain(113..225)));
    let said = broken.dump(&format!("{LOG} --deep-iteration"));
    let report = format!(
        "Non-consecutive offsets in {}\n  3 is followed by 8\n",
        broken.path(LOG)
    );
    assert_eq!((said.stderr, said.code), (report, Some(0)));
    let torn = Broken::new(LOG, |bytes| bytes.truncate(bytes.len() - 10));
    let said = torn.dump(LOG);
    let ending = format!("Found 63 invalid bytes at the end of {LOG}\n");
    assert!(said.stdout.ends_with(&ending), "{}", said.stdout);
}

#[test]
fn a_batch_whose_checksum_fails_is_called_invalid() {
    let broken = Broken::new(LOG, |bytes| bytes[90] ^= 1);
    let said = broken.dump(LOG);
    let invalid = said
        .stdout
        .lines()
        .filter(|line| line.ends_with("isvalid: false"));
    assert_eq!(invalid.count(), 1);
    let short = Broken::new(LOG, |bytes| {
        bytes.extend([[0; 99].as_slice(), &[1]].concat())
    });
    let said = short.dump(LOG);
    let words = "Found record size 0 smaller than minimum record overhead (14)";
    assert!(said.stderr.contains(words), "{}", said.stderr);
    assert_eq!(said.code, Some(1));
}

#[test]
fn zeros_behind_the_last_batch_are_no_fault_of_a_segment_that_is_written() {
    let zeros = Broken::new(LOG, |bytes| bytes.extend([0; 100]));
    let said = zeros.dump(LOG);
    let ending = format!("Found 100 invalid bytes at the end of {LOG}\n");
    assert!(said.stdout.ends_with(&ending), "{}", said.stdout);
    assert_eq!((said.stderr.as_str(), said.code), ("", Some(0)));
}

#[test]
fn what_is_no_such_file_is_told() {
    let here = here();
    let said = corelane_in(&here, &format!("dump-log --files nowhere/{LOG}"));
    assert_eq!(said.code, Some(1));
    assert!(
        said.stderr
            .starts_with(&format!("cannot read nowhere/{LOG}")),
        "{}",
        said.stderr
    );
    let said = corelane_in(&here, "dump-log --files main.rs");
    assert_eq!(said.code, Some(0));
    assert_eq!(said.stderr, "Ignoring unknown file main.rs\n");
}
