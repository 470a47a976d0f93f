use std::collections::BTreeMap;
use std::path::Path;

/// What contradicts itself in the files of one run, in the order of Kafka's report. One list a
/// kind; each entry is a file and what is told about it. As in Kafka's tool, mismatches of an index
/// go down in offset, gaps go up, and each offset is told of once.
#[derive(Debug, Default)]
pub struct Findings {
    index_mismatches: BTreeMap<String, BTreeMap<i64, i64>>,
    timestamp_mismatches: Vec<(String, String)>,
    unordered_timestamps: Vec<(String, String)>,
    missing_offsets: Vec<(String, String)>,
    offset_gaps: BTreeMap<String, BTreeMap<i64, i64>>,
}

impl Findings {
    /// An offset index points at a batch that ends at another offset.
    pub fn index_mismatch(&mut self, file: &Path, indexed: i64, found: i64) {
        let mismatches = self.index_mismatches.entry(name(file)).or_default();
        mismatches.insert(indexed, found);
    }

    /// The batch that a time index names has another largest timestamp.
    pub fn timestamp_mismatch(&mut self, file: &Path, indexed: i64, found: i64) {
        let line = format!("  Index timestamp: {indexed}, log timestamp: {found}");
        self.timestamp_mismatches.push((name(file), line));
    }

    /// A time index goes back in time.
    pub fn unordered_timestamp(&mut self, file: &Path, indexed: i64, previous: i64) {
        let line =
            format!("  Index timestamp: {indexed}, Previously indexed timestamp: {previous}");
        self.unordered_timestamps.push((name(file), line));
    }

    /// No batch ends at the offset that a time index names; `found` is the next one that does.
    pub fn missing_offset(&mut self, file: &Path, indexed: i64, found: i64) {
        let line = format!("Indexed offset: {indexed}, found log offset: {found}");
        self.missing_offsets.push((name(file), line));
    }

    /// Offsets of two neighbouring records are not neighbours.
    pub fn offset_gap(&mut self, file: &Path, before: i64, after: i64) {
        let gaps = self.offset_gaps.entry(name(file)).or_default();
        gaps.insert(before, after);
    }

    /// The report, line by line: each file's lines of one kind under one heading.
    pub fn lines(self) -> Vec<String> {
        let mut lines = Vec::new();
        for (file, mismatches) in self.index_mismatches {
            lines.push(format!("Mismatches in :{file}"));
            let of =
                |(at, found): (&i64, &i64)| format!("  Index offset: {at}, log offset: {found}");
            lines.extend(mismatches.iter().rev().map(of));
        }
        let kinds = [
            ("Found timestamp mismatch in :", self.timestamp_mismatches),
            (
                "Found out of order timestamp in :",
                self.unordered_timestamps,
            ),
            (
                "The following indexed offsets are not found in :",
                self.missing_offsets,
            ),
        ];
        for (heading, entries) in kinds {
            let mut under = None;
            for (file, line) in entries {
                if under.as_ref() != Some(&file) {
                    lines.push(format!("{heading}{file}"));
                    under = Some(file);
                }
                lines.push(line);
            }
        }
        for (file, gaps) in self.offset_gaps {
            lines.push(format!("Non-consecutive offsets in {file}"));
            let of = |(before, after): (&i64, &i64)| format!("  {before} is followed by {after}");
            lines.extend(gaps.iter().map(of));
        }
        lines
    }
}

fn name(file: &Path) -> String {
    let absolute = std::path::absolute(file);
    absolute.as_deref().unwrap_or(file).display().to_string()
}
