//! One client against one broker, and many of them at a time.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use crate::client::{Client, Program};
use crate::kit::{Trouble, Troubles, place};
use crate::outcome::{Outcome, Verdict};
use crate::shell::{programs, tail, top};

/// No row may take longer; in seconds, as timeout(1) takes it.
const SECONDS_MAX: &str = "240";
const SAID_LINES: usize = 60;
/// Clients wait more than they compute.
const AT_ONCE: usize = 3;

/// Where the rows find a broker: `label` is how the rows are told apart.
#[derive(Clone)]
pub struct Target {
    pub label: String,
    pub address: String,
    /// The broker's files, for rows that read them when it has stopped.
    pub data: Option<PathBuf>,
}

/// A client beside a target, and what came of it.
pub struct Row {
    pub client: &'static Client,
    pub target: Target,
    pub verdict: Verdict,
}

impl Row {
    /// One line for people.
    pub fn line(&self, seconds: f32) -> String {
        let who = format!("{} {}", self.client.name, self.client.version);
        let what = match &self.verdict {
            Verdict::Skipped(why) => format!("skipped: {why}"),
            Verdict::Done(outcome) if !outcome.failures.is_empty() => {
                format!("FAILED: {}", outcome.failures.join("; "))
            }
            Verdict::Done(outcome) => {
                let mut text = format!("ok, {} checks, {seconds:.0} s", outcome.passed.len());
                for (name, why) in &outcome.left_out {
                    text.push_str(&format!("; {name} left out: {why}"));
                }
                text
            }
        };
        format!("{who}, {}: {what}", self.target.label)
    }
}

/// Runs every client against every target, a few at a time, and prints a line for each.
pub fn run_all(
    clients: &[&'static Client],
    targets: &[Target],
    troubles: &Troubles,
    scratch: &Path,
) -> Vec<Row> {
    let pairs = clients.iter().flat_map(|client| {
        let own = matches!(client.program, Program::Exchange(_));
        let targets = if own {
            &targets[targets.len() - 1..]
        } else {
            targets
        };
        targets.iter().map(move |target| (*client, target.clone()))
    });
    let waiting = Mutex::new(pairs.enumerate().collect::<Vec<_>>().into_iter());
    let done = Mutex::new(Vec::new());
    let work = || {
        loop {
            let next = waiting.lock().unwrap().next();
            let Some((number, (client, target))) = next else {
                return;
            };
            let start = Instant::now();
            let trouble = troubles.get(&client.program.runtime());
            let log = scratch.join(format!("row-{number}"));
            let verdict = match trouble {
                Some(Trouble::Absent(why)) => Verdict::Skipped(why.clone()),
                Some(Trouble::Broken(why)) => Verdict::Done(Outcome::failure(why)),
                None => run_one(client.program, &target, &log),
            };
            let row = Row {
                client,
                target,
                verdict,
            };
            let mut done = done.lock().unwrap();
            println!("{}", row.line(start.elapsed().as_secs_f32()));
            if row.verdict.is_failure() {
                let said = fs::read_to_string(&log).unwrap_or_default();
                println!("{}", tail(&said, SAID_LINES));
            }
            done.push((number, row));
        }
    };
    thread::scope(|scope| (0..AT_ONCE).for_each(|_| drop(scope.spawn(work))));
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, row)| row).collect()
}

fn run_one(program: Program, target: &Target, log: &Path) -> Verdict {
    let words = match words(program, target) {
        Ok(words) => words,
        Err(why) => return Verdict::Skipped(why.to_owned()),
    };
    let ended = File::create(log).and_then(|file| {
        let mut command = Command::new("timeout");
        command.args(["-k", "5", SECONDS_MAX]).args(words);
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        command
            .current_dir(top())
            .env("CORELANE_BOOTSTRAP", &target.address)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
            .env("PYTHONPATH", place(program))
            .env("NODE_PATH", place(program).join("node_modules"));
        command.status()
    });
    let said = fs::read(log).unwrap_or_default();
    let said = String::from_utf8_lossy(&said);
    let mut outcome = match &ended {
        Ok(status) => Outcome::of(program, &said, status.success()),
        Err(error) => Outcome::failure(error.to_string()),
    };
    if ended.is_ok_and(|status| status.code() == Some(124)) {
        outcome
            .failures
            .push(format!("not done in {SECONDS_MAX} s"));
    }
    Verdict::Done(outcome)
}

/// A short life: no second compiler, no collector threads.
const JAVA: &[&str] = &[
    "java",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Xmx512m",
    "-cp",
];

/// Several files must be compiled before they run; `$0` is the kit.
const COMPILE: &str = "javac -d \"$0/classes\" -cp \"$0/jars/*\" \
                       tests/interop/java/directories/*.java && exec \"$@\" Directories";

/// The command line of a program, or why the target is none for it.
fn words(program: Program, target: &Target) -> Result<Vec<String>, &'static str> {
    let file = |folder: &str, name: &str| programs(folder).join(name).display().to_string();
    let mut words: Vec<String> = Vec::new();
    let mut say = |all: &[&str]| words.extend(all.iter().map(|&word| word.to_owned()));
    match program {
        Program::Rust(chosen) => {
            say(&[
                env!("CARGO"),
                "test",
                "--features",
                "interop",
                "--test",
                "interop",
                "--",
            ]);
            say(chosen);
        }
        Program::Python(name, _) => say(&["python3", &file("python", name)]),
        Program::Go(name) => say(&[&place(program).join(name).display().to_string()]),
        Program::Node(name, _) => say(&["node", &file("node", name)]),
        Program::Java(_) | Program::Tools(_) | Program::Files(_) => {
            let jars = place(program).join("jars/*").display().to_string();
            say(JAVA);
            say(&[&jars]);
        }
        Program::Exchange(_) => {
            let kit = place(program).display().to_string();
            say(&["sh", "-c", COMPILE, &kit]);
            say(JAVA);
            say(&[&format!("{kit}/jars/*:{kit}/classes")]);
        }
    }
    match program {
        Program::Java(_) => say(&[&file("java", "Client.java")]),
        Program::Tools(_) => say(&[&file("java", "Tools.java")]),
        Program::Files(_) => {
            let why = "CORELANE_DATA names the files of a broker that has stopped";
            let data = target.data.as_ref().ok_or(why)?.display().to_string();
            say(&[&file("java", "Tools.java"), &data]);
        }
        Program::Exchange(_) if env::var_os("CORELANE_BOOTSTRAP").is_some() => {
            return Err("it starts brokers of its own");
        }
        _ => {}
    }
    Ok(words)
}
