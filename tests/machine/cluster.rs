//! The rules of the cluster as transcripts: each `>` line is a command, below it stands what it
//! decides. Refusals are in the words that a broker of Kafka 4.3.1 gave for the same request.

use crate::cluster_fixture::Rig;

/// Plays a script and compares what it shows; the whole transcript is printed when it differs.
fn play(script: &str, settings: &str) {
    let mut rig = Rig::new(settings);
    let mut actual = String::new();
    for line in script.lines() {
        if let Some(command) = line.strip_prefix("> ") {
            actual.push_str(&format!("> {command}\n{}", rig.line(command)));
        } else if line.is_empty() || line.starts_with('#') {
            actual.push_str(&format!("{line}\n"));
        }
    }
    assert!(
        script.trim_end() == actual.trim_end(),
        "the transcript is now:\n{actual}"
    );
}

#[test]
fn topics_are_created_or_refused() {
    play(include_str!("script/create.txt"), "");
}

#[test]
fn topics_are_created_with_the_brokers_defaults() {
    play(
        include_str!("script/create_defaults.txt"),
        "num.partitions=3",
    );
}

#[test]
fn replicas_are_placed_on_many_brokers() {
    play(
        include_str!("script/placement.txt"),
        "default.replication.factor=2",
    );
}

#[test]
fn partitions_are_placed_in_the_emptiest_log_directory_and_lost_with_it() {
    play(include_str!("script/directories.txt"), "");
}

#[test]
fn topics_are_deleted_or_refused() {
    play(include_str!("script/delete.txt"), "");
}

#[test]
fn topics_stay_where_deletion_is_disabled() {
    play(
        include_str!("script/delete_disabled.txt"),
        "delete.topic.enable=false",
    );
}

#[test]
fn partitions_are_added_or_refused() {
    play(include_str!("script/grow.txt"), "");
}

#[test]
fn settings_change_or_are_refused() {
    play(include_str!("script/alter.txt"), "");
}

#[test]
fn feature_levels_move_or_stay() {
    play(include_str!("script/features.txt"), "");
}

#[test]
fn brokers_come_and_go() {
    play(include_str!("script/brokers.txt"), "");
}

#[test]
fn a_delta_says_what_changed_and_nothing_twice() {
    play(include_str!("script/delta.txt"), "");
}
