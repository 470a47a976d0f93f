//! The table of clients: what each is called, how it is fetched and how it is run.

/// The checks that every client program goes through, by the names it prints.
pub const COMMON: &[&str] = &[
    "metadata",
    "codec-none",
    "codec-gzip",
    "codec-snappy",
    "codec-lz4",
    "codec-zstd",
    "records",
    "idempotence",
    "from-earliest",
    "from-latest",
    "from-time",
    "topics",
    "configs",
    "delete-records",
];

/// What Kafka's own tools go through.
pub const TOOLS: &[&str] = &[
    "broker-api-versions",
    "topics",
    "configs",
    "console-producer",
    "console-consumer",
    "get-offsets",
    "delete-records",
    "log-dirs",
    "cluster",
    "features",
];

/// What Kafka's own DumpLogSegments reads.
pub const FILES: &[&str] = &[
    "log-files",
    "index-files",
    "producer-snapshots",
    "metadata-log",
];

/// What becomes of partition directories that Kafka and Corelane exchange.
pub const EXCHANGE: &[&str] = &[
    "fill",
    "dump",
    "exchange",
    "read-by-kafka",
    "read-by-corelane",
    "append",
];

/// One client in one version; a row of the table.
pub struct Client {
    pub name: &'static str,
    pub version: &'static str,
    pub program: Program,
}

/// How the checks of a client are run.
#[derive(Clone, Copy)]
pub enum Program {
    /// Tests of the binary `interop`, chosen by these arguments.
    Rust(&'static [&'static str]),
    /// A file of tests/interop/python beside these packages.
    Python(&'static str, &'static [&'static str]),
    /// A command in tests/interop/go.
    Go(&'static str),
    /// The client of tests/interop/java with these artifacts and all they need.
    Java(&'static [&'static str]),
    /// The tools in these artifacts.
    Tools(&'static [&'static str]),
    /// The same program on the files of a broker that has stopped.
    Files(&'static [&'static str]),
    /// The programs of tests/interop/java/directories with the broker in these artifacts. They
    /// start brokers of their own.
    Exchange(&'static [&'static str]),
    /// A file of tests/interop/node beside these packages.
    Node(&'static str, &'static [&'static str]),
}

/// What runs a program, and is missing or not as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Runtime {
    Rust,
    Python,
    Go,
    Java,
    Node,
}

impl Program {
    pub fn runtime(self) -> Runtime {
        match self {
            Program::Rust(_) => Runtime::Rust,
            Program::Python(..) => Runtime::Python,
            Program::Go(_) => Runtime::Go,
            Program::Java(_) | Program::Tools(_) | Program::Files(_) | Program::Exchange(_) => {
                Runtime::Java
            }
            Program::Node(..) => Runtime::Node,
        }
    }

    /// Kafka's artifacts that a program in Java needs.
    pub fn artifacts(self) -> Option<&'static [&'static str]> {
        match self {
            Program::Java(all)
            | Program::Tools(all)
            | Program::Files(all)
            | Program::Exchange(all) => Some(all),
            _ => None,
        }
    }

    /// The checks that must all be spoken of; `None` where the program's own list decides.
    pub fn checks(self) -> Option<&'static [&'static str]> {
        match self {
            Program::Rust(_) => None,
            Program::Tools(_) => Some(TOOLS),
            Program::Files(_) => Some(FILES),
            Program::Exchange(_) => Some(EXCHANGE),
            _ => Some(COMMON),
        }
    }
}

const fn client(name: &'static str, version: &'static str, program: Program) -> Client {
    Client {
        name,
        version,
        program,
    }
}

const SNAPPY: &str = "python-snappy==0.7.3";
const LZ4: &str = "lz4==4.4.5";
const ZSTD: &str = "zstandard==0.25.0";

/// Client and tools of one version share their kit.
const KAFKA_2: &[&str] = &["kafka_2.12:2.4.1"];
const KAFKA_4: &[&str] = &["kafka_2.13:4.3.1", "kafka-tools:4.3.1"];
/// Tools would say what a broker logs as their own words: it is heard only here.
const KAFKA_4_HEARD: &[&str] = &[
    "kafka_2.13:4.3.1",
    "kafka-tools:4.3.1",
    "org.slf4j:slf4j-simple:1.7.36",
];

/// Programs that take long come first, so that no core waits at the end.
pub const CLIENTS: &[Client] = &[
    client(
        "librdkafka, through the crate rdkafka",
        "2.12.1",
        Program::Rust(&["--skip", "kcat::"]),
    ),
    client(
        "kcat",
        "1.7.1 with librdkafka 2.0.2",
        Program::Rust(&["kcat::"]),
    ),
    client(
        "confluent-kafka",
        "2.16.1",
        Program::Python("confluent.py", &["confluent-kafka==2.16.1"]),
    ),
    client(
        "kafka-python",
        "2.0.2",
        Program::Python(
            "kafka_python.py",
            &["kafka-python==2.0.2", SNAPPY, LZ4, ZSTD],
        ),
    ),
    client(
        "kafka-python",
        "3.0.12",
        Program::Python(
            "kafka_python.py",
            &["kafka-python==3.0.12", SNAPPY, LZ4, ZSTD],
        ),
    ),
    client(
        "Kafka, directories exchanged",
        "4.3.1",
        Program::Exchange(KAFKA_4_HEARD),
    ),
    client(
        "Java client",
        "2.1.1",
        Program::Java(&["kafka-clients:2.1.1"]),
    ),
    client("Java client", "2.4.1", Program::Java(KAFKA_2)),
    client(
        "Java client",
        "2.8.2",
        Program::Java(&["kafka-clients:2.8.2"]),
    ),
    client(
        "Java client",
        "3.9.1",
        Program::Java(&["kafka-clients:3.9.1"]),
    ),
    client("Java client", "4.3.1", Program::Java(KAFKA_4)),
    client("Java tools", "2.4.1", Program::Tools(KAFKA_2)),
    client("Java tools", "4.3.1", Program::Tools(KAFKA_4)),
    client("DumpLogSegments", "2.4.1", Program::Files(KAFKA_2)),
    client("DumpLogSegments", "4.3.1", Program::Files(KAFKA_4)),
    client("franz-go", "1.22.2", Program::Go("franz")),
    client("sarama", "1.61.1", Program::Go("sarama")),
    client(
        "KafkaJS",
        "2.2.4",
        Program::Node(
            "kafkajs.js",
            &["kafkajs@2.2.4", "kafkajs-snappy@1.1.0", "zstd-codec@0.1.5"],
        ),
    ),
];
