use std::collections::BTreeMap;

use crate::perf::complaint::Complaint;
use crate::perf::scenario::Share;

/// The records a second that the steps of a scenario reached, by name.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Limits {
    reached: BTreeMap<String, f64>,
}

impl Limits {
    /// Rates that were reached in a step, one for each broker: the lowest of the step counts, so
    /// that a share of it is one that all can take.
    pub fn on_reached(&mut self, step: &str, rates: &[f64]) {
        let known = self.reached.get(step).copied();
        let lowest = rates.iter().copied().chain(known).reduce(f64::min);
        if let Some(lowest) = lowest {
            self.reached.insert(step.to_owned(), lowest);
        }
    }

    /// The records a second of a share, at least one.
    pub fn rate(&self, share: &Share) -> Result<f64, Complaint> {
        let missing = || Complaint(format!("step {} reached no rate", share.of_step));
        let limit = self.reached.get(&share.of_step).ok_or_else(missing)?;
        Ok((limit * share.share).round().max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::{Limits, Share};

    #[test]
    fn a_share_is_of_the_slowest_brokers_rate() {
        let mut limits = Limits::default();
        limits.on_reached("limit", &[9000.0, 5000.0]);
        limits.on_reached("limit", &[6000.0, 7000.0]);
        let share = |text| Share::parse(text).expect("it is a share");
        assert_eq!(limits.rate(&share("50% of limit")), Ok(2500.0));
        assert!(limits.rate(&share("50% of other")).is_err());
    }
}
