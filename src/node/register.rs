//! What this node tells the cluster of itself when it starts.

use core::net::SocketAddr;
use std::collections::BTreeMap;

use crate::cluster::{Endpoint, METADATA_VERSION, Registration};
use crate::config::Settings;
use crate::io::random;
use crate::model::{Offset, Uuid};

/// The oldest level of metadata.version that Kafka 4 works at: 3.3-IV3.
const METADATA_VERSION_MIN: i16 = 7;

/// The registration of a node with these log directories that listens on these addresses.
/// `offset` is where its record will stand in the metadata log; `unclean` says that the last stop
/// was no clean one.
pub fn registration(
    settings: &Settings,
    log_dirs: Vec<Uuid>,
    listening: &[(String, SocketAddr)],
    (offset, unclean): (Offset, bool),
) -> Registration {
    let levels = (METADATA_VERSION_MIN, METADATA_VERSION);
    Registration {
        node: settings.node,
        offset,
        incarnation: random::uuid(),
        endpoints: listening
            .iter()
            .map(|(name, bound)| endpoint(settings, name, *bound))
            .collect(),
        rack: settings.rack.clone(),
        log_dirs,
        features: BTreeMap::from([("metadata.version".to_owned(), levels)]),
        unclean,
    }
}

/// What clients are told: what is advertised under the listener's name, else what was asked for,
/// with the port that was bound. A wildcard reaches only clients on this host, by its loopback
/// name.
fn endpoint(settings: &Settings, name: &str, bound: SocketAddr) -> Endpoint {
    let named = |l: &&crate::config::Listener| l.name == name;
    let advertised = settings.advertised.iter().find(named);
    let asked = settings.listeners.iter().find(named);
    let (host, port) = match (advertised, asked) {
        (Some(told), _) if told.port != 0 => (told.host.clone(), told.port),
        (Some(told), _) => (told.host.clone(), bound.port()),
        (None, Some(asked)) if !asked.is_wildcard() => (asked.host.clone(), bound.port()),
        _ => ("localhost".to_owned(), bound.port()),
    };
    Endpoint {
        listener: name.to_owned(),
        host,
        port,
    }
}
