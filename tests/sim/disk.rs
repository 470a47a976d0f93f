//! The disk: what it keeps, what it may lose, and that it does lose it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use corelane::io::sim::{Node, SlowSync, World};
use corelane::io::{Buffer, File, OpenMode, Pool, clock, fs, task};

const BLOCK: usize = 4096;

fn blocks(fill: u8, count: usize) -> Bytes {
    let mut buffer = Buffer::with_capacity(&Pool::new(0), count * BLOCK);
    buffer.extend_from_slice(&vec![fill; count * BLOCK]);
    buffer.freeze()
}

fn path() -> &'static Path {
    Path::new("/data/file")
}

/// Makes `/data/file`, its name durable, and writes one block of ones, synced.
async fn prepare() -> File {
    fs::create_dir_all(Path::new("/data")).await.unwrap();
    fs::sync_dir(Path::new("/")).await.unwrap();
    let file = File::open(path(), OpenMode::Create).await.unwrap();
    fs::sync_dir(Path::new("/data")).await.unwrap();
    file.write_and_sync(blocks(1, 1), 0).await.unwrap();
    file
}

/// Runs `story` on a machine, cuts its power when the story has ended, and reads the file.
fn after_power_cut<F: Future<Output = ()> + 'static>(seed: u64, story: fn(Node) -> F) -> Vec<u8> {
    let world = World::new(seed);
    let node = world.node("machine");
    world.run(async {
        node.spawn(story(node.clone())).join().await;
        node.crash();
        node.boot();
        let reader = node.spawn(async { fs::read(path()).await });
        reader.await.expect("the name was synced")
    })
}

#[test]
fn synced_bytes_survive_every_power_cut() {
    for seed in 1..=200 {
        let content = after_power_cut(seed, |_| async {
            let file = prepare().await;
            file.write_at(blocks(2, 2), BLOCK as u64).await.unwrap();
            file.sync().await.unwrap();
        });
        assert_eq!(content.len(), 3 * BLOCK, "seed {seed}");
        assert!(content[..BLOCK].iter().all(|byte| *byte == 1));
        assert!(content[BLOCK..].iter().all(|byte| *byte == 2));
    }
}

#[test]
fn unsynced_overwrite_is_kept_lost_or_torn_by_sectors() {
    let (mut kept, mut lost, mut torn) = (0, 0, 0);
    for seed in 1..=300 {
        let content = after_power_cut(seed, |_| async {
            let file = prepare().await;
            file.write_at(blocks(2, 1), 0).await.unwrap();
        });
        assert_eq!(content.len(), BLOCK);
        let sectors: Vec<u8> = content.chunks(512).map(|sector| sector[0]).collect();
        assert!(
            content
                .chunks(512)
                .all(|sector| sector.iter().all(|byte| *byte == sector[0]))
        );
        match (sectors.contains(&1), sectors.contains(&2)) {
            (false, true) => kept += 1,
            (true, false) => lost += 1,
            _ => torn += 1,
        }
    }
    assert!(
        kept > 30 && lost > 30 && torn > 30,
        "kept {kept}, lost {lost}, torn {torn}"
    );
}

#[test]
fn unsynced_growth_may_leave_any_length_and_zeros() {
    let mut seen = BTreeSet::new();
    for seed in 1..=300 {
        let content = after_power_cut(seed, |_| async {
            let file = prepare().await;
            file.write_at(blocks(2, 2), BLOCK as u64).await.unwrap();
        });
        assert!(
            content[..BLOCK].iter().all(|byte| *byte == 1),
            "synced bytes changed"
        );
        let grown = &content[BLOCK..];
        let has = |byte: u8| grown.contains(&byte);
        seen.insert((content.len(), has(0), has(2)));
    }
    assert!(seen.contains(&(BLOCK, false, false)), "nothing kept");
    assert!(seen.contains(&(3 * BLOCK, false, true)), "all kept");
    assert!(
        seen.contains(&(3 * BLOCK, true, false)),
        "length without bytes"
    );
    assert!(seen.contains(&(3 * BLOCK, true, true)), "torn");
}

#[test]
fn name_is_lost_until_its_directory_is_synced() {
    let found_after = |seed: u64, synced: bool| {
        let world = World::new(seed);
        let node = world.node("machine");
        world.run(async {
            let story = node.spawn(async move {
                prepare().await;
                let file = File::open(Path::new("/data/new"), OpenMode::Create)
                    .await
                    .unwrap();
                file.write_and_sync(blocks(2, 1), 0).await.unwrap();
                if synced {
                    fs::sync_dir(Path::new("/data")).await.unwrap();
                }
            });
            story.await;
            node.crash();
            node.boot();
            node.spawn(async { fs::exists(Path::new("/data/new")).await.unwrap() })
                .await
        })
    };
    let found = (1..=100).filter(|seed| found_after(*seed, false)).count();
    assert!(
        (20..80).contains(&found),
        "{found} of 100 unsynced names kept"
    );
    assert!((1..=100).all(|seed| found_after(seed, true)));
}

#[test]
fn atomic_write_is_all_or_nothing_wherever_the_power_fails() {
    let mut seen = BTreeSet::new();
    for seed in 1..=300 {
        let content = after_power_cut(seed, |node| async move {
            prepare().await;
            node.plan(|faults| faults.cut_power_in = Some(1 + clock::now().0 % 6));
            fs::write_atomic(path(), vec![9; 700]).await.unwrap();
        });
        let old = content == vec![1; BLOCK];
        let new = content == vec![9; 700];
        assert!(old || new, "seed {seed}: {} bytes", content.len());
        seen.insert(new);
    }
    assert_eq!(seen.len(), 2, "both outcomes happen");
}

#[test]
fn finished_atomic_write_is_durable() {
    for seed in 1..=100 {
        let content = after_power_cut(seed, |_| async {
            prepare().await;
            fs::write_atomic(path(), vec![9; 700]).await.unwrap();
        });
        assert_eq!(content, vec![9; 700], "seed {seed}");
    }
}

#[test]
fn failed_sync_loses_for_good_what_readers_still_see() {
    for seed in 1..=50 {
        let content = after_power_cut(seed, |node| async move {
            let file = prepare().await;
            file.write_at(blocks(2, 1), 0).await.unwrap();
            node.plan(|faults| faults.fail_sync_in = Some(1));
            file.sync().await.expect_err("the plan says so");
            assert_eq!(file.read_at(0, BLOCK).await.unwrap()[..], blocks(2, 1)[..]);
            file.sync().await.expect("and the next one lies");
        });
        assert_eq!(content, vec![1; BLOCK], "seed {seed}");
    }
}

#[test]
fn lying_syncs_lose_what_they_promised() {
    let lost = (1..=100)
        .filter(|seed| {
            let content = after_power_cut(*seed, |node| async move {
                let file = prepare().await;
                node.plan(|faults| faults.syncs_disabled = true);
                file.write_and_sync(blocks(2, 1), 0).await.unwrap();
            });
            content.contains(&1)
        })
        .count();
    assert!(lost > 30, "{lost} of 100 lost");
}

#[test]
fn power_may_fail_in_the_middle_of_a_write() {
    let world = World::new(8);
    let node = world.node("machine");
    world.run(async {
        let inner = node.clone();
        let story = node.spawn(async move {
            let file = prepare().await;
            inner.plan(|faults| faults.cut_power_in = Some(2));
            file.write_at(blocks(2, 1), 0).await.unwrap();
            file.write_at(blocks(3, 1), 0).await.unwrap();
            panic!("this write never ends");
        });
        assert_eq!(story.join().await, None::<()>);
        assert!(!node.is_up());
    });
}

#[test]
fn write_goes_on_when_nobody_waits_for_it() {
    World::new(2).run(async {
        let file = prepare().await;
        let write = file.write_at(blocks(2, 1), 0);
        assert!(
            clock::timeout(Duration::from_nanos(1), write)
                .await
                .is_err()
        );
        clock::sleep(Duration::from_millis(1)).await;
        assert_eq!(file.read_at(0, BLOCK).await.unwrap()[0], 2);
    });
}

#[test]
fn killed_process_leaves_its_writes_behind() {
    let world = World::new(2);
    let node = world.node("machine");
    world.run(async {
        let story = node.spawn(async {
            let file = prepare().await;
            file.write_at(blocks(2, 1), 0).await.unwrap();
        });
        story.await;
        node.kill();
        node.boot();
        let content = node.spawn(fs::read(path())).await.unwrap();
        assert_eq!(content, vec![2; BLOCK]);
    });
}

#[test]
fn full_disk_refuses_until_there_is_room() {
    let world = World::new(2);
    let node = world.node("machine");
    world.run(async {
        let inner = node.clone();
        let story = node.spawn(async move {
            let file = prepare().await;
            file.allocate(2 * BLOCK as u64).await.unwrap();
            inner.plan(|faults| faults.capacity = Some(2 * BLOCK as u64));
            file.write_at(blocks(2, 1), BLOCK as u64)
                .await
                .expect("it is reserved");
            let full = file
                .write_at(blocks(2, 1), 2 * BLOCK as u64)
                .await
                .unwrap_err();
            assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
            assert_eq!(fs::free_space(Path::new("/")).await.unwrap(), 0);
            assert!(
                fs::write(Path::new("/data/more"), vec![1; 10])
                    .await
                    .is_err()
            );
            file.truncate(BLOCK as u64).await.unwrap();
            fs::write(Path::new("/data/more"), vec![1; 10])
                .await
                .expect("there is room again");
        });
        story.await;
        assert_eq!(node.disk_used(), 2 * BLOCK as u64);
    });
}

#[test]
fn write_error_may_leave_a_part() {
    let world = World::new(2);
    let node = world.node("machine");
    world.run(async {
        let inner = node.clone();
        let story = node.spawn(async move {
            let file = prepare().await;
            inner.plan(|faults| faults.fail_write_in = Some(2));
            file.write_at(blocks(2, 1), BLOCK as u64)
                .await
                .expect("the first write is spared");
            file.write_at(blocks(3, 1), 0)
                .await
                .expect_err("the second is not");
            file.write_at(blocks(4, 1), 0)
                .await
                .expect("faults fire once");
        });
        story.await;
    });
}

#[test]
fn slow_sync_is_slow() {
    let world = World::new(2);
    let node = world.node("machine");
    world.run(async {
        let slow = SlowSync {
            percent: 100,
            delay: Duration::from_secs(5),
        };
        node.plan(|faults| faults.slow_sync = Some(slow));
        let begin = clock::now();
        let story = node.spawn(async {
            for _ in 0..10 {
                fs::sync_dir(Path::new("/")).await.unwrap();
            }
        });
        story.await;
        assert!(clock::now().since(begin) > Duration::from_secs(5));
    });
}

#[test]
fn rotten_bit_survives_syncs() {
    let content = after_power_cut(1, |node| async move {
        let file = prepare().await;
        node.rot(path(), 17);
        file.sync().await.unwrap();
    });
    assert_eq!(content.iter().filter(|byte| **byte != 1).count(), 1);
    assert_ne!(content[17], 1);
}

#[test]
fn reads_are_short_at_the_end_and_ranges_of_names_are_sorted() {
    World::new(2).run(async {
        let file = prepare().await;
        assert_eq!(file.read_at(4000, 500).await.unwrap().len(), 96);
        assert_eq!(file.read_at(9000, 500).await.unwrap().len(), 0);
        fs::write(Path::new("/data/b"), vec![1]).await.unwrap();
        fs::rename(Path::new("/data/b"), Path::new("/data/a"))
            .await
            .unwrap();
        let names: Vec<String> = fs::list(Path::new("/data"))
            .await
            .unwrap()
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        assert_eq!(names, ["a", "file"]);
        fs::remove_dir_all(Path::new("/data")).await.unwrap();
        assert!(!fs::exists(path()).await.unwrap());
        let missing = fs::remove_file(path()).await.unwrap_err();
        assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
    });
}

#[test]
#[should_panic(expected = "unaligned position")]
fn unaligned_write_is_a_bug() {
    World::new(2).run(async {
        let file = prepare().await;
        let _refused = file.write_at(blocks(1, 1), 512).await;
    });
}

#[test]
fn disks_of_two_machines_are_apart() {
    let world = World::new(2);
    let (left, right) = (world.node("left"), world.node("right"));
    world.run(async {
        left.spawn(async { drop(prepare().await) }).await;
        task::yield_now().await;
        assert!(
            left.spawn(async { fs::exists(path()).await.unwrap() })
                .await
        );
        assert!(
            !right
                .spawn(async { fs::exists(path()).await.unwrap() })
                .await
        );
    });
}
