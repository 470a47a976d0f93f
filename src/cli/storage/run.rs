use std::io::Write;
use std::path::Path;

use super::options::{Action, Options};
use super::{format, info};
use crate::cli::complaint::Complaint;
use crate::cli::{feature, input};
use crate::config::Settings;
use crate::io::random;

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    match &options.action {
        Action::RandomUuid => writeln!(out, "{}", random::uuid())?,
        Action::Format(options) => format::format(options, out).await?,
        Action::Info { config } => info::info(config, out).await?,
        Action::VersionMapping(asked) => {
            feature::mapping(asked.release_version.as_deref(), out)?;
        }
        Action::FeatureDependencies(asked) => feature::dependencies(&asked.feature, out)?,
    }
    Ok(out.flush()?)
}

/// The settings that a broker with this file would have.
pub(super) async fn settings(path: &Path) -> Result<Settings, Complaint> {
    let text = input::text(path).await?;
    match Settings::parse(&text, &[]) {
        Ok((settings, _)) => Ok(settings),
        Err(fault) => Err(Complaint::new(format!("{}: {fault}", path.display()))),
    }
}
