use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::tool::run;

/// What was seen in one second.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Resident memory of the broker, bytes.
    pub resident: u64,
    /// Share of the disk that is taken: 0 to 1.
    pub fill: f64,
}

/// Looks once a second until it is asked for what it saw.
pub struct Gauge {
    over: Arc<AtomicBool>,
    looking: JoinHandle<Vec<Sample>>,
}

impl Gauge {
    pub fn begin(process: u32, mount: &Path) -> Gauge {
        let over = Arc::new(AtomicBool::new(false));
        let (seen, mount) = (over.clone(), mount.to_owned());
        let looking = thread::spawn(move || {
            let mut samples = Vec::new();
            while !seen.load(Ordering::Relaxed) {
                if let (Some(resident), Ok((used, all))) = (resident(process), space(&mount)) {
                    let fill = used as f64 / all as f64;
                    samples.push(Sample { resident, fill });
                }
                thread::sleep(Duration::from_secs(1));
            }
            samples
        });
        Gauge { over, looking }
    }

    pub fn end(self) -> Vec<Sample> {
        self.over.store(true, Ordering::Relaxed);
        self.looking.join().expect("it looks to the end")
    }
}

fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes << 10)
}

/// Bytes taken on a file system, and all that it has for files.
pub fn space(mount: &Path) -> Result<(u64, u64), String> {
    let mut df = Command::new("df");
    let said = run(df.args(["-B1", "--output=used,avail"]).arg(mount))?;
    let mut numbers = said
        .split_whitespace()
        .filter_map(|word| word.parse::<u64>().ok());
    let (used, left) = (numbers.next(), numbers.next());
    let used = used.ok_or("df says nothing")?;
    Ok((used, used + left.ok_or("df says little")?))
}
