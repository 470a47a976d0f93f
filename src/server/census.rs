//! Who is connected to the node: every shard accepts, the limits hold for all of them together.

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::NetworkPolicy;

/// Descriptors that a connection holds: one for each of its directions.
const DESCRIPTORS_PER_CONNECTION: usize = 2;

/// Of all descriptors, connections get at most three in four; segment files need the rest.
const CONNECTIONS_SHARE: (usize, usize) = (3, 4);

/// Why a connection is turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Crowded {
    #[error("{0} connections are open, which is max.connections")]
    Node(usize),
    #[error("its address has {0} connections open, which is max.connections.per.ip")]
    Address(usize),
    #[error(
        "{0} connections are open, all that the limit on open files leaves room for: \
         raise it with ulimit -n"
    )]
    Descriptors(usize),
}

/// The connections of a node. Entries are as many as connections are open.
#[derive(Debug)]
pub struct Census {
    /// The most connections for which there are descriptors.
    room: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: BTreeMap<IpAddr, usize>,
}

/// One open connection, counted until this is dropped.
#[derive(Debug)]
pub struct Guest {
    census: Arc<Census>,
    address: IpAddr,
}

impl Census {
    /// For a process that may hold `descriptors` files and sockets open.
    pub fn new(descriptors: usize) -> Arc<Census> {
        let (part, whole) = CONNECTIONS_SHARE;
        Arc::new(Census {
            room: descriptors / DESCRIPTORS_PER_CONNECTION / whole * part,
            open: Mutex::default(),
        })
    }

    /// Counts a connection in, or says why there is no room for it.
    pub fn admit(
        self: &Arc<Self>,
        address: IpAddr,
        policy: &NetworkPolicy,
    ) -> Result<Guest, Crowded> {
        let mut open = self.open();
        if open.total >= policy.connections_max {
            return Err(Crowded::Node(open.total));
        }
        if open.total >= self.room {
            return Err(Crowded::Descriptors(open.total));
        }
        let count = open.by_address.get(&address).copied().unwrap_or(0);
        if count >= policy.connections_per_address_max {
            return Err(Crowded::Address(count));
        }
        open.by_address.insert(address, count + 1);
        open.total += 1;
        Ok(Guest {
            census: self.clone(),
            address,
        })
    }

    /// A thread that panicked while it held the lock left the counts whole.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut open = self.census.open();
        open.total -= 1;
        match open.by_address.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.by_address.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::{Census, Crowded};
    use crate::config::{NetworkPolicy, Settings};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

    fn policy(connections_max: usize, connections_per_address_max: usize) -> NetworkPolicy {
        NetworkPolicy {
            connections_max,
            connections_per_address_max,
            ..Settings::default().network
        }
    }

    #[test]
    fn places_are_counted_per_node_and_per_address_and_given_back() {
        let (census, policy) = (Census::new(1000), policy(3, 2));
        let first = census.admit(HERE, &policy).unwrap();
        let second = census.admit(HERE, &policy).unwrap();
        assert_eq!(
            census.admit(HERE, &policy).unwrap_err(),
            Crowded::Address(2)
        );
        let third = census.admit(THERE, &policy).unwrap();
        assert_eq!(census.admit(THERE, &policy).unwrap_err(), Crowded::Node(3));
        drop(second);
        let again = census.admit(HERE, &policy).unwrap();
        drop((first, third, again));
        assert!(census.open().by_address.is_empty());
        assert_eq!(census.open().total, 0);
    }

    #[test]
    fn connections_leave_descriptors_to_the_files() {
        let (census, policy) = (Census::new(16), policy(1000, 1000));
        let guests: Vec<_> = (0..6)
            .map(|_| census.admit(HERE, &policy).unwrap())
            .collect();
        let refused = census.admit(HERE, &policy).unwrap_err();
        assert_eq!(refused, Crowded::Descriptors(6));
        assert_eq!(guests.len(), 6);
    }
}
