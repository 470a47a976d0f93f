use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words of Kafka's tools for which nothing is here: the command, its words, and why not. The
/// command "" stands for commands themselves.
const ABSENT: [(&str, &[&str], &str); 4] = [
    (
        "",
        &[
            "consumer-groups",
            "share-groups",
            "streams-groups",
            "transactions",
        ],
        "groups and transactions are not served yet",
    ),
    (
        "",
        &["producer-perf-test", "consumer-perf-test"],
        "measuring is done by `corelane perf`",
    ),
    (
        "acls",
        &["--add", "--remove"],
        "no access control lists are kept yet, so listen where only friends can connect",
    ),
    (
        "reassign-partitions",
        &["--execute", "--generate", "--verify", "--cancel"],
        "a single node has nowhere to move a partition to",
    ),
];

/// What is said about a command line that makes no sense: what is wrong with it, what may have
/// been meant, and where the options are listed. `command` is the first word, if it is one.
pub fn explain(error: &Error, command: Option<&str>) -> String {
    let rendered = error.to_string();
    let mut paragraphs = rendered.split("\n\n").map(one_line);
    let wrong = paragraphs.next().unwrap_or_default();
    let wrong = wrong.strip_prefix("error: ").unwrap_or(&wrong);
    let tips = paragraphs.filter_map(|text| text.strip_prefix("tip: ").map(str::to_owned));
    let tips: String = match absent(error, command.unwrap_or_default()) {
        Some(why) => format!(": {why}"),
        None => tips.map(|tip| format!("; {tip}")).collect(),
    };
    let said = in_plain_words(&format!("{wrong}{tips}"));
    let command = command.map_or(String::new(), |command| format!(" {command}"));
    format!("{said}. `corelane{command} --help` shows what can be said.")
}

/// Why a word that Kafka's tools know is not known here.
fn absent(error: &Error, command: &str) -> Option<&'static str> {
    let kind = match error.kind() {
        ErrorKind::UnknownArgument => ContextKind::InvalidArg,
        ErrorKind::InvalidSubcommand => ContextKind::InvalidSubcommand,
        _ => return None,
    };
    let Some(ContextValue::String(word)) = error.get(kind) else {
        return None;
    };
    let is_it = |row: &&(&str, &[&str], &str)| row.0 == command && row.1.contains(&word.as_str());
    ABSENT.iter().find(is_it).map(|(_, _, why)| *why)
}

/// The libraries' words for what is missing or no number, and for what a command has below it.
fn in_plain_words(text: &str) -> String {
    text.replace("invalid digit found in string", "expected a whole number")
        .replace(
            "the following required arguments were not provided",
            "missing",
        )
        .replace(
            "requires a subcommand but one was not provided",
            "needs a command",
        )
        .replace("subcommand", "command")
}

/// The answer to `--zookeeper`, which Kafka's tools took until version 3.
pub const NO_ZOOKEEPER: &str = "There is no ZooKeeper here: leave --zookeeper out and use \
                                --bootstrap-server HOST:PORT [default: localhost:9092].";

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
