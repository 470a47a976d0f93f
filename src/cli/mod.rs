//! Words for people at a terminal.
