use std::collections::BTreeMap;
use std::path::Path;

use crate::io::fs;

/// One network interface, the loopback left out.
#[derive(Clone, Copy, PartialEq, Debug, Default, serde::Serialize)]
pub struct Link {
    pub received_bytes: u64,
    pub sent_bytes: u64,
    /// As the driver tells it; virtual machines often do not.
    pub bits_per_second: Option<u64>,
}

impl Link {
    /// What went over it since `before`.
    pub fn since(&self, before: &Link) -> Link {
        Link {
            received_bytes: self.received_bytes.saturating_sub(before.received_bytes),
            sent_bytes: self.sent_bytes.saturating_sub(before.sent_bytes),
            bits_per_second: self.bits_per_second,
        }
    }

    /// The share of its speed that its busier direction used; both have the whole of it.
    pub fn share(&self, seconds: f64) -> Option<f64> {
        let speed = self.bits_per_second.filter(|speed| *speed > 0)? as f64;
        let bits = self.received_bytes.max(self.sent_bytes) as f64 * 8.0;
        (seconds > 0.0).then(|| bits / speed / seconds)
    }
}

/// All links of this host since it started.
pub async fn read() -> BTreeMap<String, Link> {
    let table = text("/proc/net/dev").await;
    let mut links = parse(&table);
    for (name, link) in &mut links {
        let speed = text(&format!("/sys/class/net/{name}/speed")).await;
        link.bits_per_second = bits_per_second(&speed);
    }
    links
}

async fn text(path: &str) -> String {
    let bytes = fs::read(Path::new(path)).await.unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Megabits a second, as the kernel has it; -1 or nothing where it is not known.
fn bits_per_second(speed: &str) -> Option<u64> {
    let megabits = speed.trim().parse::<u64>().ok()?;
    megabits.checked_mul(1_000_000)
}

/// Lines `name: received_bytes and 7 more, sent_bytes and 7 more`.
fn parse(table: &str) -> BTreeMap<String, Link> {
    let link = |line: &str| {
        let (name, fields) = line.split_once(':')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
        let link = Link {
            received_bytes: number(0)?,
            sent_bytes: number(8)?,
            bits_per_second: None,
        };
        let name = name.trim();
        (name != "lo").then(|| (name.to_owned(), link))
    };
    table.lines().filter_map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::{Link, bits_per_second, parse};

    #[test]
    fn the_share_of_a_link_is_that_of_its_busier_direction() {
        let table = "Inter-|   Receive  |  Transmit\n face |bytes packets errs\n\
                     lo: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n\
                     eth0: 1000 9 0 0 0 0 0 0 250001000 7 0 0 0 0 0 0\n";
        let links = parse(table);
        assert_eq!(links.keys().collect::<Vec<_>>(), ["eth0"]);
        let now = Link {
            bits_per_second: bits_per_second("1000\n"),
            ..links["eth0"]
        };
        let before = Link {
            received_bytes: 900,
            sent_bytes: 1000,
            bits_per_second: None,
        };
        let used = now.since(&before);
        assert_eq!((used.received_bytes, used.sent_bytes), (100, 250_000_000));
        assert_eq!(used.share(2.0), Some(1.0));
        assert_eq!((bits_per_second("-1\n"), before.share(2.0)), (None, None));
    }
}
