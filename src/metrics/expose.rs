use std::fmt::Write;

use super::Snapshot;
use super::counter::Count;

/// Every metric's name begins with this.
const PREFIX: &str = "corelane_";
/// Quantiles shown of every distribution.
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// The numbers of all shards in Prometheus' text format, one label `shard` on each.
pub fn expose(shards: &[Snapshot]) -> String {
    let mut text = String::new();
    for &count in Count::ALL {
        let (name, help) = count.words();
        let kind = if name.ends_with("_total") {
            "counter"
        } else {
            "gauge"
        };
        head(&mut text, name, kind, help);
        for (shard, snapshot) in shards.iter().enumerate() {
            let value = snapshot.count(count);
            line(
                &mut text,
                format_args!("{PREFIX}{name}{{shard=\"{shard}\"}} {value}"),
            );
        }
    }
    sync_times(&mut text, shards);
    let name = "longest_turn_seconds";
    head(
        &mut text,
        name,
        "gauge",
        "The longest time a task held its executor lately.",
    );
    for (shard, snapshot) in shards.iter().enumerate() {
        let seconds = snapshot.longest_turn.as_secs_f64();
        line(
            &mut text,
            format_args!("{PREFIX}{name}{{shard=\"{shard}\"}} {seconds}"),
        );
    }
    text
}

fn sync_times(text: &mut String, shards: &[Snapshot]) {
    let name = "sync_seconds";
    head(text, name, "summary", "How long syncs of files took.");
    for (shard, snapshot) in shards.iter().enumerate() {
        let times = &snapshot.sync_time;
        for share in QUANTILES {
            let seconds = times.quantile(share).as_secs_f64();
            let labels = format!("shard=\"{shard}\",quantile=\"{share}\"");
            line(text, format_args!("{PREFIX}{name}{{{labels}}} {seconds}"));
        }
        let seconds = times.total().as_secs_f64();
        line(
            text,
            format_args!("{PREFIX}{name}_sum{{shard=\"{shard}\"}} {seconds}"),
        );
        line(
            text,
            format_args!(
                "{PREFIX}{name}_count{{shard=\"{shard}\"}} {}",
                times.count()
            ),
        );
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(&mut *text, format_args!("# HELP {PREFIX}{name} {help}"));
    line(text, format_args!("# TYPE {PREFIX}{name} {kind}"));
}

fn line(text: &mut String, content: std::fmt::Arguments<'_>) {
    writeln!(text, "{content}").expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::metrics::Shard;

    #[test]
    fn counts_add_up_and_are_shown_per_shard() {
        let shard = Shard::default();
        shard.on_request(100);
        shard.on_answer(7);
        shard.on_append(60);
        shard.on_append(40);
        shard.on_durable(60);
        shard.on_sync(Duration::from_micros(50));
        shard.on_turn(Duration::from_millis(2));
        let mut sum = shard.snapshot();
        assert_eq!(
            (sum.requests(), sum.bytes_in(), sum.bytes_out()),
            (1, 100, 7)
        );
        assert_eq!(
            (sum.batches(), sum.batch_bytes(), sum.staged()),
            (2, 100, 40)
        );
        let text = expose(&[sum.clone(), Snapshot::default()]);
        for expected in [
            "# TYPE corelane_requests_total counter\n",
            "corelane_requests_total{shard=\"0\"} 1\n",
            "corelane_requests_total{shard=\"1\"} 0\n",
            "# TYPE corelane_staged_bytes gauge\n",
            "corelane_sync_seconds{shard=\"0\",quantile=\"0.99\"} 0.00005\n",
            "corelane_sync_seconds_count{shard=\"0\"} 1\n",
            "corelane_longest_turn_seconds{shard=\"0\"} 0.002\n",
        ] {
            assert!(text.contains(expected), "{expected} is missing in\n{text}");
        }
        assert_eq!(shard.snapshot().longest_turn, Duration::ZERO);
        sum.add(&shard.snapshot());
        assert_eq!(
            (sum.requests(), sum.syncs(), sum.sync_time.count()),
            (2, 2, 2)
        );
        assert_eq!(sum.longest_turn, Duration::from_millis(2));
    }
}
