//! One shard's end of the listening port.

use core::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::context::Context;
use super::{connection, notices};
use crate::io::{ListenOptions, Listener, Stream, clock, task};

/// Pause after a failed accept: out of descriptors is not mended by asking at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Binds this shard's listener. Every shard binds the same address and the kernel deals the
/// connections out; node start-up has made sure that no other process listens there.
pub fn bind(address: SocketAddr) -> std::io::Result<Listener> {
    Listener::bind(address, ListenOptions { reuse_port: true })
}

/// Accepts connections until the task is cancelled.
pub async fn accept(context: Rc<Context>, name: Rc<str>, listener: Listener) {
    loop {
        match listener.accept().await {
            Ok(stream) => welcome(&context, &name, stream),
            // Whoever hung up before he was accepted must not make the next one wait.
            Err(error) if is_of_the_peer(&error) => task::yield_if_needed().await,
            Err(error) => {
                notices::say(&context.notices, || {
                    tracing::warn!(%error, "accepting a connection failed");
                });
                clock::sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Whether this connection alone failed.
fn is_of_the_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind as E;
    matches!(
        error.kind(),
        E::NotConnected | E::ConnectionAborted | E::ConnectionReset | E::BrokenPipe
    )
}

/// Serves a connection if there is room for it, or closes it.
fn welcome(context: &Rc<Context>, name: &Rc<str>, stream: Stream) {
    let network = &context.settings().network;
    let guest = match context.census.admit(stream.peer().ip(), network) {
        Ok(guest) => guest,
        Err(why) => {
            notices::say(&context.notices, || {
                tracing::warn!(peer = %stream.peer(), reason = %why, "connection refused");
            });
            return;
        }
    };
    let (context, name) = (context.clone(), name.clone());
    let serving = async move {
        context.shard.metrics.on_connect();
        connection::serve(context.clone(), stream, name).await;
        context.shard.metrics.on_disconnect();
        drop(guest);
    };
    task::spawn(serving).detach();
}
