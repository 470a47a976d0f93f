use crate::tool::corelane;

#[test]
fn a_cluster_that_is_not_there_is_told_with_what_to_do() {
    let lines = [
        "topics --list",
        "console-producer --topic t",
        "console-consumer --topic t",
        "get-offsets",
    ];
    for line in lines {
        // Port 1 is reserved, and nobody listens there.
        let said = corelane(&format!("{line} --bootstrap-server 127.0.0.1:1"));
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""), "{line}");
        for words in [
            "no broker answers at 127.0.0.1:1",
            "--bootstrap-server HOST:PORT",
        ] {
            assert!(said.stderr.contains(words), "{line}:\n{}", said.stderr);
        }
    }
    let said = corelane("topics --list --bootstrap-server nowhere");
    assert!(
        said.stderr.contains("expected HOST:PORT"),
        "{}",
        said.stderr
    );
}

#[test]
fn settings_that_mean_nothing_are_refused_before_anybody_is_called() {
    let cases = [
        ("acks=2", "expected 0, 1, -1 or all"),
        (
            "compression.type=zip",
            "expected none, gzip, snappy, lz4 or zstd",
        ),
        ("security.protocol=SSL", "PLAINTEXT"),
        ("linger.ms=soon", "expected a number"),
    ];
    for (pair, words) in cases {
        let said = corelane(&format!(
            "console-producer --topic t --command-property {pair}"
        ));
        assert_eq!(said.code, Some(1), "{pair}");
        assert!(said.stderr.contains(words), "{pair}:\n{}", said.stderr);
    }
}
