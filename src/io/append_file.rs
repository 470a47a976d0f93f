use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// A small file that only grows, for callers that cannot wait, such as callbacks of a tool. Each
/// call blocks for the time of a copy into the page cache: nothing for a broker's shard. What was
/// appended outlives the process and not a power cut.
#[derive(Debug)]
pub struct AppendFile(File);

impl AppendFile {
    /// Makes the file where it is missing.
    pub fn open(path: &Path) -> io::Result<AppendFile> {
        let file = File::options().append(true).create(true).open(path)?;
        Ok(AppendFile(file))
    }

    /// Several processes may append to one file: short pieces stay whole.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
}
