use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use super::{consumer, log, offset, producer, serve, topic};

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
    /// Print what log and index files hold
    DumpLog(log::Options),
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
#[command(disable_help_subcommand = true, infer_long_args = true)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// Reads the command line. `Err` is the exit code when there is nothing left to do: help was
/// asked for (0) or the line made no sense (1), and either has been printed already.
pub fn parse(argv: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    let line = Line::try_parse_from(argv).map_err(|error| {
        // Nobody is left to tell when even this cannot be printed.
        let _ = error.print();
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        }
    })?;
    Ok(line.command)
}
