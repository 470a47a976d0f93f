use serde_json::Value;

use super::story::Story;

/// All that one report tells: what is drawn over each other in one chapter, each step of a
/// comparison in one of its own.
#[derive(Clone, Debug, Default)]
pub struct Chapters {
    pub all: Vec<Story>,
}

impl Chapters {
    pub fn add(&mut self, name: &str, mut value: Value) {
        let is_compared = value.get("command").and_then(Value::as_str) == Some("compare");
        let steps = value
            .get_mut("steps")
            .filter(|_| is_compared)
            .map(Value::take);
        match steps {
            Some(Value::Array(steps)) => {
                steps
                    .into_iter()
                    .for_each(|step| self.add_step(&value, step));
            }
            _ => {
                if !self.all.iter().any(|story| story.title.is_none()) {
                    self.all.insert(0, Story::default());
                }
                if let Some(story) = self.all.first_mut() {
                    story.add(name, value);
                }
            }
        }
    }

    /// A step says itself what the whole says of all of them.
    fn add_step(&mut self, whole: &Value, mut step: Value) {
        let name = step.get("name").and_then(Value::as_str);
        let name = name.unwrap_or("a step without a name").to_owned();
        if let Some(members) = step.as_object_mut() {
            for member in ["tool", "tool_version", "scenario", "began_unix_ms"] {
                if let Some(said) = whole.get(member) {
                    members.insert(member.to_owned(), said.clone());
                }
            }
        }
        let mut story = Story {
            title: Some(name.clone()),
            ..Story::default()
        };
        story.add(&name, step);
        self.all.push(story);
    }

    /// Values as they came, by their names.
    pub fn values(&self) -> impl Iterator<Item = &(String, Value)> {
        self.all.iter().flat_map(|story| &story.values)
    }

    /// The name of a file is taken already.
    pub fn has(&self, name: &str) -> bool {
        self.values().any(|(known, _)| known == name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Chapters;

    #[test]
    fn steps_of_a_comparison_are_chapters_and_files_share_one() {
        let step = |name: &str| json!({ "name": name, "runs": [{ "name": "a" }] });
        let mut chapters = Chapters::default();
        let steps = [step("bulk"), step("small")];
        chapters.add(
            "file",
            json!({ "command": "compare", "tool": "t", "steps": steps }),
        );
        chapters.add("x", json!({ "series": [] }));
        chapters.add("y", json!({ "command": "disk", "steps": [] }));
        let told = chapters.all.iter();
        let told: Vec<_> = told
            .map(|story| (story.title.as_deref(), story.values.len()))
            .collect();
        assert_eq!(told, [(None, 2), (Some("bulk"), 1), (Some("small"), 1)]);
        assert_eq!(chapters.all[1].values[0].1["tool"], "t");
        assert!(chapters.has("x") && !chapters.has("file"));
    }
}
