use std::io::Write;

use super::options::Options;
use super::{alter, describe, edits, entity, quota};
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let parts = entity::parse(&options.entity, options.alter)?;
    let edits = match options.alter {
        true => edits::read(options).await?,
        false => Vec::new(),
    };
    let (kind, name) = &parts[0];
    if options.alter && kind.configs().is_none() {
        quota::check(&parts, &edits).await?;
    }
    let cluster = Tuning::admin(&options.bootstrap, "configs").await?;
    match (kind.configs(), options.alter) {
        (Some(configs), true) => {
            let name = name.as_deref().unwrap_or_default();
            alter::alter(&cluster, configs, name, &edits).await?;
        }
        (None, true) => quota::alter(&cluster, &parts, &edits).await?,
        (Some(configs), false) => {
            let what = describe::What {
                kind: *kind,
                configs,
                all: options.all,
            };
            describe::describe(&cluster, &what, name.as_deref(), out).await?;
        }
        (None, false) => quota::describe(&cluster, &parts, out).await?,
    }
    if options.alter {
        let (plural, singular) = (kind.plural(), kind.singular());
        match name.as_deref().unwrap_or_default() {
            "" => writeln!(
                out,
                "Completed updating default config for {plural} in the cluster."
            )?,
            name => writeln!(out, "Completed updating config for {singular} {name}.")?,
        }
    }
    Ok(out.flush()?)
}
