use plotters::style::RGBColor;
use serde_json::Value;

use super::palette;
use super::recorded::Recorded;

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

/// All that one report tells, sorted by its kind.
#[derive(Clone, Debug, Default)]
pub struct Story {
    pub groups: Vec<Group>,
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
    /// Puts a value with the rest: a run by itself, or what holds several in `runs`.
    pub fn add(&mut self, name: &str, mut value: Value) {
        if value
            .get("command")
            .is_some_and(|command| command == "compare")
            && let Some(Value::Array(steps)) = value.get_mut("steps").map(Value::take)
        {
            return steps.into_iter().for_each(|step| self.add_step(step));
        }
        match value.get("runs").and_then(Value::as_array) {
            Some(runs) => {
                for run in runs {
                    let name = run.get("name").and_then(Value::as_str).unwrap_or(name);
                    self.add_run(name, run.clone());
                }
            }
            None if value.get("series").is_some() => self.add_run(name, value.clone()),
            None => {}
        }
        self.values.push((name.to_owned(), value));
    }

    /// One step of a comparison; runs of several steps are told apart by its name.
    fn add_step(&mut self, mut step: Value) {
        let name = step.get("name").and_then(Value::as_str).unwrap_or("step");
        let name = name.to_owned();
        for run in step["runs"].as_array_mut().into_iter().flatten() {
            let broker = run.get("name").and_then(Value::as_str).unwrap_or("run");
            run["name"] = format!("{name}, {broker}").into();
        }
        self.add(&name, step);
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

    /// There is but one run, so that its lines need no name.
    pub fn is_single(&self) -> bool {
        self.runs().count() == 1
    }
}
