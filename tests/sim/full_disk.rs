//! A disk without room: what is refused, what goes on, and that it heals by itself.

use std::time::Duration;

use corelane::io::clock;
use corelane::io::sim::{Node, Seeds, World};
use corelane::model::ErrorCode;

use crate::broker::Life;
use crate::consumer::read_whole;
use crate::ledger::{Ledger, Mark};
use crate::topic;

const PORT: u16 = 9092;
const TOPIC: &str = "crowded";

/// As long a client waits that does not wait for room.
const TIMEOUT_MS: i32 = 200;

/// Within so long a broker makes use of the room that it is given.
const HEALING: Duration = Duration::from_secs(1);

/// Produces one record and books the ack; says whether there was one. A refusal must be one
/// after which clients ask again.
async fn produce(broker: &Node, sequence: i32, ledger: &Ledger) -> bool {
    let mark = Mark {
        partition: 0,
        producer: 1,
        sequence,
    };
    let answer = topic::produce_within(broker.address(PORT), TOPIC, mark, TIMEOUT_MS).await;
    let (code, offset) = answer.expect("a broker that is up");
    if code == 0 {
        ledger.promise(offset, mark);
        return true;
    }
    let code = ErrorCode::from_code(code).expect("a code that Kafka has");
    assert!(code.is_retriable(), "{code:?}");
    false
}

async fn audit(broker: &Node, ledger: &Ledger) {
    let held = read_whole(broker.address(PORT), TOPIC, 0).await;
    ledger.audit_promises(0, &held.expect("reads go on"));
}

#[test]
fn full_disk_refuses_what_it_cannot_hold_serves_what_it_holds_and_heals() {
    Seeds::of("full_disk::full_disk_refuses", 12).run(|seed| {
        let world = World::new(seed);
        let (broker, dice) = (world.node("broker"), world.dice());
        let ledger = Ledger::default();
        world.run(async {
            let _first = Life::begin(&broker, PORT, 2);
            topic::create_patiently(broker.address(PORT), TOPIC, 1, &[]).await;
            let mut sequences = 0..;
            let mut next = || sequences.next().expect("few records");
            for _ in 0..dice.between(1, 6) {
                assert!(produce(&broker, next(), &ledger).await);
            }
            for _ in 0..2 {
                let capacity = broker.disk_used() + dice.below(30_000);
                broker.plan(|faults| faults.capacity = Some(capacity));
                let mut refused = 0;
                while refused < 4 {
                    refused += u32::from(!produce(&broker, next(), &ledger).await);
                    audit(&broker, &ledger).await;
                }
                broker.plan(|faults| faults.capacity = None);
                clock::sleep(HEALING).await;
                assert!(
                    produce(&broker, next(), &ledger).await,
                    "there is room again"
                );
            }
            broker.crash();
            broker.boot();
            let _second = Life::begin(&broker, PORT, 2);
            topic::create_patiently(broker.address(PORT), TOPIC, 1, &[]).await;
            audit(&broker, &ledger).await;
        });
        let complaints = ledger.complaints();
        assert!(complaints.is_empty(), "seed {seed}: {complaints:#?}");
    });
}
