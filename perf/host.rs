use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::io::{fs, uring};

/// The machine that a run was made on; "unknown" for what the kernel does not tell.
#[derive(Clone, Debug, Serialize)]
pub struct Host {
    pub cpu_model: String,
    pub cores: usize,
    /// Those that this process may run on.
    pub cores_allowed: Vec<usize>,
    pub memory_bytes: u64,
    pub kernel: String,
    pub congestion_control: String,
    /// Models of block devices, by name.
    pub disks: BTreeMap<String, String>,
    /// File systems on block devices: mount point to type.
    pub file_systems: BTreeMap<String, String>,
}

impl Host {
    pub async fn read() -> Host {
        let cpuinfo = text("/proc/cpuinfo").await;
        let models = cpuinfo.lines().filter_map(|line| field(line, "model name"));
        let models: Vec<&str> = models.collect();
        let meminfo = text("/proc/meminfo").await;
        let memory = meminfo.lines().find_map(|line| field(line, "MemTotal"));
        let memory = memory.and_then(|size| size.strip_suffix(" kB"));
        Host {
            cpu_model: known(models.first().copied().unwrap_or_default()),
            cores: cpuinfo
                .lines()
                .filter(|line| line.starts_with("processor"))
                .count(),
            cores_allowed: uring::allowed_cores().unwrap_or_default(),
            memory_bytes: memory.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) << 10,
            kernel: known(&text("/proc/sys/kernel/osrelease").await),
            congestion_control: known(&text("/proc/sys/net/ipv4/tcp_congestion_control").await),
            disks: disks().await,
            file_systems: file_systems(&text("/proc/self/mounts").await),
        }
    }
}

/// The file system that holds `path` and the device it is on, by the mounts of this process.
pub async fn file_system_of(path: &Path) -> String {
    let mounts = text("/proc/self/mounts").await;
    let holding = mounts.lines().filter_map(|line| {
        let mut fields = line.split_whitespace();
        let (device, mount, kind) = (fields.next()?, fields.next()?, fields.next()?);
        path.starts_with(mount)
            .then_some((mount.len(), kind, device))
    });
    match holding.max_by_key(|(len, ..)| *len) {
        Some((_, kind, device)) => format!("{kind} on {device}"),
        None => "unknown".to_owned(),
    }
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = line.split_once(':')?;
    (key.trim() == name).then_some(value.trim())
}

fn known(text: &str) -> String {
    match text.trim() {
        "" => "unknown".to_owned(),
        text => text.to_owned(),
    }
}

async fn text(path: &str) -> String {
    let bytes = fs::read(Path::new(path)).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn disks() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::list(Path::new("/sys/block")).await.unwrap_or_default() {
        let name = entry.name;
        if name.starts_with("loop") || name.starts_with("ram") {
            continue;
        }
        let model = text(&format!("/sys/block/{name}/device/model")).await;
        found.insert(name, known(&model));
    }
    found
}

fn file_systems(mounts: &str) -> BTreeMap<String, String> {
    let mount = |line: &str| {
        let mut fields = line.split_whitespace();
        let (device, mount, kind) = (fields.next()?, fields.next()?, fields.next()?);
        device
            .starts_with("/dev/")
            .then(|| (mount.to_owned(), kind.to_owned()))
    };
    mounts.lines().filter_map(mount).collect()
}

#[cfg(test)]
mod tests {
    use super::{field, file_systems, known};

    #[test]
    fn lines_of_the_kernel_become_fields() {
        assert_eq!(
            field("model name\t: A CPU @ 2 GHz", "model name"),
            Some("A CPU @ 2 GHz")
        );
        assert_eq!(field("MemTotal:  12 kB", "MemTotal"), Some("12 kB"));
        assert_eq!(field("no colon", "no colon"), None);
        assert_eq!(
            (known(" 6.1\n"), known("")),
            ("6.1".to_owned(), "unknown".to_owned())
        );
        let mounts = file_systems("/dev/vda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n");
        assert_eq!(
            mounts.into_iter().collect::<Vec<_>>(),
            [("/".into(), "ext4".into())]
        );
    }
}
