use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Parser, ValueEnum};

/// What a broker is put through.
#[derive(Parser, Debug, Clone)]
pub struct Options {
    /// How often it is harmed
    #[arg(long, default_value_t = 40)]
    pub cuts: u32,
    /// Decides what is done and when [default: the clock]
    #[arg(long, default_value_t = now())]
    pub seed: u64,
    /// How it is harmed; given twice, sometimes so and sometimes so
    #[arg(long, value_enum)]
    pub harm: Vec<Harm>,
    /// Seconds of a pause
    #[arg(long, default_value_t = 30)]
    pub pause: u64,
    /// With --harm soak: minutes under load
    #[arg(long, default_value_t = 30)]
    pub minutes: u64,
    /// With --harm soak: GiB of the disk
    #[arg(long, default_value_t = 8)]
    pub disk: u64,
    /// With --harm soak: where the report goes, too
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// A disk that never flushes, on which records must be lost
    #[arg(long)]
    pub control: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Harm {
    Power,
    Kill,
    Restart,
    Pause,
    /// A small disk that fills up; alone
    Full,
    /// Wear: long load on a disk that is almost full; alone
    Soak,
}

impl Options {
    /// Whether the disk is one whose power can be cut.
    pub fn cuts_power(&self) -> bool {
        self.harm.contains(&Harm::Power)
    }

    pub fn pause(&self) -> Duration {
        Duration::from_secs(self.pause)
    }
}

fn now() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.as_secs()
}
