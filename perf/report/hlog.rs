use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::chapters::Chapters;
use super::story::{Run, Story};
use crate::io::clock;
use crate::model::Timestamp;
use crate::perf::complaint::Complaint;

/// Maxima of the log's own column are milliseconds, as its readers expect; the histograms hold
/// nanoseconds.
const NANOS_PER_MILLI: f64 = 1e6;

/// All histograms as the text of an HdrHistogram interval log (V2, compressed): one line for each
/// measure of each run, from the end of the warm-up to the end of the run. The tag names the
/// measure, and the run where there are several.
pub fn text(chapters: &Chapters) -> Result<Vec<u8>, Complaint> {
    let failed = |error: String| Complaint(format!("cannot write the histograms: {error}"));
    let mut runs: Vec<(String, &Run)> = chapters.all.iter().flat_map(named).collect();
    let begun = |run: &Run| run.number("/began_unix_ms").unwrap_or(0.0);
    // A log is in order of time.
    runs.sort_by(|(_, a), (_, b)| begun(a).total_cmp(&begun(b)));
    let begins = runs
        .iter()
        .filter_map(|(_, run)| run.number("/began_unix_ms"));
    let start = begins.reduce(f64::min).unwrap_or(0.0);
    let (mut bytes, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    let mut log = IntervalLogWriterBuilder::new();
    log.add_comment("Latencies in nanoseconds; the column of maxima is in milliseconds.")
        .with_start_time(clock::system_time(Timestamp(start as i64)))
        .with_max_value_divisor(NANOS_PER_MILLI);
    let begun = log.begin_log_with(&mut bytes, &mut serializer);
    let mut log = begun.map_err(|error| failed(error.to_string()))?;
    for (name, run) in &runs {
        let (offset, length) = span(run, start);
        for (measure, recorded) in run.measures() {
            let tag = match runs.len() {
                1 => measure,
                _ => format!("{name}/{measure}"),
            };
            let tag = tag.replace(|letter: char| letter == ',' || letter.is_whitespace(), "_");
            let latencies = recorded.latencies();
            let (histogram, tag) = (latencies.histogram(), Tag::new(&tag));
            let written = log.write_histogram(histogram, offset, length, tag);
            written.map_err(|error| failed(format!("{error:?}")))?;
        }
    }
    Ok(bytes)
}

/// Runs of a chapter, by names that tell them from those of others.
fn named(story: &Story) -> impl Iterator<Item = (String, &Run)> {
    let groups = story.runs().map(|(group, run)| (&group.name, run));
    let points = story.points.iter().map(|(name, run)| (name, run));
    let title = story.title.as_ref().map(|title| format!("{title}/"));
    let title = title.unwrap_or_default();
    groups
        .chain(points)
        .map(move |(name, run)| (format!("{title}{name}"), run))
}

/// The measured part of a run: from when after `start`, and how long.
fn span(run: &Run, start: f64) -> (Duration, Duration) {
    let seconds = |path| Duration::try_from_secs_f64(run.number(path)?).ok();
    let warmup = seconds("/warmup_seconds").unwrap_or_default();
    let begun = run.number("/began_unix_ms").unwrap_or(start) - start;
    let begun = Duration::try_from_secs_f64(begun / 1e3).unwrap_or_default();
    (
        begun.saturating_add(warmup),
        seconds("/measured_seconds").unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
    use serde_json::json;

    use super::{Chapters, Duration, text};

    /// What the reader of the hdrhistogram crate makes of a log: tag, start, length, count and
    /// p99 of each line.
    fn read_back(log: &[u8]) -> Vec<(String, Duration, Duration, u64, u64)> {
        let mut found = Vec::new();
        for entry in IntervalLogIterator::new(log) {
            let LogEntry::Interval(line) = entry.expect("a line of a log") else {
                continue;
            };
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(line.encoded_histogram())
                .expect("base64");
            let histogram: hdrhistogram::Histogram<u64> = Deserializer::new()
                .deserialize(&mut bytes.as_slice())
                .expect("a histogram");
            let tag = line.tag().expect("a tag").as_str().to_owned();
            let p99 = histogram.value_at_percentile(99.0);
            let (start, length) = (line.start_timestamp(), line.duration());
            found.push((tag, start, length, histogram.len(), p99));
        }
        found
    }

    #[test]
    fn the_log_reads_back_as_it_was_measured() {
        let latency = json!({ "histogram_ns_count": [[1000, 99], [2000, 1]], "max_ns": 2000 });
        let seen = json!({ "histogram_ns_count": [[1900, 3]], "max_ns": 1900 });
        let value = json!({
            "series": [], "began_unix_ms": 1_700_000_000_500u64, "warmup_seconds": 1.0,
            "measured_seconds": 2.5, "visibility": seen, "latency": latency,
        });
        let mut chapters = Chapters::default();
        chapters.add("a b,c", value.clone());
        let log = text(&chapters).expect("a log");
        let words = String::from_utf8(log.clone()).expect("text");
        assert!(words.contains("#[StartTime: 1700000000.500 "), "{words}");
        let (one, length) = (Duration::from_secs(1), Duration::from_millis(2500));
        let line = |tag: &str, count, p99| (tag.to_owned(), one, length, count, p99);
        let expected = [line("latency", 100, 1000), line("visibility", 3, 1900)];
        assert_eq!(read_back(&log), expected);

        chapters.add("second", value);
        let tags = read_back(&text(&chapters).expect("a log")).into_iter();
        let tags: Vec<String> = tags.map(|(tag, ..)| tag).collect();
        let expected = [
            "a_b_c/latency",
            "a_b_c/visibility",
            "second/latency",
            "second/visibility",
        ];
        assert_eq!(tags, expected);
    }
}
