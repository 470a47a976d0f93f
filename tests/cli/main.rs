//! The tools as a shell meets them: the binary is run, and what it says is compared.

mod broker;
mod console;
mod dump_log;
mod help;
mod kafka_perf;
mod killed;
mod names;
mod offsets;
mod parsing;
mod perf;
mod scenarios;
mod story;
mod tool;
mod transcript;
mod unreachable;
