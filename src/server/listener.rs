//! One shard's end of the listening port.

use core::net::SocketAddr;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use super::connection;
use super::context::Context;
use crate::io::{ListenOptions, Listener, clock, task};

/// Pause after a failed accept: out of descriptors is not mended by asking at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Binds this shard's listener. Every shard binds the same address and the kernel deals the
/// connections out; node start-up has made sure that no other process listens there.
pub fn bind(address: SocketAddr) -> std::io::Result<Listener> {
    Listener::bind(address, ListenOptions { reuse_port: true })
}

/// Accepts connections until the task is cancelled.
pub async fn accept(context: Rc<Context>, name: Rc<str>, listener: Listener) {
    let open = Rc::new(Cell::new(0usize));
    let shards = context.shard.router.shards().count();
    let max = context.settings().network.connections_max.div_ceil(shards);
    loop {
        match listener.accept().await {
            Ok(stream) if open.get() >= max => {
                tracing::warn!(peer = %stream.peer(), max, "refused: max.connections are open");
            }
            Ok(stream) => {
                let guard = Open::count(&open);
                let (context, name) = (context.clone(), name.clone());
                task::spawn(async move {
                    connection::serve(context, stream, name).await;
                    drop(guard);
                })
                .detach();
            }
            Err(error) => {
                tracing::warn!(%error, "accepting a connection failed");
                clock::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Counts one open connection for as long as it lives.
struct Open(Rc<Cell<usize>>);

impl Open {
    fn count(open: &Rc<Cell<usize>>) -> Open {
        open.set(open.get() + 1);
        Open(open.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
