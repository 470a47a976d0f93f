//! Many connections, and the limits on them.

use crate::broker::{Home, until};
use crate::caller::Caller;
use crate::hostile::versions_request;

fn is_served(caller: &mut Caller) -> bool {
    let ticket = caller.send(&versions_request(), 3);
    caller.try_receive(ticket).is_ok()
}

#[test]
fn five_thousand_silent_connections_cost_little_and_are_closed_when_idle() {
    corelane::io::descriptors::raise_limit();
    let home = Home::new();
    let broker = home.start(&["--set", "connections.max.idle.ms=20000"]);
    let before = broker.resident_bytes();
    let mut other = broker.call();
    let crowd: Vec<Caller> = (0..5_000).map(|_| broker.call()).collect();
    assert!(is_served(&mut other));
    assert!(is_served(&mut broker.call()));
    let each = broker.resident_bytes().saturating_sub(before) / crowd.len();
    assert!(each < 32 * 1024, "a silent connection costs {each} bytes");
    for mut silent in crowd {
        assert!(silent.is_hung_up());
    }
    assert!(is_served(&mut broker.call()));
    let lines = broker.words().lines().count();
    assert!(lines < 50, "{lines} lines; {}", broker.words());
}

#[test]
fn those_who_hang_up_before_they_are_accepted_make_nobody_wait() {
    let home = Home::new();
    let broker = home.start(&[]);
    (0..10_000).for_each(|_| broker.call().reset());
    for _ in 0..10 {
        assert!(is_served(&mut broker.call()));
    }
    let lines = broker.words().lines().count();
    assert!(lines < 50, "{lines} lines; {}", broker.words());
}

#[test]
fn connections_beyond_the_limit_of_the_node_are_refused_on_any_shard() {
    let home = Home::new();
    let broker = home.start(&["--set", "max.connections=5"]);
    let mut seated: Vec<Caller> = (0..5).map(|_| broker.call()).collect();
    assert!(seated.iter_mut().all(is_served));
    for _ in 0..10 {
        assert!(broker.call().is_hung_up());
    }
    assert!(
        broker
            .words()
            .contains("5 connections are open, which is max.connections")
    );
    assert!(
        seated.iter_mut().all(is_served),
        "those who were there stay"
    );
    drop(seated);
    until("a place is free again", || is_served(&mut broker.call()));
}

#[test]
fn one_address_has_so_many_connections_and_no_more() {
    let home = Home::new();
    let broker = home.start(&["--set", "max.connections.per.ip=3"]);
    let mut seated: Vec<Caller> = (0..3).map(|_| broker.call()).collect();
    assert!(seated.iter_mut().all(is_served));
    assert!(broker.call().is_hung_up());
    assert!(
        broker
            .words()
            .contains("3 connections open, which is max.connections.per.ip")
    );
    drop(seated.pop());
    until("a place is free again", || is_served(&mut broker.call()));
}
