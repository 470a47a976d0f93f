use super::options::PAIRS_MIN;
use super::pairs::Pairs;
use super::ratio::Spread;
use crate::perf::trial::{Figure, digits};

/// What a case comes to, in one sentence without its full stop.
pub fn sentence(pairs: &Pairs) -> String {
    let others = 1..pairs.brokers.len();
    let each: Vec<String> = others.map(|other| against(pairs, other)).collect();
    let count = pairs.pairs.len();
    let plural = if count == 1 { "" } else { "s" };
    let verdict = match count < PAIRS_MIN as usize {
        true => ": too few for a verdict",
        false => "",
    };
    format!(
        "{}: {} ({count} pair{plural}{verdict})",
        pairs.case,
        each.join(", and ")
    )
}

fn against(pairs: &Pairs, other: usize) -> String {
    let name = |at: usize| pairs.brokers.get(at).map_or("", String::as_str);
    let words = [
        ("records_per_second", "the records/s"),
        ("latency_p99_ns", "the p99"),
        ("broker_cpu_seconds_per_gb", "the broker CPU per GB"),
    ];
    let parts = words.iter().filter_map(|(key, words)| {
        let ratio = pairs.ratio(other, Figure::named(key))?;
        Some(format!("{} {words}", times(&ratio)))
    });
    let parts: Vec<String> = parts.collect();
    match parts.is_empty() {
        true => format!("{} and {} gave nothing to compare", name(0), name(other)),
        false => format!(
            "{} had, against {}, {}",
            name(0),
            name(other),
            parts.join(", ")
        ),
    }
}

/// A ratio in words; a difference that not every pair shows is none.
fn times(ratio: &Spread) -> String {
    let range = format!("({} - {})", digits(ratio.min), digits(ratio.max));
    match ratio.is_one_sided() {
        true => format!("{} {range} times", digits(ratio.median)),
        false => format!("no certain difference {range} in"),
    }
}

/// What a reader must know to weigh the figures.
pub fn caveats(pairs: &Pairs) -> Vec<String> {
    let mut lines = Vec::new();
    let count = pairs.brokers.len();
    for at in 0..count {
        let limits = pairs.limits(at);
        let limits = limits
            .iter()
            .map(|(limit, times)| format!("{limit} {times}x"));
        let policy = pairs.policy(at).unwrap_or("when it does not say");
        lines.push(format!(
            "{}: acknowledges {policy}; its runs were {}",
            pairs.brokers[at],
            limits.collect::<Vec<_>>().join(", ")
        ));
    }
    let policies: Vec<Option<&str>> = (0..count).map(|at| pairs.policy(at)).collect();
    if policies.windows(2).any(|two| two[0] != two[1]) {
        lines.push(
            "The brokers do not acknowledge under the same flush policy: these figures compare \
             policies as much as brokers (flush.messages, log.flush.interval.messages)."
                .to_owned(),
        );
    }
    let is_held_back = |at: usize| {
        pairs
            .limits(at)
            .iter()
            .any(|(limit, _)| limit == "client-bound")
    };
    if (0..count).any(is_held_back) {
        lines.push(
            "Where runs were client-bound the client was the limit, and a ratio of rates is \
             nearer to 1 than that of the brokers alone."
                .to_owned(),
        );
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Pairs, caveats, sentence};
    use crate::perf::trial::Trial;

    fn pairs(rates: &[(f64, f64)]) -> Pairs {
        let trial = |rate: f64, flush: &str| Trial {
            loads: vec![(
                "produce".into(),
                json!({
                    "records_per_second": rate,
                    "latency": { "p99_ns": 1e9 / rate },
                    "verdict": { "limit": "client-bound" },
                    "broker": { "topic_settings": { "flush.messages": flush } },
                }),
            )],
        };
        let mut pairs = Pairs::new("bulk", vec!["ours".into(), "theirs".into()]);
        let pair = |(a, b): &(f64, f64)| vec![trial(*a, "1"), trial(*b, "9223372036854775807")];
        pairs.pairs = rates.iter().map(pair).collect();
        pairs
    }

    #[test]
    fn a_difference_that_all_pairs_show_is_told_with_its_range() {
        let five = pairs(&[(2.0, 1.0), (3.0, 1.0), (4.0, 2.0), (5.0, 2.0), (2.0, 1.0)]);
        assert_eq!(
            sentence(&five),
            "bulk: ours had, against theirs, 2.00 (2.00 - 3.00) times the records/s, \
             0.500 (0.333 - 0.500) times the p99 (5 pairs)"
        );
        let mixed = pairs(&[(2.0, 1.0), (1.0, 2.0)]);
        let told = sentence(&mixed);
        assert!(
            told.contains("no certain difference (0.500 - 2.00) in the records/s"),
            "{told}"
        );
        assert!(told.ends_with("(2 pairs: too few for a verdict)"), "{told}");
    }

    #[test]
    fn different_policies_and_a_client_at_its_limit_are_told() {
        let told = caveats(&pairs(&[(2.0, 1.0)]));
        assert_eq!(told.len(), 4);
        assert!(
            told[0].contains("ours: acknowledges after the sync; its runs were client-bound 1x")
        );
        assert!(told[1].contains("theirs: acknowledges at the write"));
        assert!(told[2].contains("not acknowledge under the same flush policy"));
        assert!(told[3].contains("the client was the limit"));
    }
}
