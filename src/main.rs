use std::process::ExitCode;

use corelane::cli::{self, Command};

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(Command::Serve(_)) => ExitCode::FAILURE,
        Ok(command) => cli::run(command),
        Err(code) => code,
    }
}
