use clap::Args;

use crate::client::Acks;
use crate::perf::amount::{self, Rate};
use crate::perf::pace::Arrivals;
use crate::perf::produce::{acks, arrivals};
use crate::perf::setup::{Limits, Place, Result};

/// Send single records at a rate; measure when they are acknowledged and when they are seen.
#[derive(Args, Debug, Clone)]
pub struct Options {
    #[command(flatten)]
    pub place: Place,
    /// Bytes of a value; at least 16
    #[arg(long, value_name = "SIZE", default_value = "100", value_parser = amount::bytes)]
    pub record_size: usize,
    /// Records a second
    #[arg(long, value_name = "RATE", default_value = "1000", value_parser = amount::rate)]
    pub rate: Rate,
    /// Arrivals: constant or poisson
    #[arg(long, value_name = "HOW", default_value = "constant", value_parser = arrivals)]
    pub arrivals: Arrivals,
    /// Acknowledgements waited for: 1 or all
    #[arg(long, value_name = "ACKS", default_value = "all", value_parser = acks)]
    #[arg(allow_hyphen_values = true)]
    pub acks: Acks,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub result: Result,
}
