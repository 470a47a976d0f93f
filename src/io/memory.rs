//! Memory of the process as a whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::{World, uring};

/// Where control groups are found.
const CGROUPS: &str = "/sys/fs/cgroup";

/// Gives pages that the allocator holds free back to the system. It keeps them otherwise: what
/// was freed lies scattered between what is in use. Walks the whole heap, on the blocking pool.
pub async fn give_back() {
    if World::current() == World::Uring {
        uring::memory::give_back().await;
    }
}

/// Bytes of memory that this process may use: the least of the RAM and the limits of its control
/// groups. Blocks a moment; `None` where the kernel does not say.
pub fn available() -> Option<usize> {
    let ram = fs::read_to_string("/proc/meminfo")
        .ok()
        .as_deref()
        .and_then(total);
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let files = groups.lines().flat_map(limit_files);
    let limits = files.filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    limits.chain(ram).min()
}

/// The first line that counts, as in `MemTotal:       24689184 kB`.
fn total(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find(|line| line.starts_with("MemTotal:"))?;
    let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    kib.checked_mul(1024)
}

/// The files that may hold limits for a line of /proc/self/cgroup, `ID:CONTROLLERS:PATH`: of the
/// group and of all groups around it. A group without a limit says `max`, or a huge number.
fn limit_files(line: &str) -> Vec<PathBuf> {
    let mut fields = line.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else {
        return Vec::new();
    };
    let (root, name) = match controllers {
        "" => (PathBuf::from(CGROUPS), "memory.max"),
        "memory" => (Path::new(CGROUPS).join("memory"), "memory.limit_in_bytes"),
        _ => return Vec::new(),
    };
    let path = Path::new(path.trim_start_matches('/'));
    path.ancestors()
        .map(|group| root.join(group).join(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_looked_for_in_all_groups_around_the_process() {
        let shown = |line| {
            let files = limit_files(line).into_iter();
            files
                .map(|file| file.display().to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            shown("0::/a/b"),
            [
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            shown("4:memory:/x"),
            [
                "/sys/fs/cgroup/memory/x/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert!(shown("3:cpuset:/").is_empty());
        assert!(shown("nonsense").is_empty());
    }

    #[test]
    fn memory_is_told_in_bytes() {
        assert_eq!(
            total("MemFree: 1 kB\nMemTotal:       2048 kB\n"),
            Some(2 << 20)
        );
        assert_eq!(total("MemTotal: much"), None);
        assert!(available().is_some_and(|bytes| bytes > 64 << 20));
    }
}
