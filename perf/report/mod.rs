//! The report: one HTML file that shows what a run came to, for people who were not there.
//!
//! It is made from the values that `--json` writes and from nothing else, so that a report can
//! be made again, or over several runs, from their files. The [`chapters`] hold what is drawn over
//! each other; in each a [`story`] sorts the values by their shape: runs, curves of `find-limit`,
//! steps of `disk`, ratios of a comparison. Each kind of picture is one file that turns a story
//! into a [`figure`]; the [`page`] puts them in order. The raw values stand in the page as JSON,
//! and the histograms next to it as HdrHistogram log text.
//!
//! **Invariants.** The page asks for nothing from any network and runs no script; its own policy
//! forbids both. Every word that came from outside is escaped. What a value does not have is left
//! out, never drawn as zero.
//!
//! **Deliberately absent:** judgement. Verdicts and sentences are those of the run.

mod around;
mod axis;
mod ceiling;
mod chapters;
mod chart;
mod cost;
mod curve;
mod figure;
mod hlog;
mod knee;
mod make;
mod markup;
mod options;
mod page;
mod palette;
mod ratios;
mod recorded;
mod series;
mod story;
mod summary;
mod table;

pub use make::{run, write};
pub use options::Options;
