//! `corelane cluster`: Kafka's `kafka-cluster.sh` (`ClusterTool`).

use std::io::Write;

use clap::{Args, Subcommand};

use crate::cli::bootstrap::Bootstrap;
use crate::cli::complaint::Complaint;
use crate::cli::tuning::Tuning;
use crate::client::Cluster;
use crate::client::admin;

/// Print the cluster's id and brokers, or forget a broker that is gone.
#[derive(Args, Debug, Clone)]
#[command(subcommand_required = true)]
#[command(after_help = "\
Example:
  corelane cluster cluster-id
  corelane cluster list-endpoints --bootstrap-server localhost:9092")]
pub struct Options {
    #[command(flatten)]
    pub bootstrap: Bootstrap,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Subcommand, Debug, Clone)]
pub enum Action {
    /// Print the id of the cluster
    ClusterId,
    /// Take a broker that is gone for good out of the cluster
    Unregister {
        /// Id of the broker
        #[arg(long, short, value_name = "ID")]
        id: i32,
    },
    /// Print where the brokers listen
    ListEndpoints {
        /// Also brokers that are fenced
        #[arg(long)]
        include_fenced_brokers: bool,
    },
}

pub async fn run(options: &Options, out: &mut dyn Write) -> Result<(), Complaint> {
    let cluster = Tuning::admin(&options.bootstrap, "cluster").await?;
    match &options.action {
        Action::ClusterId => {
            writeln!(out, "Cluster ID: {}", admin::cluster_id(&cluster).await?)?;
        }
        Action::Unregister { id } => {
            admin::unregister(&cluster, *id).await?;
            writeln!(out, "Broker {id} is no longer registered.")?;
        }
        Action::ListEndpoints {
            include_fenced_brokers,
        } => endpoints(&cluster, *include_fenced_brokers, out).await?,
    }
    Ok(out.flush()?)
}

async fn endpoints(
    cluster: &Cluster,
    with_fenced: bool,
    out: &mut dyn Write,
) -> Result<(), Complaint> {
    let rows = admin::cluster_rows(cluster, with_fenced).await?;
    let hosts = rows.iter().map(|row| row.host.len()).max().unwrap_or(100);
    let racks = rows
        .iter()
        .filter_map(|row| row.rack.as_ref().map(String::len));
    let racks = racks.max().unwrap_or(10);
    let mut line = |cells: [&str; 6]| {
        let [id, host, port, rack, state, kind] = cells;
        writeln!(
            out,
            "{id:<10} {host:<hosts$} {port:<10} {rack:<racks$} {state:<10} {kind:<15}"
        )
    };
    line(["ID", "HOST", "PORT", "RACK", "STATE", "ENDPOINT_TYPE"])?;
    for row in &rows {
        let (id, port) = (row.id.to_string(), row.port.to_string());
        let rack = row.rack.as_deref().unwrap_or("null");
        let state = if row.is_fenced { "fenced" } else { "unfenced" };
        line([&id, &row.host, &port, rack, state, "broker"])?;
    }
    Ok(())
}
