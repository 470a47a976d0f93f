use plotters::style::RGBColor;
use serde_json::Value;

use super::palette;
use super::recorded::Recorded;
use crate::perf::amount::grouped;

/// One run, as its JSON tells it.
#[derive(Clone, Debug)]
pub struct Run {
    pub value: Value,
}

/// Runs of one name, drawn in one colour.
#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub color: RGBColor,
    pub runs: Vec<Run>,
}

/// What belongs beside each other, sorted by its kind: a chapter of a report.
#[derive(Clone, Debug, Default)]
pub struct Story {
    /// None where there is but one.
    pub title: Option<String>,
    pub groups: Vec<Group>,
    /// Points of a search for a limit, apart from its knee, which is a group: for the log only.
    pub points: Vec<(String, Run)>,
    /// Values as they came, by the names they were given.
    pub values: Vec<(String, Value)>,
}

impl Run {
    /// A number at a path such as `/client/process_cpu_seconds`.
    pub fn number(&self, path: &str) -> Option<f64> {
        let number = self.value.pointer(path)?.as_f64()?;
        number.is_finite().then_some(number)
    }

    /// What was recorded, by the names of the measures: latency first, the client's own lateness
    /// last.
    pub fn measures(&self) -> Vec<(String, Recorded)> {
        let members = self.value.as_object().into_iter().flatten();
        let measures =
            members.filter_map(|(name, value)| Some((name.clone(), Recorded::read(value)?)));
        let mut measures: Vec<(String, Recorded)> = measures.collect();
        let rank = |name: &str| match name {
            "latency" => 0,
            "client_lateness" => 2,
            _ => 1,
        };
        measures.sort_by_key(|(name, _)| rank(name));
        measures
    }
}

impl Story {
    /// Puts a value with the rest: a run by itself, or what holds several.
    pub fn add(&mut self, name: &str, value: Value) {
        let all = |member: &str| value.get(member).and_then(Value::as_array);
        if let Some(runs) = all("runs") {
            for run in runs {
                let name = run.get("name").and_then(Value::as_str).unwrap_or(name);
                self.add_run(name, run.clone());
            }
        } else if let Some(points) = all("points") {
            let knee = value.get("knee_records_per_second").and_then(Value::as_f64);
            points.iter().for_each(|point| self.add_point(point, knee));
        } else if value.get("series").is_some() {
            self.add_run(name, value.clone());
        }
        self.values.push((name.to_owned(), value));
    }

    fn add_point(&mut self, point: &Value, knee: Option<f64>) {
        let rate = point.get("rate_records_per_second").and_then(Value::as_f64);
        let (Some(rate), Some(run)) = (rate, point.get("run")) else {
            return;
        };
        let name = format!("{} records/s", grouped(rate as u64));
        match Some(rate) == knee {
            true => self.add_run(&format!("{name}, the knee"), run.clone()),
            false => self.points.push((name, Run { value: run.clone() })),
        }
    }

    fn add_run(&mut self, name: &str, value: Value) {
        let run = Run { value };
        match self.groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.runs.push(run),
            None => self.groups.push(Group {
                name: name.to_owned(),
                color: palette::color(self.groups.len()),
                runs: vec![run],
            }),
        }
    }

    pub fn runs(&self) -> impl Iterator<Item = (&Group, &Run)> {
        self.groups
            .iter()
            .flat_map(|group| group.runs.iter().map(move |run| (group, run)))
    }

    /// What tells of settings and hosts: the first run of each name, or where there are no runs
    /// a point, or the values themselves.
    pub fn witnesses(&self) -> Vec<(&str, &Value)> {
        let groups = self.groups.iter();
        let groups = groups.filter_map(|group| Some((&group.name, &group.runs.first()?.value)));
        let points = self.points.iter().map(|(name, run)| (name, &run.value));
        let values = self.values.iter().map(|(name, value)| (name, value));
        let found: Vec<(&String, &Value)> = match (self.groups.len(), self.points.len()) {
            (0, 0) => values.collect(),
            (0, _) => points.take(1).collect(),
            _ => groups.collect(),
        };
        found
            .into_iter()
            .map(|(name, value)| (name.as_str(), value))
            .collect()
    }

    /// There is but one run, so that its lines need no name.
    pub fn is_single(&self) -> bool {
        self.runs().count() == 1
    }
}
