//! A message cut anywhere is no message, and costs no memory worth having.

use corelane::wire::Cursor;

use crate::allocation::{allowance, during};
use crate::bodies::{Body, key_of};
use crate::vectors::{Kind, of_kind};

#[test]
fn every_truncation_of_every_body_is_refused_within_its_allowance() {
    let mut worst = (0, String::new());
    for vector in of_kind(Kind::Body) {
        let Some(key) = key_of(&vector) else { continue };
        let (kind, version) = (vector.text("kind"), vector.number("version"));
        for len in 0..vector.bytes.len() {
            let mut cursor = Cursor::new(&vector.bytes[..len]);
            let (read, allocated) =
                during(|| Body::decode(key, kind, &mut cursor, version).is_ok());
            assert!(!read, "{} cut to {len} bytes is read", vector.place());
            assert!(
                allocated <= allowance(len),
                "{} cut to {len} bytes allocates {allocated}",
                vector.place()
            );
            if allocated / (len + 1) > worst.0 {
                worst = (
                    allocated / (len + 1),
                    format!("{} cut to {len}", vector.place()),
                );
            }
        }
    }
    println!(
        "at most {} bytes allocated per byte read, at {}",
        worst.0, worst.1
    );
}
