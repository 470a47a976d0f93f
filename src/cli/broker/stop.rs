use std::io::Write;

use crate::cli::complaint::Complaint;
use crate::cli::kafka_names;
use crate::io::process::{self, Sibling};

/// Asks every broker of this program to stop, without waiting for it, as Kafka's script does.
pub fn stop(out: &mut dyn Write) -> Result<(), Complaint> {
    let unseen = |error| Complaint::new(format!("cannot look for brokers: {error}"));
    let siblings = process::siblings().map_err(unseen)?;
    let brokers: Vec<u32> = siblings.into_iter().filter_map(broker).collect();
    if brokers.is_empty() {
        writeln!(out, "No kafka server to stop")?;
        out.flush()?;
        return Err(Complaint::Told);
    }
    for id in brokers {
        let refused = |error| Complaint::new(format!("cannot stop process {id}: {error}"));
        process::terminate(id).map_err(refused)?;
    }
    Ok(())
}

/// The id of a process that serves. One that only starts a daemon ends by itself.
fn broker(process: Sibling) -> Option<u32> {
    let line = kafka_names::translate(process.words).ok()?;
    let command = line.get(1)?.to_str()?;
    let detaches = line.iter().any(|word| word == "--daemon");
    (command == "serve" || command == "server-start" && !detaches).then_some(process.id)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn brokers_are_told_by_what_they_were_called_with() {
        let is_broker = |line: &str| {
            let words = line.split(' ').map(Into::into).collect();
            let directory = PathBuf::from("/");
            broker(Sibling {
                id: 7,
                words,
                directory,
            })
            .is_some()
        };
        assert!(is_broker("corelane serve --shards 1"));
        assert!(is_broker("/usr/bin/kafka-server-start.sh a.properties"));
        assert!(is_broker("kafka-run-class.sh kafka.Kafka a.properties"));
        assert!(!is_broker("corelane server-start -daemon a.properties"));
        assert!(!is_broker("corelane topics --list"));
        assert!(!is_broker("corelane"));
    }
}
