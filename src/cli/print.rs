use std::io::{self, BufWriter, Stdout, Write};

use super::complaint::Complaint;
use crate::io::mesh::Receiver;
use crate::io::signal::{self, Stop};

/// Bytes gathered before stdout is written to.
const BUFFER_BYTES: usize = 64 * 1024;

/// Standard output, in large writes. What is left is written on `flush`, and on drop.
pub fn stdout() -> BufWriter<Stdout> {
    BufWriter::with_capacity(BUFFER_BYTES, io::stdout())
}

/// One line on stderr. There is no one left to tell when that fails.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// From here on Ctrl-C does not end the process: the tool does, once its output is in order.
pub fn stop_signals() -> Result<Receiver<Stop>, Complaint> {
    let unheard = |error| Complaint::new(format!("cannot listen to signals: {error}"));
    signal::stop_signals().map_err(unheard)
}
