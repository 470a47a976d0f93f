use std::process::ExitCode;

use super::complaint::Complaint;
use super::{Command, broker, command, completion, consumer, links, log, offset, print};
use super::{producer, topic};
use crate::io::uring;

/// Runs a tool to its end, on an executor of its own, and gives its exit code.
pub fn run(command: Command) -> ExitCode {
    let done = match uring::run_alone(work(command)) {
        Ok(done) => done,
        Err(error) => Err(Complaint::new(format!("cannot start: {error}"))),
    };
    match done {
        Ok(()) | Err(Complaint::OutputClosed) => ExitCode::SUCCESS,
        Err(Complaint::Said(text)) => {
            print::complain(&text);
            ExitCode::FAILURE
        }
        Err(Complaint::Told) => ExitCode::FAILURE,
    }
}

async fn work(command: Command) -> Result<(), Complaint> {
    let mut out = print::stdout();
    match command {
        // `main` hands this one to the node.
        Command::Serve(_) => Ok(()),
        Command::Topics(options) => topic::run(&options, &mut out).await,
        Command::ConsoleProducer(options) => producer::send(&options).await,
        Command::ConsoleConsumer(options) => consumer::follow(&options, &mut out).await,
        Command::GetOffsets(options) => offset::print(&options, &mut out).await,
        Command::DumpLog(options) => log::dump(&options, &mut out).await,
        Command::ServerStart(options) => broker::detach(&options, &mut out).await,
        Command::ServerStop => broker::stop(&mut out),
        Command::InstallLinks(options) => links::install(&options, command::exists, &mut out).await,
        Command::Completion(options) => completion::print(&options, &mut out),
    }
}
