//! The rules of the house, read from its text: layers, doors, sizes, names, marks.
//!
//! One crate has no walls of its own, so this test is the wall. Every rule has a canary: a piece
//! of text that breaks it and must be caught, so that a rule that stops working fails here too.

mod canary;
mod doors;
mod house;
mod layers;
mod lexer;
mod names;
mod readme;
mod rule;
mod sizes;
mod source;

use house::House;

#[test]
fn the_house_keeps_its_rules() {
    let complaints = House::on_disk().inspect();
    let report: String = complaints
        .iter()
        .map(|complaint| format!("\n{complaint}"))
        .collect();
    assert!(
        complaints.is_empty(),
        "{} places break a rule:{report}",
        complaints.len()
    );
}

#[test]
fn function_lengths_are_reported() {
    let lengths = sizes::spread(&House::on_disk().sources());
    let at = |percent: usize| {
        lengths
            .get(lengths.len() * percent / 100)
            .copied()
            .unwrap_or(0)
    };
    println!(
        "{} functions: p50 {} p90 {} p99 {}",
        lengths.len(),
        at(50),
        at(90),
        at(99)
    );
}
