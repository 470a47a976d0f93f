use std::process::ExitCode;

use super::complaint::Complaint;
use super::{Command, log, print};
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
    }
}

async fn work(command: Command) -> Result<(), Complaint> {
    let mut out = print::stdout();
    match command {
        Command::DumpLog(options) => log::dump(&options, &mut out).await,
        _ => Ok(()),
    }
}
