use super::Options;
use crate::cli::complaint::Complaint;
use crate::cli::pattern::Pattern;

/// Which partitions of which topics are asked for: one of these has to match.
#[derive(Debug)]
pub struct Rule {
    /// `None` matches every topic.
    topic: Option<Pattern>,
    partitions: Partitions,
}

#[derive(Debug)]
enum Partitions {
    /// From the first bound (in) to the second (out), where given.
    Range(Option<i32>, Option<i32>),
    Listed(Vec<i32>),
}

impl Rule {
    /// The rules that options name; the one that matches all when they name none.
    pub fn of(options: &Options) -> Result<Vec<Rule>, Complaint> {
        if let Some(list) = &options.topic_partitions {
            if options.topic.is_some() || options.partitions.is_some() {
                let words = "--topic-partitions cannot be used with --topic or --partitions";
                return Err(Complaint::new(words));
            }
            return list
                .split(',')
                .map(|text| Rule::parse(text.trim()))
                .collect();
        }
        let topic = options.topic.as_deref().map(Pattern::parse).transpose()?;
        let partitions = match &options.partitions {
            None => Partitions::Range(None, None),
            Some(list) => Partitions::Listed(numbers(list)?),
        };
        Ok(vec![Rule { topic, partitions }])
    }

    /// `TOPIC`, `TOPIC:1`, `TOPIC:0-3`, `TOPIC:5-` or `TOPIC:-3`; without a topic, of all.
    fn parse(text: &str) -> Result<Rule, Complaint> {
        let (topic, partitions) = text.split_once(':').unwrap_or((text, ""));
        let rule = text;
        let number = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                Complaint::new(format!(
                    "Invalid rule specification: {rule}. Expected TOPIC, TOPIC:1, TOPIC:0-3, \
                     TOPIC:5- or TOPIC:-3"
                ))
            }),
        };
        let partitions = match partitions.split_once('-') {
            Some((from, to)) => Partitions::Range(number(from)?, number(to)?),
            None => match number(partitions)? {
                Some(one) => Partitions::Listed(vec![one]),
                None => Partitions::Range(None, None),
            },
        };
        let topic = match topic.is_empty() {
            true => None,
            false => Some(Pattern::parse(topic)?),
        };
        Ok(Rule { topic, partitions })
    }

    pub fn matches(&self, topic: &str, partition: i32) -> bool {
        let topic_matches = self
            .topic
            .as_ref()
            .is_none_or(|pattern| pattern.matches(topic));
        topic_matches
            && match &self.partitions {
                Partitions::Listed(listed) => listed.contains(&partition),
                Partitions::Range(from, to) => {
                    from.is_none_or(|from| partition >= from) && to.is_none_or(|to| partition < to)
                }
            }
    }
}

/// Of `--partitions`.
fn numbers(list: &str) -> Result<Vec<i32>, Complaint> {
    let numbers: Result<Vec<i32>, _> = list.split(',').map(|text| text.trim().parse()).collect();
    numbers.map_err(|_| {
        Complaint::new(format!(
            "--partitions expects a comma separated list of numeric partition ids, but received: \
             {list}"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::Rule;

    #[test]
    fn rules_name_topics_and_ranges_of_partitions() {
        let matches = |rule, partition| Rule::parse(rule).unwrap().matches("web", partition);
        assert!(matches("web", 7));
        assert!(matches("web:1", 1) && !matches("web:1", 2));
        assert!(matches("w.*:1-3", 2) && !matches("w.*:1-3", 3));
        assert!(matches(":-3", 0) && !matches("web:-3", 3));
        assert!(matches("web:5-", 5) && !matches("web:5-", 4));
        assert!(!matches("logs", 0));
        assert!(Rule::parse("web:x").is_err());
    }
}
