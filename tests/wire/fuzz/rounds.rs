//! The loop: a seed, a mutant, a parser.
//!
//! `CORELANE_FUZZ_TARGET` chooses one parser, `CORELANE_FUZZ_SEED` one mutant of it, and
//! `CORELANE_FUZZ_SECONDS` goes on for that long from a seed that the clock gives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime};

use fastrand::Rng;

use super::mutation::mutant;
use super::target::{TARGETS, Target};

/// Mutants of each target in the ordinary tests.
const ROUNDS: u64 = 500;

/// Mutants between two looks at the clock.
const STRIDE: u64 = 200;

fn variable(name: &str) -> Option<String> {
    std::env::var(format!("CORELANE_FUZZ_{name}")).ok()
}

fn number(name: &str) -> Option<u64> {
    let text = variable(name)?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("CORELANE_FUZZ_{name}={text} is no number")))
}

/// Runs the mutants of these seeds; says how to see the one that fails again.
fn run(target: &Target, honest: &[Vec<u8>], seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut dice = Rng::with_seed(seed);
        let mut bytes = mutant(honest, &mut dice);
        (target.dress)(&mut bytes, &mut dice);
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
        assert!(
            outcome.is_ok(),
            "{name} fails with seed {seed}, {len} bytes; again by: scripts/fuzz --replay {name} \
             {seed}",
            name = target.name,
            len = bytes.len()
        );
    }
}

fn chosen() -> impl Iterator<Item = &'static Target> {
    let name = variable("TARGET");
    let known = |name: &String| TARGETS.iter().any(|target| target.name == name);
    assert!(name.as_ref().is_none_or(known), "no target {name:?}");
    TARGETS
        .iter()
        .filter(move |target| name.as_ref().is_none_or(|name| target.name == name))
}

#[test]
fn every_parser_takes_every_mutant() {
    let targets: Vec<_> = chosen().map(|target| (target, (target.honest)())).collect();
    for (target, honest) in &targets {
        assert!(
            !honest.is_empty(),
            "{} has nothing to begin with",
            target.name
        );
        honest.iter().for_each(|bytes| (target.run)(bytes));
    }
    if let Some(seed) = number("SEED") {
        for (target, honest) in &targets {
            run(target, honest, seed..seed + 1);
        }
        return;
    }
    let Some(seconds) = number("SECONDS") else {
        for (target, honest) in &targets {
            run(target, honest, 0..ROUNDS);
        }
        return;
    };
    let clock = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let (mut seed, end) = (
        clock.as_secs() << 24,
        Instant::now() + Duration::from_secs(seconds),
    );
    let first = seed;
    while Instant::now() < end {
        for (target, honest) in &targets {
            run(target, honest, seed..seed + STRIDE);
        }
        seed += STRIDE;
    }
    println!(
        "{} mutants of each of {} targets",
        seed - first,
        targets.len()
    );
}
