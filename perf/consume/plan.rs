use std::collections::BTreeMap;
use std::time::Duration;

use super::Options;
use super::options::Check;
use crate::client::{ConsumeSettings, offsets};
use crate::perf::complaint::Complaint;
use crate::perf::target::Target;

/// A run of consumers as decided.
#[derive(Debug)]
pub struct Plan {
    pub target: Target,
    pub settings: ConsumeSettings,
    pub consumers: usize,
    pub groups: usize,
    pub check: Check,
    /// Where reading begins, by partition.
    pub begin: BTreeMap<i32, i64>,
    /// Where it ends; `None` when it goes on with what is new.
    pub end: Option<BTreeMap<i32, i64>>,
    pub records: u64,
    /// Ends a reader to whom nothing comes.
    pub idle: Option<Duration>,
    pub span: Option<Duration>,
}

impl Plan {
    pub async fn new(options: &Options) -> Result<Plan, Complaint> {
        let address = options.place.address();
        let target = address.find().await?;
        let cluster = address.connect().await?;
        let partitions: Vec<i32> = (0..).take(target.leaders.len()).collect();
        let mut bounds = BTreeMap::new();
        for time in [offsets::EARLIEST, offsets::LATEST] {
            let listed = offsets::list(&cluster, &target.topic, &partitions, time).await?;
            for listed in listed {
                bounds.insert((time, listed.partition), listed.result?.unwrap_or(0));
            }
        }
        let bound = |time: i64| {
            let of = |partition: &i32| (*partition, bounds.get(&(time, *partition)).copied());
            let known = partitions.iter().map(of);
            known
                .map(|(partition, offset)| (partition, offset.unwrap_or(0)))
                .collect()
        };
        let number = |bytes: usize| i32::try_from(bytes).unwrap_or(i32::MAX);
        Ok(Plan {
            settings: ConsumeSettings {
                max_wait: options.max_wait,
                bytes_min: number(options.min_bytes),
                bytes_max: number(options.fetch_bytes),
                partition_bytes_max: number(options.partition_bytes),
                ..ConsumeSettings::default()
            },
            consumers: options.consumers as usize,
            groups: options.groups as usize,
            check: options.check,
            begin: match options.tail {
                true => bound(offsets::LATEST),
                false => bound(offsets::EARLIEST),
            },
            end: options.is_bounded_by_end().then(|| bound(offsets::LATEST)),
            records: options.limits.records(1.0),
            idle: options.idle,
            span: options.span(),
            target,
        })
    }

    /// The partitions of consumer `number` of a group.
    pub fn partitions_of(&self, number: usize) -> impl Iterator<Item = i32> {
        let consumers = self.consumers;
        self.begin
            .keys()
            .copied()
            .enumerate()
            .filter(move |(at, _)| at % consumers == number)
            .map(|(_, partition)| partition)
    }

    /// Records of one reader before it ends.
    pub fn records_of_reader(&self) -> u64 {
        match self.records {
            u64::MAX => u64::MAX,
            records => records.div_ceil((self.consumers * self.groups) as u64),
        }
    }
}
