use std::path::Path;

/// What contradicts itself in the files of one run, in the order of Kafka's report. One list a
/// kind; each entry is a file and a line about it.
#[derive(Debug, Default)]
pub struct Findings {
    index_mismatches: Vec<(String, String)>,
    timestamp_mismatches: Vec<(String, String)>,
    unordered_timestamps: Vec<(String, String)>,
    missing_offsets: Vec<(String, String)>,
    offset_gaps: Vec<(String, String)>,
}

impl Findings {
    /// An offset index points at a batch that ends at another offset.
    pub fn index_mismatch(&mut self, file: &Path, indexed: i64, found: i64) {
        let line = format!("  Index offset: {indexed}, log offset: {found}");
        self.index_mismatches.push((name(file), line));
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
        let line = format!("  {before} is followed by {after}");
        self.offset_gaps.push((name(file), line));
    }

    /// The report, line by line: each file's lines of one kind under one heading.
    pub fn lines(self) -> Vec<String> {
        let kinds = [
            ("Mismatches in :", self.index_mismatches),
            ("Found timestamp mismatch in :", self.timestamp_mismatches),
            (
                "Found out of order timestamp in :",
                self.unordered_timestamps,
            ),
            (
                "The following indexed offsets are not found in :",
                self.missing_offsets,
            ),
            ("Non-consecutive offsets in ", self.offset_gaps),
        ];
        let mut lines = Vec::new();
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
        lines
    }
}

fn name(file: &Path) -> String {
    let absolute = std::path::absolute(file);
    absolute.as_deref().unwrap_or(file).display().to_string()
}
