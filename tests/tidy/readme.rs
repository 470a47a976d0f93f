//! README.md against the code it speaks of.

use corelane::wire::ApiKey;
use corelane::wire::versions::{advertised, served_keys};

/// `| 3 | Metadata | 0-13 |`, as the README has it.
fn row(key: ApiKey) -> String {
    let versions = advertised(key).expect("a served API is advertised");
    let (first, last) = (versions.start(), versions.end());
    format!("| {} | {} | {first}-{last} |", key.number(), key.name())
}

#[test]
fn the_readme_lists_the_apis_that_are_advertised() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let is_row = |line: &&str| {
        let cell = line
            .strip_prefix("| ")
            .and_then(|line| line.split(' ').next());
        cell.is_some_and(|cell| cell.parse::<i16>().is_ok())
    };
    let listed: Vec<&str> = readme.lines().filter(is_row).collect();
    let served: Vec<String> = served_keys().map(row).collect();
    assert_eq!(
        listed.join("\n"),
        served.join("\n"),
        "README.md (left) and the table (right)"
    );
}
