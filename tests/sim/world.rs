//! Executor, time and machines.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use corelane::io::sim::{Seeds, World};
use corelane::io::{clock, mesh, random, task};

/// A busy little world: tasks that wait, talk, sleep and draw numbers.
fn busy_world(seed: u64) -> (u64, Vec<u64>) {
    let world = World::new(seed);
    let drawn = world.run(async {
        let (sender, receiver) = mesh::mailbox(2);
        for number in 0..8 {
            let sender = sender.clone();
            task::spawn(async move {
                clock::sleep(Duration::from_micros(random::u64() % 50)).await;
                task::yield_if_needed().await;
                sender.send(number).await.expect("the receiver waits");
            })
            .detach();
        }
        drop(sender);
        let mut drawn = Vec::new();
        while let Some(number) = receiver.recv().await {
            drawn.push(number);
        }
        drawn
    });
    (world.trace_hash(), drawn)
}

#[test]
fn one_seed_is_one_story() {
    let mut stories = std::collections::BTreeSet::new();
    for seed in 1..=20 {
        let story = busy_world(seed);
        assert_eq!(story, busy_world(seed), "seed {seed}");
        stories.insert(story.1);
    }
    assert!(
        stories.len() > 10,
        "only {} different orders",
        stories.len()
    );
}

#[test]
fn time_stands_still_until_nothing_is_ready() {
    let world = World::new(1);
    world.run(async {
        let begin = clock::now();
        for _ in 0..1000 {
            task::yield_now().await;
        }
        assert_eq!(clock::now(), begin);
        let wall = clock::wall();
        clock::sleep(Duration::from_secs(3600)).await;
        let slept = clock::now().since(begin);
        assert!(slept >= Duration::from_secs(3600) && slept < Duration::from_secs(3601));
        assert_eq!(clock::wall().0 - wall.0, 3_600_000);
    });
}

#[test]
fn timeout_drops_what_takes_too_long() {
    World::new(1).run(async {
        let long = clock::sleep(Duration::from_secs(9));
        assert!(clock::timeout(Duration::from_secs(1), long).await.is_err());
        assert!(clock::now().since(Default::default()) < Duration::from_secs(2));
        let short = async { 5 };
        assert_eq!(clock::timeout(Duration::from_secs(1), short).await, Ok(5));
    });
}

struct CountsDrops(Rc<Cell<u32>>);

impl Drop for CountsDrops {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

#[test]
fn crash_drops_every_task_where_it_stands() {
    let world = World::new(7);
    let node = world.node("broker");
    let (ticks, drops) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    world.run(async {
        let tasks: Vec<_> = (0..3)
            .map(|_| {
                let (ticks, guard) = (ticks.clone(), CountsDrops(drops.clone()));
                node.spawn(async move {
                    let _guard = guard;
                    loop {
                        clock::sleep(Duration::from_millis(1)).await;
                        ticks.set(ticks.get() + 1);
                    }
                })
            })
            .collect();
        clock::sleep(Duration::from_millis(50)).await;
        assert!(ticks.get() > 100);
        node.crash();
        let ticks_at_crash = ticks.get();
        assert_eq!(drops.get(), 3);
        clock::sleep(Duration::from_secs(1)).await;
        assert_eq!(ticks.get(), ticks_at_crash);
        for task in tasks {
            assert_eq!(task.join().await, None::<()>);
        }
        node.boot();
        assert_eq!(node.spawn(async { 11 }).await, 11);
    });
}

#[test]
fn crash_seen_from_inside_ends_the_task_at_its_next_wait() {
    let world = World::new(3);
    let node = world.node("broker");
    world.run(async {
        let inner = node.clone();
        let task = node.spawn(async move {
            inner.crash();
            task::yield_now().await;
            panic!("the dead do not run");
        });
        node.downed().await;
        assert_eq!(task.join().await, None::<()>);
    });
}

#[test]
fn dropped_task_is_cancelled_and_detached_task_is_not() {
    World::new(5).run(async {
        let drops = Rc::new(Cell::new(0));
        let endless = |guard: CountsDrops| async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        };
        let task = task::spawn(endless(CountsDrops(drops.clone())));
        task::yield_now().await;
        drop(task);
        assert_eq!(drops.get(), 1);
        task::spawn(endless(CountsDrops(drops.clone()))).detach();
        clock::sleep(Duration::from_secs(1)).await;
        assert_eq!(drops.get(), 1);
    });
}

#[test]
fn end_of_the_world_drops_its_tasks() {
    let drops = Rc::new(Cell::new(0));
    let world = World::new(5);
    let guard = CountsDrops(drops.clone());
    world.run(async {
        task::spawn(async move {
            let _guard = guard;
            clock::sleep(Duration::from_secs(1)).await;
        })
        .detach();
        task::yield_now().await;
    });
    assert_eq!(drops.get(), 0);
    drop(world);
    assert_eq!(drops.get(), 1);
}

#[test]
fn pool_runs_closures_even_for_those_who_left() {
    World::new(5).run(async {
        assert_eq!(task::block_on_pool(|| 6 * 7).await, Ok(42));
        let (sender, receiver) = mesh::mailbox(1);
        let work = task::block_on_pool(move || sender.try_send(1).is_ok());
        assert!(clock::timeout(Duration::from_nanos(1), work).await.is_err());
        assert_eq!(receiver.recv().await, Some(1));
    });
}

#[test]
#[should_panic(expected = "world stuck")]
fn waiting_for_nothing_is_found_out() {
    World::new(5).run(std::future::pending::<()>());
}

#[test]
#[should_panic(expected = "CORELANE_SEED=4 cargo test --test sim some_scenario")]
fn failing_seed_tells_how_to_repeat_it() {
    Seeds::of("some_scenario", 4).run(|seed| assert_ne!(seed, 4));
}
