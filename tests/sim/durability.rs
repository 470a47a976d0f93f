//! Produce to several partitions, let the machine die in every way, and count.

use corelane::io::sim::Seeds;

use crate::story::{Plot, Story};

#[test]
fn acked_records_survive_every_death_once_and_at_their_offsets() {
    let seeds = Seeds::of("durability::acked_records_survive", 1000);
    let promises = seeds.run(|seed| {
        let (complaints, promises) = Story::new(seed, Plot::default()).tell();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
        promises
    });
    let worlds = promises.len();
    let total: usize = promises.iter().sum();
    println!("{worlds} worlds kept {total} promises");
}

#[test]
fn what_retention_leaves_is_what_was_acked() {
    let plot = Plot {
        trims: true,
        ..Plot::default()
    };
    Seeds::of("durability::what_retention_leaves", 100).run(|seed| {
        let (complaints, _) = Story::new(seed, plot).tell();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
    });
}

#[test]
fn broker_whose_syncs_lie_is_found_out() {
    let liar = Plot {
        syncs_disabled: true,
        ..Plot::default()
    };
    let outcomes = Seeds::of("durability::broker_whose_syncs_lie", 24)
        .run(|seed| Story::new(seed, liar).tell().0.len());
    let caught = outcomes
        .iter()
        .filter(|complaints| **complaints > 0)
        .count();
    assert!(
        caught * 2 > outcomes.len(),
        "{caught} of {} worlds lost something",
        outcomes.len()
    );
}

#[test]
fn one_seed_of_a_whole_broker_is_one_story() {
    for seed in 1..=5 {
        let hash = || {
            let story = Story::new(seed, Plot::default());
            story.tell();
            story.world.trace_hash()
        };
        assert_eq!(
            hash(),
            hash(),
            "seed {seed}: something depends on more than the seed"
        );
    }
}
