use regex::bytes::{Regex, RegexBuilder};

use super::complaint::Complaint;

/// A filter of topics by name: a regular expression for the whole name, or several separated by
/// commas (Kafka's `IncludeList`).
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    pub fn parse(text: &str) -> Result<Pattern, Complaint> {
        let trimmed = text.trim().trim_matches(['"', '\'']);
        let alternatives: Vec<&str> = trimmed.split(',').map(str::trim).collect();
        let whole = format!("^(?:{})$", alternatives.join("|"));
        // Names are ASCII, so the tables of Unicode are not needed.
        let regex = RegexBuilder::new(&whole).unicode(false).build();
        regex.map(Pattern).map_err(|error| {
            Complaint::new(format!(
                "{text:?} is no regular expression for topics: {error}"
            ))
        })
    }

    pub fn matches(&self, topic: &str) -> bool {
        self.0.is_match(topic.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_matches_whole_names_and_lists() {
        let matches = |pattern, topic| Pattern::parse(pattern).unwrap().matches(topic);
        assert!(matches("web", "web"));
        assert!(!matches("web", "web2"));
        assert!(matches("web.*", "web2"));
        assert!(matches("a, b", "b"));
        assert!(matches("\"a|b\"", "a"));
        assert!(matches(r"t-\d+", "t-12"));
        assert!(Pattern::parse("(").is_err());
    }
}
