//! What stops a start: one sentence and an exit code that is not zero.

use std::net::TcpListener;

use crate::broker::Home;

/// The last line of what was said, which must be the only one of the refusal.
fn sentence(home: &Home, more: &[&str]) -> String {
    let (code, said) = home.refused(more);
    assert!(code.is_some_and(|code| code > 0), "exit {code:?}: {said}");
    let lines: Vec<&str> = said
        .lines()
        .filter(|line| line.starts_with("corelane: "))
        .collect();
    assert_eq!(lines.len(), 1, "one sentence: {said}");
    assert!(!said.contains("panicked"), "{said}");
    lines[0].to_owned()
}

fn assert_says(sentence: &str, words: &[&str]) {
    for word in words {
        assert!(sentence.contains(word), "{word:?} in {sentence:?}");
    }
}

#[test]
fn a_data_directory_that_another_process_holds_is_refused() {
    let home = Home::new();
    let _broker = home.start(&[]);
    let data = home.data().display().to_string();
    let said = sentence(&home, &["--listen", "127.0.0.1:0"]);
    assert_says(&said, &[&data, "process"]);
}

#[test]
fn a_port_that_another_process_holds_is_refused() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = sentence(&Home::new(), &["--listen", &address]);
    assert_says(&said, &["listen", &address]);
}

#[test]
fn a_port_that_another_broker_holds_is_refused_though_both_would_share_it() {
    let first = Home::new();
    let broker = first.start(&[]);
    let address = broker.address.to_string();
    let said = sentence(&Home::new(), &["--listen", &address]);
    assert_says(&said, &["listen", &address]);
}

#[test]
fn a_setting_that_nobody_has_is_refused_with_the_nearest_known() {
    let home = Home::new();
    let said = sentence(&home, &["--set", "log.retention.hour=1"]);
    assert_says(&said, &["log.retention.hour", "log.retention.hours"]);
    assert!(!home.data().exists(), "nothing is made by a refused start");
}

#[test]
fn a_value_that_makes_no_sense_is_refused() {
    let said = sentence(&Home::new(), &["--set", "num.partitions=many"]);
    assert_says(&said, &["num.partitions", "many"]);
}

#[test]
fn a_data_directory_that_cannot_be_written_is_refused() {
    let home = Home::new();
    std::fs::write(home.data(), b"a file").unwrap();
    let said = sentence(&home, &["--listen", "127.0.0.1:0"]);
    let data = home.data().display().to_string();
    assert_says(&said, &[&data]);
}

#[test]
fn a_configuration_file_that_is_not_there_is_refused() {
    let home = Home::new();
    let missing = home.beside("missing.properties").display().to_string();
    let said = sentence(&home, &["--config", &missing]);
    assert_says(&said, &[&missing]);
}

#[test]
fn a_data_directory_of_another_node_is_refused() {
    let home = Home::new();
    home.start(&[]).kill();
    let said = sentence(&home, &["--listen", "127.0.0.1:0", "--set", "node.id=7"]);
    assert_says(&said, &["node.id", "7"]);
}

#[test]
fn a_setting_that_only_kafka_has_is_reported_once_and_ignored() {
    let home = Home::new();
    let config = home.beside("server.properties");
    std::fs::write(&config, "background.threads=3\nnum.partitions=5\n").unwrap();
    let _broker = home.start(&["--config", &config.display().to_string()]);
    let said = home.words();
    assert_eq!(said.matches("background.threads").count(), 1, "{said}");
    assert!(!said.contains("num.partitions"), "{said}");
    assert!(said.contains("ignored"), "{said}");
}
