use serde_json::{Value, json};

use super::gauge::Reading;
use super::tally::Counts;

/// What a broker's process used for what was done meanwhile. These figures hold steady where
/// throughput is noisy.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cost {
    seconds: f64,
    used: Reading,
    records: u64,
    requests: u64,
    payload_bytes: u64,
}

/// `amount` for each `of`; none where nothing was done.
fn per(amount: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| amount / of)
}

impl Cost {
    pub fn new(seconds: f64, used: &Reading, counts: &Counts) -> Cost {
        Cost {
            seconds,
            used: *used,
            records: counts.records,
            requests: counts.requests,
            payload_bytes: counts.payload_bytes,
        }
    }

    /// Makes the cost that the first of some loads measured that of the work of all: they ran
    /// together, and the broker's process does not tell them apart.
    pub fn share(loads: &mut [(String, Value)]) {
        let sum = |name: &str| {
            let each = loads
                .iter()
                .filter_map(|(_, load)| load.get(name)?.as_f64());
            each.sum::<f64>()
        };
        let (records, requests, bytes) = (sum("records"), sum("requests"), sum("payload_bytes"));
        let [(_, first), _, ..] = loads else {
            return;
        };
        let Some(cost) = first.get_mut("broker_process") else {
            return;
        };
        let number = |name: &str| cost.get(name).and_then(Value::as_f64).unwrap_or(0.0);
        let (cpu, switches) = (number("cpu_seconds"), number("context_switches"));
        let written = number("disk_written_bytes");
        cost["cpu_seconds_per_gb"] = json!(per(cpu, bytes / 1e9));
        cost["cpu_seconds_per_million_records"] = json!(per(cpu, records / 1e6));
        cost["cpu_seconds_per_million_requests"] = json!(per(cpu, requests / 1e6));
        cost["disk_written_bytes_per_payload_byte"] = json!(per(written, bytes));
        cost["context_switches_per_million_records"] = json!(per(switches, records / 1e6));
        cost["is_of_all_loads_together"] = json!(true);
    }

    fn cpu_per_gb(&self) -> Option<f64> {
        per(self.used.cpu, self.payload_bytes as f64 / 1e9)
    }

    fn cpu_per_million_records(&self) -> Option<f64> {
        per(self.used.cpu, self.records as f64 / 1e6)
    }

    fn cpu_per_million_requests(&self) -> Option<f64> {
        per(self.used.cpu, self.requests as f64 / 1e6)
    }

    /// For people.
    pub fn line(&self) -> String {
        let number = |number: Option<f64>| match number {
            Some(number) => format!("{number:.3}"),
            None => "unknown".to_owned(),
        };
        format!(
            "broker: {} CPU-seconds per GB, {} per million records, {} per million requests, \
             {:.0} MB resident at most",
            number(self.cpu_per_gb()),
            number(self.cpu_per_million_records()),
            number(self.cpu_per_million_requests()),
            self.used.rss_peak_bytes as f64 / 1e6,
        )
    }

    pub fn json(&self) -> Value {
        let written = self.used.disk.map(|(_, written)| written);
        let millions = self.records as f64 / 1e6;
        json!({
            "measured_seconds": self.seconds,
            "cpu_seconds": self.used.cpu,
            "cpu_seconds_per_gb": self.cpu_per_gb(),
            "cpu_seconds_per_million_records": self.cpu_per_million_records(),
            "cpu_seconds_per_million_requests": self.cpu_per_million_requests(),
            "rss_peak_bytes": self.used.rss_peak_bytes,
            "disk_read_bytes": self.used.disk.map(|(read, _)| read),
            "disk_written_bytes": written,
            "disk_written_bytes_per_payload_byte":
                written.and_then(|bytes| per(bytes as f64, self.payload_bytes as f64)),
            "context_switches": self.used.switches,
            "context_switches_per_million_records": per(self.used.switches as f64, millions),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Cost, Counts, Reading};

    #[test]
    fn what_was_used_is_told_for_what_was_done() {
        let used = Reading {
            cpu: 3.0,
            disk: Some((0, 3_000_000_000)),
            switches: 500,
            ..Reading::default()
        };
        let counts = Counts {
            records: 2_000_000,
            requests: 500_000,
            payload_bytes: 1_500_000_000,
            ..Counts::default()
        };
        let told = Cost::new(10.0, &used, &counts).json();
        assert_eq!(told["cpu_seconds_per_gb"], 2.0);
        assert_eq!(told["cpu_seconds_per_million_records"], 1.5);
        assert_eq!(told["cpu_seconds_per_million_requests"], 6.0);
        assert_eq!(told["disk_written_bytes_per_payload_byte"], 2.0);
        assert_eq!(told["context_switches_per_million_records"], 250.0);
        let mut loads = vec![
            (
                "a".to_owned(),
                json!({ "broker_process": told, "records": 500_000 }),
            ),
            (
                "b".to_owned(),
                json!({ "records": 500_000, "payload_bytes": 3_000_000_000u64 }),
            ),
        ];
        Cost::share(&mut loads);
        let shared = &loads[0].1["broker_process"];
        assert_eq!(shared["cpu_seconds_per_gb"], 1.0);
        assert_eq!(shared["cpu_seconds_per_million_records"], 3.0);
        let nothing = Cost::new(10.0, &used, &Counts::default());
        assert!(nothing.json()["cpu_seconds_per_gb"].is_null());
        assert!(nothing.line().contains("unknown CPU-seconds per GB"));
    }
}
