//! The network: slow, cut into pieces, sometimes broken.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use corelane::io::sim::{Node, World};
use corelane::io::{ListenOptions, Listener, Part, ReadHalf, Stream, WriteHalf, clock, task};

const PORT: u16 = 9092;

fn any_ip() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], PORT))
}

/// A machine that answers every byte with itself, connection by connection.
fn start_echo(node: &Node) {
    let serve = async {
        let listener = Listener::bind(any_ip(), ListenOptions::default()).unwrap();
        loop {
            let stream = listener.accept().await.unwrap();
            task::spawn(echo(stream)).detach();
        }
    };
    node.spawn(serve).detach();
}

async fn echo(stream: Stream) -> io::Result<()> {
    let (mut read, mut write) = stream.split()?;
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(1 << 16);
        if read.read(&mut buffer).await? == 0 {
            return write.shutdown().await;
        }
        write.write_all(&buffer.split()).await?;
    }
}

async fn connect(address: SocketAddr) -> (ReadHalf, WriteHalf) {
    clock::sleep(Duration::from_millis(5)).await;
    Stream::connect(address).await.unwrap().split().unwrap()
}

/// Reads to the end; also tells how many reads it took.
async fn read_all(mut read: ReadHalf) -> io::Result<(Vec<u8>, usize)> {
    let mut buffer = BytesMut::new();
    let mut reads = 0;
    loop {
        buffer.reserve(1 << 16);
        if read.read(&mut buffer).await? == 0 {
            return Ok((buffer.to_vec(), reads));
        }
        reads += 1;
    }
}

#[test]
fn bytes_arrive_whole_and_in_order_but_in_pieces() {
    let sent: Vec<u8> = (0..300_000u32).map(|number| number as u8).collect();
    let mut counts = BTreeSet::new();
    for seed in 1..=20 {
        let world = World::new(seed);
        let node = world.node("echo");
        start_echo(&node);
        let (received, reads) = world.run(async {
            let (read, mut write) = connect(node.address(PORT)).await;
            let reader = task::spawn(read_all(read));
            let mut parts: Vec<Part> = sent
                .chunks(70_000)
                .map(|chunk| Part::Bytes(Bytes::copy_from_slice(chunk)))
                .collect();
            write.write_gather(&mut parts).await.unwrap();
            assert!(parts.is_empty());
            write.shutdown().await.unwrap();
            reader.await.unwrap()
        });
        assert!(received == sent, "seed {seed}");
        counts.insert(reads);
    }
    assert!(counts.len() > 5, "reads come up short in different ways");
}

#[test]
fn writer_waits_for_a_reader_who_does_not_read() {
    let world = World::new(1);
    let node = world.node("sink");
    let idle = async {
        let listener = Listener::bind(any_ip(), ListenOptions::default()).unwrap();
        let _stream = listener.accept().await.unwrap();
        std::future::pending::<()>().await;
    };
    node.spawn(idle).detach();
    world.run(async {
        let (_read, mut write) = connect(node.address(PORT)).await;
        let bytes = vec![0; 1 << 20];
        let write = write.write_all(&bytes);
        assert!(
            clock::timeout(Duration::from_secs(60), write)
                .await
                .is_err()
        );
    });
}

#[test]
fn crash_breaks_connections_and_refuses_new_ones() {
    let world = World::new(1);
    let node = world.node("echo");
    start_echo(&node);
    world.run(async {
        let (read, mut write) = connect(node.address(PORT)).await;
        write.write_all(b"abc").await.unwrap();
        clock::sleep(Duration::from_secs(1)).await;
        node.crash();
        assert!(read_all(read).await.is_err());
        assert!(write.write_all(b"def").await.is_err());
        let refused = Stream::connect(node.address(PORT)).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        node.boot();
        start_echo(&node);
        let (_read, mut write) = connect(node.address(PORT)).await;
        write.write_all(b"abc").await.expect("it listens again");
    });
}

#[test]
fn planned_resets_break_connections_now_and_then() {
    let world = World::new(1);
    let node = world.node("echo");
    start_echo(&node);
    world.plan_net(|faults| faults.resets_per_mille = 50);
    let broken = world.run(async {
        let mut broken = 0;
        for _ in 0..100 {
            let (read, mut write) = connect(node.address(PORT)).await;
            let sent = write.write_all(b"abc").await;
            let ended = match write.shutdown().await {
                Ok(()) => read_all(read).await,
                Err(error) => Err(error),
            };
            broken += usize::from(sent.is_err() || ended.is_err());
        }
        broken
    });
    assert!((2..40).contains(&broken), "{broken} of 100");
}

#[test]
fn port_is_shared_only_by_those_who_agree() {
    World::new(1).run(async {
        let shared = ListenOptions { reuse_port: true };
        let first = Listener::bind(any_ip(), shared).unwrap();
        let second = Listener::bind(any_ip(), shared).unwrap();
        let third = Listener::bind(any_ip(), ListenOptions::default());
        assert_eq!(third.unwrap_err().kind(), io::ErrorKind::AddrInUse);
        drop((first, second));
        let alone = Listener::bind(any_ip(), ListenOptions::default()).unwrap();
        assert_eq!(alone.local_addr().port(), PORT);
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        let any_port = Listener::bind(free, ListenOptions::default()).unwrap();
        assert_ne!(any_port.local_addr().port(), 0);
    });
}

#[test]
fn shared_port_deals_connections_to_all_its_listeners() {
    let world = World::new(1);
    world.run(async {
        let shared = ListenOptions { reuse_port: true };
        let served = std::rc::Rc::new(std::cell::Cell::new([0; 2]));
        for number in 0..2 {
            let served = served.clone();
            let serve = async move {
                let listener = Listener::bind(any_ip(), shared).unwrap();
                loop {
                    listener.accept().await.unwrap();
                    let mut counts = served.get();
                    counts[number] += 1;
                    served.set(counts);
                }
            };
            task::spawn(serve).detach();
        }
        for _ in 0..40 {
            let _halves = connect(SocketAddr::from(([127, 0, 0, 1], PORT))).await;
        }
        assert!(
            served.get().iter().all(|count| *count > 5),
            "{:?}",
            served.get()
        );
    });
}
