use std::path::Path;

use super::case::Step;
use super::parse::parse;
use crate::io::fs;
use crate::perf::complaint::Complaint;

/// A workload, read and checked.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    pub name: String,
    pub about: String,
    pub steps: Vec<Step>,
    /// Part of the program, with the files it names.
    pub is_built_in: bool,
}

/// The scenarios that are part of the program, with their texts.
pub const NAMES: [(&str, &str); 12] = [
    ("bulk", include_str!("bulk.toml")),
    ("bulk-big", include_str!("bulk-big.toml")),
    ("small", include_str!("small.toml")),
    ("single", include_str!("single.toml")),
    ("keyed-1000", include_str!("keyed-1000.toml")),
    ("e2e-durable", include_str!("e2e-durable.toml")),
    ("half", include_str!("half.toml")),
    ("tail", include_str!("tail.toml")),
    ("catch-up", include_str!("catch-up.toml")),
    ("lz4", include_str!("lz4.toml")),
    ("zstd", include_str!("zstd.toml")),
    ("log-lines", include_str!("log-lines.toml")),
];

/// What they name.
const FILES: [(&str, &[u8]); 1] = [("access.log", include_bytes!("access.log"))];

fn text_of(name: &str) -> Option<&'static str> {
    let found = NAMES.iter().find(|(own, _)| *own == name);
    found.map(|(_, text)| *text)
}

/// The text of the scenario of this name, or of this file.
pub async fn text(wanted: &str) -> Result<String, Complaint> {
    if let Some(text) = text_of(wanted) {
        return Ok(text.to_owned());
    }
    let bytes = fs::read(Path::new(wanted)).await.map_err(|error| {
        Complaint(format!(
            "{wanted} is neither a scenario nor a file that can be read ({error}): \
             `corelane perf run --list` tells the scenarios"
        ))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Scenario {
    /// The scenario of this name that is part of the program.
    pub fn built_in(name: &str) -> Result<Scenario, Complaint> {
        let text = text_of(name).unwrap_or_default();
        Ok(Scenario {
            is_built_in: true,
            ..parse(name, name, text)?
        })
    }

    /// The scenario of this name, or of this file.
    pub async fn find(wanted: &str) -> Result<Scenario, Complaint> {
        if text_of(wanted).is_some() {
            return Scenario::built_in(wanted);
        }
        let path = Path::new(wanted);
        let name = path
            .file_stem()
            .map_or(wanted.into(), |stem| stem.to_string_lossy());
        let mut scenario = parse(wanted, &name, &text(wanted).await?)?;
        scenario.place_files(path.parent().unwrap_or(Path::new("")));
        Ok(scenario)
    }

    /// Writes the files that the scenarios of this program name into `folder`, and names them as
    /// there.
    pub async fn unpack(&mut self, folder: &Path) -> Result<(), Complaint> {
        if !self.is_built_in {
            return Ok(());
        }
        for (name, bytes) in FILES {
            let path = folder.join(name);
            let written = fs::write(&path, bytes.to_vec()).await;
            let shown = path.display();
            written.map_err(|error| Complaint(format!("cannot write {shown}: {error}")))?;
        }
        self.place_files(folder);
        Ok(())
    }

    /// Payload files are named as seen from the scenario's own place.
    fn place_files(&mut self, folder: &Path) {
        let cases = self.steps.iter_mut().flat_map(|step| &mut step.cases);
        for load in cases.flat_map(|case| case.first.iter_mut().chain(&mut case.loads)) {
            if let Some(file) = load.words.get_mut("payload-file") {
                *file = folder.join(&*file).to_string_lossy().into_owned();
            }
        }
    }

    /// As [`Scenario::set`], for measured loads that end by time.
    pub fn set_timed(&mut self, word: &str, value: &str) {
        for case in self.steps.iter_mut().flat_map(|step| &mut step.cases) {
            if let Some(load) = case.loads.first_mut().filter(|load| load.ends_by_time()) {
                load.set(word, value);
            }
        }
    }

    /// Gives all loads that know it another value of a word; it must be known to one.
    pub fn set(&mut self, word: &str, value: &str) -> Result<(), Complaint> {
        let mut is_known = false;
        for case in self.steps.iter_mut().flat_map(|step| &mut step.cases) {
            for load in case.all_loads() {
                is_known |= load.set(word, value);
                load.check().map_err(Complaint)?;
            }
        }
        match is_known {
            true => Ok(()),
            false => Err(Complaint(format!(
                "no load of scenario {} knows --{word}",
                self.name
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NAMES, Path, Scenario, fs};
    use crate::io::uring::run_alone;

    fn scenario(name: &str) -> Scenario {
        Scenario::built_in(name).unwrap_or_else(|complaint| panic!("{complaint}"))
    }

    /// The names of all cases, and the first load of each as a command line.
    fn cases(name: &str) -> Vec<(String, String)> {
        let steps = scenario(name).steps;
        let cases = steps.iter().flat_map(|step| &step.cases);
        let told = |case: &crate::perf::scenario::Case| {
            let line = case.loads.first().map(|load| load.line(&[]).join(" "));
            (case.name.clone(), line.unwrap_or_default())
        };
        cases.map(told).collect()
    }

    #[test]
    fn every_file_of_the_folder_is_a_scenario_that_can_be_run() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/perf/scenario");
        let files = run_alone(async { fs::list(Path::new(folder)).await });
        let files = files
            .expect("an executor")
            .expect("it is part of the source");
        let mut found: Vec<String> = files
            .iter()
            .filter_map(|file| Some(file.name.strip_suffix(".toml")?.to_owned()))
            .collect();
        let mut known = NAMES.map(|(name, _)| name.to_owned()).to_vec();
        found.sort();
        known.sort();
        assert_eq!(found, known);
        for (name, _) in NAMES {
            let scenario = scenario(name);
            assert!(
                !scenario.about.is_empty() && !scenario.steps.is_empty(),
                "{name}"
            );
        }
    }

    #[test]
    fn scenarios_expand_to_what_their_files_say() {
        let names =
            |name: &str| -> Vec<String> { cases(name).into_iter().map(|(case, _)| case).collect() };
        let alone = [
            "bulk",
            "bulk-big",
            "single",
            "keyed-1000",
            "e2e-durable",
            "log-lines",
        ];
        for name in alone {
            assert_eq!(names(name), [name]);
        }
        assert_eq!(names("small"), ["small rate=10k", "small rate=50k"]);
        assert_eq!(names("half"), ["limit", "half"]);
        assert_eq!(names("tail"), ["tail groups=1", "tail groups=16"]);
        assert_eq!(names("catch-up"), ["limit", "catch-up"]);
        assert_eq!(names("lz4"), ["lz4", "lz4-read"]);
        assert_eq!(names("zstd"), ["zstd", "zstd-read"]);
        assert_eq!(
            cases("bulk")[0].1,
            "produce --acks all --batch-bytes 64KiB --duration 8s --partitions 16 \
             --record-size 1KiB --warmup 2s"
        );
        let tail = &scenario("tail").steps[0].cases[1];
        let lines: Vec<String> = tail
            .loads
            .iter()
            .map(|load| load.line(&[]).join(" "))
            .collect();
        assert_eq!(
            lines[0],
            "consume --check batches --duration 8s --groups 16 --partitions 16 --tail --warmup 2s"
        );
        assert!(lines[1].starts_with("produce ") && lines[1].contains("--rate 200MB/s"));
        let catch_up = scenario("catch-up");
        let case = &catch_up.steps[1].cases[0];
        assert_eq!((case.first.len(), case.loads.len()), (1, 2));
        let share = case.loads[1].share().expect("half of the limit");
        assert_eq!((share.share, share.of_step.as_str()), (0.5, "limit"));
    }

    #[test]
    fn words_are_changed_where_they_are_known() {
        let mut scenario = scenario("tail");
        assert_eq!(scenario.set("record-size", "100"), Ok(()));
        scenario.set_timed("duration", "1s");
        let loads = &scenario.steps[0].cases[0].loads;
        assert_eq!(loads[0].words.get("record-size"), None);
        assert_eq!(loads[1].words["record-size"], "100");
        assert_eq!(loads[0].words["duration"], "1s");
        assert_eq!(loads[1].words["duration"], "30s");
        assert!(scenario.set("colour", "red").is_err());
        assert!(scenario.set("groups", "none").is_err());
    }
}
