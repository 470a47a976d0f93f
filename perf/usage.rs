use std::collections::BTreeMap;
use std::path::Path;

use super::links::{self, Link};
use crate::io::{clock, fs};
use crate::model::Instant;

/// Clock ticks of /proc in a second: the same on every Linux since it became part of the ABI.
const TICKS: f64 = 100.0;
/// Bytes of a sector in /proc/diskstats, whatever the disk's own are.
const SECTOR_BYTES: u64 = 512;

/// CPU and disk since the start of the machine, or (see [`Usage::since`]) of a span.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    pub at: Instant,
    /// Length of the span, in seconds.
    pub seconds: f64,
    /// CPU seconds of this process, its io_uring workers included.
    pub process: f64,
    /// CPU seconds of the executors, by their threads' names.
    pub executors: BTreeMap<String, f64>,
    /// CPU seconds of all cores while not idle, by number; interrupts are in it.
    pub cores: BTreeMap<usize, f64>,
    pub disks: BTreeMap<String, Disk>,
    pub links: BTreeMap<String, Link>,
}

/// One block device.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Disk {
    /// Seconds in which anything was in flight.
    pub busy: f64,
    pub written_bytes: u64,
    pub read_bytes: u64,
}

impl Usage {
    /// `None` where there is no /proc.
    pub async fn read() -> Option<Usage> {
        Some(Usage {
            at: clock::now(),
            seconds: 0.0,
            process: cpu_of(&text("/proc/self/stat").await?)?,
            executors: executors().await,
            cores: cores(&text("/proc/stat").await?),
            disks: disks(&text("/proc/diskstats").await.unwrap_or_default()),
            links: links::read().await,
        })
    }

    /// What was used from `before` to this.
    pub fn since(&self, before: &Usage) -> Usage {
        let disk = |(name, disk): (&String, &Disk)| {
            let old = before.disks.get(name).copied().unwrap_or_default();
            let used = Disk {
                busy: disk.busy - old.busy,
                written_bytes: disk.written_bytes.saturating_sub(old.written_bytes),
                read_bytes: disk.read_bytes.saturating_sub(old.read_bytes),
            };
            (name.clone(), used)
        };
        let link = |(name, link): (&String, &Link)| {
            let old = before.links.get(name).copied().unwrap_or_default();
            (name.clone(), link.since(&old))
        };
        Usage {
            at: self.at,
            seconds: self.at.since(before.at).as_secs_f64(),
            process: self.process - before.process,
            executors: difference(&self.executors, &before.executors),
            cores: difference(&self.cores, &before.cores),
            disks: self.disks.iter().map(disk).collect(),
            links: self.links.iter().map(link).collect(),
        }
    }

    /// The share of the span in which the busiest executor of this process ran: 0 to 1.
    pub fn busiest_executor(&self) -> f64 {
        let busiest = self.executors.values().copied().fold(0.0, f64::max);
        busiest / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// The share of the span in which the busiest of these cores was not idle, whoever ran.
    pub fn busiest_of(&self, cores: &[usize]) -> f64 {
        let busy = cores.iter().filter_map(|core| self.cores.get(core));
        busy.copied().fold(0.0, f64::max) / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// CPU seconds of this process for each second of the span.
    pub fn process_cores(&self) -> f64 {
        self.process / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// The link of which the largest share of its speed was used, and that share, where any
    /// link's speed is known.
    pub fn busiest_link(&self) -> Option<(&str, f64)> {
        let shares = self.links.iter();
        let shares =
            shares.filter_map(|(name, link)| Some((name.as_str(), link.share(self.seconds)?)));
        shares.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// The busiest disk and the share of the span in which it was busy.
    pub fn busiest_disk(&self) -> Option<(&str, f64)> {
        let busiest = self
            .disks
            .iter()
            .max_by(|a, b| a.1.busy.total_cmp(&b.1.busy));
        busiest.map(|(name, disk)| {
            (
                name.as_str(),
                disk.busy / self.seconds.max(f64::MIN_POSITIVE),
            )
        })
    }
}

fn difference<K: Ord + Clone>(
    after: &BTreeMap<K, f64>,
    before: &BTreeMap<K, f64>,
) -> BTreeMap<K, f64> {
    let less =
        |(key, value): (&K, &f64)| (key.clone(), value - before.get(key).copied().unwrap_or(0.0));
    after.iter().map(less).collect()
}

async fn text(path: &str) -> Option<String> {
    let bytes = fs::read(Path::new(path)).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn executors() -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for entry in fs::list(Path::new("/proc/self/task"))
        .await
        .unwrap_or_default()
    {
        // A thread may end while it is looked at.
        let Some(stat) = text(&format!("/proc/self/task/{}/stat", entry.name)).await else {
            continue;
        };
        let name = stat
            .split_once('(')
            .and_then(|(_, rest)| rest.rsplit_once(')'));
        if let Some((name, _)) = name
            && name.starts_with("shard-")
            && let Some(cpu) = cpu_of(&stat)
        {
            // The threads of an executor's pool bear its name and count as it.
            *found.entry(name.to_owned()).or_insert(0.0) += cpu;
        }
    }
    found
}

/// CPU seconds of a `stat` line: its fields 14 and 15. The name before them may hold anything.
pub fn cpu_of(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// Of `cpuN user nice system idle iowait irq softirq steal ...`, all but idle, iowait and steal.
fn cores(stat: &str) -> BTreeMap<usize, f64> {
    let core = |line: &str| {
        let mut fields = line.split_whitespace();
        let number = fields.next()?.strip_prefix("cpu")?.parse().ok()?;
        let ticks: Vec<f64> = fields.map(|field| field.parse().unwrap_or(0.0)).collect();
        let busy = [0, 1, 2, 5, 6]
            .iter()
            .filter_map(|at| ticks.get(*at))
            .sum::<f64>();
        Some((number, busy / TICKS))
    };
    stat.lines().filter_map(core).collect()
}

fn disks(stats: &str) -> BTreeMap<String, Disk> {
    let disk = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // Memory that looks like a disk.
        let is_memory = |name: &&&str| {
            ["loop", "ram", "zram"]
                .iter()
                .any(|of| name.starts_with(of))
        };
        if fields.get(2).filter(is_memory).is_some() {
            return None;
        }
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let disk = Disk {
            busy: number(12)? as f64 / 1000.0,
            read_bytes: number(5)? * SECTOR_BYTES,
            written_bytes: number(9)? * SECTOR_BYTES,
        };
        Some(((*fields.get(2)?).to_owned(), disk))
    };
    stats.lines().filter_map(disk).collect()
}

#[cfg(test)]
mod tests {
    use super::{cores, cpu_of, disks};

    #[test]
    fn the_lines_of_proc_are_read() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1";
        assert_eq!(cpu_of(stat), Some(3.0));
        let cores = cores("cpu  1 1 1\ncpu3 100 0 50 900 30 10 40 5 0 0\nintr 5\n");
        assert_eq!(cores.into_iter().collect::<Vec<_>>(), [(3, 2.0)]);
        let line = " 254 0 vda 1 0 16 5 2 0 32 7 0 1500 12 0 0 0 0 0 0\n";
        let disk = disks(line)["vda"];
        assert_eq!(
            (disk.busy, disk.read_bytes, disk.written_bytes),
            (1.5, 8192, 16_384)
        );
    }
}
