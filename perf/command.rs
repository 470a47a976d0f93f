use std::ffi::OsString;
use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use super::complaint::Complaint;
use super::{compare, consume, disk, e2e, find_limit, kafka, produce, report, sink, verify};

/// What the shell said after `perf`.
#[derive(Subcommand, Debug)]
enum Command {
    /// Send records and measure how fast and how soon they are acknowledged
    Produce(Box<produce::Options>),
    /// Read records and measure how fast they come
    Consume(Box<consume::Options>),
    /// Send single records; measure when they are acknowledged and when they are seen
    E2e(Box<e2e::Options>),
    /// Write numbered records and read them back: lost, duplicated, reordered, corrupted
    Verify(Box<verify::Options>),
    /// Raise the rate until a bound breaks; print the knee and the curve
    FindLimit(Box<find_limit::Options>),
    /// Measure what a directory's disk can do
    Disk(disk::Options),
    /// Make a report from the files that --json wrote, several runs over each other
    Report(report::Options),
    /// Run a scenario, a workload with a name, against one broker
    Run(super::run::Options),
    /// Run a scenario against two or more brokers in turn; tell the ratios
    Compare(Box<compare::Options>),
    /// As Kafka's kafka-producer-perf-test.sh
    #[command(name = "kafka-producer-perf-test")]
    ProducerPerf(kafka::ProducerPerf),
    /// As Kafka's kafka-consumer-perf-test.sh
    #[command(name = "kafka-consumer-perf-test")]
    ConsumerPerf(kafka::ConsumerPerf),
    /// As Kafka's kafka-e2e-latency.sh
    #[command(name = "kafka-e2e-latency")]
    E2eLatency(kafka::E2eLatency),
    /// As Kafka's kafka-verifiable-producer.sh
    #[command(
        name = "kafka-verifiable-producer",
        visible_alias = "verifiable-producer"
    )]
    VerifiableProducer(kafka::VerifiableProducer),
    /// As Kafka's kafka-verifiable-consumer.sh
    #[command(
        name = "kafka-verifiable-consumer",
        visible_alias = "verifiable-consumer"
    )]
    VerifiableConsumer(Box<kafka::VerifiableConsumer>),
    /// Swallow what producers send and feed consumers, to measure a client
    Sink(sink::Options),
}

const EXAMPLES: &str = "\
Examples:
  corelane perf produce --topic t --partitions 16 --duration 8s
  corelane perf produce --topic t --partitions 1 --rate 50k --linger 1ms --json run.json
  corelane perf consume --topic t --check records
  corelane perf run half --bootstrap-server localhost:9092
  corelane perf compare bulk --a ours=localhost:9092 --b theirs=localhost:9192
  corelane perf sink --listen 127.0.0.1:9099";

/// Measure a broker: every run ends in one sentence, with --json in every figure.
#[derive(Parser, Debug)]
#[command(name = "perf", bin_name = "corelane perf", after_help = EXAMPLES)]
#[command(arg_required_else_help = true, subcommand_required = true)]
#[command(disable_help_subcommand = true, infer_long_args = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// Runs the load tester with the words after `perf`, and gives its exit code.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let words = std::iter::once(OsString::from("perf")).chain(words);
    let line = match Line::try_parse_from(words) {
        Ok(line) => line,
        Err(error) => {
            // Nobody is left to tell when even this cannot be printed.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                    ExitCode::SUCCESS
                }
                _ => ExitCode::FAILURE,
            };
        }
    };
    match work(&line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Complaint(text)) => {
            let _ = writeln!(stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

fn work(command: &Command) -> Result<(), Complaint> {
    match command {
        Command::Produce(options) => produce::run(options),
        Command::Consume(options) => consume::run(options),
        Command::E2e(options) => e2e::run(options),
        Command::Verify(options) => verify::run(options),
        Command::FindLimit(options) => find_limit::run(options),
        Command::Disk(options) => disk::run(options),
        Command::Report(options) => report::run(options),
        Command::Run(options) => super::run::run(options),
        Command::Compare(options) => compare::run(options),
        Command::ProducerPerf(options) => options.run(),
        Command::ConsumerPerf(options) => options.run(),
        Command::E2eLatency(options) => options.run(),
        Command::VerifiableProducer(options) => options.run(),
        Command::VerifiableConsumer(options) => options.run(),
        Command::Sink(options) => sink::run(options),
    }
}
