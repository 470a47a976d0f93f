//! `corelane broker-api-versions`: Kafka's `kafka-broker-api-versions.sh`.

use std::collections::BTreeMap;
use std::io::Write;

use clap::Args;

use super::api_names::WITHOUT_SCHEMA;
use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::admin::{self, ServedApi};
use crate::wire::versions;

/// Print which requests each broker answers, in which versions.
#[derive(Args, Debug, Clone)]
#[command(after_help = "\
Example:
  corelane broker-api-versions --bootstrap-server localhost:9092")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
}

/// What Kafka 4.3's client knows of an API.
struct Known {
    name: &'static str,
    min: i16,
    max: i16,
}

pub async fn print(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "broker-api-versions").await?;
    let view = cluster.describe(Some(&[]), false).await?;
    let rows = admin::cluster_rows(&cluster, false).await?;
    let known = known();
    for broker in &view.brokers {
        let row = rows.iter().find(|row| row.id == broker.id.0);
        let rack = row.and_then(|row| row.rack.as_deref()).unwrap_or("null");
        let (address, id) = (&broker.address, broker.id.0);
        writeln!(
            out,
            "{address} (id: {id} rack: {rack} isFenced: false) -> ("
        )?;
        let served = admin::served_apis(&cluster, broker).await?;
        writeln!(out, "{}", lines(&served, &known).join(",\n"))?;
        writeln!(out, ")")?;
    }
    Ok(out.flush()?)
}

fn known() -> BTreeMap<i16, Known> {
    let ours = versions::known_keys().map(|key| {
        let (name, range) = (key.name(), key.known());
        let (min, max) = (*range.start(), *range.end());
        (key.number(), Known { name, min, max })
    });
    let others = WITHOUT_SCHEMA
        .into_iter()
        .map(|(key, name, min, max)| (key, Known { name, min, max }));
    ours.chain(others).collect()
}

/// In order of key: what is served, and what a client of Kafka 4.3 would miss.
fn lines(served: &[ServedApi], known: &BTreeMap<i16, Known>) -> Vec<String> {
    let mut lines: BTreeMap<i16, String> = known
        .iter()
        .map(|(key, known)| (*key, format!("\t{}({key}): UNSUPPORTED", known.name)))
        .collect();
    for ServedApi { key, min, max } in served {
        let range = match min == max {
            true => min.to_string(),
            false => format!("{min} to {max}"),
        };
        let line = match known.get(key) {
            None => format!("\tUNKNOWN({key}): {range}"),
            Some(known) => {
                let usable = match () {
                    () if known.max < *min => "unusable: node too new".to_owned(),
                    () if *max < known.min => "unusable: node too old".to_owned(),
                    () => format!("usable: {}", known.max.min(*max)),
                };
                format!("\t{}({key}): {range} [{usable}]", known.name)
            }
        };
        lines.insert(*key, line);
    }
    lines.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::{known, lines};
    use crate::client::admin::ServedApi;

    #[test]
    fn apis_are_told_as_kafka_tells_them() {
        let served = |key, min, max| ServedApi { key, min, max };
        let rows = [
            served(0, 0, 13),
            served(46, 0, 0),
            served(99, 0, 3),
            served(1, 90, 91),
            served(2, 0, 0),
        ];
        let lines = lines(&rows, &known());
        for line in [
            "\tProduce(0): 0 to 13 [usable: 13]",
            "\tListPartitionReassignments(46): 0 [usable: 0]",
            "\tUNKNOWN(99): 0 to 3",
            "\tFetch(1): 90 to 91 [unusable: node too new]",
            "\tListOffsets(2): 0 [unusable: node too old]",
            "\tPushTelemetry(72): UNSUPPORTED",
        ] {
            assert!(lines.iter().any(|found| found == line), "{line}");
        }
    }
}
