use std::path::PathBuf;

use super::layer::{Layers, row};
use super::parse::ConfigFault;

/// Where the node keeps its data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DirectoryPolicy {
    /// The directories of partitions, in the order of `log.dirs`; never empty, none twice.
    pub logs: Vec<PathBuf>,
    /// The directory of the metadata log; often one of `logs`.
    pub metadata: PathBuf,
}

impl DirectoryPolicy {
    /// `log.dirs`, or `log.dir` where it is not set; and `metadata.log.dir`, or the first of them.
    pub(super) fn read(layers: &Layers) -> Result<DirectoryPolicy, ConfigFault> {
        let (key, text) = match layers.text(row("log.dirs")) {
            Some(text) => ("log.dirs", text),
            None => ("log.dir", layers.text(row("log.dir")).unwrap_or_default()),
        };
        let mut logs: Vec<PathBuf> = Vec::new();
        for name in text.split(',').filter(|name| !name.is_empty()) {
            let directory = PathBuf::from(name);
            // As Kafka, which leaves repetitions out.
            if !logs.contains(&directory) {
                logs.push(directory);
            }
        }
        let metadata = layers.text(row("metadata.log.dir")).map(PathBuf::from);
        let Some(first) = logs.first() else {
            return Err(ConfigFault::bad_value(key, &text, "at least one directory"));
        };
        let metadata = metadata.unwrap_or_else(|| first.clone());
        Ok(DirectoryPolicy { logs, metadata })
    }

    /// All of them, each once: the one of the metadata log last where it is none of the others.
    pub fn all(&self) -> Vec<PathBuf> {
        let mut all = self.logs.clone();
        if !all.contains(&self.metadata) {
            all.push(self.metadata.clone());
        }
        all
    }
}
