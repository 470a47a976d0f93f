//! kcat 1.7.1 as Debian ships it: what goes in from a file comes out byte for byte.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::broker::{bootstrap, topic};

/// Runs kcat with `input` on its standard input; demands success and returns what it printed.
fn kcat(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("kcat")
        .args(["-b", &bootstrap(), "-q"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kcat is installed");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kcat {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).unwrap()
}

fn access_log(lines: usize) -> String {
    let line = |n: usize| format!("127.0.0.1 - - \"GET /page/{} HTTP/1.1\" 200 {n}\n", n % 17);
    (0..lines).map(line).collect()
}

/// The lines of a text in an order of their own, to compare what came through many partitions.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn a_file_comes_back_line_for_line_through_every_codec() {
    let log = access_log(5000);
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let topic = topic("kcat-codec", 1, &[]);
        kcat(&["-P", "-t", &topic, "-z", codec], &log);
        let back = kcat(&["-C", "-t", &topic, "-o", "beginning", "-e"], "");
        assert!(back == log, "{codec} lost or changed lines");
    }
}

#[test]
fn a_file_spread_over_partitions_comes_back_whole() {
    let log = access_log(20_000);
    let topic = topic("kcat-spread", 8, &[]);
    kcat(&["-P", "-t", &topic, "-X", "acks=all"], &log);
    let back = kcat(&["-C", "-t", &topic, "-o", "beginning", "-e"], "");
    assert!(sorted(&back) == sorted(&log), "lines were lost or doubled");
}

#[test]
fn keys_headers_and_timestamps_are_printed() {
    let topic = topic("kcat-format", 1, &[]);
    let headers = ["-H", "shop=berlin", "-H", "lane=3"];
    kcat(
        &[&["-P", "-t", &topic, "-K", ":", "-p", "0"], &headers[..]].concat(),
        "k1:v1\nk2:v2\n",
    );
    let format = "%t %p %o %k=%s [%h] %K %S\n";
    let back = kcat(
        &["-C", "-t", &topic, "-o", "beginning", "-e", "-f", format],
        "",
    );
    let line = |n: i32| format!("{topic} 0 {} k{n}=v{n} [shop=berlin,lane=3] 2 2\n", n - 1);
    assert_eq!(back, [line(1), line(2)].concat());
    let times = kcat(
        &["-C", "-t", &topic, "-o", "beginning", "-e", "-f", "%T\n"],
        "",
    );
    assert!(
        times
            .lines()
            .all(|time| time.parse::<i64>().unwrap() > 1_600_000_000_000)
    );
}

#[test]
fn null_values_and_keys_are_told_from_empty_ones() {
    let topic = topic("kcat-null", 1, &[]);
    kcat(&["-P", "-t", &topic, "-K", ":", "-Z"], "k:\n:v\n");
    let back = kcat(
        &["-C", "-t", &topic, "-o", "beginning", "-e", "-f", "%K %S\n"],
        "",
    );
    assert_eq!(back, "1 -1\n-1 1\n");
}

#[test]
fn the_cluster_is_listed() {
    let topic = topic("kcat-list", 3, &[]);
    let listed = kcat(&["-L"], "");
    assert!(
        listed.contains(&format!("at {} (controller)", bootstrap())),
        "{listed}"
    );
    assert!(
        listed.contains(&format!("topic \"{topic}\" with 3 partitions:")),
        "{listed}"
    );
    let json = kcat(&["-L", "-J", "-t", &topic], "");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["topics"][0]["partitions"].as_array().map(Vec::len),
        Some(3)
    );
    assert_eq!(json["controllerid"], json["brokers"][0]["id"]);
}

#[test]
fn offsets_are_queried_by_time() {
    let topic = topic("kcat-query", 1, &[]);
    kcat(&["-P", "-t", &topic], "a\nb\nc\n");
    let query = |time: &str| kcat(&["-Q", "-t", &format!("{topic}:0:{time}")], "");
    assert_eq!(query("1"), format!("{topic} [0] offset 0\n"));
    assert_eq!(query("-2"), format!("{topic} [0] offset 0\n"));
    assert_eq!(query("-1"), format!("{topic} [0] offset 3\n"));
}

#[test]
fn a_range_of_offsets_is_read() {
    let topic = topic("kcat-range", 1, &[]);
    kcat(&["-P", "-t", &topic], &access_log(100));
    let read = |from: &str, count: &str| {
        let partition = ["-C", "-t", &topic, "-p", "0", "-o", from, "-c", count, "-e"];
        kcat(&[&partition[..], &["-f", "%o "]].concat(), "")
    };
    assert_eq!(read("40", "3"), "40 41 42 ");
    assert_eq!(read("-2", "5"), "98 99 ");
}
