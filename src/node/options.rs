use std::path::PathBuf;

/// What `corelane serve` was told on its command line. Later sources win: file, `set`, the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// A `server.properties` of Kafka.
    pub config: Option<PathBuf>,
    pub data_dir: Option<PathBuf>,
    /// `HOST:PORT`.
    pub listen: Option<String>,
    pub shards: Option<u16>,
    /// `KEY=VALUE` pairs.
    pub set: Vec<(String, String)>,
}

impl Options {
    /// The options as settings, in the order in which they override the file.
    pub fn overrides(&self) -> Vec<(String, String)> {
        let mut pairs = self.set.clone();
        if let Some(directory) = &self.data_dir {
            pairs.push(("log.dirs".into(), directory.display().to_string()));
        }
        if let Some(address) = &self.listen {
            pairs.push(("listeners".into(), format!("PLAINTEXT://{address}")));
        }
        if let Some(shards) = self.shards {
            pairs.push(("corelane.shards".into(), shards.to_string()));
        }
        pairs
    }
}
