//! Bits that flip on the disk of a running broker: found, told, counted and never served.

use std::path::Path;

use corelane::records::Batches;
use corelane::wire::api::incremental_alter_configs as alter;

use crate::broker::{Home, sum, until};
use crate::caller::Caller;
use crate::desk::batch;

const TOPIC: &str = "cold";
const PLACE: (&str, i32) = (TOPIC, 0);
const CORRUPT_MESSAGE: i16 = 2;
const RATE: &str = "corelane.scrub.bytes.per.second";

/// Fills the partition with batches of ten records of 10 kB, and gives the offset behind them.
fn fill(caller: &mut Caller, batches: i64) {
    for n in 0..batches {
        let values: Vec<String> = (0..10)
            .map(|m| format!("{}:{}", n * 10 + m, "z".repeat(10_000)))
            .collect();
        assert_eq!(caller.produce(PLACE, &values), n * 10);
    }
}

/// The recovery point: segments below it are closed.
fn recovery_point(data: &Path) -> i64 {
    let file = data.join("recovery-point-offset-checkpoint");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let point = text.lines().find_map(|line| line.strip_prefix("cold 0 "));
    point.map_or(0, |point| point.parse().unwrap())
}

/// Flips a bit in the payload of the batch that holds this offset; gives where the batch begins.
fn flip(segment: &Path, offset: i64) -> usize {
    let mut bytes = std::fs::read(segment).unwrap();
    let mut start = 0;
    for batch in Batches::new(&bytes) {
        let batch = batch.unwrap();
        if batch.last_offset().0 >= offset {
            break;
        }
        start += batch.bytes().len();
    }
    bytes[start + 5_000] ^= 4;
    std::fs::write(segment, bytes).unwrap();
    start
}

fn set_rate(caller: &mut Caller, rate: &str) {
    let config = alter::AlterableConfig {
        name: RATE.into(),
        value: Some(rate.into()),
        ..Default::default()
    };
    let resource = alter::AlterConfigsResource {
        resource_type: 4,
        resource_name: "1".into(),
        configs: vec![config],
        ..Default::default()
    };
    let request = alter::Request {
        resources: vec![resource],
        ..Default::default()
    };
    let answer = caller.ask(&request, 1);
    let body: alter::Response<'_> = answer.body();
    assert_eq!(body.responses[0].error_code, 0);
}

#[test]
fn a_bit_that_flips_in_a_closed_segment_is_found_and_never_served() {
    let home = Home::new();
    let off = format!("{RATE}=0");
    // The least memory for newest bytes, so that reads come from files.
    let little = "corelane.memory.tail.bytes=1048576";
    let broker = home.start(&["--set", &off, "--set", little]);
    let mut caller = broker.call();
    caller.create(TOPIC, 2, &[("segment.bytes", "1048576")]);
    assert_eq!(caller.produce((TOPIC, 1), &["elsewhere"]), 0);
    fill(&mut caller, 35);
    until("two segments are closed", || {
        recovery_point(&home.data()) >= 200
    });
    let segment = home.data().join("cold-0/00000000000000000000.log");
    let position = flip(&segment, 35);
    set_rate(&mut caller, "1000000000");
    until("the damage is told", || broker.words().contains("damaged"));
    let said = broker.words();
    for word in [
        &segment.display().to_string(),
        "offset=30",
        &format!("position={position}"),
    ] {
        assert!(said.contains(word), "{word} in {said}");
    }
    let before = caller.fetch(PLACE, 0);
    assert_eq!((before.error, before.records.len()), (0, 30));
    for offset in [30, 35, 39] {
        let refused = caller.fetch(PLACE, offset);
        assert_eq!((refused.error, refused.records.len()), (CORRUPT_MESSAGE, 0));
    }
    for offset in [40, 150, 340] {
        assert_eq!(caller.read_all(PLACE, offset).len() as i64, 350 - offset);
    }
    assert_eq!(caller.read_all((TOPIC, 1), 0).len(), 1);
    assert_eq!(caller.produce(PLACE, &["it goes on"]), 350);
    let words = broker.counts();
    assert_eq!(sum(&words, "damaged_batches_total"), 1.0, "{words}");
    // What the broker refuses it also leaves as it is.
    assert_eq!(caller.try_produce(PLACE, &batch(&["more"])).error, 0);
    assert!(segment.exists());
}
