use std::io::Write;

use super::level::{Level, metadata_of};
use super::options::{Change, Disable};
use crate::cli::complaint::Complaint;
use crate::client::Cluster;
use crate::client::admin::{self, FeatureEdit, FeatureStep};
use crate::cluster::feature::{FEATURES, METADATA_FEATURE};

/// What was asked for, in order of the features' names.
pub struct Wish {
    verb: &'static str,
    edits: Vec<FeatureEdit>,
    dry_run: bool,
}

impl Wish {
    pub fn of_change(
        verb: &'static str,
        change: &Change,
        step: FeatureStep,
        out: &mut dyn Write,
    ) -> Result<Wish, Complaint> {
        let mut levels = change.feature.clone();
        if let Some(release) = &change.release_version {
            let metadata = metadata_of(release)?.level;
            levels.extend(FEATURES.iter().map(|feature| Level {
                name: feature.name.to_owned(),
                level: feature.default_at(metadata),
            }));
            levels.push(metadata_at(metadata));
        }
        if let Some(name) = &change.metadata {
            writeln!(
                out,
                " `metadata` flag is deprecated and may be removed in a future release."
            )?;
            levels.push(metadata_at(metadata_of(name)?.level));
        }
        Wish::new(verb, levels, step, change.dry_run)
    }

    pub fn of_disable(disable: &Disable, step: FeatureStep) -> Result<Wish, Complaint> {
        let off = |name: &String| Level {
            name: name.clone(),
            level: 0,
        };
        let levels = disable.feature.iter().map(off).collect();
        Wish::new("disable", levels, step, disable.dry_run)
    }

    fn new(
        verb: &'static str,
        mut levels: Vec<Level>,
        step: FeatureStep,
        dry_run: bool,
    ) -> Result<Wish, Complaint> {
        if levels.is_empty() {
            let why = format!("You must specify at least one feature to {verb}");
            return Err(Complaint::new(why));
        }
        levels.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(pair) = levels.windows(2).find(|pair| pair[0].name == pair[1].name) {
            let why = format!("Feature {} was specified more than once.", pair[0].name);
            return Err(Complaint::new(why));
        }
        let edit = |level: Level| FeatureEdit {
            name: level.name,
            level: level.level,
            step,
        };
        Ok(Wish {
            verb,
            edits: levels.into_iter().map(edit).collect(),
            dry_run,
        })
    }
}

fn metadata_at(level: i16) -> Level {
    Level {
        name: METADATA_FEATURE.to_owned(),
        level,
    }
}

/// Sends the wish. Features change together or not at all, so one fault is told for each.
pub async fn update(cluster: &Cluster, wish: &Wish, out: &mut dyn Write) -> Result<(), Complaint> {
    let outcome = admin::update_features(cluster, &wish.edits, wish.dry_run).await;
    for FeatureEdit { name, level, .. } in &wish.edits {
        let what = match wish.verb {
            "disable" => format!("disable {name}"),
            verb => format!("{verb} {name} to {level}"),
        };
        let done = match wish.verb {
            "disable" => "disabled.".to_owned(),
            verb => format!("{verb}d to {level}."),
        };
        match (&outcome, wish.dry_run) {
            (Ok(()), true) => writeln!(out, "{name} can be {done}")?,
            (Ok(()), false) => writeln!(out, "{name} was {done}")?,
            (Err(fault), true) => writeln!(out, "Can not {what}. {fault}")?,
            (Err(fault), false) => writeln!(out, "Could not {what}. {fault}")?,
        }
    }
    out.flush()?;
    let count = wish.edits.len();
    outcome.map_err(|_| Complaint::new(format!("{count} out of {count} operation(s) failed.")))
}
