//! The program under the names of Kafka's scripts, and the scripts that start and stop a broker.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::TempDir;

use crate::tool::Said;

/// The program under a path of its own, so that `server-stop` sees no broker of another test.
struct Installed(TempDir);

impl Installed {
    fn new() -> Installed {
        let dir = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary directory");
        let program = dir.path().join("corelane");
        fs::hard_link(env!("CARGO_BIN_EXE_corelane"), program).expect("a second name");
        let installed = Installed(dir);
        let said = installed.run("corelane", "install-links bin");
        assert_eq!((said.stderr.as_str(), said.code), ("", Some(0)));
        installed
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs what is called `name`, with the switches that scripts set for Java.
    fn run(&self, name: &str, line: &str) -> Said {
        let ran = Command::new(self.path().join(name))
            .args(line.split_whitespace())
            .current_dir(self.path())
            .env("KAFKA_HEAP_OPTS", "-Xmx1G -Xms1G")
            .env("KAFKA_OPTS", "-Djava.security.auth.login.config=none")
            .env("KAFKA_JVM_PERFORMANCE_OPTS", "-XX:+UseG1GC")
            .env("LOG_DIR", self.path().join("logs"))
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        Said {
            stdout: String::from_utf8(ran.stdout).expect("stdout is text"),
            stderr: String::from_utf8(ran.stderr).expect("stderr is text"),
            code: ran.status.code(),
        }
    }
}

#[test]
fn links_act_as_the_scripts_whose_names_they_have() {
    let installed = Installed::new();
    let again = installed.run("corelane", "install-links bin");
    assert!(
        again.stdout.ends_with("0 of them new\n"),
        "{}",
        again.stdout
    );
    for (script, command) in [
        ("kafka-topics.sh", "topics"),
        ("kafka-console-producer", "console-producer"),
        (
            "kafka-run-class.sh kafka.tools.GetOffsetShell",
            "get-offsets",
        ),
        (
            "kafka-run-class org.apache.kafka.tools.DumpLogSegments",
            "dump-log",
        ),
    ] {
        let (name, class) = script.split_once(' ').unwrap_or((script, ""));
        let said = installed.run(&format!("bin/{name}"), &format!("{class} --help"));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{script}");
        let usage = format!("Usage: corelane {command}");
        assert!(said.stdout.contains(&usage), "{script}:\n{}", said.stdout);
    }
    let said = installed.run("bin/kafka-run-class.sh", "kafka.tools.None");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("kafka.tools.None"), "{}", said.stderr);
}

#[test]
fn a_file_that_is_no_link_is_left_alone() {
    let installed = Installed::new();
    fs::create_dir(installed.path().join("own")).expect("a directory");
    let own = installed.path().join("own/kafka-topics.sh");
    fs::write(&own, "mine").expect("a file");
    let said = installed.run("corelane", "install-links own");
    assert_eq!(said.code, Some(1));
    assert!(said.stderr.contains("left alone"), "{}", said.stderr);
    assert_eq!(fs::read(&own).expect("it is there"), b"mine");
}

#[test]
fn a_broker_is_started_in_the_background_and_stopped() {
    let installed = Installed::new();
    let none = installed.run("bin/kafka-server-stop.sh", "");
    assert_eq!(
        (none.stdout.as_str(), none.code),
        ("No kafka server to stop\n", Some(1))
    );
    let settings = "listeners=PLAINTEXT://127.0.0.1:0\ncorelane.shards=1\nlog.dirs=data\n";
    fs::write(installed.path().join("server.properties"), settings).expect("a file");
    let start = "-daemon server.properties --override num.partitions=3";
    let started = installed.run("bin/kafka-server-start.sh", start);
    assert_eq!((started.stderr.as_str(), started.code), ("", Some(0)));
    let output = installed.path().join("logs/kafkaServer.out");
    let ready = fs::read_to_string(output).expect("the broker has spoken");
    let (_, address) = ready.split_once("PLAINTEXT://").expect("it says where");
    let (address, _) = address.split_once(',').expect("and more");
    let create = format!("--bootstrap-server {address} --create --topic t");
    assert_eq!(installed.run("bin/kafka-topics.sh", &create).code, Some(0));
    let offsets = format!("kafka.tools.GetOffsetShell --broker-list {address} --topic t");
    let offsets = installed.run("bin/kafka-run-class.sh", &offsets);
    assert_eq!(offsets.stdout, "t:0:0\nt:1:0\nt:2:0\n");
    let second = installed.run("bin/kafka-server-start.sh", start);
    assert_eq!(second.code, Some(1));
    assert!(
        second.stderr.contains("The broker has ended"),
        "{}",
        second.stderr
    );
    let stopped = installed.run("bin/kafka-server-stop.sh", "");
    assert_eq!((stopped.stdout.as_str(), stopped.code), ("", Some(0)));
    while installed.run("bin/kafka-server-stop.sh", "").code == Some(0) {
        sleep(Duration::from_millis(50));
    }
    let marker = installed.path().join("data/.kafka_cleanshutdown");
    assert!(marker.exists(), "it stopped cleanly");
}
