use clap::Error;

/// What is said about a command line that makes no sense: what is wrong with it, what may have
/// been meant, and where the options are listed. `command` is the first word, if it is one.
pub fn explain(error: &Error, command: Option<&str>) -> String {
    let rendered = error.to_string();
    let mut paragraphs = rendered.split("\n\n").map(one_line);
    let wrong = paragraphs.next().unwrap_or_default();
    let wrong = wrong.strip_prefix("error: ").unwrap_or(&wrong);
    // The standard library's words for text that is no number.
    let wrong = wrong.replace("invalid digit found in string", "expected a whole number");
    let tips = paragraphs.filter_map(|text| text.strip_prefix("tip: ").map(str::to_owned));
    let tips: String = tips.map(|tip| format!("; {tip}")).collect();
    let command = command.map_or(String::new(), |command| format!(" {command}"));
    format!("{wrong}{tips}. `corelane{command} --help` shows what can be said.")
}

/// The answer to `--zookeeper`, which Kafka's tools took until version 3.
pub const NO_ZOOKEEPER: &str = "There is no ZooKeeper here: leave --zookeeper out and use \
                                --bootstrap-server HOST:PORT [default: localhost:9092].";

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
