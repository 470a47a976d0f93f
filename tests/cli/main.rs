//! The tools as a shell meets them: the binary is run, and what it says is compared.

mod dump_log;
mod help;
mod parsing;
mod tool;
mod unreachable;
