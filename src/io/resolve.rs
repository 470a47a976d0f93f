//! Host names.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};

use super::{World, task};

/// The addresses of a host, in the resolver's order, never empty. The real world asks the
/// system's resolver on the blocking pool; the simulated one knows addresses and `localhost`.
pub async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    match World::current() {
        World::Uring => {
            let asked = (host.to_owned(), port);
            let found = task::block_on_pool(move || asked.to_socket_addrs()).await;
            let found: Vec<_> = found.map_err(io::Error::other)??.collect();
            match found.is_empty() {
                true => Err(io::Error::from(io::ErrorKind::NotFound)),
                false => Ok(found),
            }
        }
        World::Sim if host == "localhost" => {
            Ok(vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)])
        }
        World::Sim => Err(io::Error::from(io::ErrorKind::NotFound)),
    }
}
