//! Sockets over the loopback.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::io::clock::{sleep, timeout};
use crate::io::uring::run_alone;
use crate::io::{
    File, ListenOptions, Listener, OpenMode, Part, ReadHalf, Stream, WriteHalf, fs, task,
};

const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// Two connected streams: the accepting side, and the connecting side.
async fn pair() -> ((ReadHalf, WriteHalf), (ReadHalf, WriteHalf)) {
    let listener = Listener::bind(ANY_PORT, ListenOptions::default()).unwrap();
    let addr = listener.local_addr();
    let connecting = task::spawn(async move { Stream::connect(addr).await.unwrap() });
    let accepted = listener.accept().await.unwrap();
    let connected = connecting.await;
    assert_eq!(accepted.peer(), connected.local_addr());
    assert_eq!(connected.peer(), addr);
    (accepted.split().unwrap(), connected.split().unwrap())
}

/// Reads until the end, slowly at first, so that the sender meets a full socket.
async fn read_all(mut half: ReadHalf) -> BytesMut {
    let mut all = BytesMut::new();
    for round in 0.. {
        if round < 20 {
            sleep(Duration::from_millis(3)).await;
        }
        all.reserve(1 << 16);
        if half.read(&mut all).await.unwrap() == 0 {
            break;
        }
    }
    all
}

/// Bytes that repeat with a period of no power of two.
fn pattern(len: usize, seed: usize) -> Vec<u8> {
    (0..len).map(|at| ((at + seed) % 251) as u8).collect()
}

async fn file_of(path: &Path, content: Vec<u8>) -> File {
    fs::write(path, content).await.unwrap();
    fs::sync_file(path).await.unwrap();
    File::open(path, OpenMode::ReadOnly).await.unwrap()
}

/// Drops what the page cache holds of a synced file.
fn make_cold(path: &Path) {
    use std::os::fd::AsRawFd;
    let file = std::fs::File::open(path).unwrap();
    // SAFETY: no pointers; the descriptor is open.
    let result = unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    assert_eq!(result, 0);
    assert!(!crate::io::uring::warm::is_cached(&file, 0, 4096));
}

#[test]
fn slices_and_cold_and_warm_ranges_arrive_as_one_stream() {
    let directory = tempfile::tempdir().unwrap();
    let (warm, cold) = (directory.path().join("warm"), directory.path().join("cold"));
    run_alone(async move {
        let (warm_bytes, cold_bytes) = (pattern(3 << 20, 1), pattern(5 << 20, 2));
        let warm = file_of(&warm, warm_bytes.clone()).await;
        let cold_file = file_of(&cold, cold_bytes.clone()).await;
        make_cold(&cold);

        let mut parts = Vec::new();
        let mut expected = Vec::new();
        for number in 0..300 {
            let slice = pattern(number * 37, number);
            expected.extend_from_slice(&slice);
            parts.push(Part::Bytes(Bytes::from(slice)));
            if number % 100 == 50 {
                let (start, len) = (number * 11, (1 << 20) + number);
                expected.extend_from_slice(&warm_bytes[start..][..len]);
                parts.push(Part::File(warm.range(start as u64, len)));
                expected.extend_from_slice(&cold_bytes[start..][..2 * len]);
                parts.push(Part::File(cold_file.range(start as u64, 2 * len)));
            }
        }
        parts.push(Part::Bytes(Bytes::from(pattern(9 << 20, 5))));
        expected.extend(pattern(9 << 20, 5));
        parts.push(Part::Bytes(Bytes::new()));

        let ((read, _keep), (_other, mut write)) = pair().await;
        let reader = task::spawn(read_all(read));
        write.write_gather(&mut parts).await.unwrap();
        assert!(parts.is_empty());
        write.shutdown().await.unwrap();
        let arrived = reader.await;
        assert_eq!(arrived.len(), expected.len());
        assert!(arrived == expected, "the bytes arrive in order");
    })
    .unwrap();
}

#[test]
fn a_range_behind_the_end_of_its_file_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    run_alone(async move {
        let file = file_of(&path, pattern(5000, 0)).await;
        let (_accepted, (_read, mut write)) = pair().await;
        let mut parts = vec![Part::File(file.range(4000, 2000))];
        let error = write.write_gather(&mut parts).await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
    })
    .unwrap();
}

#[test]
fn a_removed_file_can_still_be_sent() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a");
    run_alone(async move {
        let file = file_of(&path, pattern(100_000, 0)).await;
        fs::remove_file(&path).await.unwrap();
        let ((read, _keep), (_read, mut write)) = pair().await;
        let range = file.range(10, 90_000);
        drop(file);
        write
            .write_gather(&mut vec![Part::File(range)])
            .await
            .unwrap();
        write.shutdown().await.unwrap();
        assert!(read_all(read).await == pattern(100_000, 0)[10..90_010]);
    })
    .unwrap();
}

#[test]
fn a_read_that_was_given_up_loses_no_bytes() {
    run_alone(async {
        let ((mut read, _keep), (_read, mut write)) = pair().await;
        let writer = task::spawn(async move {
            for byte in 0..100u8 {
                write.write_all(&[byte; 10]).await.unwrap();
                sleep(Duration::from_micros(700)).await;
            }
        });
        let mut all = BytesMut::new();
        while all.len() < 1000 {
            all.reserve(64);
            match timeout(Duration::from_micros(300), read.read(&mut all)).await {
                Ok(count) => assert!(count.unwrap() > 0),
                Err(_) => continue,
            }
        }
        writer.await;
        assert!(
            all.iter()
                .enumerate()
                .all(|(at, byte)| *byte == (at / 10) as u8)
        );
    })
    .unwrap();
}

#[test]
fn many_shards_share_a_port_and_others_are_refused() {
    run_alone(async {
        let shared = ListenOptions { reuse_port: true };
        let first = Listener::bind(ANY_PORT, shared).unwrap();
        let second = Listener::bind(first.local_addr(), shared).unwrap();
        assert_eq!(first.local_addr(), second.local_addr());
        let refused = Listener::bind(first.local_addr(), ListenOptions::default()).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::AddrInUse);
    })
    .unwrap();
}
