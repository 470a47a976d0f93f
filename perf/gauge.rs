use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::complaint::Complaint;
use super::usage::cpu_of;
use crate::io::{clock, fs, task};
use crate::model::Instant;

/// How often the memory of a process is looked at for its peak.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What a broker's process on this host has used: since it started, or (see [`Reading::since`])
/// of a span. All threads count, those that the kernel starts for io_uring too.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Reading {
    pub at: Instant,
    /// User and system time, in seconds.
    pub cpu: f64,
    /// Memory that was resident, at the most.
    pub rss_peak_bytes: u64,
    /// What it had the disk read and write; `None` where another user's process is not shown.
    pub disk: Option<(u64, u64)>,
    /// Voluntary and other context switches of the threads that still live.
    pub switches: u64,
}

impl Reading {
    /// `None` when there is no such process.
    pub async fn of(pid: u32) -> Option<Reading> {
        let cpu = cpu_of(&text(pid, "stat").await?)?;
        let status = text(pid, "status").await?;
        Some(Reading {
            at: clock::now(),
            cpu,
            rss_peak_bytes: field(&status, "VmRSS").unwrap_or(0) << 10,
            disk: text(pid, "io").await.and_then(|io| disk(&io)),
            switches: switches(pid).await,
        })
    }

    /// What was used from `before` to this.
    pub fn since(&self, before: &Reading) -> Reading {
        let disk = self.disk.zip(before.disk);
        Reading {
            at: self.at,
            cpu: self.cpu - before.cpu,
            rss_peak_bytes: self.rss_peak_bytes.max(before.rss_peak_bytes),
            disk: disk.map(|(now, old)| (now.0.saturating_sub(old.0), now.1.saturating_sub(old.1))),
            switches: self.switches.saturating_sub(before.switches),
        }
    }
}

/// Reads a process at both ends of a span, and its memory between.
#[derive(Clone, Debug)]
pub struct Gauge {
    pid: u32,
    first: Rc<RefCell<Option<Reading>>>,
}

impl Gauge {
    /// Of process `pid`, which must be there.
    pub async fn new(pid: u32) -> Result<Gauge, Complaint> {
        let missing = || {
            Complaint(format!(
                "no process {pid} is running on this host: name the broker's, or leave its pid out"
            ))
        };
        Reading::of(pid).await.ok_or_else(missing)?;
        Ok(Gauge {
            pid,
            first: Rc::default(),
        })
    }

    /// The span begins; the memory is looked at from now on.
    pub async fn begin(&self) {
        let read = Reading::of(self.pid).await;
        *self.first.borrow_mut() = read;
        task::spawn(self.clone().look()).detach();
    }

    async fn look(self) {
        loop {
            clock::sleep(LOOK_EVERY).await;
            let Some(status) = text(self.pid, "status").await else {
                return;
            };
            let rss = field(&status, "VmRSS").unwrap_or(0) << 10;
            let mut first = self.first.borrow_mut();
            let Some(first) = first.as_mut() else {
                return;
            };
            first.rss_peak_bytes = first.rss_peak_bytes.max(rss);
        }
    }

    /// The span ends: what was used in it, in how many seconds. `None` when the process ended or
    /// the span never began.
    pub async fn end(&self) -> Option<(f64, Reading)> {
        let last = Reading::of(self.pid).await?;
        let first = self.first.borrow_mut().take()?;
        let seconds = last.at.since(first.at).as_secs_f64();
        Some((seconds, last.since(&first)))
    }
}

async fn text(pid: u32, name: &str) -> Option<String> {
    let path = format!("/proc/{pid}/{name}");
    let bytes = fs::read(Path::new(&path)).await.ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn switches(pid: u32) -> u64 {
    let tasks = format!("/proc/{pid}/task");
    let mut sum = 0;
    for thread in fs::list(Path::new(&tasks)).await.unwrap_or_default() {
        // A thread may end while it is looked at.
        let status = text(pid, &format!("task/{}/status", thread.name)).await;
        let status = status.unwrap_or_default();
        sum += field(&status, "voluntary_ctxt_switches").unwrap_or(0);
        sum += field(&status, "nonvoluntary_ctxt_switches").unwrap_or(0);
    }
    sum
}

/// The number of a line `name: number ...`.
fn field(text: &str, name: &str) -> Option<u64> {
    let value = |line: &str| {
        let (key, value) = line.split_once(':')?;
        let value = value.split_whitespace().next();
        (key == name).then_some(value?.parse().ok()?)
    };
    text.lines().find_map(value)
}

fn disk(io: &str) -> Option<(u64, u64)> {
    field(io, "read_bytes").zip(field(io, "write_bytes"))
}

#[cfg(test)]
mod tests {
    use super::{Reading, disk, field};

    #[test]
    fn the_lines_of_a_process_are_read() {
        let status = "Name:\ta: 7\nVmRSS:\t    5120 kB\nvoluntary_ctxt_switches:\t42\n\
                      nonvoluntary_ctxt_switches:\t3\n";
        assert_eq!(field(status, "VmRSS"), Some(5120));
        assert_eq!(field(status, "voluntary_ctxt_switches"), Some(42));
        assert_eq!(field(status, "nonvoluntary_ctxt_switches"), Some(3));
        assert_eq!(field(status, "VmSwap"), None);
        let io = "rchar: 1\nwchar: 2\nread_bytes: 4096\nwrite_bytes: 8192\n\
                  cancelled_write_bytes: 0\n";
        assert_eq!(disk(io), Some((4096, 8192)));
        assert_eq!(disk(""), None);
    }

    #[test]
    fn a_span_has_what_came_in_it_and_the_highest_memory() {
        let reading = |cpu, rss_peak_bytes, written| Reading {
            cpu,
            rss_peak_bytes,
            disk: Some((0, written)),
            switches: written,
            ..Reading::default()
        };
        let used = reading(5.5, 70, 900).since(&reading(5.0, 90, 400));
        assert_eq!((used.cpu, used.rss_peak_bytes), (0.5, 90));
        assert_eq!((used.disk, used.switches), (Some((0, 500)), 500));
    }
}
