//! The self-test at the start: does this directory keep what it is given, and which of the fast
//! paths are missing here?

use std::io;
use std::path::Path;

use super::{BLOCK_BYTES, Buffer, File, OpenMode, Pool, World, fs, random, uring};

/// The file that is written, read back and removed.
const PROBE_FILE: &str = ".probe";
const PROBE_BYTES: usize = 4 * BLOCK_BYTES;

/// Writes a file of random bytes with one sync behind it, reads it back past the page cache and
/// through it, and compares. Returns one line for each fast path that is missing, saying what
/// that means; an error means that data would not be safe in this directory.
pub async fn self_test(directory: &Path) -> io::Result<Vec<String>> {
    let path = directory.join(PROBE_FILE);
    let result = write_and_compare(&path).await;
    // The file may not have come to be; the test's own error says more.
    let _ = fs::remove_file(&path).await;
    result
}

async fn write_and_compare(path: &Path) -> io::Result<Vec<String>> {
    let file = File::open(path, OpenMode::Create).await?;
    let mut buffer = Buffer::with_capacity(&Pool::new(0), PROBE_BYTES);
    random::fill(&mut buffer.spare_mut()[..PROBE_BYTES]);
    buffer.advance(PROBE_BYTES);
    let written = buffer.freeze();
    file.write_and_sync(written.clone(), 0).await?;
    if file.read_at(0, PROBE_BYTES).await? != written {
        return Err(differs("a direct read"));
    }
    if fs::read(path).await? != written {
        return Err(differs("a read through the page cache"));
    }
    Ok(missing_paths(&file))
}

fn differs(how: &str) -> io::Error {
    let text = format!("what was written and synced came back different in {how}");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn missing_paths(file: &File) -> Vec<String> {
    match (World::current(), file) {
        (World::Uring, File::Uring(file)) => uring::missing_paths(file),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::uring::run_alone;

    #[test]
    fn a_good_directory_passes_and_is_left_clean() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().to_owned();
        let missing = run_alone(async move { self_test(&path).await })
            .unwrap()
            .unwrap();
        println!("missing here: {missing:?}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_missing_directory_fails() {
        let path = Path::new("/nonexistent/directory").to_owned();
        let error = run_alone(async move { self_test(&path).await })
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
