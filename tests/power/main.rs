//! Harm that a running broker comes to, again and again: its power is cut, it is killed, stopped
//! or paused, or its disk fills up, under load. After each harm it must start by itself, and hold
//! all that it ever acknowledged: records ([`load`]), topics and their settings ([`register`]).
//! The harm of [`soak`] is time alone.
//!
//! Started by scripts/power-cut, scripts/kill-broker, scripts/disk-full and scripts/soak. One seed
//! decides what is done and about when; the kernel's timing is its own, so that a seed repeats the
//! plan of a run and not the run.

mod broker;
mod chores;
mod disk;
mod fill;
mod load;
mod look;
mod options;
mod register;
mod soak;
mod story;
mod tally;
mod tool;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let options = options::Options::parse();
    if let [options::Harm::Soak] = options.harm.as_slice() {
        return soak::tell(&options);
    }
    let told = match options.harm.as_slice() {
        [options::Harm::Full] => fill::tell(&options),
        _ => story::tell(&options),
    };
    match told {
        Ok(tally) => tally.conclude(&options),
        Err(words) => {
            eprintln!("{words}");
            ExitCode::FAILURE
        }
    }
}
