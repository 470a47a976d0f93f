//! Questions about offsets: ListOffsets, OffsetForLeaderEpoch, DescribeProducers.

use std::rc::Rc;

use super::read::{Batch, ReadRefusal};
use super::{Fault, Partition};
use crate::log::{self, Read, ReadPlan};
use crate::model::{LeaderEpoch, Offset, Timestamp};
use crate::records::{BatchView, Codec, Records, decoded_bytes_max, decompress};

/// What ListOffsets may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Earliest,
    /// The high watermark, or the last stable offset for `read_committed`.
    Latest {
        committed_only: bool,
    },
    MaxTimestamp,
    /// The first record at or after this time.
    At(Timestamp),
    /// Of a kind that no partition here has, such as tiered records.
    Nothing,
}

/// The answer of ListOffsets for one partition; -1 fields where there is no such record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedOffset {
    pub timestamp: Timestamp,
    /// `None` becomes -1.
    pub offset: Option<Offset>,
    pub epoch: LeaderEpoch,
}

/// The answer of OffsetForLeaderEpoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochEnd {
    pub epoch: LeaderEpoch,
    pub end: Offset,
}

impl Partition {
    /// Checks the leader epoch that a client believes in (-1: does not say).
    pub fn check_epoch(&self, epoch: LeaderEpoch) -> Result<(), ReadRefusal> {
        if let Some(fault) = self.fault() {
            return Err(fault.into());
        }
        Ok(self.state().leader.check_epoch(epoch)?)
    }

    pub fn leader_epoch(&self) -> LeaderEpoch {
        self.state().leader.epoch()
    }

    /// Answers one partition of ListOffsets.
    pub async fn list_offset(self: &Rc<Self>, wanted: Listed) -> Result<ListedOffset, ReadRefusal> {
        if let Some(fault) = self.fault() {
            return Err(fault.into());
        }
        let marks = self.watermarks();
        let plain = |offset: Offset, epoch| {
            Ok(ListedOffset {
                timestamp: Timestamp::NONE,
                offset: Some(offset),
                epoch,
            })
        };
        match wanted {
            Listed::Earliest => plain(marks.log_start, self.epoch_at(marks.log_start)),
            Listed::Latest {
                committed_only: true,
            } => plain(marks.last_stable, self.leader_epoch()),
            Listed::Latest {
                committed_only: false,
            } => plain(marks.high, self.leader_epoch()),
            Listed::Nothing => Ok(ListedOffset::NONE),
            Listed::MaxTimestamp => self.steadily(async || self.max_timestamp().await).await,
            Listed::At(timestamp) => self.steadily(async || self.first_at(timestamp).await).await,
        }
    }

    fn epoch_at(&self, offset: Offset) -> LeaderEpoch {
        self.state()
            .log
            .epochs()
            .epoch_at(offset)
            .unwrap_or(LeaderEpoch::NONE)
    }

    async fn max_timestamp(self: &Rc<Self>) -> Result<ListedOffset, ReadRefusal> {
        self.settle_alone().await?;
        loop {
            let (read, last) = self.state().log.seek_largest();
            let plan = match read {
                Read::Empty => return Ok(ListedOffset::NONE),
                Read::NeedIndex(segment) => {
                    self.load_index(segment).await?;
                    continue;
                }
                Read::Scan(plan) => plan,
            };
            let found = self.scan_plan(&plan, |run| log::find(run, last)).await?;
            let Some(batch) = found else {
                return Ok(ListedOffset::NONE);
            };
            return self.record_in(&plan, batch, None).await;
        }
    }

    async fn first_at(self: &Rc<Self>, timestamp: Timestamp) -> Result<ListedOffset, ReadRefusal> {
        self.settle_alone().await?;
        let mut plan = loop {
            let read = self.state().log.seek_timestamp(timestamp);
            match read {
                Read::Empty => return Ok(ListedOffset::NONE),
                Read::NeedIndex(segment) => self.load_index(segment).await?,
                Read::Scan(plan) => break plan,
            }
        };
        let start = self.watermarks().log_start;
        let wanted = |run: &[u8]| {
            log::find_where(run, |h| {
                h.max_timestamp() >= timestamp && h.last_offset() >= start
            })
        };
        while let Some(batch) = self.scan_plan(&plan, wanted).await? {
            let listed = self
                .record_in(&plan, batch, Some((timestamp, start)))
                .await?;
            if listed.offset.is_some() {
                return Ok(listed);
            }
            plan.position = batch.end as u32;
        }
        Ok(ListedOffset::NONE)
    }

    async fn scan_plan(
        &self,
        plan: &ReadPlan,
        wanted: impl Fn(&[u8]) -> Result<log::Found, crate::records::Malformed>,
    ) -> Result<Option<Batch>, ReadRefusal> {
        let file = self.open(plan.segment).await?;
        let range = (plan.position.into(), plan.end.into());
        Ok(self.scan(&file, plan.segment, range, wanted).await?)
    }

    /// Looks into a batch for its first record at or after a time and an offset; without them,
    /// for its first record with the batch's largest timestamp.
    async fn record_in(
        &self,
        plan: &ReadPlan,
        batch: Batch,
        from: Option<(Timestamp, Offset)>,
    ) -> Result<ListedOffset, ReadRefusal> {
        let segment = plan.segment;
        let broken = |why: String| Fault::Read { segment, why };
        let file = self.open(segment).await?;
        let read = file
            .read_at(batch.start, (batch.end - batch.start) as usize)
            .await;
        let bytes = read.map_err(|error| Fault::read(segment, &error))?;
        let view = BatchView::parse(&bytes).map_err(|why| broken(why.to_string()))?;
        let content = match view.codec().map_err(|why| broken(why.to_string()))? {
            Codec::None => None,
            codec => {
                let limit = decoded_bytes_max(view.payload().len());
                let content = decompress(codec, view.payload(), limit);
                Some(content.map_err(|why| broken(why.to_string()))?)
            }
        };
        let payload = content.as_deref().unwrap_or(view.payload());
        let (at, start) = from.unwrap_or((view.max_timestamp(), Offset::ZERO));
        for record in Records::new(payload, view.count()) {
            let record = record.map_err(|why| broken(why.to_string()))?;
            let offset = view.offset_of(record.offset_delta);
            let timestamp = view.timestamp_of(record.timestamp_delta);
            if timestamp >= at && offset >= start {
                let epoch = view.leader_epoch();
                return Ok(ListedOffset {
                    timestamp,
                    offset: Some(offset),
                    epoch,
                });
            }
        }
        Ok(ListedOffset::NONE)
    }

    /// The largest known epoch at or below `asked`, and where it ended.
    pub fn epoch_end(&self, asked: LeaderEpoch) -> Option<EpochEnd> {
        let state = self.state();
        let (epoch, end) = state
            .log
            .epochs()
            .end_offset_for(asked, state.log.staged_end())?;
        Some(EpochEnd { epoch, end })
    }
}

impl ListedOffset {
    const NONE: ListedOffset = ListedOffset {
        timestamp: Timestamp::NONE,
        offset: None,
        epoch: LeaderEpoch::NONE,
    };
}
