//! Text that breaks each rule and must be caught, and text that looks like it and must pass.

use crate::house::House;
use crate::lexer::{Kind, lex};
use crate::rule::Rule;

const CHARTER: &str = "//! One.\n//! Two.\n//! Three.\n";

/// Rule, path, text, and the line that must be named.
const SINS: &[(Rule, &str, &str, usize)] = &[
    (Rule::Layer, "src/model/a.rs", "use crate::wire::Frame;", 1),
    (
        Rule::Layer,
        "src/wire/a.rs",
        "use crate::{\n    model::Offset,\n    records::View,\n};",
        3,
    ),
    (
        Rule::Layer,
        "src/log/a.rs",
        "fn f() {\n    crate::replica::f();\n}",
        2,
    ),
    (
        Rule::Layer,
        "src/log/a.rs",
        "use super::super::shard::Shard;",
        1,
    ),
    (
        Rule::Layer,
        "src/log/a.rs",
        "mod b {\n    use super::super::super::{io::File};\n}",
        2,
    ),
    (Rule::Layer, "src/log/a.rs", "use crate as corelane;", 1),
    (Rule::Layer, "src/log/a.rs", "use crate::nowhere::Noun;", 1),
    (
        Rule::Layer,
        "src/shard/a.rs",
        "#[cfg(test)]\nmod tests {\n    use crate::server::X;\n}",
        3,
    ),
    (Rule::Room, "src/drawer/a.rs", "fn f() {}", 1),
    (Rule::Room, "src/stray.rs", "fn f() {}", 1),
    (Rule::Door, "src/shard/a.rs", "use std::{io, fs};", 1),
    (
        Rule::Door,
        "src/shard/a.rs",
        "fn f() {\n    std::net::TcpStream::connect(\"\");\n}",
        2,
    ),
    (
        Rule::Door,
        "src/shard/a.rs",
        "fn f() {\n    Instant::now();\n}",
        2,
    ),
    (Rule::Door, "src/cli/a.rs", "use std::time::SystemTime;", 1),
    (
        Rule::Door,
        "src/node/a.rs",
        "use glommio::LocalExecutor;",
        1,
    ),
    (
        Rule::Door,
        "src/client/a.rs",
        "fn f() {\n    fastrand::u64(..);\n}",
        2,
    ),
    (
        Rule::Unsafe,
        "src/shard/a.rs",
        "// SAFETY: no.\nunsafe fn f() {}",
        2,
    ),
    (
        Rule::Unsafe,
        "src/io/a.rs",
        "fn f() {\n    unsafe { g() }\n}",
        2,
    ),
    (
        Rule::Outside,
        "src/wire/a.rs",
        "fn f() {\n    g().unwrap();\n}",
        2,
    ),
    (
        Rule::Outside,
        "src/server/a.rs",
        "fn f() -> Result<(), E> {\n    g().expect(\"\");\n}",
        2,
    ),
    (
        Rule::Outside,
        "src/records/a.rs",
        "fn f() -> Option<u8> {\n    panic!();\n}",
        2,
    ),
    (Rule::Pure, "src/log/a.rs", "async fn f() {}", 1),
    (
        Rule::Pure,
        "src/log/a.rs",
        "use std::collections::HashMap;",
        1,
    ),
    (
        Rule::Pure,
        "src/wire/a.rs",
        "fn f() {\n    tracing::info!(\"\");\n}",
        2,
    ),
    (
        Rule::Bounded,
        "src/shard/a.rs",
        "fn f() {\n    flume::unbounded::<u8>();\n}",
        2,
    ),
    (
        Rule::Parameters,
        "src/log/a.rs",
        "fn f(&self, a: A<B, C>, b: B, c: C, d: D, e: E, f: F) {}",
        1,
    ),
    (
        Rule::TypeParameters,
        "src/log/a.rs",
        "fn f<'a, const N: usize, A: Fn(u8) -> u8, B>() {}",
        1,
    ),
    (
        Rule::TypeParameters,
        "src/log/a.rs",
        "struct S<A, B>(A, B);",
        1,
    ),
    (
        Rule::TypeParameters,
        "src/log/a.rs",
        "impl<A, B> S<A, B> {}",
        1,
    ),
    (Rule::FileName, "src/log/util.rs", "fn f() {}", 1),
    (Rule::FileName, "src/wire/common/a.rs", "fn f() {}", 1),
    (
        Rule::ModFile,
        "src/log/mod.rs",
        "//! A.\n//! B.\n//! C.\nmod a;\nconst A: u8 = 1;",
        5,
    ),
    (
        Rule::ModFile,
        "src/log/b/mod.rs",
        "//! A.\npub use a::A;\n\nfn f() {}",
        4,
    ),
    (Rule::Charter, "src/log/mod.rs", "//! Too short.\nmod a;", 2),
    (Rule::Charter, "src/log/b/mod.rs", "mod a;", 1),
    (Rule::TopLevel, "docs/plan.md", "", 1),
    (Rule::TopLevel, "tests/eighth/main.rs", "", 1),
    (
        Rule::Dependency,
        "Cargo.toml",
        "[dependencies]\n# Why.\na = \"1\"\nb = \"1\"",
        4,
    ),
    (
        Rule::Mark,
        "src/log/a.rs",
        concat!("fn f() {\n    to", "do!()\n}"),
        2,
    ),
    (
        Rule::Mark,
        "tests/wire/main.rs",
        concat!("// FIX", "ME later\n"),
        1,
    ),
    (
        Rule::Mark,
        "src/log/a.rs",
        concat!("#[al", "low(dead_code)]\nfn f() {}"),
        1,
    ),
    (
        Rule::Mark,
        "src/log/a.rs",
        concat!("#![al", "low(clippy::all)]\nfn f() {}"),
        1,
    ),
    (
        Rule::Mark,
        "tests/wire/main.rs",
        concat!("#[test]\n#[ig", "nore]\nfn f() {}"),
        2,
    ),
    (
        Rule::Mark,
        "scripts/demo",
        concat!("#!/bin/sh\n# XX", "X\n"),
        2,
    ),
    (
        Rule::MachinePath,
        "README.md",
        concat!("see /wo", "rk/main"),
        1,
    ),
];

/// Text that every rule must let pass.
const VIRTUES: &[(&str, &str)] = &[
    (
        "src/log/a.rs",
        "use super::producers::Producers;\nuse crate::records::Facts;",
    ),
    (
        "src/log/b/a.rs",
        "use super::super::append::Append;\npub(in crate::log) fn f() {}",
    ),
    (
        "src/log/a.rs",
        "mod tests {\n    use super::super::chain::Chain;\n}",
    ),
    (
        "src/log/a.rs",
        "// std::fs and unsafe in a comment\nconst A: &str = r#\"std::fs::read\"#;",
    ),
    (
        "src/log/a.rs",
        "fn f(c: char) -> bool {\n    c == '\"' || c == '\\'' || std::mem::take()\n}",
    ),
    (
        "src/config/a.rs",
        "use core::net::SocketAddr;\nuse std::collections::HashMap;",
    ),
    (
        "src/wire/a.rs",
        "#[cfg(test)]\nmod tests {\n    fn f() {\n        g().unwrap();\n    }\n}",
    ),
    (
        "src/node/a.rs",
        "fn f() {\n    g().expect(\"the table names every key\");\n}",
    ),
    (
        "src/wire/a.rs",
        "fn f() -> u8 {\n    g().expect(\"a row for each key\")\n}",
    ),
    (
        "src/io/a.rs",
        "use std::fs;\n// SAFETY: the slot outlives the call.\nunsafe fn f() {}",
    ),
    (
        "src/shard/a.rs",
        "use std::time::Duration;\nuse crate::model::Instant;",
    ),
    (
        "src/log/a.rs",
        "fn f(&mut self, a: A<B, C>, b: B, c: C, d: (D, D), e: E) {}",
    ),
    (
        "src/log/a.rs",
        "fn f<'a, const N: usize, A: Fn(u8, u8) -> u8>() {}",
    ),
    (
        "src/log/mod.rs",
        "//! A.\n//! B.\n//! C.\n\n#[cfg(test)]\nmod tests;\npub use a::{A, B};",
    ),
    (
        "src/main.rs",
        "use std::process::ExitCode;\nfn main() -> ExitCode {\n    corelane::cli::run()\n}",
    ),
    ("scripts/demo", "#!/bin/sh\nmktemp -d /tmp/demo.XXXXXX\n"),
    (
        "Cargo.toml",
        "[package]\nname = \"a\"\n[dependencies]\n# Why.\na = \"1\"\n",
    ),
];

fn caught(rule: Rule, path: &str, text: &str) -> Vec<usize> {
    let complaints = House::of(&[(path, text)]).inspect();
    complaints
        .iter()
        .filter(|found| found.rule == rule)
        .map(|found| found.line)
        .collect()
}

#[test]
fn every_rule_catches_its_canary() {
    for (rule, path, text, line) in SINS {
        assert_eq!(
            caught(*rule, path, text),
            [*line],
            "{rule:?} in {path}:\n{text}"
        );
    }
}

#[test]
fn rules_of_size_catch_what_is_one_too_large() {
    let lines = |count: usize| "\n".repeat(count);
    let file = |count| caught(Rule::FileSize, "src/log/a.rs", &lines(count)).len();
    assert_eq!((file(400), file(401)), (0, 1));
    let script = |count| {
        caught(
            Rule::FileSize,
            "scripts/demo",
            &format!("#!{}", lines(count)),
        )
    };
    assert_eq!((script(40).len(), script(41).len()), (0, 1));
    let line = |count| caught(Rule::LineSize, "tests/wire/a.rs", &"a".repeat(count)).len();
    assert_eq!((line(100), line(101)), (0, 1));
    let function = |rule, count: usize| {
        caught(
            rule,
            "src/log/a.rs",
            &format!("fn f() {{{}}}", lines(count - 1)),
        )
        .len()
    };
    let size = Rule::FunctionSize;
    assert_eq!((function(size, 70), function(size, 71)), (0, 1));
    let spread = Rule::FunctionSpread;
    assert_eq!((function(spread, 30), function(spread, 31)), (0, 1));
}

#[test]
fn a_dependency_that_no_code_names_is_caught() {
    let manifest = "[dependencies]\n# Why.\nof-use = \"1\"\n# Why.\nidle = \"1\"\n";
    let house = House::of(&[
        ("Cargo.toml", manifest),
        ("src/io/a.rs", "use of_use::Thing;"),
    ]);
    let complaints = house.inspect();
    let found: Vec<(Rule, usize)> = complaints.iter().map(|c| (c.rule, c.line)).collect();
    assert_eq!(found, [(Rule::Dependency, 5)]);
}

#[test]
fn every_rule_has_a_canary() {
    let by_size = [
        Rule::FileSize,
        Rule::LineSize,
        Rule::FunctionSize,
        Rule::FunctionSpread,
    ];
    let named = |rule: &Rule| by_size.contains(rule) || SINS.iter().any(|sin| sin.0 == *rule);
    let missing: Vec<&Rule> = Rule::ALL.iter().filter(|rule| !named(rule)).collect();
    assert!(missing.is_empty(), "no canary for {missing:?}");
}

#[test]
fn text_that_only_looks_wrong_passes() {
    for (path, text) in VIRTUES {
        let complaints = House::of(&[(path, text)]).inspect();
        assert!(complaints.is_empty(), "{path}:\n{text}\n{}", complaints[0]);
    }
    assert!(
        House::of(&[("src/log/mod.rs", CHARTER)])
            .inspect()
            .is_empty()
    );
}

#[test]
fn strings_comments_and_lifetimes_are_told_from_code() {
    let text =
        "b\"a\\\"b\" /* x /* y */ z */ 'a' '\\u{1f}' 'b r##\"q\"#\"## r#fn c\"d\" 1u8 b'\\''";
    let (tokens, comments) = lex(text);
    let kinds: Vec<Kind> = tokens.iter().map(|token| token.kind).collect();
    let literal = Kind::Literal;
    let middle = [
        Kind::Lifetime,
        literal,
        Kind::Word,
        literal,
        Kind::Word,
        literal,
    ];
    assert_eq!(kinds, [&[literal; 3][..], &middle[..]].concat());
    assert_eq!(comments[0].text, " x /* y */ z ");
}
