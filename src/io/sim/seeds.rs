use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

/// The seeds under which a scenario runs: 1, 2, 3 and so on.
///
/// `CORELANE_SEED=n` runs that seed alone; `CORELANE_SEEDS=n` runs the first n, and
/// `CORELANE_SEEDS=a..b` those from a to below b.
pub struct Seeds {
    test: &'static str,
    seeds: Vec<u64>,
}

impl Seeds {
    /// `test` is the name under which `cargo test --test sim` finds the scenario again.
    pub fn of(test: &'static str, count: u64) -> Seeds {
        let asked = |name: &str| env::var(name).ok().map(|text| parse(name, &text));
        let one = asked("CORELANE_SEED").map(|range| vec![range.end - 1]);
        let many = || asked("CORELANE_SEEDS").map(|range| range.collect());
        let seeds = one
            .or_else(many)
            .unwrap_or_else(|| (1..count + 1).collect());
        Seeds { test, seeds }
    }

    /// Runs `scenario` once per seed, on all cores, and gives what each run returned in order of
    /// seeds. Panics after the first failure with the command that repeats it.
    pub fn run<T: Send>(self, scenario: impl Fn(u64) -> T + Sync) -> Vec<T> {
        let todo = Mutex::new(self.seeds.into_iter());
        let done = Mutex::new(Vec::new());
        let failed: Mutex<Option<u64>> = Mutex::new(None);
        let work = || {
            while failed.lock().expect("no panic under this lock").is_none() {
                let next = todo.lock().expect("no panic under this lock").next();
                let Some(seed) = next else {
                    return;
                };
                match catch_unwind(AssertUnwindSafe(|| scenario(seed))) {
                    Ok(result) => done.lock().expect("as above").push((seed, result)),
                    Err(_) => *failed.lock().expect("as above") = Some(seed),
                }
            }
        };
        thread::scope(|scope| {
            let threads = thread::available_parallelism().map_or(1, usize::from);
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
        if let Some(seed) = failed.into_inner().expect("as above") {
            panic!(
                "repeat it with: CORELANE_SEED={seed} cargo test --test sim {}",
                self.test
            );
        }
        let mut done = done.into_inner().expect("as above");
        done.sort_by_key(|(seed, _)| *seed);
        done.into_iter().map(|(_, result)| result).collect()
    }
}

/// `n` is `1..n + 1`, `a..b` is itself.
fn parse(name: &str, text: &str) -> std::ops::Range<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let range = match text.split_once("..") {
        Some((from, to)) => number(from).zip(number(to)).map(|(from, to)| from..to),
        None => number(text).map(|count| 1..count + 1),
    };
    range.unwrap_or_else(|| panic!("{name} wants a number or a range a..b, not {text:?}"))
}
