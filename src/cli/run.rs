use std::process::ExitCode;

use super::cluster::{api_versions, election, identity, log_dirs, quorum, reassignment};
use super::complaint::Complaint;
use super::{Command, acl, broker, command, completion, config, consumer, feature, links, log};
use super::{offset, print, producer, record, storage, topic};
use crate::io::uring;

/// Runs a tool to its end, on an executor of its own, and gives its exit code.
pub fn run(command: Command) -> ExitCode {
    let done = match uring::run_alone(work(command)) {
        Ok(done) => done,
        Err(error) => Err(Complaint::new(format!("cannot start: {error}"))),
    };
    match done {
        Ok(()) | Err(Complaint::OutputClosed) => ExitCode::SUCCESS,
        Err(Complaint::Said(text)) => {
            print::complain(&text);
            ExitCode::FAILURE
        }
        Err(Complaint::Told) => ExitCode::FAILURE,
    }
}

async fn work(command: Command) -> Result<(), Complaint> {
    let mut out = print::stdout();
    match command {
        // `main` hands these on: one to the node, one to the load tester.
        Command::Serve(_) | Command::Perf(_) => Ok(()),
        Command::Topics(options) => topic::run(&options, &mut out).await,
        Command::ConsoleProducer(options) => producer::send(&options).await,
        Command::ConsoleConsumer(options) => consumer::follow(&options, &mut out).await,
        Command::GetOffsets(options) => offset::print(&options, &mut out).await,
        Command::DeleteRecords(options) => record::delete(&options, &mut out).await,
        Command::Configs(options) => config::run(&options, &mut out).await,
        Command::LogDirs(options) => log_dirs::print(&options, &mut out).await,
        Command::BrokerApiVersions(options) => api_versions::print(&options, &mut out).await,
        Command::Cluster(options) => identity::run(&options, &mut out).await,
        Command::Features(options) => feature::run(&options, &mut out).await,
        Command::Storage(options) => storage::run(&options, &mut out).await,
        Command::MetadataQuorum(options) => quorum::run(&options, &mut out).await,
        Command::LeaderElection(options) => election::run(&options, &mut out).await,
        Command::ReassignPartitions(options) => reassignment::list(&options, &mut out).await,
        Command::Acls(options) => acl::list(&options, &mut out).await,
        Command::DumpLog(options) => log::dump(&options, &mut out).await,
        Command::ServerStart(options) => broker::detach(&options, &mut out).await,
        Command::ServerStop => broker::stop(&mut out),
        Command::InstallLinks(options) => links::install(&options, command::exists, &mut out).await,
        Command::Completion(options) => completion::print(&options, &mut out),
    }
}
