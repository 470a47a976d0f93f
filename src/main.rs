use std::process::ExitCode;

use corelane::cli::{self, Command, Serve};
use corelane::node;

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(Command::Serve(options)) => node::serve(&options_of(options)),
        Ok(command) => cli::run(command),
        Err(code) => code,
    }
}

/// Rooms of one layer do not know each other: here the command line's words become the node's.
fn options_of(serve: Serve) -> node::Options {
    let Serve {
        config,
        data_dir,
        listen,
        shards,
        set,
    } = serve;
    node::Options {
        config,
        data_dir,
        listen,
        shards,
        set,
    }
}
