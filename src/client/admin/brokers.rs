//! The brokers of a cluster, and what each of them speaks.

use crate::client::{Broker, ClientFault, Cluster};
use crate::wire::api::{api_versions, describe_cluster, unregister_broker};

/// One broker as DescribeCluster lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerRow {
    pub id: i32,
    pub host: String,
    pub port: i32,
    pub rack: Option<String>,
    pub is_fenced: bool,
}

/// One API that a broker answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedApi {
    pub key: i16,
    pub min: i16,
    pub max: i16,
}

pub async fn cluster_id(cluster: &Cluster) -> Result<String, ClientFault> {
    describe(cluster, false).await.map(|(id, _)| id)
}

/// All brokers, by id; those that are fenced only where asked for.
pub async fn cluster_rows(
    cluster: &Cluster,
    with_fenced: bool,
) -> Result<Vec<BrokerRow>, ClientFault> {
    let (_, mut rows) = describe(cluster, with_fenced).await?;
    rows.sort_by_key(|row| row.id);
    Ok(rows)
}

async fn describe(
    cluster: &Cluster,
    include_fenced_brokers: bool,
) -> Result<(String, Vec<BrokerRow>), ClientFault> {
    let request = describe_cluster::Request {
        include_fenced_brokers,
        ..describe_cluster::Request::default()
    };
    let answer = cluster.any().await?.call(&request).await?;
    let answer: describe_cluster::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())?;
    let row = |row: &describe_cluster::DescribeClusterBroker<'_>| BrokerRow {
        id: row.broker_id,
        host: row.host.to_string(),
        port: row.port,
        rack: row.rack.as_deref().map(str::to_owned),
        is_fenced: row.is_fenced,
    };
    let rows = answer.brokers.iter().map(row).collect();
    Ok((answer.cluster_id.to_string(), rows))
}

/// What one broker answers, by key: those too that have no schema here.
pub async fn served_apis(
    cluster: &Cluster,
    broker: &Broker,
) -> Result<Vec<ServedApi>, ClientFault> {
    let request = api_versions::Request {
        client_software_name: "corelane".into(),
        client_software_version: env!("CARGO_PKG_VERSION").into(),
        ..api_versions::Request::default()
    };
    let connection = cluster.broker(broker.id).await?;
    let answer = connection.call(&request).await?;
    let answer: api_versions::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, None)?;
    let served = |row: &api_versions::ApiVersion<'_>| ServedApi {
        key: row.api_key,
        min: row.min_version,
        max: row.max_version,
    };
    let mut served: Vec<ServedApi> = answer.api_keys.iter().map(served).collect();
    served.sort_by_key(|api| api.key);
    Ok(served)
}

/// Takes a broker that is gone out of the cluster.
pub async fn unregister(cluster: &Cluster, broker_id: i32) -> Result<(), ClientFault> {
    let request = unregister_broker::Request {
        broker_id,
        ..unregister_broker::Request::default()
    };
    let answer = cluster.change(&request).await?;
    let answer: unregister_broker::Response<'_> = answer.read()?;
    ClientFault::check(answer.error_code, answer.error_message.as_deref())
}
