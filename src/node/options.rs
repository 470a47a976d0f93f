use std::path::PathBuf;

/// What `corelane serve` was told on its command line. Later sources win: file, `set`, the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// A `server.properties` of Kafka.
    pub config: Option<PathBuf>,
    /// The log directories; empty for those of the file.
    pub data_dirs: Vec<PathBuf>,
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
        if !self.data_dirs.is_empty() {
            let names = self.data_dirs.iter().map(|path| path.display().to_string());
            pairs.push(("log.dirs".into(), names.collect::<Vec<_>>().join(",")));
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
