use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::case::{CASES_MAX, Draft, Step, combine};
use super::load::Kind;
use super::named::Scenario;
use crate::config::nearest;
use crate::perf::amount;
use crate::perf::complaint::Complaint;

const TOP_KEYS: [&str; 3] = ["about", "all", "step"];
const STEP_KEYS: [&str; 3] = ["name", "first", "load"];
/// Beside the words of its command.
const LOAD_KEYS: [&str; 3] = ["perf", "name", "after"];

/// A scenario's text, and what it is called in complaints.
struct Page<'a> {
    place: &'a str,
    text: &'a str,
}

type Words = BTreeMap<String, Vec<String>>;

/// Reads a scenario. `place` is the file or the name under which it is known.
pub fn parse(place: &str, name: &str, text: &str) -> Result<Scenario, Complaint> {
    let page = Page { place, text };
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        page.wrong(&span, error.message())
    })?;
    let table = table.get_ref();
    page.only(table, &TOP_KEYS)?;
    let about = match table.get("about") {
        Some(value) => page.text_of(value)?,
        None => String::new(),
    };
    let all = match table.get("all") {
        Some(value) => page.words_of_all(page.table_of(value)?)?,
        None => Words::new(),
    };
    let mut steps: Vec<Step> = Vec::new();
    for step in page.tables(table, "step")? {
        let step = page.step(step, &all, &steps)?;
        steps.push(step);
    }
    if steps.is_empty() {
        return Err(Complaint(format!(
            "{place}: no [[step]] says what to run: `corelane perf run --show bulk` prints one"
        )));
    }
    Ok(Scenario {
        name: name.to_owned(),
        about,
        steps,
        is_built_in: false,
    })
}

impl Page<'_> {
    fn wrong(&self, span: &Range<usize>, what: impl Display) -> Complaint {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        Complaint(format!("{}:{line}: {what}", self.place))
    }

    /// Whether a table has these keys and no others.
    fn only(&self, table: &DeTable<'_>, keys: &[&str]) -> Result<(), Complaint> {
        let odd = table
            .iter()
            .find(|(key, _)| !keys.contains(&key.get_ref().as_ref()));
        match odd {
            Some((key, _)) => Err(self.unknown(key.get_ref(), &key.span(), keys)),
            None => Ok(()),
        }
    }

    fn unknown(&self, key: &str, span: &Range<usize>, known: &[&str]) -> Complaint {
        let advice = match nearest(key, known.iter().copied()) {
            Some(near) => format!("did you mean {near:?}?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.wrong(span, format!("there is no {key:?}: {advice}"))
    }

    fn text_of(&self, value: &Spanned<DeValue<'_>>) -> Result<String, Complaint> {
        let text = value.get_ref().as_str().map(str::to_owned);
        text.ok_or_else(|| self.wrong(&value.span(), "a text in quotes is expected here"))
    }

    fn table_of<'t, 'i>(
        &self,
        value: &'t Spanned<DeValue<'i>>,
    ) -> Result<&'t DeTable<'i>, Complaint> {
        let table = value.get_ref().as_table();
        table.ok_or_else(|| self.wrong(&value.span(), "a table is expected here"))
    }

    /// The tables of `[[key]]`, with where each stands.
    fn tables<'t, 'i>(
        &self,
        table: &'t DeTable<'i>,
        key: &str,
    ) -> Result<Vec<(&'t DeTable<'i>, Range<usize>)>, Complaint> {
        let Some(value) = table.get(key) else {
            return Ok(Vec::new());
        };
        let expected = || self.wrong(&value.span(), format!("write [[{key}]] here"));
        let array = value.get_ref().as_array().ok_or_else(expected)?;
        let each = array
            .iter()
            .map(|one| Ok((self.table_of(one)?, one.span())));
        each.collect()
    }

    /// A word's value, or its list of values.
    fn values(&self, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Complaint> {
        let one = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) => Ok(number.to_string()),
            DeValue::Float(number) => Ok(number.to_string()),
            DeValue::Boolean(truth) => Ok(truth.to_string()),
            _ => Err(self.wrong(&value.span(), "a text, a number, true or false is expected")),
        };
        match value.get_ref() {
            DeValue::Array(list) if list.is_empty() => {
                Err(self.wrong(&value.span(), "a list needs at least one value"))
            }
            DeValue::Array(list) => list.iter().map(one).collect(),
            _ => Ok(vec![one(value)?]),
        }
    }

    fn words_of_all(&self, table: &DeTable<'_>) -> Result<Words, Complaint> {
        let known: Vec<String> = Kind::ALL.into_iter().flat_map(Kind::words).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        self.only(table, &known)?;
        let pairs = table.iter();
        pairs
            .map(|(key, value)| Ok((key.get_ref().to_string(), self.values(value)?)))
            .collect()
    }

    fn step(
        &self,
        (table, span): (&DeTable<'_>, Range<usize>),
        all: &Words,
        before: &[Step],
    ) -> Result<Step, Complaint> {
        self.only(table, &STEP_KEYS)?;
        let name = match table.get("name") {
            Some(value) => self.text_of(value)?,
            None => return Err(self.wrong(&span, "the step has no name")),
        };
        if before.iter().any(|step| step.name == name) {
            return Err(self.wrong(&span, format!("there is another step {name:?}")));
        }
        let (mut drafts, mut places) = (Vec::new(), Vec::new());
        for key in ["first", "load"] {
            for (load, span) in self.tables(table, key)? {
                drafts.push(self.draft(load, &span, key == "first")?);
                places.push(span);
            }
        }
        if drafts.iter().all(|draft| draft.is_first) {
            return Err(self.wrong(&span, format!("step {name:?} has no [[step.load]]")));
        }
        let cases = combine(&name, all, &drafts);
        if cases.len() > CASES_MAX {
            let what = format!("the lists of step {name:?} make more than {CASES_MAX} runs");
            return Err(self.wrong(&span, what));
        }
        for case in &cases {
            let loads = case.first.iter().chain(&case.loads);
            for (load, place) in loads.zip(&places) {
                load.check().map_err(|why| self.wrong(place, why))?;
                if let Some(share) = load.share()
                    && !before.iter().any(|step| step.name == share.of_step)
                {
                    let what = format!("no step before this one is called {:?}", share.of_step);
                    return Err(self.wrong(place, what));
                }
            }
        }
        Ok(Step { name, cases })
    }

    fn draft(
        &self,
        table: &DeTable<'_>,
        span: &Range<usize>,
        is_first: bool,
    ) -> Result<Draft, Complaint> {
        let names = Kind::ALL.map(Kind::name).join(", ");
        let expected = || self.wrong(span, format!("perf = says which command: {names}"));
        let perf = table.get("perf").ok_or_else(expected)?;
        let kind = Kind::of_name(&self.text_of(perf)?)
            .ok_or_else(|| self.wrong(&perf.span(), format!("perf is one of {names}")))?;
        let words = kind.words();
        let mut known: Vec<&str> = words.iter().map(String::as_str).collect();
        known.extend(LOAD_KEYS);
        self.only(table, &known)?;
        let mut draft = Draft {
            kind,
            name: kind.name().to_owned(),
            after: Duration::ZERO,
            words: Words::new(),
            is_first,
        };
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "perf" => {}
                "name" => draft.name = self.text_of(value)?,
                "after" => {
                    let after = amount::span(&self.text_of(value)?);
                    draft.after = after.map_err(|why| self.wrong(&value.span(), why))?;
                }
                word => drop(draft.words.insert(word.to_owned(), self.values(value)?)),
            }
        }
        Ok(draft)
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    /// What is said of a scenario that is wrong.
    fn said(text: &str) -> String {
        parse("s.toml", "s", text).expect_err("it is wrong").0
    }

    #[test]
    fn whatever_is_wrong_is_told_with_its_line() {
        let step = "[[step]]\nname = \"a\"\n[[step.load]]\nperf = \"produce\"\n";
        let cases = [
            (
                "abuot = \"x\"",
                "s.toml:1: there is no \"abuot\": did you mean \"about\"?",
            ),
            ("about = 7", "s.toml:1: a text in quotes"),
            ("about = \"x", "s.toml:1: "),
            (
                "[all]\nrecord-sze = \"1KiB\"",
                "s.toml:2: there is no \"record-sze\": did you",
            ),
            (
                "[[step]]\nname = \"a\"\n",
                "s.toml:1: step \"a\" has no [[step.load]]",
            ),
            (
                "[[step]]\n[[step.load]]\nperf = \"produce\"",
                "s.toml:1: the step has no name",
            ),
            (
                "[[step]]\nname = \"a\"\n[[step.load]]\n",
                "s.toml:3: perf = says which command",
            ),
            ("step = 3", "s.toml:1: write [[step]] here"),
            ("", "s.toml: no [[step]] says what to run"),
        ];
        for (text, words) in cases {
            let told = said(text);
            assert!(told.starts_with(words), "{text}:\n{told}");
        }
        let in_load = [
            (
                "recrod-size = \"1KiB\"",
                "s.toml:5: there is no \"recrod-size\": did you mean",
            ),
            ("topic = \"t\"", "s.toml:5: there is no \"topic\""),
            ("after = \"soon\"", "s.toml:5: \"soon\" is no duration"),
            (
                "partitions = []",
                "s.toml:5: a list needs at least one value",
            ),
            (
                "partitions = { n = 1 }",
                "s.toml:5: a text, a number, true or false",
            ),
            (
                "record-size = \"big\"",
                "s.toml:3: invalid value 'big' for '--record-size",
            ),
            (
                "rate = \"50% of b\"",
                "s.toml:3: no step before this one is called \"b\"",
            ),
        ];
        for (line, words) in in_load {
            let told = said(&format!("{step}{line}\n"));
            assert!(told.starts_with(words), "{line}:\n{told}");
        }
        assert!(said(&format!("{step}{step}")).contains("there is another step \"a\""));
        let many: Vec<String> = (1..=300).map(|number| number.to_string()).collect();
        let told = said(&format!("{step}partitions = [{}]", many.join(", ")));
        assert!(told.contains("make more than 256 runs"), "{told}");
    }

    #[test]
    fn lists_are_combined_and_those_of_all_loads_stay_together() {
        let text = "[all]\npartitions = [1, 16]\n[[step]]\nname = \"a\"\n\
                    [[step.load]]\nperf = \"consume\"\n\
                    [[step.load]]\nperf = \"produce\"\nname = \"writer\"\nafter = \"1s\"\n\
                    record-size = [\"100\", \"1KiB\"]\npartitions = 3\n";
        let scenario = parse("s.toml", "s", text).unwrap();
        let cases = &scenario.steps[0].cases;
        let names: Vec<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "a partitions=1 record-size=100",
                "a partitions=1 record-size=1KiB",
                "a partitions=16 record-size=100",
                "a partitions=16 record-size=1KiB",
            ]
        );
        let last = &cases[3].loads;
        assert_eq!(last[0].words["partitions"], "16");
        assert_eq!(last[1].words["partitions"], "3");
        assert_eq!(
            (last[1].name.as_str(), last[1].after.as_secs()),
            ("writer", 1)
        );
    }
}
