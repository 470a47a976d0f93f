use std::process::ExitCode;

use corelane::cli::{self, Command, Serve};
use corelane::{node, perf};

fn main() -> ExitCode {
    match cli::parse(std::env::args_os()) {
        Ok(Command::Serve(options)) => node::serve(&options_of(options)),
        Ok(Command::Perf(words)) => perf::run(words.words),
        Ok(command) => cli::run(command),
        Err(code) => code,
    }
}

/// Rooms of one layer do not know each other: here the command line's words become the node's.
fn options_of(serve: Serve) -> node::Options {
    node::Options {
        config: serve.config,
        data_dirs: serve.data_dirs,
        listen: serve.listen,
        shards: serve.shards,
        set: serve.set,
    }
}
