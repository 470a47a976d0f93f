//! What every handler may use.

use core::net::SocketAddr;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::census::Census;
use super::fetch_session::SessionCache;
use super::notices::Notices;
use super::unsent::Unsent;
use crate::config::Settings;
use crate::io::Stream;
use crate::shard::{Budget, Shard};

/// The server's side of one shard: handlers reach everything through it.
pub struct Context {
    pub shard: Rc<Shard>,
    pub fetch_sessions: RefCell<SessionCache>,
    /// Who is connected to the node, on any shard.
    pub census: Arc<Census>,
    /// Lines about peers that this shard has written to the log.
    pub notices: Rc<RefCell<Notices>>,
    /// Memory of answers that their clients have not read.
    pub unsent: Unsent,
    /// Connections that this shard reads from.
    pub arrivals: Cell<usize>,
    /// Memory of fetches that wait for records.
    pub parked: Budget,
}

impl Context {
    pub fn new(shard: Rc<Shard>, census: Arc<Census>) -> Rc<Context> {
        let settings = shard.settings();
        let (slots, memory) = (settings.fetch.sessions_max, &settings.memory);
        let share = slots.div_ceil(shard.router.shards().count());
        let sessions = SessionCache::new(share, memory.session_partitions);
        let unsent = Unsent::new(memory.unsent_bytes);
        Rc::new(Context {
            shard,
            fetch_sessions: RefCell::new(sessions),
            census,
            notices: Rc::default(),
            unsent,
            arrivals: Cell::new(0),
            parked: Budget::new(memory.parked_bytes),
        })
    }

    pub fn settings(&self) -> Arc<Settings> {
        self.shard.settings()
    }
}

/// What is known of one connection.
pub struct Session {
    pub peer: SocketAddr,
    /// Name of the listener that the client came in by: it is told addresses under that name.
    pub listener: Rc<str>,
    /// Client id of the last request, for the log.
    pub client: RefCell<String>,
}

impl Session {
    pub fn new(stream: &Stream, listener: Rc<str>) -> Session {
        Session {
            peer: stream.peer(),
            listener,
            client: RefCell::new(String::new()),
        }
    }
}
