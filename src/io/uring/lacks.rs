//! Which of the fast paths this machine, kernel or file system does not give.

use super::file::File;
use super::{ring, warm};

/// One line for each, saying what is missing and what that means.
pub(in crate::io) fn missing_paths(file: &File) -> Vec<String> {
    let mut lines = Vec::new();
    if !file.is_direct() {
        lines.push(
            "direct I/O is refused by the file system of the data directory: writes pass through \
             the page cache, which costs memory and processor time; acks wait for the disk all \
             the same"
                .to_owned(),
        );
    }
    if !file.buffered().is_ok_and(warm::is_told) {
        lines.push(
            "cachestat is refused (Linux 6.5 brings it): whether a fetch would wait for the disk \
             is guessed from three bytes, and a wrong guess delays other connections"
                .to_owned(),
        );
    }
    if !ring::is_cooperative() {
        lines.push(
            "io_uring without cooperative completions (Linux 5.19 brings them): each completed \
             write interrupts the shard that made it"
                .to_owned(),
        );
    }
    lines
}
