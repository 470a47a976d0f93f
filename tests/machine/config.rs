//! The table of settings, and the reading of text through it.

use std::path::Path;
use std::time::Duration;

use corelane::config::{
    BROKER_KEYS, CompressionType, ConfigFault, Entry, KAFKA_BROKER_KEYS, Overrides, Settings,
    Source, TOPIC_KEYS, TopicSettings, describe_broker, describe_topic, properties,
    server_properties,
};
use corelane::model::NodeId;

/// Law 9: more keys than this and nobody holds their interactions.
const BROKER_KEYS_MAX: usize = 80;

fn parse(text: &str) -> Result<(Settings, Vec<String>), ConfigFault> {
    Settings::parse(text, &[])
}

fn refusal(text: &str) -> String {
    parse(text).expect_err(text).to_string()
}

fn values(pairs: &[(&str, &str)]) -> Overrides {
    pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .collect()
}

#[test]
fn every_default_is_legal_in_its_canonical_spelling() {
    let keys: Vec<_> = BROKER_KEYS.iter().flat_map(|group| group.keys).collect();
    assert!(keys.len() <= BROKER_KEYS_MAX, "{} keys", keys.len());
    for key in keys.into_iter().chain(TOPIC_KEYS) {
        if let Some(default) = key.default {
            assert_eq!(
                key.canonical(default).as_deref(),
                Ok(default),
                "{}",
                key.name
            );
        }
        assert!(key.sentence.ends_with('.'), "{}", key.name);
    }
}

#[test]
fn broker_names_are_kafkas_or_our_own() {
    assert!(KAFKA_BROKER_KEYS.is_sorted());
    for key in BROKER_KEYS.iter().flat_map(|group| group.keys) {
        let kafkas = KAFKA_BROKER_KEYS.contains(&key.name);
        assert!(kafkas != key.name.starts_with("corelane."), "{}", key.name);
    }
}

#[test]
fn topic_defaults_agree_with_the_brokers() {
    let described = describe_topic(&Settings::default(), &Overrides::new());
    for (entry, key) in described.iter().zip(TOPIC_KEYS) {
        assert_eq!(entry.value.as_deref(), key.default, "{}", key.name);
        assert_eq!(entry.source, Source::Default);
    }
}

#[test]
fn the_properties_file_is_the_table() {
    let expected = server_properties();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/server.properties");
    let file = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        file == expected,
        "config/server.properties should hold:\n{expected}"
    );
}

#[test]
fn the_properties_file_states_nothing_and_means_the_defaults() {
    let text = server_properties();
    assert_eq!(properties(&text), []);
    let uncommented: String = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix('#')
                .filter(|rest| !rest.starts_with([' ', '#']))
        })
        .flat_map(|line| [line, "\n"])
        .collect();
    let (stated, ignored) = parse(&uncommented).unwrap();
    assert!(ignored.is_empty());
    let shown = |settings| -> Vec<_> {
        describe_broker(settings)
            .into_iter()
            .map(|entry: Entry| (entry.name, entry.value))
            .collect()
    };
    assert_eq!(shown(&stated), shown(&Settings::default()));
}

#[test]
fn the_embedded_default_is_one_node_on_the_loopback_address() {
    let settings = Settings::default();
    assert_eq!(settings.node, NodeId(1));
    assert_eq!(
        settings.listeners[0].to_string(),
        "PLAINTEXT://127.0.0.1:9092"
    );
    assert!(settings.advertised.is_empty());
    assert_eq!(settings.directories.all(), [Path::new("./corelane-data")]);
    assert_eq!(settings.shards, None);
    assert_eq!(settings.network.idle_max, Some(Duration::from_secs(600)));
    let topic = TopicSettings::resolve(&settings, &Overrides::new());
    assert_eq!(topic.flush_messages, 1);
    assert_eq!(topic.segment.roll_ms, 168 * 3_600_000);
    assert_eq!(topic.retention.ms, Some(168 * 3_600_000));
    assert_eq!(topic.retention.bytes, None);
    assert_eq!(topic.compression.kind, CompressionType::Producer);
}

#[test]
fn properties_follow_javas_rules() {
    let text =
        "# c\n! c\n\n a = 1 \nb:2\nc 3\nd\\ e\\=f=4\\\n   5\ng=\\u0041\\t\\\\\nh\ni = = j\r\n";
    let expected = [
        ("a", "1 "),
        ("b", "2"),
        ("c", "3"),
        ("d e=f", "45"),
        ("g", "A\t\\"),
        ("h", ""),
        ("i", "= j"),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(properties(text), expected);
    assert_eq!(properties("a=\\"), [("a".to_owned(), String::new())]);
    assert_eq!(
        properties("a=\\u12"),
        [("a".to_owned(), "\u{12}".to_owned())]
    );
}

#[test]
fn a_later_value_wins_and_set_wins_over_the_file() {
    let set = [("num.partitions".to_owned(), "5".to_owned())];
    let (settings, _) = Settings::parse("num.partitions=2\nnum.partitions=3", &[]).unwrap();
    assert_eq!(settings.topics.partitions, 3);
    let (settings, _) = Settings::parse("num.partitions=2", &set).unwrap();
    assert_eq!(settings.topics.partitions, 5);
}

#[test]
fn kafkas_keys_are_ignored_once_and_nobodys_are_refused() {
    let text = "num.io.threads=8\nnum.io.threads=9\nlistener.name.x.ssl.key.password=p\n";
    let (_, ignored) = parse(text).unwrap();
    assert_eq!(
        ignored,
        ["num.io.threads", "listener.name.x.ssl.key.password"]
    );
    assert_eq!(
        refusal("num.partition=3"),
        "num.partition: neither Corelane nor Kafka has this setting; the nearest is num.partitions"
    );
    assert_eq!(
        refusal("corelane.shard=3"),
        "corelane.shard: neither Corelane nor Kafka has this setting; \
         the nearest is corelane.shards"
    );
    let alone = refusal("zookeeper.connect=localhost:2181");
    assert!(alone.contains("no ZooKeeper since Kafka 4"), "{alone}");
    assert!(refusal("just words").contains("take it out"));
}

#[test]
fn a_bad_value_says_what_was_expected() {
    for (line, expected) in [
        ("num.partitions=0", "int, at least 1"),
        ("num.partitions=many", "int, at least 1"),
        ("num.partitions=", "int, at least 1"),
        ("num.partitions=2147483648", "int, at least 1"),
        ("auto.create.topics.enable=yes", "boolean"),
        (
            "compression.type=lzma",
            "string, one of uncompressed, zstd, lz4, snappy, gzip, producer",
        ),
        ("log.cleanup.policy=shred", "list, any of compact, delete"),
        ("compression.gzip.level=0", "int, 1 to 9, or -1"),
        ("log.dirs=,", "list"),
        (
            "listeners=9092",
            "NAME://host:port, a port up to 65535, an IPv6 host in brackets",
        ),
        (
            "listeners=SSL://h:1",
            "a PLAINTEXT listener; this version serves no other",
        ),
        (
            "listeners=ODD://h:1",
            "a listener name in listener.security.protocol.map",
        ),
        (
            "advertised.listeners=PLAINTEXT://:9092",
            "an address that clients can reach",
        ),
        (
            "advertised.listeners=SASL_SSL://h:9",
            "a PLAINTEXT listener; this version serves no other",
        ),
        ("process.roles=broker", "broker,controller on a single node"),
        (
            "queued.max.request.bytes=1048576",
            "at least socket.request.max.bytes, 104857600",
        ),
    ] {
        assert!(
            refusal(line).ends_with(&format!("=expected {expected}").replace('=', ": ")),
            "{}",
            refusal(line)
        );
        assert!(
            refusal(line).starts_with(line.split_once("://").map_or(line, |cut| cut.0)),
            "{line}"
        );
    }
}

#[test]
fn a_combined_kafka_node_file_is_understood() {
    let text = "process.roles=controller,broker\nbroker.id=7\n\
                controller.quorum.voters=1@localhost:9093\ncontroller.listener.names=CONTROLLER\n\
                listeners=INSIDE://:9092,CONTROLLER://:9093\n\
                advertised.listeners=INSIDE://example.org:19092\n\
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT\n\
                log.dirs=/data\nlog.retention.hours=1\nlog.roll.ms=60000\n";
    let (settings, ignored) = parse(text).unwrap();
    assert_eq!(ignored, ["controller.quorum.voters"]);
    assert_eq!(settings.node, NodeId(7));
    assert_eq!(settings.listeners.len(), 1);
    assert_eq!(
        settings.advertised[0].to_string(),
        "INSIDE://example.org:19092"
    );
    let topic = TopicSettings::resolve(&settings, &Overrides::new());
    assert_eq!(topic.retention.ms, Some(3_600_000));
    assert_eq!(topic.segment.roll_ms, 60_000);
}

#[test]
fn sources_win_in_order_and_read_only_keys_have_no_dynamic_values() {
    let (file, _) = parse("log.retention.ms=1\nnum.partitions=2").unwrap();
    let retention =
        |settings: &Settings, own: &Overrides| TopicSettings::resolve(settings, own).retention.ms;
    let none = Overrides::new();
    let cluster = values(&[("log.retention.ms", "2"), ("num.partitions", "9")]);
    let broker = values(&[("log.retention.ms", "3")]);
    assert_eq!(retention(&file, &none), Some(1));
    let dynamic = file.with_dynamic(&none, &cluster);
    assert_eq!(retention(&dynamic, &none), Some(2));
    assert_eq!(dynamic.topics.partitions, 2);
    let dynamic = file.with_dynamic(&broker, &cluster);
    assert_eq!(retention(&dynamic, &none), Some(3));
    assert_eq!(
        retention(&dynamic, &values(&[("retention.ms", "4")])),
        Some(4)
    );
    // A value that the table no longer allows is passed over.
    assert_eq!(
        retention(&dynamic, &values(&[("retention.ms", "x")])),
        Some(3)
    );
}
