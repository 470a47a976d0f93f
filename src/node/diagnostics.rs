//! Where the shell's words about itself go: standard error, one line each.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// The environment variable that says what is told: `info`, `corelane::server=debug`, ...
pub const FILTER_VARIABLE: &str = "CORELANE_LOG";

/// Starts diagnostics for the process. A filter that cannot be read is said and not used.
pub fn start() {
    let asked = std::env::var(FILTER_VARIABLE).unwrap_or_else(|_| "info".to_owned());
    let filter = EnvFilter::try_new(&asked).unwrap_or_else(|error| {
        eprintln!("corelane: {FILTER_VARIABLE}={asked:?} is no filter ({error}); using info");
        EnvFilter::new("info")
    });
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .with_target(false)
        .finish();
    // A second start in one process (tests) keeps the first one's subscriber.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
