//! Boot, shutdown and the wiring of one process.
