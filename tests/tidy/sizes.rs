//! How long, how wide, how many.

use crate::lexer::Kind;
use crate::rule::{Complaint, Rule};
use crate::source::Source;

const FILE_LINES_MAX: usize = 400;
const MAIN_LINES_MAX: usize = 30;
const COLUMNS_MAX: usize = 100;
const FUNCTION_LINES_MAX: usize = 70;
const FUNCTION_LINES_P90_MAX: usize = 30;
const PARAMETERS_MAX: usize = 5;
const TYPE_PARAMETERS_MAX: usize = 1;

pub fn inspect(source: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let max = if source.path == "src/main.rs" {
        MAIN_LINES_MAX
    } else {
        FILE_LINES_MAX
    };
    if source.lines.len() > max {
        let advice = format!("{} lines: split it by its nouns", source.lines.len());
        complaints.push(source.complain(Rule::FileSize, 0, advice));
    }
    for (index, line) in source.lines.iter().enumerate() {
        let columns = line.chars().count();
        if columns > COLUMNS_MAX {
            let advice = format!("{columns} columns: break the line");
            let (path, line) = (source.path.clone(), index + 1);
            complaints.push(Complaint {
                rule: Rule::LineSize,
                path,
                line,
                advice,
            });
        }
    }
    for at in 0..source.tokens.len() {
        complaints.extend(function(source, at));
        complaints.extend(generics(source, at));
    }
    complaints
}

fn function(source: &Source, at: usize) -> Option<Complaint> {
    let open = parameters(source, at)?;
    let count = count_items(source, open, |item| {
        !item.iter().take(4).any(|word| word == "self")
    });
    if source.is_src() && count > PARAMETERS_MAX {
        let advice = format!("{count} parameters: give those that travel together a name");
        return Some(source.complain(Rule::Parameters, at, advice));
    }
    let lines = function_lines(source, at)?;
    (lines > FUNCTION_LINES_MAX).then(|| {
        let advice = format!("{lines} lines: give its steps names of their own");
        source.complain(Rule::FunctionSize, at, advice)
    })
}

/// The `(` of the function whose `fn` is at `at`; `None` when no function is declared there.
fn parameters(source: &Source, at: usize) -> Option<usize> {
    if source.text(at) != "fn" {
        return None;
    }
    let name = at + 1 + usize::from(source.text(at + 1) == "$");
    let open = match source.text(name + 1) {
        "<" => after_angle(source, name + 1),
        _ => name + 1,
    };
    (source.text(open) == "(" && source.tokens.get(name)?.kind == Kind::Word).then_some(open)
}

/// The `(` and the `{` of the function declared at `at`; `None` when it has no body.
pub fn signature(source: &Source, at: usize) -> Option<(usize, usize)> {
    let open = parameters(source, at)?;
    let body = source.body(open);
    (source.text(body) == "{").then_some((open, body))
}

/// Lines from `fn` to its closing brace; `None` when it has no body.
pub fn function_lines(source: &Source, at: usize) -> Option<usize> {
    let (_, body) = signature(source, at)?;
    let last = source.tokens.get(source.after_close(body) - 1)?;
    Some(last.line - source.tokens[at].line + 1)
}

/// The lengths of all functions outside tests, shortest first.
pub fn spread(sources: &[Source]) -> Vec<usize> {
    let lengths = |source: &Source| -> Vec<usize> {
        let functions = (0..source.tokens.len()).filter(|&at| !source.is_test[at]);
        functions
            .filter_map(|at| function_lines(source, at))
            .collect()
    };
    let mut lengths: Vec<usize> = sources.iter().flat_map(lengths).collect();
    lengths.sort_unstable();
    lengths
}

pub fn spread_complaint(lengths: &[usize]) -> Option<Complaint> {
    let p90 = *lengths.get(lengths.len() * 9 / 10)?;
    (p90 > FUNCTION_LINES_P90_MAX).then(|| Complaint {
        rule: Rule::FunctionSpread,
        path: "src".to_owned(),
        line: 1,
        advice: format!("one function in ten has {p90} lines or more: split the long ones"),
    })
}

fn generics(source: &Source, at: usize) -> Option<Complaint> {
    let open = match source.text(at) {
        "impl" => at + 1,
        "fn" | "struct" | "enum" | "trait" | "union" | "type" => at + 2,
        _ => return None,
    };
    if !source.is_src() || source.text(open) != "<" {
        return None;
    }
    let is_type = |item: &[String]| {
        item.first()
            .is_some_and(|word| !word.starts_with('\'') && word != "const")
    };
    let count = count_items(source, open, is_type);
    (count > TYPE_PARAMETERS_MAX).then(|| {
        let advice = format!("{count} type parameters: name the type, or take `impl Trait`");
        source.complain(Rule::TypeParameters, at, advice)
    })
}

/// The token after the `>` that closes the `<` at `open`.
fn after_angle(source: &Source, open: usize) -> usize {
    let mut depth = 0;
    for at in open..source.tokens.len() {
        match source.text(at) {
            "<" => depth += 1,
            ">" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    source.tokens.len()
}

/// How many comma-separated items of the bracket at `open` satisfy `counts`.
fn count_items(source: &Source, open: usize, counts: impl Fn(&[String]) -> bool) -> usize {
    let (mut depth, mut count, mut item) = (0, 0, Vec::new());
    for at in open..source.tokens.len() {
        let text = source.text(at);
        match text {
            "(" | "[" | "{" | "<" => depth += 1,
            ")" | "]" | "}" | ">" => depth -= 1,
            _ => {}
        }
        let ends = depth == 0 || (depth == 1 && text == ",");
        if ends {
            count += usize::from(!item.is_empty() && counts(&item));
            item.clear();
        } else if at > open {
            item.push(text.to_owned());
        }
        if depth == 0 {
            break;
        }
    }
    count
}
