//! Runs foreign clients, each in its own language, against the broker and says what came of it.
//!
//! Without CORELANE_BOOTSTRAP it starts the release build twice, with one shard and with two. With
//! it, the same rows run against the broker that listens there, for example Apache Kafka; the rows
//! that read files come later, when that broker has stopped and CORELANE_DATA names its directory.
//! Arguments choose clients by parts of their names; `--write` writes README's table.

mod broker;
mod client;
mod kit;
mod outcome;
mod readme;
mod row;
mod shell;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use broker::Broker;
use client::{CLIENTS, Client, Program};
use kit::Troubles;
use outcome::Verdict;
use row::{Row, Target, run_all};

fn main() -> ExitCode {
    let (flags, names): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|word| word.starts_with('-'));
    let wanted = |client: &&Client| {
        let label = format!("{} {}", client.name, client.version);
        names.is_empty() || names.iter().any(|name| label.contains(name.as_str()))
    };
    let clients: Vec<&'static Client> = CLIENTS.iter().filter(wanted).collect();
    if clients.is_empty() || flags.iter().any(|flag| flag != "--write") {
        eprintln!("interop: --write and parts of clients' names are what can be said here");
        return ExitCode::FAILURE;
    }
    let troubles = kit::prepare(&clients);
    let scratch = tempfile::tempdir().expect("a directory for logs");
    let ran = match std::env::var("CORELANE_BOOTSTRAP") {
        Ok(address) => Ok(elsewhere(&clients, address, &troubles, scratch.path())),
        Err(_) => ours(&clients, &troubles, scratch.path()),
    };
    let (rows, mut complaints) = ran.unwrap_or_else(|error| (Vec::new(), vec![error]));
    let full = names.is_empty()
        && !rows
            .iter()
            .any(|row| matches!(row.verdict, Verdict::Skipped(_)));
    if rows.iter().any(|row| row.verdict.is_failure()) || !complaints.is_empty() {
        // A table of what failed is of no use.
    } else if full {
        let table = if flags.is_empty() {
            readme::check
        } else {
            readme::write
        };
        complaints.extend(table(&rows).err());
    } else if !flags.is_empty() {
        complaints.push("--write needs a run of all clients".to_owned());
    }
    summary(&rows, &complaints)
}

type Ran = (Vec<Row>, Vec<String>);

/// A broker that is already there.
fn elsewhere(
    clients: &[&'static Client],
    address: String,
    troubles: &Troubles,
    scratch: &Path,
) -> Ran {
    let target = Target {
        label: address.clone(),
        address,
        data: std::env::var_os("CORELANE_DATA").map(PathBuf::from),
    };
    (run_all(clients, &[target], troubles, scratch), Vec::new())
}

/// Two brokers of our own; the rows that read files come when both have stopped.
fn ours(clients: &[&'static Client], troubles: &Troubles, scratch: &Path) -> Result<Ran, String> {
    let binary = std::env::var("CORELANE").map_err(|_| "CORELANE names the broker's binary")?;
    let brokers = [1, 2].map(|shards| Broker::start(Path::new(&binary), shards, scratch));
    let brokers = brokers.into_iter().collect::<Result<Vec<_>, _>>()?;
    let targets: Vec<Target> = brokers
        .iter()
        .map(|broker| Target {
            label: format!("{} shard(s)", broker.shards),
            address: broker.address.clone(),
            data: Some(broker.data.clone()),
        })
        .collect();
    let (after, before): (Vec<_>, Vec<_>) = clients
        .iter()
        .partition(|client| matches!(client.program, Program::Files(_)));
    let mut rows = run_all(&before, &targets, troubles, scratch);
    let stopped = brokers.into_iter().map(Broker::stop);
    let complaints: Vec<String> = stopped.filter_map(Result::err).collect();
    rows.extend(run_all(&after, &targets, troubles, scratch));
    Ok((rows, complaints))
}

fn summary(rows: &[Row], complaints: &[String]) -> ExitCode {
    println!("\n{:<54} {:<16} {:<8} checks", "client", "broker", "result");
    let (mut passed, mut failed, mut skipped) = (0, complaints.len(), 0);
    for row in rows {
        let client = format!("{} {}", row.client.name, row.client.version);
        let (result, checks) = match &row.verdict {
            Verdict::Skipped(_) => ("skipped", 0),
            Verdict::Done(outcome) if row.verdict.is_failure() => ("FAILED", outcome.passed.len()),
            Verdict::Done(outcome) => ("ok", outcome.passed.len()),
        };
        match result {
            "ok" => passed += 1,
            "skipped" => skipped += 1,
            _ => failed += 1,
        }
        println!("{client:<54} {:<16} {result:<8} {checks}", row.target.label);
    }
    complaints
        .iter()
        .for_each(|complaint| println!("{complaint}"));
    println!("interop: {passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 || passed == 0 {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
