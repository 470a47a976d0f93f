//! What files are called, where they stand, what a mod.rs holds, and what plain text says.

use crate::house::{Page, plain};
use crate::rule::{Complaint, Rule};
use crate::source::Source;

const DRAWERS: [&str; 9] = [
    "util", "utils", "helper", "helpers", "common", "misc", "manager", "base", "types",
];
const TOP_LEVEL: [&str; 11] = [
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "benches",
    "config",
    "perf",
    "scripts",
    "src",
    "tests",
];
const TESTS: [&str; 8] = [
    "cli", "interop", "machine", "node", "power", "sim", "tidy", "wire",
];
const SCRIPT_LINES_MAX: usize = 40;
const ROOM_CHARTER_LINES_MIN: usize = 3;

/// A place in the tree, before anybody reads the file.
pub fn inspect_path(path: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |rule, advice: &str| {
        let (path, advice) = (path.to_owned(), advice.to_owned());
        complaints.push(Complaint {
            rule,
            path,
            line: 1,
            advice,
        });
    };
    let parts: Vec<&str> = path.split('/').collect();
    let stem = |part: &str| part.split('.').next().unwrap_or(part).to_owned();
    if parts
        .iter()
        .any(|part| DRAWERS.contains(&stem(part).as_str()))
    {
        complain(Rule::FileName, "name the noun it holds; there is no drawer");
    }
    if !TOP_LEVEL.contains(&parts[0]) {
        complain(
            Rule::TopLevel,
            "find its place in one of the folders of the plan",
        );
    }
    if parts[0] == "tests"
        && !parts
            .get(1)
            .is_some_and(|part| TESTS.contains(&stem(part).as_str()))
    {
        complain(
            Rule::TopLevel,
            "make it a module of one of the seven test binaries",
        );
    }
    complaints
}

/// mod.rs and lib.rs: a charter, `mod name;` and `use path;`, nothing else.
pub fn inspect_mod(source: &Source) -> Vec<Complaint> {
    if !source.is_src() || !(source.path.ends_with("/mod.rs") || source.path == "src/lib.rs") {
        return Vec::new();
    }
    let mut complaints: Vec<Complaint> = charter(source).into_iter().collect();
    let mut at = 0;
    while at < source.tokens.len() {
        let start = at;
        while source.text(at) == "#" {
            at = source.after_close(at + 1 + usize::from(source.text(at + 1) == "!"));
        }
        at += usize::from(source.text(at) == "pub");
        at = if source.text(at) == "(" {
            source.after_close(at)
        } else {
            at
        };
        let exports = matches!(source.text(at), "mod" | "use");
        while at < source.tokens.len() && source.text(at) != ";" && exports {
            at += 1;
        }
        if source.text(at) != ";" && start < source.tokens.len() {
            let advice = "move this into a file named after its noun".to_owned();
            complaints.push(source.complain(Rule::ModFile, start, advice));
            break;
        }
        at += 1;
    }
    complaints
}

/// A room that still is an empty plot may have a one-line charter.
fn charter(source: &Source) -> Option<Complaint> {
    let lines = source
        .lines
        .iter()
        .take_while(|line| line.starts_with("//!"))
        .count();
    let is_room = source.module().len() <= 1 && !source.tokens.is_empty();
    let least = if is_room { ROOM_CHARTER_LINES_MIN } else { 1 };
    (lines < least).then(|| {
        let advice = "open with `//!`: what it owns, its invariant, what is absent on purpose";
        source.complain(Rule::Charter, 0, advice.to_owned())
    })
}

/// Any text file: scripts, settings, pages, and the comments of Rust files.
pub fn inspect_page(page: &Page) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let mut complain = |rule, line, advice: String| {
        complaints.push(Complaint {
            rule,
            path: page.path.clone(),
            line,
            advice,
        });
    };
    for (index, line) in page.text.lines().enumerate() {
        if let Some(mark) = later(line) {
            complain(
                Rule::Mark,
                index + 1,
                format!("`{mark}`: finish it, or take it out"),
            );
        }
        let machines = ["work", "root", "farm", "home"].map(|top| format!("/{top}/"));
        if let Some(path) = machines.iter().find(|path| line.contains(path.as_str())) {
            complain(
                Rule::MachinePath,
                index + 1,
                format!("`{path}`: take it from the caller"),
            );
        }
    }
    let lines = page.text.lines().count();
    if is_script(page) && lines > SCRIPT_LINES_MAX {
        complain(
            Rule::FileSize,
            1,
            format!("{lines} lines: logic belongs in the binary"),
        );
    }
    complaints
}

fn is_script(page: &Page) -> bool {
    plain(&page.path) && page.text.starts_with("#!")
}

/// The first word of a line that postpones work.
fn later(line: &str) -> Option<String> {
    let words = line.split(|char: char| !char.is_alphanumeric() && char != '_');
    let marks = [
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("TO", "DO"),
    ];
    words
        .map(str::to_owned)
        .find(|word| marks.contains(&word.as_str()))
}

/// Every line of a dependency table follows a comment and names a crate that the code names too.
pub fn inspect_manifest(page: &Page, sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let (mut inside, mut reason) = (false, false);
    for (index, line) in page.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && line.contains('=') && !line.starts_with(['#', ' ']) {
            let name = line.split([' ', '=']).next().unwrap_or(line);
            let mut complain = |advice: String| {
                let (rule, path, line) = (Rule::Dependency, page.path.clone(), index + 1);
                complaints.push(Complaint {
                    rule,
                    path,
                    line,
                    advice,
                });
            };
            if !reason {
                complain(format!("`{name}`: say in a comment above why it is here"));
            }
            if !sources.is_empty() && !sources.iter().any(|source| uses(source, name)) {
                complain(format!("`{name}`: no code names it, take it out"));
            }
        }
        reason = line.starts_with('#');
    }
    complaints
}

fn uses(source: &Source, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    source.named().iter().any(|named| named.segments[0] == name)
}
