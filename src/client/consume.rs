use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;

use super::aborted::Aborted;
use super::fetch::{Found, Portion, Target, fetch};
use super::{ClientFault, Cluster, ConsumeSettings, Isolation, offsets};
use crate::io::{clock, mesh, task};
use crate::model::{ErrorCode, Instant, NodeId, Offset, ProducerId};
use crate::records::{BatchView, Batches, Codec, Record, Records, decoded_bytes_max, decompress};

/// Answers that wait for [`Consumer::poll`]; one fetch a leader is under way, so this many
/// leaders may be ahead.
const ANSWERS_MAX: usize = 64;

/// Where reading of one partition goes on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    pub topic: Rc<str>,
    pub partition: i32,
    pub offset: i64,
}

/// Where reading goes on when the log does not hold the position any more
/// (`auto.offset.reset`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reset {
    Earliest,
    Latest,
}

/// Batches of one partition, in order, beginning at a position.
#[derive(Clone, Debug)]
pub struct Fetched {
    pub topic: Rc<str>,
    pub partition: i32,
    pub high_watermark: i64,
    from: i64,
    batches: Bytes,
    /// `None` for readers of uncommitted data.
    aborted: Option<Vec<(ProducerId, i64)>>,
}

/// Reads partitions that the caller chose. One fetch a leader is under way while the caller
/// works on what the last one brought.
pub struct Consumer {
    cluster: Rc<Cluster>,
    settings: Rc<ConsumeSettings>,
    reset: Reset,
    places: BTreeMap<(Rc<str>, i32), Place>,
    asked: Rc<RefCell<BTreeSet<NodeId>>>,
    answers: mesh::Receiver<(NodeId, Vec<Portion>)>,
    answer: mesh::Sender<(NodeId, Vec<Portion>)>,
    trouble: Option<ClientFault>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    offset: i64,
    in_flight: bool,
    /// After a failure: not before then.
    not_before: Instant,
}

impl Consumer {
    pub fn assign(
        cluster: Rc<Cluster>,
        positions: Vec<Position>,
        settings: ConsumeSettings,
        reset: Reset,
    ) -> Consumer {
        let (answer, answers) = mesh::mailbox(ANSWERS_MAX);
        let place = |at: Position| {
            let place = Place {
                offset: at.offset,
                in_flight: false,
                not_before: Instant::ZERO,
            };
            ((at.topic, at.partition), place)
        };
        Consumer {
            cluster,
            settings: Rc::new(settings),
            reset,
            places: positions.into_iter().map(place).collect(),
            asked: Rc::default(),
            answers,
            answer,
            trouble: None,
        }
    }

    /// Why nothing has come of late: the last fault that is being waited out. `None` once a
    /// leader has answered again.
    pub fn trouble(&self) -> Option<&ClientFault> {
        self.trouble.as_ref()
    }

    /// Reads one more partition; nothing changes when it is read already.
    pub fn add(&mut self, at: Position) {
        let place = Place {
            offset: at.offset,
            in_flight: false,
            not_before: Instant::ZERO,
        };
        self.places.entry((at.topic, at.partition)).or_insert(place);
    }

    /// Where each partition stands: behind the last batch that `poll` handed out.
    pub fn positions(&self) -> Vec<Position> {
        let position = |((topic, partition), place): (&(Rc<str>, i32), &Place)| Position {
            topic: topic.clone(),
            partition: *partition,
            offset: place.offset,
        };
        self.places.iter().map(position).collect()
    }

    /// What has arrived; empty when nothing does within `patience`. Faults that may pass are
    /// waited out; others are the caller's.
    pub async fn poll(&mut self, patience: Duration) -> Result<Vec<Fetched>, ClientFault> {
        let deadline = clock::now().plus(patience);
        loop {
            self.ask_leaders().await;
            let left = deadline.since(clock::now());
            if left.is_zero() {
                return Ok(Vec::new());
            }
            let pause = left.min(self.cluster.settings().backoff_first);
            let Ok(Some((leader, portions))) = clock::timeout(pause, self.answers.recv()).await
            else {
                continue;
            };
            self.asked.borrow_mut().remove(&leader);
            let fetched = self.take(portions).await?;
            self.ask_leaders().await;
            if !fetched.is_empty() {
                return Ok(fetched);
            }
        }
    }

    /// Starts a fetch at every leader that has none under way and leads an idle partition.
    async fn ask_leaders(&mut self) {
        let now = clock::now();
        let mut by_leader: BTreeMap<NodeId, Vec<Target>> = BTreeMap::new();
        for ((topic, partition), place) in &mut self.places {
            if place.in_flight || place.not_before > now {
                continue;
            }
            match target(&self.cluster, topic, *partition, place.offset).await {
                Ok((leader, _)) if self.asked.borrow().contains(&leader) => {}
                Ok((leader, target)) => {
                    place.in_flight = true;
                    by_leader.entry(leader).or_default().push(target);
                }
                Err(fault) => {
                    self.trouble = Some(fault);
                    self.cluster.forget(topic);
                    place.not_before = now.plus(self.cluster.settings().backoff_first);
                }
            }
        }
        for (leader, targets) in by_leader {
            self.asked.borrow_mut().insert(leader);
            let (cluster, settings) = (self.cluster.clone(), self.settings.clone());
            let answer = self.answer.clone();
            let asking = async move {
                let portions = fetch(&cluster, leader, &targets, &settings).await;
                // A consumer that is gone needs no answer.
                drop(answer.send((leader, portions)).await);
            };
            task::spawn(asking).detach();
        }
    }

    async fn take(&mut self, portions: Vec<Portion>) -> Result<Vec<Fetched>, ClientFault> {
        let mut fetched = Vec::new();
        for portion in portions {
            let key = (portion.topic, portion.partition);
            match portion.result {
                Ok(found) => fetched.extend(self.advance(&key, found)),
                Err(fault) => self.recover(&key, fault).await?,
            }
        }
        Ok(fetched)
    }

    /// Moves the place behind what was found.
    fn advance(&mut self, key: &(Rc<str>, i32), found: Found) -> Option<Fetched> {
        self.trouble = None;
        let place = self.places.get_mut(key)?;
        place.in_flight = false;
        let last = Batches::new(&found.records).filter_map(Result::ok).last()?;
        let from = place.offset;
        place.offset = last.last_offset().next().0.max(from);
        let read_committed = self.settings.isolation == Isolation::ReadCommitted;
        Some(Fetched {
            topic: key.0.clone(),
            partition: key.1,
            high_watermark: found.high_watermark,
            from,
            batches: found.records,
            aborted: read_committed.then_some(found.aborted),
        })
    }

    /// Prepares another attempt, or gives the fault back.
    async fn recover(
        &mut self,
        key: &(Rc<str>, i32),
        fault: ClientFault,
    ) -> Result<(), ClientFault> {
        let reset = fault.code() == Some(ErrorCode::OffsetOutOfRange);
        if !reset && !fault.is_retriable() {
            return Err(fault);
        }
        self.trouble = Some(fault);
        let start = match (reset, self.reset) {
            (false, _) => None,
            (true, Reset::Earliest) => self.bound(key, offsets::EARLIEST).await?,
            (true, Reset::Latest) => self.bound(key, offsets::LATEST).await?,
        };
        self.cluster.forget(&key.0);
        if let Some(place) = self.places.get_mut(key) {
            place.offset = start.unwrap_or(place.offset);
            place.in_flight = false;
            place.not_before = clock::now().plus(self.cluster.settings().backoff_first);
        }
        Ok(())
    }

    async fn bound(&self, key: &(Rc<str>, i32), end: i64) -> Result<Option<i64>, ClientFault> {
        let listed = offsets::list(&self.cluster, &key.0, &[key.1], end).await?;
        match listed.into_iter().next() {
            Some(listed) => listed.result,
            None => Ok(None),
        }
    }
}

async fn target(
    cluster: &Cluster,
    topic: &Rc<str>,
    partition: i32,
    offset: i64,
) -> Result<(NodeId, Target), ClientFault> {
    let leader = cluster.leader(topic, partition).await?;
    let found = cluster.topic(topic).await?;
    let leader_epoch = found
        .partition(partition)
        .map_or(-1, |found| found.leader_epoch);
    let (topic, topic_id) = (topic.clone(), found.id);
    Ok((
        leader,
        Target {
            topic,
            topic_id,
            partition,
            leader_epoch,
            offset,
        },
    ))
}

impl Fetched {
    /// The batches as they came, control batches and aborted ones among them. The first may begin
    /// before [`Fetched::from`].
    pub fn batches(&self) -> Batches<'_> {
        Batches::new(&self.batches)
    }

    /// The offset that was asked for.
    pub fn from(&self) -> Offset {
        Offset(self.from)
    }

    /// Hands out records in order of offset, from the position on, until the visitor breaks.
    /// Control records, and aborted ones for readers of committed data, are left out.
    pub fn visit(
        &self,
        mut visitor: impl FnMut(&BatchView<'_>, &Record<'_>) -> ControlFlow<()>,
    ) -> Result<(), ClientFault> {
        let mut aborted = self.aborted.clone().map(Aborted::new);
        for batch in Batches::new(&self.batches).map_while(Result::ok) {
            let hidden = match &mut aborted {
                Some(aborted) => aborted.hides(&batch),
                None => batch.is_control(),
            };
            if !hidden && self.visit_batch(&batch, &mut visitor)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn visit_batch(
        &self,
        batch: &BatchView<'_>,
        visitor: &mut dyn FnMut(&BatchView<'_>, &Record<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ClientFault> {
        if !batch.crc_is_valid() {
            return Err(self.corrupt("its checksum is wrong"));
        }
        let codec = batch
            .codec()
            .map_err(|fault| self.corrupt(&fault.to_string()))?;
        let content = match codec {
            Codec::None => None,
            codec => {
                let limit = decoded_bytes_max(batch.payload().len());
                let content = decompress(codec, batch.payload(), limit);
                Some(content.map_err(|fault| self.corrupt(&fault.to_string()))?)
            }
        };
        let payload = content.as_deref().unwrap_or(batch.payload());
        for record in Records::new(payload, batch.count()) {
            let record = record.map_err(|fault| self.corrupt(&fault.to_string()))?;
            let Offset(offset) = batch.offset_of(record.offset_delta);
            if offset >= self.from && visitor(batch, &record).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn corrupt(&self, fault: &str) -> ClientFault {
        ClientFault::Corrupt {
            topic: self.topic.to_string(),
            partition: self.partition,
            fault: fault.to_owned(),
        }
    }
}
