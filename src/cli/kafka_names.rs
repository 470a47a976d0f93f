//! The names that Kafka's tools have: scripts, and the Java classes behind them.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::complaint::Complaint;

/// One of Kafka's tools and the command that does its work here.
struct Tool {
    command: &'static str,
    /// Its script, without `.sh`.
    script: &'static str,
    /// Its class, without the package, which has changed over the years.
    /// The server is stopped by a script alone.
    class: Option<&'static str>,
}

const fn tool(command: &'static str, script: &'static str, class: &'static str) -> Tool {
    Tool {
        command,
        script,
        class: Some(class),
    }
}

const TOOLS: [Tool; 22] = [
    tool("topics", "kafka-topics", "TopicCommand"),
    tool("configs", "kafka-configs", "ConfigCommand"),
    tool(
        "console-producer",
        "kafka-console-producer",
        "ConsoleProducer",
    ),
    tool(
        "console-consumer",
        "kafka-console-consumer",
        "ConsoleConsumer",
    ),
    tool("get-offsets", "kafka-get-offsets", "GetOffsetShell"),
    tool(
        "delete-records",
        "kafka-delete-records",
        "DeleteRecordsCommand",
    ),
    tool("log-dirs", "kafka-log-dirs", "LogDirsCommand"),
    tool(
        "broker-api-versions",
        "kafka-broker-api-versions",
        "BrokerApiVersionsCommand",
    ),
    tool("cluster", "kafka-cluster", "ClusterTool"),
    tool("dump-log", "kafka-dump-log", "DumpLogSegments"),
    tool("features", "kafka-features", "FeatureCommand"),
    tool("storage", "kafka-storage", "StorageTool"),
    tool(
        "metadata-quorum",
        "kafka-metadata-quorum",
        "MetadataQuorumCommand",
    ),
    tool(
        "leader-election",
        "kafka-leader-election",
        "LeaderElectionCommand",
    ),
    tool(
        "reassign-partitions",
        "kafka-reassign-partitions",
        "ReassignPartitionsCommand",
    ),
    tool("acls", "kafka-acls", "AclCommand"),
    tool(PERF, "kafka-producer-perf-test", "ProducerPerformance"),
    tool(PERF, "kafka-consumer-perf-test", "ConsumerPerformance"),
    tool(PERF, "kafka-e2e-latency", "EndToEndLatency"),
    tool(PERF, "kafka-verifiable-producer", "VerifiableProducer"),
    tool(SERVER_START, "kafka-server-start", "Kafka"),
    Tool {
        command: "server-stop",
        script: "kafka-server-stop",
        class: None,
    },
];

/// The script that runs any class by its name.
const RUN_CLASS: &str = "kafka-run-class";
/// The packages that tools have lived in.
const PACKAGES: [&str; 6] = [
    "kafka",
    "kafka.admin",
    "kafka.tools",
    "org.apache.kafka.tools",
    "org.apache.kafka.tools.consumer",
    "org.apache.kafka.tools.reassign",
];
const SERVER_START: &str = "server-start";
/// The load tester knows Kafka's tools by the names of their scripts.
const PERF: &str = "perf";

/// The names under which this program can be called, of the tools whose commands `exists`: with
/// and without `.sh`.
pub fn scripts(exists: impl Fn(&str) -> bool) -> Vec<String> {
    let scripts = TOOLS.iter().filter(|tool| exists(tool.command));
    let names = scripts.map(|tool| tool.script).chain([RUN_CLASS]);
    names
        .flat_map(|name| [name.to_owned(), format!("{name}.sh")])
        .collect()
}

/// The command line in our own words: `kafka-topics.sh --list` becomes `corelane topics --list`,
/// and `kafka-run-class.sh kafka.tools.GetOffsetShell` becomes `corelane get-offsets`.
pub fn translate(line: Vec<OsString>) -> Result<Vec<OsString>, Complaint> {
    let called = line.first().map(Path::new).and_then(Path::file_name);
    let called = called.and_then(OsStr::to_str).unwrap_or_default();
    let script = called.strip_suffix(".sh").unwrap_or(called);
    let tool = TOOLS.iter().find(|tool| tool.script == script);
    let words = line.iter().skip(1).cloned();
    let mut line = match (tool, script) {
        (Some(tool), _) => in_our_words(tool, words),
        (None, RUN_CLASS) => by_class(words)?,
        (None, _) => line,
    };
    if line.get(1).is_some_and(|command| command == SERVER_START) {
        let daemon = line.iter_mut().filter(|word| *word == "-daemon");
        daemon.for_each(|word| *word = "--daemon".into());
    }
    Ok(line)
}

fn in_our_words(tool: &Tool, words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let start = ["corelane", tool.command].map(OsString::from);
    let inner = (tool.command == PERF).then(|| OsString::from(tool.script));
    start.into_iter().chain(inner).chain(words).collect()
}

/// What follows `kafka-run-class.sh`: options of the script, a class, words for the class.
fn by_class(words: impl Iterator<Item = OsString>) -> Result<Vec<OsString>, Complaint> {
    let mut words = words.peekable();
    let mut daemon = None;
    while let Some(option) = words.next_if(|word| word.as_encoded_bytes().starts_with(b"-")) {
        match option.to_str() {
            Some("-daemon") => daemon = Some(option),
            // The name of Java's log file.
            Some("-name") => drop(words.next()),
            _ => {}
        }
    }
    let class = words.next().unwrap_or_default();
    let class = class.to_string_lossy();
    let (package, name) = class.rsplit_once('.').unwrap_or(("", &class));
    let named = |tool: &&Tool| tool.class == Some(name) && PACKAGES.contains(&package);
    match TOOLS.iter().find(named) {
        Some(tool) => Ok(in_our_words(tool, daemon.into_iter().chain(words))),
        None => Err(Complaint::new(format!(
            "{class:?} is no class that {RUN_CLASS}.sh can run here: expected one of Kafka's \
             tools, such as kafka.tools.GetOffsetShell. `corelane --help` lists what there is."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(line: &str) -> Result<String, Complaint> {
        let line = translate(line.split(' ').map(OsString::from).collect())?;
        let line: Vec<_> = line.iter().map(|word| word.to_string_lossy()).collect();
        Ok(line.join(" "))
    }

    #[test]
    fn scripts_are_commands_with_and_without_their_ending() {
        for called in [
            "kafka-topics.sh",
            "kafka-topics",
            "/opt/kafka/bin/kafka-topics.sh",
        ] {
            let line = format!("{called} --list -x");
            assert_eq!(translated(&line).unwrap(), "corelane topics --list -x");
        }
        for line in [
            "corelane topics --list",
            "./corelane.sh serve",
            "kafka-none.sh a",
        ] {
            assert_eq!(translated(line).unwrap(), line);
        }
    }

    #[test]
    fn classes_are_found_in_every_package_they_have_lived_in() {
        let cases = [
            (
                "kafka.tools.GetOffsetShell --time -1",
                "get-offsets --time -1",
            ),
            ("org.apache.kafka.tools.GetOffsetShell", "get-offsets"),
            (
                "org.apache.kafka.tools.consumer.ConsoleConsumer a",
                "console-consumer a",
            ),
            ("kafka.admin.TopicCommand --list", "topics --list"),
            ("-name x -loggc kafka.Kafka f", "server-start f"),
            (
                "org.apache.kafka.tools.ProducerPerformance --topic t",
                "perf kafka-producer-perf-test --topic t",
            ),
            ("-daemon -name x kafka.Kafka f", "server-start --daemon f"),
        ];
        for (line, expected) in cases {
            let line = translated(&format!("kafka-run-class.sh {line}")).unwrap();
            assert_eq!(line, format!("corelane {expected}"));
        }
        for line in [
            "kafka-run-class",
            "kafka-run-class a.b.TopicCommand",
            "kafka-run-class kafka.",
        ] {
            assert!(translated(line).is_err(), "{line}");
        }
    }

    #[test]
    fn the_one_option_with_a_single_dash_is_understood() {
        let line = translated("corelane server-start -daemon f").unwrap();
        assert_eq!(line, "corelane server-start --daemon f");
        let line = translated("kafka-server-start.sh -daemon f").unwrap();
        assert_eq!(line, "corelane server-start --daemon f");
    }
}
