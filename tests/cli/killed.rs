//! Tools that are at work while the broker under them is killed and comes back.

use std::io::{BufRead, BufReader, Read, Write};

use crate::broker::Broker;

fn line_of(reader: &mut impl BufRead) -> String {
    let mut line = String::new();
    reader.read_line(&mut line).expect("it is text");
    line
}

#[test]
fn producer_and_consumer_say_why_they_wait_and_lose_nothing() {
    let mut broker = Broker::start();
    broker.ok("topics --create --topic t", "");
    let read = [
        "console-consumer",
        "--topic",
        "t",
        "--from-beginning",
        "--max-messages",
        "20",
    ];
    let mut consumer = broker.begin(&read);
    let mut records = BufReader::new(consumer.stdout.take().expect("it is piped"));
    let mut heard = BufReader::new(consumer.stderr.take().expect("it is piped"));
    let mut producer = broker.begin(&["console-producer", "--topic", "t", "--timeout", "0"]);
    let mut lines = producer.stdin.take().expect("it is piped");
    let mut said = BufReader::new(producer.stderr.take().expect("it is piped"));
    for number in 0..10 {
        writeln!(lines, "line {number}").expect("it is read");
        assert_eq!(line_of(&mut records), format!("line {number}\n"));
    }
    broker.kill();
    for number in 10..20 {
        writeln!(lines, "line {number}").expect("it is read");
    }
    let waiting = line_of(&mut heard);
    assert!(waiting.starts_with("waiting for topic t: "), "{waiting}");
    let waiting = line_of(&mut said);
    assert!(
        waiting.starts_with("waiting to send to topic t: "),
        "{waiting}"
    );
    broker.start_again();
    drop(lines);
    for number in 10..20 {
        assert_eq!(line_of(&mut records), format!("line {number}\n"));
    }
    assert_eq!(producer.wait().expect("it ends").code(), Some(0));
    assert_eq!(consumer.wait().expect("it ends").code(), Some(0));
    let mut rest = String::new();
    heard.read_to_string(&mut rest).expect("it is text");
    assert!(
        rest.ends_with("Processed a total of 20 messages\n"),
        "{rest}"
    );
}
