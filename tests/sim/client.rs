//! The client against a broker of a page, over a network that breaks.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use corelane::client::{
    Acks, ClientFault, Cluster, ConsumeSettings, Consumer, Entry, Outcome, Position,
    ProduceSettings, Producer, Reset, Settings,
};
use corelane::io::sim::{Node, Seeds, World};
use corelane::io::{clock, task};
use corelane::model::ErrorCode;

use crate::stub_broker::{self, PORT, TOPIC};

const PARTITIONS: usize = 3;
const RECORDS: usize = 200;

async fn connect(node: &Node) -> Rc<Cluster> {
    let address = node.address(PORT).to_string();
    loop {
        match Cluster::connect(&address, Settings::default()).await {
            Ok(cluster) => return Rc::new(cluster),
            Err(_) => clock::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Small batches, so that there are many.
fn small_batches() -> ProduceSettings {
    ProduceSettings {
        batch_bytes: 300,
        linger: Duration::from_millis(3),
        ..ProduceSettings::default()
    }
}

type Outcomes = Rc<RefCell<Vec<Outcome>>>;

async fn produce(cluster: Rc<Cluster>, settings: ProduceSettings) -> Vec<Outcome> {
    let outcomes = Outcomes::default();
    let noted = outcomes.clone();
    let on_done = move |outcome| noted.borrow_mut().push(outcome);
    let producer = Producer::start(cluster, TOPIC, settings, on_done)
        .await
        .unwrap();
    for number in 0..RECORDS {
        let (key, value) = ((number % 10).to_string(), number.to_string());
        let entry = Entry {
            key: Some(key.as_bytes()),
            value: Some(value.as_bytes()),
            headers: &[],
            ..Entry::default()
        };
        producer.send(&entry).await.unwrap();
        task::yield_now().await;
    }
    producer.close().await;
    outcomes.take()
}

/// Values by key, in the order in which they were read.
type ByKey = BTreeMap<Vec<u8>, Vec<usize>>;

async fn consume(cluster: Rc<Cluster>, count: usize) -> ByKey {
    let at = |partition| Position {
        topic: TOPIC.into(),
        partition,
        offset: 0,
    };
    let positions = (0..PARTITIONS as i32).map(at).collect();
    let settings = ConsumeSettings::default();
    let mut consumer = Consumer::assign(cluster, positions, settings, Reset::Earliest);
    let (mut found, mut seen) = (ByKey::new(), 0);
    while seen < count {
        for fetched in consumer.poll(Duration::from_secs(60)).await.unwrap() {
            let visited = fetched.visit(|_, record| {
                let value = std::str::from_utf8(record.value.unwrap()).unwrap();
                let values = found.entry(record.key.unwrap().to_vec()).or_default();
                values.push(value.parse().unwrap());
                seen += 1;
                ControlFlow::Continue(())
            });
            visited.unwrap();
        }
    }
    found
}

fn expected() -> ByKey {
    let mut expected = ByKey::new();
    for number in 0..RECORDS {
        let key = (number % 10).to_string().into_bytes();
        expected.entry(key).or_default().push(number);
    }
    expected
}

#[test]
fn records_arrive_once_and_in_order_though_connections_break() {
    let test = "client::records_arrive_once_and_in_order_though_connections_break";
    let duplicates = Seeds::of(test, 100).run(|seed| {
        let world = World::new(seed);
        world.plan_net(|faults| faults.resets_per_mille = 60);
        let node = world.node("broker");
        let store = stub_broker::start(&node, PARTITIONS);
        let found = world.run(async {
            let cluster = connect(&node).await;
            let outcomes = produce(cluster.clone(), small_batches()).await;
            assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
            let count: i32 = outcomes.iter().map(|outcome| outcome.count).sum();
            assert_eq!(count as usize, RECORDS);
            consume(cluster, RECORDS).await
        });
        assert_eq!(found, expected());
        store.borrow().duplicates
    });
    // Else no answer was ever lost, and nothing was proved.
    assert!(duplicates.iter().sum::<u32>() > 0);
}

#[test]
fn a_refusal_that_may_pass_is_waited_out_and_one_that_may_not_is_told() {
    let run = |code: ErrorCode| {
        let world = World::new(1);
        let node = world.node("broker");
        let store = stub_broker::start(&node, PARTITIONS);
        store.borrow_mut().refuse = (4, Some(code));
        let outcomes = world.run(async { produce(connect(&node).await, small_batches()).await });
        let stored: i64 = store.borrow().partitions.iter().map(|log| log.end).sum();
        (outcomes, stored)
    };
    let (outcomes, stored) = run(ErrorCode::NotLeaderOrFollower);
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(stored as usize, RECORDS);

    let (outcomes, stored) = run(ErrorCode::MessageTooLarge);
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err());
    let lost: i32 = failed.clone().map(|outcome| outcome.count).sum();
    assert_eq!(failed.count(), 4);
    assert_eq!(stored as usize, RECORDS - lost as usize, "the rest goes on");
}

#[test]
fn a_broker_that_is_away_for_a_while_costs_time_only() {
    let world = World::new(3);
    let node = world.node("broker");
    stub_broker::start(&node, PARTITIONS);
    world.run(async {
        let cluster = connect(&node).await;
        node.kill();
        let producing = task::spawn(produce(cluster.clone(), small_batches()));
        clock::sleep(Duration::from_secs(5)).await;
        node.boot();
        let store = stub_broker::start(&node, PARTITIONS);
        let outcomes = producing.await;
        assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
        assert_eq!(consume(cluster, RECORDS).await, expected());
        drop(store);
    });
}

#[test]
fn a_cluster_that_is_not_there_is_told_at_once() {
    let world = World::new(1);
    let node = world.node("nobody");
    world.run(async {
        let address = node.address(PORT).to_string();
        let began = clock::now();
        let refused = Cluster::connect(&address, Settings::default()).await;
        assert!(matches!(refused, Err(ClientFault::Unreachable { .. })));
        assert!(clock::now().since(began) < Duration::from_secs(30));
    });
}

#[test]
fn without_acknowledgement_all_that_was_sent_is_written_before_the_end() {
    let world = World::new(5);
    let node = world.node("broker");
    let store = stub_broker::start(&node, PARTITIONS);
    world.run(async {
        let settings = ProduceSettings {
            acks: Acks::None,
            ..small_batches()
        };
        let outcomes = produce(connect(&node).await, settings).await;
        assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
        clock::sleep(Duration::from_secs(1)).await;
    });
    let stored: i64 = store.borrow().partitions.iter().map(|log| log.end).sum();
    assert_eq!(stored as usize, RECORDS);
}
