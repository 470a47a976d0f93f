use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use crate::tool::{run, tool};

/// A topic as it was acknowledged.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Entry {
    pub partitions: u32,
    pub configs: BTreeMap<String, String>,
}

impl Entry {
    /// What makes it.
    pub fn creation(&self, address: &str, name: &str) -> Command {
        let configs = self.configs.iter();
        let configs: String = configs
            .map(|(key, value)| format!(" --config {key}={value}"))
            .collect();
        tool(&format!(
            "topics --bootstrap-server {address} --create --if-not-exists --topic {name} \
             --partitions {}{configs}",
            self.partitions
        ))
    }
}

/// Topics and settings that the broker has acknowledged.
#[derive(Default)]
pub struct Register {
    entries: BTreeMap<String, Entry>,
    /// Deleted, the deletion acknowledged.
    gone: BTreeSet<String>,
}

impl Register {
    /// Makes a topic and books it when that is acknowledged.
    pub fn create(&mut self, address: &str, name: &str, wanted: Entry) -> Result<(), String> {
        run(&mut wanted.creation(address, name))?;
        self.made(name, wanted);
        Ok(())
    }

    /// What deletes a topic.
    pub fn deletion(address: &str, name: &str) -> Command {
        tool(&format!(
            "topics --bootstrap-server {address} --delete --if-exists --topic {name}"
        ))
    }

    pub fn made(&mut self, name: &str, entry: Entry) {
        self.gone.remove(name);
        self.entries.insert(name.to_owned(), entry);
    }

    pub fn deleted(&mut self, name: &str) {
        self.entries.remove(name);
        self.gone.insert(name.to_owned());
    }

    /// Sets one key of a topic.
    pub fn alter(&mut self, address: &str, name: &str, key: &str, value: &str) {
        let words = format!(
            "configs --bootstrap-server {address} --alter --entity-type topics \
             --entity-name {name} --add-config {key}={value}"
        );
        let Some(entry) = self.entries.get_mut(name) else {
            return;
        };
        entry.configs.remove(key);
        if run(&mut tool(&words)).is_ok() {
            entry.configs.insert(key.to_owned(), value.to_owned());
        }
    }

    /// Forgets all: the broker starts anew.
    pub fn clear(&mut self) {
        *self = Register::default();
    }

    /// What the broker does not know as it should.
    pub fn complaints(&self, address: &str) -> Result<Vec<String>, String> {
        let words = format!("topics --bootstrap-server {address} --describe");
        let described = describe(&run(&mut tool(&words))?);
        let mut complaints = Vec::new();
        for (name, entry) in &self.entries {
            match described.get(name) {
                None => complaints.push(format!("topic {name} is not there")),
                Some(found) => {
                    let mut configs = entry.configs.iter();
                    let is_kept = found.partitions == entry.partitions
                        && configs.all(|(key, value)| found.configs.get(key) == Some(value));
                    if !is_kept {
                        complaints.push(format!("topic {name} is {found:?}, was {entry:?}"));
                    }
                }
            }
        }
        let back = self.gone.iter();
        let back = back.filter(|name| described.contains_key(*name));
        complaints.extend(back.map(|name| format!("topic {name} was deleted and is there")));
        Ok(complaints)
    }
}

/// The topics that `topics --describe` tells of.
fn describe(text: &str) -> BTreeMap<String, Entry> {
    let mut topics = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("Topic: ")) {
        let field = |name: &str| {
            let mut fields = line.split('\t');
            fields.find_map(|field| field.strip_prefix(name)?.strip_prefix(": "))
        };
        let configs = field("Configs").unwrap_or_default().split(',');
        let configs = configs.filter_map(|pair| pair.split_once('='));
        let entry = Entry {
            partitions: field("PartitionCount")
                .and_then(|n| n.parse().ok())
                .unwrap_or(0),
            configs: configs
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
        };
        topics.insert(field("Topic").unwrap_or_default().to_owned(), entry);
    }
    topics
}
