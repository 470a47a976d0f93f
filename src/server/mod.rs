//! Connections and handlers.
