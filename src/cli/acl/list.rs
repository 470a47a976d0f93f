use std::io::Write;

use clap::{Args, ValueEnum};

use super::names;
use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, AclEntry, AclFilter};

const TOPIC: i8 = 2;
const GROUP: i8 = 3;
const CLUSTER: i8 = 4;
const TRANSACTIONAL_ID: i8 = 5;
const DELEGATION_TOKEN: i8 = 6;

/// List access control entries.
#[derive(Args, Debug, Clone)]
#[command(after_help = "\
Example:
  corelane acls --list --topic web")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    /// List the entries
    #[arg(long, required = true)]
    pub list: bool,
    /// Only entries about this topic; may be given again
    #[arg(long, value_name = "NAME")]
    pub topic: Vec<String>,
    /// Only entries about this group; may be given again
    #[arg(long, value_name = "NAME")]
    pub group: Vec<String>,
    /// Only entries about the cluster
    #[arg(long)]
    pub cluster: bool,
    /// Only entries about this transactional id; may be given again
    #[arg(long, value_name = "ID")]
    pub transactional_id: Vec<String>,
    /// Only entries about this delegation token; may be given again
    #[arg(long, value_name = "ID")]
    pub delegation_token: Vec<String>,
    /// How the names above are compared with those of the entries
    #[arg(
        long,
        value_name = "TYPE",
        default_value = "literal",
        ignore_case = true
    )]
    pub resource_pattern_type: Pattern,
    /// Only entries of this principal, as in User:alice; may be given again
    #[arg(long, value_name = "NAME")]
    pub principal: Vec<String>,
}

/// `PatternType`, by its number on the wire.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Pattern {
    Any = 1,
    Match = 2,
    Literal = 3,
    Prefixed = 4,
}

pub async fn list(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "acls").await?;
    let mut found = Vec::new();
    for filter in filters(options) {
        let entries = admin::acls(&cluster, &filter).await.map_err(|fault| {
            Complaint::new(format!("Error while executing ACL command: {fault}"))
        })?;
        found.extend(entries);
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.dedup();
    let wanted = |entry: &&AclEntry| {
        options.principal.is_empty() || options.principal.contains(&entry.principal)
    };
    for (resource, entries) in &found {
        let entries: Vec<&AclEntry> = entries.iter().filter(wanted).collect();
        if entries.is_empty() {
            continue;
        }
        writeln!(
            out,
            "Current ACLs for resource `ResourcePattern(resourceType={}, name={}, \
             patternType={})`: ",
            names::resource(resource.kind),
            resource.name,
            names::pattern(resource.pattern),
        )?;
        for entry in entries {
            writeln!(
                out,
                " \t(principal={}, host={}, operation={}, permissionType={})",
                entry.principal,
                entry.host,
                names::operation(entry.operation),
                names::permission(entry.permission),
            )?;
        }
        writeln!(out)?;
    }
    Ok(out.flush()?)
}

/// One for each resource that was named; one for all when none was.
fn filters(options: &Options) -> Vec<AclFilter> {
    let pattern = Some(options.resource_pattern_type as i8);
    let mut filters = Vec::new();
    for (kind, names) in [
        (TOPIC, &options.topic),
        (GROUP, &options.group),
        (TRANSACTIONAL_ID, &options.transactional_id),
        (DELEGATION_TOKEN, &options.delegation_token),
    ] {
        filters.extend(names.iter().map(|name| AclFilter {
            kind: Some(kind),
            name: Some(name.clone()),
            pattern,
        }));
    }
    if options.cluster {
        filters.push(AclFilter {
            kind: Some(CLUSTER),
            name: Some("kafka-cluster".to_owned()),
            pattern,
        });
    }
    if filters.is_empty() {
        filters.push(AclFilter::default());
    }
    filters
}
