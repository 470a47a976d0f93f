use crate::tool::corelane;

const COMMANDS: [&str; 21] = [
    "serve",
    "topics",
    "console-producer",
    "console-consumer",
    "get-offsets",
    "delete-records",
    "configs",
    "log-dirs",
    "broker-api-versions",
    "cluster",
    "features",
    "storage",
    "metadata-quorum",
    "leader-election",
    "reassign-partitions",
    "acls",
    "dump-log",
    "server-start",
    "server-stop",
    "install-links",
    "completion",
];

#[test]
fn the_first_page_fits_a_small_screen() {
    for line in ["", "--help"] {
        let said = corelane(line);
        assert_eq!(said.code, Some(0), "{line}");
        let page = format!("{}{}", said.stdout, said.stderr);
        assert!(page.lines().count() <= 40, "{} lines", page.lines().count());
        let longest = page.lines().map(str::len).max();
        assert!(longest <= Some(80), "{longest:?} columns:\n{page}");
        for command in COMMANDS {
            assert!(page.contains(command), "{command} is missing");
        }
    }
}

#[test]
fn every_command_explains_itself_its_options_and_an_example() {
    for command in COMMANDS {
        let said = corelane(&format!("{command} --help"));
        assert_eq!(
            (said.code, said.stderr.as_str()),
            (Some(0), ""),
            "{command}"
        );
        assert!(said.stdout.contains("Usage: corelane"), "{}", said.stdout);
        let example = format!("Example:\n  corelane {command}");
        assert!(said.stdout.contains(&example) || said.stdout.contains("completion bash"));
        let longest = said.stdout.lines().map(str::len).max();
        assert!(longest <= Some(100), "{command}: {longest:?} columns");
    }
}

#[test]
fn completions_of_the_shells_know_commands_and_options() {
    for shell in ["bash", "zsh", "fish"] {
        let said = corelane(&format!("completion {shell}"));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in COMMANDS
            .iter()
            .chain(&["from-beginning", "bootstrap-server"])
        {
            assert!(said.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn the_version_is_told() {
    for line in ["--version", "topics --version", "storage -V"] {
        let said = corelane(line);
        let version = format!("corelane {}\n", env!("CARGO_PKG_VERSION"));
        assert_eq!((said.code, said.stdout), (Some(0), version), "{line}");
    }
}

#[test]
fn help_can_be_asked_for_by_that_word() {
    for (asked, same) in [("help", "--help"), ("help topics", "topics --help")] {
        assert_eq!(corelane(asked).stdout, corelane(same).stdout, "{asked}");
    }
}
