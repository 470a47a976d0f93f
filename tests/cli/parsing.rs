use corelane::cli::{Command, Serve, parse};

use crate::tool::corelane;

fn parsed(line: &str) -> Option<Command> {
    let words = ["corelane"].into_iter().chain(line.split_whitespace());
    parse(words.map(Into::into)).ok()
}

#[test]
fn serve_takes_what_the_readme_says() {
    let line = "serve --config a.properties --data-dir d --listen [::1]:9092 --shards 2 \
                --set num.partitions=3 --set a.b=c=d";
    let Some(Command::Serve(serve)) = parsed(line) else {
        panic!("refused: {line}");
    };
    let expected = Serve {
        config: Some("a.properties".into()),
        data_dirs: vec!["d".into()],
        listen: Some("[::1]:9092".into()),
        shards: Some(2),
        set: vec![
            ("num.partitions".into(), "3".into()),
            ("a.b".into(), "c=d".into()),
        ],
    };
    assert_eq!(serve, expected);
    assert!(matches!(parsed("serve"), Some(Command::Serve(serve)) if serve == Serve::default()));
}

#[test]
fn lines_that_scripts_write_for_kafkas_tools_are_understood() {
    let lines = [
        "topics --bootstrap-server a:1 --create --topic t --partitions 3 --replication-factor 1 \
         --config cleanup.policy=compact --config retention.ms=1 --if-not-exists",
        "topics --bootstrap-server=a:1 --list --exclude-internal",
        "topics --describe",
        "topics --describe --topic-id AAAAAAAAAAAAAAAAAAAAAA --under-replicated-partitions",
        "topics --alter --topic t --partitions 9 --if-exists",
        "topics --delete --topic t.*",
        "console-producer --broker-list a:1 --topic t --property parse.key=true \
         --producer-property acks=1 --request-required-acks -1 --compression-codec",
        "console-producer --topic t --reader-property key.separator=: --compression-codec lz4 \
         --command-property linger.ms=0 --sync",
        "console-consumer --topic t --from-beginning --max-messages 1 --timeout-ms 10 \
         --property print.key=true",
        "console-consumer --topic t --partition 0 --offset 12 --formatter-property a=b",
        "console-consumer --topic t --partition 0 --offset earliest",
        "get-offsets --topic t --time -2",
        "get-offsets --topic-partitions a:1,b:0-3 --time max-timestamp --exclude-internal-topics",
        "dump-log --files a.log,b.index --print-data-log --deep-iteration --index-sanity-check",
    ];
    for line in lines {
        assert!(parsed(line).is_some(), "{line}");
    }
}

/// Each line, and words of the complaint about it.
const NONSENSE: [(&str, &str); 21] = [
    ("topics --topic t", "--list"),
    ("topics --list --create --topic t", "cannot be used with"),
    ("topics --create", "--topic"),
    ("topics --alter --topic t", "--partitions"),
    ("topics --create --topic t --config retention", "KEY=VALUE"),
    ("topics --describe --bogus", "--bogus"),
    ("console-producer", "--topic"),
    ("console-consumer --topic t --offset 1", "--partition"),
    (
        "console-consumer --topic t --partition 0 --offset earliest --from-beginning",
        "cannot be used with",
    ),
    (
        "console-consumer --topic t --partition 0 --offset abc",
        "earliest, latest",
    ),
    ("get-offsets --time xx", "Malformed time argument"),
    ("serve --shards 0", "--shards"),
    (
        "topics --list --zookeeper localhost:2181",
        "no ZooKeeper here",
    ),
    ("topic --list", "'topics'"),
    ("topics --create --topic t --partitions x", "a whole number"),
    ("topics --lst", "`corelane topics --help`"),
    ("topics --create", "missing: --topic"),
    ("metadata-quorum describe", "<--status|--replication>"),
    ("consumer-groups --list", "groups and transactions are not"),
    ("acls --add --topic t", "no access control lists are kept"),
    ("cluster --bootstrap-server a:1", "needs a command"),
];

#[test]
fn nonsense_is_refused_on_stderr_with_what_was_expected() {
    for (line, words) in NONSENSE {
        let said = corelane(line);
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{line}");
        assert!(said.stderr.contains(words), "{line}:\n{}", said.stderr);
        assert_eq!(said.stderr.lines().count(), 1, "{line}:\n{}", said.stderr);
    }
}
