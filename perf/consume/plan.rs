use std::collections::BTreeMap;
use std::time::Duration;

use super::Options;
use super::options::Check;
use crate::client::{Cluster, ConsumeSettings, offsets};
use crate::perf::budget;
use crate::perf::complaint::Complaint;
use crate::perf::target::Target;

/// Bytes of one answer where nothing else is said; that of Kafka's consumer.
const FETCH_BYTES: usize = 50 << 20;
/// Answers smaller than this would measure requests, not reading.
const FETCH_BYTES_MIN: usize = 64 << 10;

/// A run of consumers as decided.
#[derive(Debug)]
pub struct Plan {
    pub target: Target,
    pub settings: ConsumeSettings,
    pub consumers: usize,
    pub groups: usize,
    pub check: Check,
    /// Where reading begins, by slot.
    pub begin: BTreeMap<usize, i64>,
    /// Where it ends; `None` when it goes on with what is new.
    pub end: Option<BTreeMap<usize, i64>>,
    pub records: u64,
    /// Ends a reader to whom nothing comes.
    pub idle: Option<Duration>,
    pub span: Option<Duration>,
}

impl Plan {
    pub async fn new(options: &Options) -> Result<Plan, Complaint> {
        let address = options.address();
        let target = address.find().await?;
        let cluster = address.connect().await?;
        let first = match options.tail {
            true => offsets::LATEST,
            false => offsets::EARLIEST,
        };
        let begin = bounds(&cluster, &target, first).await?;
        let end = match options.is_bounded_by_end() {
            true => Some(bounds(&cluster, &target, offsets::LATEST).await?),
            false => None,
        };
        let fetch_bytes = fetch_bytes(options, &target)?;
        let number = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
        Ok(Plan {
            settings: ConsumeSettings {
                max_wait: options.max_wait,
                bytes_min: number(options.min_bytes),
                bytes_max: number(fetch_bytes),
                partition_bytes_max: number(options.partition_bytes),
                ..ConsumeSettings::default()
            },
            consumers: options.consumers as usize,
            groups: options.groups as usize,
            check: options.check,
            begin,
            end,
            records: options.limits.records(1.0),
            idle: options.idle,
            span: options.span(),
            target,
        })
    }

    /// The slots of consumer `number` of a group.
    pub fn slots_of(&self, number: usize) -> impl Iterator<Item = usize> {
        let consumers = self.consumers;
        self.begin
            .keys()
            .copied()
            .enumerate()
            .filter(move |(at, _)| at % consumers == number)
            .map(|(_, slot)| slot)
    }

    /// Records of one reader before it ends.
    pub fn records_of_reader(&self) -> u64 {
        match self.records {
            u64::MAX => u64::MAX,
            records => records.div_ceil((self.consumers * self.groups) as u64),
        }
    }
}

/// The offsets of all slots at a time.
async fn bounds(
    cluster: &Cluster,
    target: &Target,
    time: i64,
) -> Result<BTreeMap<usize, i64>, Complaint> {
    let partitions: Vec<i32> = (0..).take(target.partitions).collect();
    let mut bounds = BTreeMap::new();
    for topic in &target.topics {
        for listed in offsets::list(cluster, &topic.name, &partitions, time).await? {
            if let Some(slot) = target.slot((&topic.name, topic.id), listed.partition) {
                bounds.insert(slot, listed.result?.unwrap_or(0));
            }
        }
    }
    Ok(bounds)
}

/// What one answer may hold, so that all of them fit into memory that does not grow with the
/// rate: each consumer has one that arrives and one that is looked at, from every broker.
fn fetch_bytes(options: &Options, target: &Target) -> Result<usize, Complaint> {
    let readers = options.consumers as usize * options.groups as usize;
    let room = budget::ANSWERS / (2 * readers * target.brokers.len().max(1));
    let partitions = target.leaders.len().div_ceil(options.consumers as usize);
    let wanted = options.fetch_bytes.unwrap_or(FETCH_BYTES);
    // Partitions may have less to give than an answer may hold.
    let needed = wanted.min(partitions.saturating_mul(options.partition_bytes));
    match options.fetch_bytes {
        _ if needed <= room => Ok(wanted),
        None if room >= FETCH_BYTES_MIN => Ok(room),
        _ => Err(Complaint(format!(
            "{readers} consumers with answers of {needed} bytes take more than the {} MiB that \
             are for answers: at most --fetch-bytes {room}, or fewer --groups or --consumers",
            budget::ANSWERS >> 20
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use clap::Parser;

    use super::{FETCH_BYTES, Options, Target, fetch_bytes};
    use crate::client::{HostPort, Settings};
    use crate::model::{NodeId, Uuid};
    use crate::perf::target::Named;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn fetched(line: &str, partitions: usize) -> Result<usize, String> {
        let words = ["perf", "--topic", "t"].into_iter();
        let line = Line::try_parse_from(words.chain(line.split_whitespace()));
        let address = HostPort::parse("broker:9092").expect("an address");
        let target = Target {
            bootstrap: String::new(),
            settings: Settings::default(),
            topics: vec![Named {
                name: "t".into(),
                id: Uuid::from_bytes([0; 16]),
            }],
            partitions,
            leaders: vec![NodeId(1); partitions],
            brokers: BTreeMap::from([(NodeId(1), address)]),
        };
        let options = line.expect("options").options;
        fetch_bytes(&options, &target).map_err(|complaint| complaint.0)
    }

    #[test]
    fn answers_to_many_consumers_share_the_memory() {
        assert_eq!(fetched("", 1000), Ok(FETCH_BYTES));
        assert_eq!(fetched("--groups 16", 1000), Ok(5 << 20));
        // Three partitions do not give more than three MiB.
        assert_eq!(fetched("--groups 16", 3), Ok(FETCH_BYTES));
        assert_eq!(fetched("--fetch-bytes 80MiB", 1000), Ok(80 << 20));
        let refused = fetched("--groups 4 --fetch-bytes 50MiB", 1000);
        assert!(refused.is_err_and(|text| text.contains("at most --fetch-bytes 20971520")));
        assert!(fetched("--groups 10000", 1000).is_err());
    }
}
