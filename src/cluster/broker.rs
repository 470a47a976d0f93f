use std::collections::BTreeMap;

use crate::model::{NodeId, Uuid};

/// A registered broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broker {
    pub id: NodeId,
    /// Grows with every registration; tells an old incarnation's words from a new one's.
    pub epoch: i64,
    pub incarnation: Uuid,
    pub endpoints: Vec<Endpoint>,
    pub rack: Option<String>,
    /// A fenced broker leads nothing and is not shown to clients.
    pub fenced: bool,
    pub stopping: bool,
    pub log_dirs: Vec<Uuid>,
    /// Lowest and highest level of each feature that the broker can work at.
    pub features: BTreeMap<String, (i16, i16)>,
}

/// An address that a broker advertises under a listener's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoint {
    pub listener: String,
    pub host: String,
    pub port: u16,
}

impl Broker {
    pub fn endpoint(&self, listener: &str) -> Option<&Endpoint> {
        self.endpoints
            .iter()
            .find(|endpoint| endpoint.listener == listener)
    }
}
