use serde_json::Value;

use super::ratio::Spread;
use crate::perf::trial::{Figure, Trial};

/// All runs of one case: for each pair, one of each broker, in their order.
#[derive(Clone, Debug)]
pub struct Pairs {
    pub case: String,
    pub brokers: Vec<String>,
    pub pairs: Vec<Vec<Trial>>,
}

impl Pairs {
    pub fn new(case: &str, brokers: Vec<String>) -> Pairs {
        Pairs {
            case: case.to_owned(),
            brokers,
            pairs: Vec::new(),
        }
    }

    /// The runs of one broker.
    pub fn runs(&self, broker: usize) -> impl Iterator<Item = &Trial> {
        self.pairs.iter().filter_map(move |pair| pair.get(broker))
    }

    /// What a broker's runs say of a figure.
    pub fn spread(&self, broker: usize, figure: &Figure) -> Option<Spread> {
        let numbers = self.runs(broker).filter_map(|trial| figure.of(trial.run()));
        Spread::of(&numbers.collect::<Vec<f64>>())
    }

    /// How many times what broker `other` has of a figure the first broker has.
    pub fn ratio(&self, other: usize, figure: &Figure) -> Option<Spread> {
        let number = |pair: &[Trial], broker: usize| figure.of(pair.get(broker)?.run());
        let pair = |pair: &Vec<Trial>| (number(pair, 0), number(pair, other));
        let pairs: Vec<(Option<f64>, Option<f64>)> = self.pairs.iter().map(pair).collect();
        Spread::of_ratios(&pairs)
    }

    /// The run of a broker that is in the middle by records a second: what all its figures look
    /// like together.
    pub fn typical(&self, broker: usize) -> Option<&Value> {
        let mut runs: Vec<&Trial> = self.runs(broker).collect();
        runs.sort_by(|a, b| a.rate().total_cmp(&b.rate()));
        runs.get(runs.len().saturating_sub(1) / 2)
            .map(|trial| trial.run())
    }

    /// The medians of all brokers' records a second.
    pub fn rates(&self) -> Vec<f64> {
        let figure = Figure::named("records_per_second");
        let brokers = 0..self.brokers.len();
        let medians = brokers.filter_map(|broker| self.spread(broker, figure));
        medians.map(|spread| spread.median).collect()
    }

    /// What held a broker's runs back: each limit, how often, the most frequent first.
    pub fn limits(&self, broker: usize) -> Vec<(String, usize)> {
        let mut counted: Vec<(String, usize)> = Vec::new();
        for trial in self.runs(broker) {
            let limit = trial
                .run()
                .pointer("/verdict/limit")
                .and_then(Value::as_str);
            let limit = limit.unwrap_or("unknown");
            match counted.iter_mut().find(|(name, _)| name == limit) {
                Some((_, count)) => *count += 1,
                None => counted.push((limit.to_owned(), 1)),
            }
        }
        counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counted
    }

    /// When a broker says that it acknowledges, in words; `None` where it does not tell.
    pub fn policy(&self, broker: usize) -> Option<&'static str> {
        let run = self.typical(broker)?;
        let messages = run.pointer("/broker/topic_settings/flush.messages")?;
        match messages.as_str()?.parse::<u64>().ok()? {
            1 => Some("after the sync"),
            i64_max if i64_max == i64::MAX as u64 => Some("at the write"),
            _ => Some("at the write, synced now and then"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Figure, Pairs, Trial};

    fn pairs() -> Pairs {
        let trial = |rate: f64| {
            let limit = ["broker-bound", "client-bound"][usize::from(rate > 250.0)];
            let run = json!({
                "records_per_second": rate,
                "verdict": { "limit": limit },
                "broker": { "topic_settings": { "flush.messages": "1" } },
            });
            Trial {
                loads: vec![("produce".into(), run)],
            }
        };
        let mut pairs = Pairs::new("bulk", vec!["ours".into(), "theirs".into()]);
        for (a, b) in [(200.0, 100.0), (300.0, 200.0), (260.0, 100.0)] {
            pairs.pairs.push(vec![trial(a), trial(b)]);
        }
        pairs
    }

    #[test]
    fn a_pair_is_held_against_itself() {
        let pairs = pairs();
        let rate = Figure::named("records_per_second");
        let ratio = pairs.ratio(1, rate).expect("three pairs");
        assert_eq!((ratio.min, ratio.median, ratio.max), (1.5, 2.0, 2.6));
        assert_eq!(pairs.rates(), [260.0, 100.0]);
        assert_eq!(pairs.ratio(1, Figure::named("latency_p50_ns")), None);
        let typical = pairs.typical(0).expect("three runs");
        assert_eq!(typical["records_per_second"], 260.0);
        assert_eq!(
            pairs.limits(0),
            [
                ("client-bound".to_owned(), 2),
                ("broker-bound".to_owned(), 1)
            ]
        );
        assert_eq!(pairs.policy(1), Some("after the sync"));
    }
}
