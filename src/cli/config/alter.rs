use crate::cli::complaint::Complaint;
use crate::client::Cluster;
use crate::client::admin::{self, ConfigEdit, ConfigKind};

/// Makes the changes. Levels are set of loggers that there are only, so they are looked up first.
pub async fn alter(
    cluster: &Cluster,
    kind: ConfigKind,
    name: &str,
    edits: &[ConfigEdit],
) -> Result<(), Complaint> {
    if kind == ConfigKind::BrokerLogger {
        let known = admin::configs(cluster, kind, name).await?;
        let unknown = edits
            .iter()
            .filter(|edit| !known.iter().any(|config| config.name == edit.name));
        let unknown: Vec<&str> = unknown.map(|edit| edit.name.as_str()).collect();
        if !unknown.is_empty() {
            let why = format!("Invalid broker logger(s): {}", unknown.join(","));
            return Err(Complaint::new(why));
        }
    }
    Ok(admin::alter_configs(cluster, kind, name, edits).await?)
}
