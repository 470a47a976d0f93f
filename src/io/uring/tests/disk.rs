//! The disk of the real world, on a real directory.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{join_all, poll_immediate};

use crate::io::uring::run_alone;
use crate::io::{BLOCK_BYTES, Buffer, File, OpenMode, Pool, clock, fs, task};

/// Runs `work` on an executor with a directory of its own.
fn in_directory<F: Future<Output = ()> + 'static>(work: impl FnOnce(PathBuf) -> F) {
    let directory = tempfile::tempdir().unwrap();
    run_alone(work(directory.path().to_owned())).unwrap();
}

/// `blocks` blocks, each filled with `seed` and its own number.
fn blocks(pool: &Pool, blocks: usize, seed: u8) -> Bytes {
    let mut buffer = Buffer::with_capacity(pool, blocks * BLOCK_BYTES);
    for block in 0..blocks {
        buffer.extend_from_slice(&[seed ^ block as u8; BLOCK_BYTES]);
    }
    buffer.freeze()
}

#[test]
fn what_was_written_is_read_back_at_any_position() {
    in_directory(|directory| async move {
        let pool = Pool::new(1 << 20);
        let file = File::open(&directory.join("a"), OpenMode::Create)
            .await
            .unwrap();
        let data = blocks(&pool, 5, 7);
        file.write_and_sync(data.slice(..2 * BLOCK_BYTES), 0)
            .await
            .unwrap();
        file.write_at(data.slice(2 * BLOCK_BYTES..), 2 * BLOCK_BYTES as u64)
            .await
            .unwrap();
        file.sync().await.unwrap();
        assert_eq!(file.len().await.unwrap(), data.len() as u64);
        for (position, len) in [
            (0, 1),
            (1, 4096),
            (4095, 2),
            (4096, 4096),
            (5000, 9000),
            (20479, 1),
            (0, 20480),
        ] {
            let read = file.read_at(position as u64, len).await.unwrap();
            assert_eq!(
                read,
                data[position..position + len],
                "{len} bytes at {position}"
            );
        }
        let tail = file.read_at(20000, 4096).await.unwrap();
        assert_eq!(tail, data[20000..], "short at the end");
        assert!(
            file.read_at(20480, 10).await.unwrap().is_empty(),
            "nothing behind the end"
        );
        assert!(
            file.read_at(1 << 30, 10).await.unwrap().is_empty(),
            "nothing far behind it"
        );
    });
}

#[test]
fn a_file_cut_inside_a_block_reads_short_there() {
    in_directory(|directory| async move {
        let pool = Pool::new(1 << 20);
        let path = directory.join("a");
        let file = File::open(&path, OpenMode::Create).await.unwrap();
        let data = blocks(&pool, 3, 1);
        file.allocate(1 << 20).await.unwrap();
        assert_eq!(file.len().await.unwrap(), 0, "reserved space is not length");
        file.write_and_sync(data.clone(), 0).await.unwrap();
        file.truncate(5001).await.unwrap();
        assert_eq!(file.read_at(4000, 4096).await.unwrap(), data[4000..5001]);
        let again = File::open(&path, OpenMode::ReadOnly).await.unwrap();
        assert_eq!(again.read_at(0, 1 << 20).await.unwrap(), data[..5001]);
    });
}

#[test]
fn a_thousand_writes_at_once_all_arrive() {
    in_directory(|directory| async move {
        let pool = Pool::new(1 << 20);
        let file = File::open(&directory.join("a"), OpenMode::Create)
            .await
            .unwrap();
        let writes = (0..1000u64).map(|number| {
            let (file, data) = (file.clone(), blocks(&pool, 1, number as u8));
            async move {
                let position = number * BLOCK_BYTES as u64;
                if number % 10 == 0 {
                    file.write_and_sync(data, position).await
                } else {
                    file.write_at(data, position).await
                }
            }
        });
        join_all(writes).await.into_iter().for_each(Result::unwrap);
        let whole = file.read_at(0, 1000 * BLOCK_BYTES).await.unwrap();
        for (number, block) in whole.chunks(BLOCK_BYTES).enumerate() {
            assert!(
                block.iter().all(|byte| *byte == number as u8),
                "block {number}"
            );
        }
    });
}

#[test]
fn a_dropped_future_leaves_its_write_running_and_its_memory_alive() {
    in_directory(|directory| async move {
        let pool = Pool::new(1 << 20);
        let file = File::open(&directory.join("a"), OpenMode::Create)
            .await
            .unwrap();
        for round in 0..200u64 {
            let position = round * BLOCK_BYTES as u64;
            let data = blocks(&pool, 1, 9);
            assert!(
                poll_immediate(file.write_at(data, position))
                    .await
                    .is_none()
            );
            assert!(poll_immediate(file.read_at(0, 1 << 16)).await.is_none());
            if round % 3 == 0 {
                task::yield_now().await;
            }
            // Memory that came back too early would be overwritten here.
            drop(blocks(&pool, 1, 3));
        }
        loop {
            let whole = file.read_at(0, 200 * BLOCK_BYTES).await.unwrap();
            // A write that is still on its way leaves a hole, never another's bytes.
            assert!(whole.iter().all(|byte| matches!(byte, 0 | 9)));
            if whole.len() == 200 * BLOCK_BYTES && whole.iter().all(|byte| *byte == 9) {
                break;
            }
            clock::sleep(Duration::from_millis(1)).await;
        }
    });
}

#[test]
fn the_executor_ends_while_operations_are_in_flight() {
    in_directory(|directory| async move {
        let pool = Pool::new(1 << 20);
        let file = File::open(&directory.join("a"), OpenMode::Create)
            .await
            .unwrap();
        for number in 0..300 {
            let (file, data) = (file.clone(), blocks(&pool, 16, 1));
            let write = async move { file.write_and_sync(data, number * (16 << 12)).await };
            task::spawn(write).detach();
        }
        task::yield_now().await;
    });
}

#[test]
fn errors_of_the_kernel_come_back_as_such() {
    in_directory(|directory| async move {
        let missing = File::open(&directory.join("missing"), OpenMode::ReadWrite).await;
        assert_eq!(missing.unwrap_err().kind(), std::io::ErrorKind::NotFound);
        fs::write(&directory.join("a"), vec![1; 100]).await.unwrap();
        let file = File::open(&directory.join("a"), OpenMode::ReadOnly)
            .await
            .unwrap();
        let data = blocks(&Pool::new(0), 1, 1);
        let refused = file.write_and_sync(data, 0).await.unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(libc::EBADF));
        assert_eq!(file.read_at(90, 100).await.unwrap(), [1; 10][..]);
    });
}

#[test]
fn directories_and_whole_files() {
    in_directory(|directory| async move {
        let inner = directory.join("x/y");
        fs::create_dir_all(&inner).await.unwrap();
        fs::create_dir_all(&inner).await.unwrap();
        fs::write_atomic(&inner.join("b"), b"one".to_vec())
            .await
            .unwrap();
        fs::write_atomic(&inner.join("b"), b"three".to_vec())
            .await
            .unwrap();
        fs::write(&inner.join("a"), b"".to_vec()).await.unwrap();
        fs::sync_file(&inner.join("a")).await.unwrap();
        assert_eq!(fs::read(&inner.join("b")).await.unwrap(), b"three");
        fs::rename(&inner.join("a"), &inner.join("c"))
            .await
            .unwrap();
        fs::sync_dir(&inner).await.unwrap();
        let names: Vec<_> = fs::list(&inner).await.unwrap();
        let names: Vec<_> = names
            .iter()
            .map(|entry| (&*entry.name, entry.len))
            .collect();
        assert_eq!(names, [("b", 5), ("c", 0)]);
        assert!(fs::list(&directory).await.unwrap()[0].is_dir);
        fs::remove_file(&inner.join("c")).await.unwrap();
        assert!(!fs::exists(&inner.join("c")).await.unwrap());
        fs::remove_dir_all(&directory.join("x")).await.unwrap();
        assert!(fs::list(&directory).await.unwrap().is_empty());
        assert!(fs::free_space(&directory).await.unwrap() > 0);
    });
}
