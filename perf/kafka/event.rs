use std::io::{Write, stdout};

use serde::Serialize;

use crate::io::clock;
use crate::model::Timestamp;

/// What the verifiable tools say, one JSON object a line, with the names and the order of fields
/// of Kafka's `VerifiableProducer` and `VerifiableConsumer`.
#[derive(Serialize, Clone, Debug)]
#[serde(
    tag = "name",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Event<'a> {
    StartupComplete,
    ShutdownRequested,
    ShutdownComplete,
    ProducerSendSuccess {
        key: Option<&'a str>,
        value: &'a str,
        offset: i64,
        topic: &'a str,
        partition: i32,
    },
    ProducerSendError {
        topic: &'a str,
        key: Option<&'a str>,
        value: &'a str,
        exception: String,
        message: String,
    },
    #[serde(rename_all = "snake_case")]
    ToolData {
        sent: u64,
        acked: u64,
        target_throughput: i64,
        avg_throughput: f64,
    },
    PartitionsAssigned {
        partitions: Vec<Place<'a>>,
    },
    PartitionsRevoked {
        partitions: Vec<Place<'a>>,
    },
    RecordData {
        key: Option<String>,
        value: Option<String>,
        topic: &'a str,
        partition: i32,
        offset: i64,
    },
    RecordsConsumed {
        count: usize,
        partitions: Vec<Taken<'a>>,
    },
    OffsetsCommitted {
        offsets: Vec<Committed<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        success: bool,
    },
}

/// A partition.
#[derive(Serialize, Clone, Debug)]
pub struct Place<'a> {
    pub topic: &'a str,
    pub partition: i32,
}

/// Records of one partition that were taken at once.
#[derive(Serialize, Clone, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Taken<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub count: u64,
    pub min_offset: i64,
    pub max_offset: i64,
}

/// The next offset to read of one partition.
#[derive(Serialize, Clone, Debug)]
pub struct Committed<'a> {
    pub topic: &'a str,
    pub partition: i32,
    pub offset: i64,
}

#[derive(Serialize)]
struct Line<'a> {
    timestamp: Timestamp,
    #[serde(flatten)]
    event: &'a Event<'a>,
}

impl Event<'_> {
    /// Prints it with the time. There is nobody left to tell when that fails.
    pub fn say(&self) {
        let _ = writeln!(stdout(), "{}", self.line(clock::wall()));
    }

    fn line(&self, timestamp: Timestamp) -> String {
        let line = Line {
            timestamp,
            event: self,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Committed, Event, Place, Taken};
    use crate::model::Timestamp;

    /// Lines that Kafka 4.3.1's tools printed, but for their times.
    fn are_printed(cases: &[(Event<'_>, &str)]) {
        for (event, rest) in cases {
            let expected = format!(r#"{{"timestamp":1795341191395,{rest}}}"#);
            assert_eq!(event.line(Timestamp(1_795_341_191_395)), expected);
        }
    }

    #[test]
    fn what_a_producer_did_is_kafkas_lines() {
        let topic = "t2";
        are_printed(&[
            (Event::StartupComplete, r#""name":"startup_complete""#),
            (
                Event::ProducerSendSuccess {
                    key: Some("0"),
                    value: "3",
                    offset: 2,
                    topic,
                    partition: 0,
                },
                concat!(
                    r#""name":"producer_send_success","key":"0","value":"3","offset":2,"topic"#,
                    r#"":"t2","partition":0"#,
                ),
            ),
            (
                Event::ToolData {
                    sent: 2,
                    acked: 0,
                    target_throughput: -1,
                    avg_throughput: 0.0,
                },
                concat!(
                    r#""name":"tool_data","sent":2,"acked":0,"target_throughput":-1,"avg_thro"#,
                    r#"ughput":0.0"#,
                ),
            ),
        ]);
    }

    #[test]
    fn what_a_consumer_did_is_kafkas_lines() {
        let topic = "t2";
        let place = |partition| Place { topic, partition };
        are_printed(&[
            (
                Event::PartitionsAssigned {
                    partitions: vec![place(0), place(1)],
                },
                concat!(
                    r#""name":"partitions_assigned","partitions":[{"topic":"t2","partition":0"#,
                    r#"},{"topic":"t2","partition":1}]"#,
                ),
            ),
            (
                Event::RecordData {
                    key: Some("1".into()),
                    value: Some("4".into()),
                    topic,
                    partition: 1,
                    offset: 1,
                },
                concat!(
                    r#""name":"record_data","key":"1","value":"4","topic":"t2","partition":1,"#,
                    r#""offset":1"#,
                ),
            ),
            (
                Event::RecordsConsumed {
                    count: 6,
                    partitions: vec![Taken {
                        topic,
                        partition: 1,
                        count: 2,
                        min_offset: 0,
                        max_offset: 1,
                    }],
                },
                concat!(
                    r#""name":"records_consumed","count":6,"partitions":[{"topic":"t2","parti"#,
                    r#"tion":1,"count":2,"minOffset":0,"maxOffset":1}]"#,
                ),
            ),
            (
                Event::OffsetsCommitted {
                    offsets: vec![Committed {
                        topic,
                        partition: 1,
                        offset: 2,
                    }],
                    error: None,
                    success: true,
                },
                concat!(
                    r#""name":"offsets_committed","offsets":[{"topic":"t2","partition":1,"off"#,
                    r#"set":2}],"success":true"#,
                ),
            ),
        ]);
    }
}
