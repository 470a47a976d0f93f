use std::io::{self, BufWriter, Stdout, Write};

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
