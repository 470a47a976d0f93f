//! Describing and changing settings, held against what Kafka 4.3.1 answered.

use corelane::config::{
    AlterFault, Edit, Entry, Operation, Overrides, Settings, check_topic, describe_broker,
    describe_cluster_default, describe_topic, edit_broker, edit_topic, topic_key,
};

fn values(pairs: &[(&str, &str)]) -> Overrides {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

fn entry(entries: Vec<Entry>, name: &str) -> String {
    let entry = entries
        .into_iter()
        .find(|entry| entry.name == name)
        .expect(name);
    let synonyms: Vec<String> = entry
        .synonyms
        .iter()
        .map(|s| {
            format!(
                "{}={}@{}",
                s.name,
                s.value.as_deref().unwrap_or("null"),
                s.source.code()
            )
        })
        .collect();
    let value = entry.value.as_deref().unwrap_or("null");
    format!("{value}@{} {}", entry.source.code(), synonyms.join(" "))
        .trim_end()
        .to_owned()
}

/// The right-hand sides were read off a broker of Kafka 4.3.1.
#[test]
fn described_values_show_kafkas_sources_and_synonyms() {
    let (file, _) = Settings::parse("log.segment.delete.delay.ms=1000", &[]).unwrap();
    let none = Overrides::new();
    let topic = |settings: &Settings, own: &[(&str, &str)], name| {
        entry(describe_topic(settings, &values(own)), name)
    };
    let own = [("retention.ms", "1000")];
    assert_eq!(
        topic(&file, &own, "retention.ms"),
        "1000@1 retention.ms=1000@1"
    );
    assert_eq!(topic(&file, &[], "segment.ms"), "604800000@5");
    assert_eq!(topic(&file, &[], "flush.ms"), "9223372036854775807@5");
    assert_eq!(topic(&file, &[], "remote.storage.enable"), "false@5");
    assert_eq!(
        topic(&file, &[], "segment.bytes"),
        "1073741824@5 log.segment.bytes=1073741824@5"
    );
    assert_eq!(
        topic(&file, &[], "file.delete.delay.ms"),
        "1000@4 log.segment.delete.delay.ms=1000@4 log.segment.delete.delay.ms=60000@5"
    );
    let dynamic = file.with_dynamic(
        &values(&[("log.retention.ms", "700000")]),
        &values(&[("log.retention.ms", "600000")]),
    );
    let brokers = "log.retention.ms=700000@2 log.retention.ms=600000@3 log.retention.hours=168@5";
    assert_eq!(
        topic(&dynamic, &own, "retention.ms"),
        format!("1000@1 retention.ms=1000@1 {brokers}")
    );
    assert_eq!(
        topic(&dynamic, &[], "retention.ms"),
        format!("700000@2 {brokers}")
    );
    let broker = |name| entry(describe_broker(&dynamic), name);
    assert_eq!(broker("log.retention.ms"), format!("700000@2 {brokers}"));
    assert_eq!(
        broker("log.retention.hours"),
        "168@5 log.retention.hours=168@5"
    );
    assert_eq!(broker("log.roll.ms"), "null@5");
    assert_eq!(broker("broker.rack"), "null@5");
    assert_eq!(describe_cluster_default(&none), []);
    let cluster = describe_cluster_default(&values(&[("foo.bar", "1"), ("log.roll.ms", "5")]));
    assert_eq!(entry(cluster.clone(), "foo.bar"), "null@3 foo.bar=null@3");
    assert_eq!(entry(cluster, "log.roll.ms"), "5@3 log.roll.ms=5@3");
}

/// Texts read off a broker of Kafka 4.3.1.
#[test]
fn topic_values_are_refused_in_kafkas_words() {
    let script = include_str!("script/topic_values.txt");
    for line in script
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        let (pairs, expected) = line.split_once(" => ").expect(line);
        let pairs: Vec<_> = pairs
            .split(" & ")
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let shown = match check_topic(&Settings::default(), &values(&pairs)) {
            Ok(checked) => checked
                .values()
                .map(|value| format!("ok {value:?}"))
                .collect(),
            Err(fault) => fault.to_string(),
        };
        assert_eq!(shown, expected, "{line}");
    }
}

fn edit(key: &str, code: i8, value: &str) -> Edit {
    let operation = Operation::from_code(code).expect("a known operation");
    Edit {
        key: key.into(),
        operation,
        value: Some(value.into()).filter(|v: &String| v != "null"),
    }
}

#[test]
fn lists_grow_and_shrink_in_place() {
    let settings = Settings::default();
    let mut now = Overrides::new();
    let name = "cleanup.policy";
    for (code, value, after) in [
        (2, "compact", Some("delete,compact")),
        (2, "compact", Some("delete,compact")),
        (3, "delete", Some("compact")),
        (3, "compact", Some("")),
        (3, "compact", Some("")),
        (2, "compact", Some("compact")),
        (1, "null", None),
        (2, " compact , delete", Some("delete,compact")),
        (0, "delete,delete", Some("delete")),
    ] {
        now = edit_topic(&settings, &now, &[edit(name, code, value)]).unwrap();
        assert_eq!(now.get(name).map(String::as_str), after, "{code} {value}");
    }
    assert!(topic_key(name).is_some());
    assert_eq!(Operation::from_code(4), None);
}

#[test]
fn edits_are_refused_in_kafkas_words() {
    let settings = Settings::default();
    let topic =
        |edits: &[Edit]| edit_topic(&settings, &Overrides::new(), edits).map_err(|f| f.to_string());
    let broker = |edits: &[Edit]| edit_broker(&Overrides::new(), edits).map_err(|f| f.to_string());
    for (result, expected) in [
        (
            topic(&[edit("retention.ms", 2, "5")]),
            "Can't APPEND to key retention.ms because its type is not LIST.",
        ),
        (
            topic(&[edit("retention.ms", 3, "5")]),
            "Can't SUBTRACT to key retention.ms because its type is not LIST.",
        ),
        (
            topic(&[edit("retention.ms", 0, "null")]),
            "Null value not supported for : retention.ms",
        ),
        (
            topic(&[edit("segment.ms", 0, "5"), edit("segment.ms", 1, "null")]),
            "Error due to duplicate config keys",
        ),
        (
            topic(&[edit("foo", 0, "x")]),
            "Unknown topic config name: foo",
        ),
        (
            broker(&[edit("num.partitions", 0, "5")]),
            "Cannot update these configs dynamically: [num.partitions]",
        ),
        (
            broker(&[edit("log.retention.ms", 0, "x")]),
            "Invalid value x for configuration log.retention.ms: Not a number of type LONG",
        ),
        (
            broker(&[edit("log.segment.bytes", 0, "10")]),
            "Invalid value 10 for configuration log.segment.bytes: Value must be at least 1048576",
        ),
    ] {
        assert_eq!(result, Err(expected.to_owned()));
    }
    assert_eq!(topic(&[edit("foo", 1, "null")]), Ok(Overrides::new()));
    assert_eq!(
        broker(&[edit("foo.bar", 0, "5")]),
        Ok(values(&[("foo.bar", "5")]))
    );
    let fault = edit_broker(&Overrides::new(), &[edit("log.roll.ms", 0, "x")]);
    assert!(matches!(fault, Err(AlterFault::BrokerValue(_))));
}
