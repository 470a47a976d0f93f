use std::collections::BTreeMap;
use std::io::Write;

use super::entity::{Kind, Part};
use crate::cli::complaint::Complaint;
use crate::client::Cluster;
use crate::client::admin::{self, ConfigEdit, QuotaEdit, QuotaEntity, QuotaMatch};
use crate::io;

/// Quotas of users and clients.
const RATES: [&str; 4] = [
    "producer_byte_rate",
    "consumer_byte_rate",
    "request_percentage",
    "controller_mutation_rate",
];
const CONNECTION_RATE: &str = "connection_creation_rate";
const SCRAM: [&str; 2] = ["SCRAM-SHA-256", "SCRAM-SHA-512"];

/// As an entity's type is named on the wire (`ClientQuotaEntity`).
fn wire_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Users => "user",
        Kind::Clients => "client-id",
        _ => "ip",
    }
}

/// As Kafka's tool shows a type of the wire.
fn shown_name(wire: &str) -> &str {
    if wire == "user" {
        "user-principal"
    } else {
        wire
    }
}

/// Prints quotas, and the SCRAM credentials of users.
pub async fn describe(
    cluster: &Cluster,
    parts: &[Part],
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let component = |(kind, name): &Part| {
        let wanted = match name.as_deref() {
            None => QuotaMatch::Any,
            Some("") => QuotaMatch::Default,
            Some(name) => QuotaMatch::Exactly(name.to_owned()),
        };
        (wire_name(*kind).to_owned(), wanted)
    };
    let filter: Vec<(String, QuotaMatch)> = parts.iter().map(component).collect();
    for (entity, values) in admin::quotas(cluster, &filter, true).await? {
        let part = |(kind, name): &(String, Option<String>)| match name {
            Some(name) => format!("{} '{name}'", shown_name(kind)),
            None => format!("the default {}", shown_name(kind)),
        };
        let entity: Vec<String> = entity.iter().map(part).collect();
        let values = values.iter();
        let values: Vec<String> = values
            .map(|(key, v)| format!("{key}={}", number(*v)))
            .collect();
        let (entity, values) = (entity.join(", "), values.join(", "));
        writeln!(out, "Quota configs for {entity} are {values}")?;
    }
    if let [(Kind::Users, name)] = parts
        && name.as_deref() != Some("")
    {
        credentials(cluster, name.as_deref(), out).await?;
    }
    Ok(())
}

async fn credentials(
    cluster: &Cluster,
    user: Option<&str>,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let mut by_user: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for found in admin::scram_credentials(cluster, user).await? {
        let shown = format!("{}=iterations={}", found.mechanism, found.iterations);
        by_user.entry(found.user).or_default().push(shown);
    }
    for (user, shown) in by_user {
        let shown = shown.join(", ");
        writeln!(
            out,
            "SCRAM credential configs for user-principal '{user}' are {shown}"
        )?;
    }
    Ok(())
}

/// As Java writes a double.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, power)) if !digits.contains('.') => format!("{digits}.0E{power}"),
        _ => text,
    }
}

/// Refuses what no entity of this kind can have.
pub async fn check(parts: &[Part], edits: &[ConfigEdit]) -> Result<(), Complaint> {
    for edit in edits {
        if parts[0].0 == Kind::Users && SCRAM.contains(&edit.name.as_str()) {
            return Err(Complaint::new(
                "SCRAM credentials cannot be changed by this tool: use Kafka's kafka-configs.sh",
            ));
        }
    }
    let (known, what): (&[&str], &str) = match parts[0].0 {
        Kind::Ips => (&[CONNECTION_RATE], "connection_creation_rate configs"),
        Kind::Users => (&RATES, "quota and SCRAM credential configs"),
        _ => (&RATES, "quota configs"),
    };
    for (is_added, verb) in [(true, "added"), (false, "deleted")] {
        let unknown = edits
            .iter()
            .filter(|edit| edit.value.is_some() == is_added && !known.contains(&&*edit.name));
        let unknown: Vec<&str> = unknown.map(|edit| edit.name.as_str()).collect();
        if !unknown.is_empty() {
            return Err(Complaint::new(format!(
                "Only {what} can be {verb} for '{}' using --bootstrap-server. Unexpected config \
                 names: Set({})",
                parts[0].0.plural(),
                unknown.join(", ")
            )));
        }
    }
    for (kind, name) in parts {
        let name = name.as_deref().unwrap_or_default();
        let is_address = *kind != Kind::Ips || name.is_empty();
        if !is_address && io::resolve(name, 0).await.is_err() {
            return Err(Complaint::new(format!(
                "The entity name for ips must be a valid IP or resolvable host, but it is: {name}"
            )));
        }
    }
    Ok(())
}

pub async fn alter(
    cluster: &Cluster,
    parts: &[Part],
    edits: &[ConfigEdit],
) -> Result<(), Complaint> {
    let part = |(kind, name): &Part| {
        let name = name.clone().filter(|name| !name.is_empty());
        (wire_name(*kind).to_owned(), name)
    };
    let entity: QuotaEntity = parts.iter().map(part).collect();
    let edits: Vec<QuotaEdit> = edits.iter().map(quota_edit).collect::<Result<_, _>>()?;
    Ok(admin::alter_quotas(cluster, &entity, &edits).await?)
}

fn quota_edit(edit: &ConfigEdit) -> Result<QuotaEdit, Complaint> {
    let parsed = edit.value.as_deref().map(str::parse).transpose();
    let wrong = |_| {
        let value = edit.value.as_deref().unwrap_or_default();
        Complaint::new(format!(
            "Cannot parse quota configuration value for {}: {value}",
            edit.name
        ))
    };
    Ok(QuotaEdit {
        key: edit.name.clone(),
        value: parsed.map_err(wrong)?,
    })
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_written_as_java_writes_them() {
        assert_eq!(number(1024.0), "1024.0");
        assert_eq!(number(0.5), "0.5");
        assert_eq!(number(10_000_000.0), "1.0E7");
        assert_eq!(number(1.5e9), "1.5E9");
    }
}
