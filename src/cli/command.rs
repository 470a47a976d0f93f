use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};

use super::cluster::{api_versions, election, identity, log_dirs, quorum, reassignment};
use super::complaint::Complaint;
use super::{acl, broker, completion, config, consumer, feature, kafka_names, links, log, misuse};
use super::{offset, print, producer, record, serve, storage, topic};

/// What the shell said, once it made sense.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a broker
    Serve(serve::Serve),
    /// Create, delete, describe or change topics
    Topics(topic::Options),
    /// Send lines of standard input to a topic
    ConsoleProducer(producer::Options),
    /// Print the records of a topic
    ConsoleConsumer(consumer::Options),
    /// Print offsets of partitions
    GetOffsets(offset::Options),
    /// Delete the oldest records of partitions
    DeleteRecords(record::Options),
    /// Print or change settings
    Configs(config::Options),
    /// Print what data directories hold
    LogDirs(log_dirs::Options),
    /// Print what brokers answer
    BrokerApiVersions(api_versions::Options),
    /// Print the cluster's id and brokers
    Cluster(identity::Options),
    /// Print or change feature levels
    Features(feature::Options),
    /// Format a data directory
    Storage(storage::Options),
    /// Print the state of the metadata quorum
    MetadataQuorum(quorum::Options),
    /// Have leaders elected
    LeaderElection(election::Options),
    /// List partitions on the move
    ReassignPartitions(reassignment::Options),
    /// List access control entries
    Acls(acl::Options),
    /// Print what log and index files hold
    DumpLog(log::Options),
    /// Measure a broker: see `corelane perf --help`
    #[command(disable_help_flag = true)]
    Perf(Words),
    /// Run a broker as kafka-server-start.sh does
    ServerStart(broker::Start),
    /// Stop the brokers of this machine
    #[command(after_help = "Example:\n  corelane server-stop")]
    ServerStop,
    /// Make links with the names of Kafka's scripts
    InstallLinks(links::Links),
    /// Print completions for bash, zsh or fish
    Completion(completion::Completion),
}

/// Words that another room reads.
#[derive(Args, Debug, Clone)]
pub struct Words {
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub words: Vec<OsString>,
}

const FIRST_STEPS: &str = "\
First steps:
  corelane serve                                   a broker on 127.0.0.1:9092
  corelane topics --create --topic web --partitions 4
  corelane console-producer --topic web < access.log
  corelane console-consumer --topic web --from-beginning

Options are named as in Kafka's tools: see `corelane COMMAND --help`.";

/// A durable broker that speaks the Kafka protocol, and its tools
#[derive(Parser, Debug)]
#[command(name = "corelane", bin_name = "corelane", version, after_help = FIRST_STEPS)]
#[command(arg_required_else_help = true, subcommand_required = true)]
#[command(
    disable_help_subcommand = true,
    infer_long_args = true,
    propagate_version = true
)]
pub(super) struct Line {
    #[command(subcommand)]
    command: Command,
}

/// Reads the command line, also in the words of Kafka's scripts. `Err` is the exit code when
/// there is nothing left to do: help was asked for (0) or the line made no sense (1), and either
/// has been printed already.
pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    let refuse = |text: &str| {
        print::complain(text);
        ExitCode::FAILURE
    };
    let line = match kafka_names::translate(argv.into_iter().collect()) {
        Ok(line) => line,
        Err(Complaint::Said(text)) => return Err(refuse(&text)),
        Err(_) => return Err(ExitCode::FAILURE),
    };
    let zookeeper = |word: &OsString| {
        let word = word.to_string_lossy();
        word == "--zookeeper" || word.starts_with("--zookeeper=")
    };
    if line.iter().any(zookeeper) {
        return Err(refuse(misuse::NO_ZOOKEEPER));
    }
    let line = ask_for_help(line);
    match Line::try_parse_from(&line) {
        Ok(Line { command }) => Ok(in_the_foreground(command)),
        Err(error) => match error.kind() {
            ErrorKind::DisplayVersion => {
                // Each tool is this program, and has its version.
                let _ = io::stdout().write_all(Line::command().render_version().as_bytes());
                Err(ExitCode::SUCCESS)
            }
            ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
                // Nobody is left to tell when even this cannot be printed.
                let _ = error.print();
                Err(ExitCode::SUCCESS)
            }
            _ => {
                let command = line.get(1).and_then(|word| word.to_str());
                let command = command.filter(|name| exists(name));
                Err(refuse(&misuse::explain(&error, command)))
            }
        },
    }
}

/// `help topics` is another way to say `topics --help`.
fn ask_for_help(mut line: Vec<OsString>) -> Vec<OsString> {
    if line.get(1).is_some_and(|word| word == "help") {
        line.remove(1);
        line.push("--help".into());
    }
    line
}

/// A broker that `server-start` does not send to the background is one like that of `serve`.
fn in_the_foreground(command: Command) -> Command {
    match command {
        Command::ServerStart(start) if !start.daemon => Command::Serve(start.serve()),
        other => other,
    }
}

/// Whether there is a command of this name.
pub fn exists(name: &str) -> bool {
    Line::command().find_subcommand(name).is_some()
}
