//! Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what
//! changed; answers hold only partitions with news.
//!
//! Every shard keeps the sessions of its own connections. A client that reconnects and lands on
//! another shard is told that its session is unknown and opens a new one, as after a restart.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use super::fetch_wants::{Key, Want};
use super::interest::{Interest, PARTITIONS_MAX};
use crate::model::Instant;

/// A session may be pushed out by a new one after this idle time.
const IDLE_BEFORE_EVICTION: Duration = Duration::from_secs(120);

#[derive(Debug)]
struct Session {
    epoch: i32,
    by_id: bool,
    interest: Rc<RefCell<Interest>>,
    used_at: Instant,
}

/// Why a session request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionRefusal {
    /// FETCH_SESSION_ID_NOT_FOUND.
    NotFound,
    /// INVALID_FETCH_SESSION_EPOCH.
    InvalidEpoch,
    /// FETCH_SESSION_TOPIC_ID_ERROR: names and ids mixed in one session.
    TopicIdMix,
}

/// The session part of a fetch request.
#[derive(Debug)]
pub struct SessionRequest {
    pub id: i32,
    pub epoch: i32,
    pub by_id: bool,
    pub wants: Vec<(Key, Want)>,
    pub forgotten: Vec<Key>,
}

/// What to read for one fetch, and how to answer it.
#[derive(Debug)]
pub struct Plan {
    /// 0 when the answer belongs to no session.
    pub session: i32,
    /// The partitions to read; outlives the fetch when there is a session.
    pub interest: Rc<RefCell<Interest>>,
    /// Whether partitions without news are left out of the answer.
    pub incremental: bool,
}

/// The sessions of one shard.
#[derive(Debug)]
pub struct SessionCache {
    slots: usize,
    /// Partitions that all sessions together may name.
    partitions_max: usize,
    sessions: BTreeMap<i32, Session>,
}

impl SessionCache {
    pub fn new(slots: usize, partitions_max: usize) -> SessionCache {
        SessionCache {
            slots,
            partitions_max,
            sessions: BTreeMap::new(),
        }
    }

    /// Opens, continues, closes or bypasses a session. `dice` become the id of a new one.
    pub fn plan(
        &mut self,
        request: SessionRequest,
        now: Instant,
        dice: u64,
    ) -> Result<Plan, SessionRefusal> {
        if !matches!(request.epoch, -1 | 0) {
            return self.go_on(request, now);
        }
        self.sessions.remove(&request.id);
        let wants_session = request.epoch == 0 && !request.wants.is_empty();
        let fits = request.wants.len() <= PARTITIONS_MAX;
        let (by_id, wanted) = (request.by_id, request.wants.len());
        let mut interest = Interest::new();
        for (key, want) in request.wants {
            interest.put(key, want);
        }
        let interest = Rc::new(RefCell::new(interest));
        let session = match wants_session && fits && self.make_room(wanted, now) {
            true => self.open(by_id, interest.clone(), now, dice),
            false => 0,
        };
        Ok(Plan {
            session,
            interest,
            incremental: false,
        })
    }

    fn open(
        &mut self,
        by_id: bool,
        interest: Rc<RefCell<Interest>>,
        now: Instant,
        dice: u64,
    ) -> i32 {
        let mut id = (dice as i32 & i32::MAX).max(1);
        while self.sessions.contains_key(&id) {
            id = if id == i32::MAX { 1 } else { id + 1 };
        }
        let session = Session {
            epoch: 1,
            by_id,
            interest,
            used_at: now,
        };
        self.sessions.insert(id, session);
        id
    }

    /// Partitions that the sessions name together.
    fn named(&self) -> usize {
        let sessions = self.sessions.values();
        sessions
            .map(|session| session.interest.borrow().len())
            .sum()
    }

    /// Whether one more session with so many partitions fits, once idle ones have made room.
    fn make_room(&mut self, partitions: usize, now: Instant) -> bool {
        loop {
            let named = self.named() + partitions;
            if self.sessions.len() < self.slots && named <= self.partitions_max {
                return true;
            }
            let oldest = self
                .sessions
                .iter()
                .min_by_key(|(_, session)| session.used_at);
            match oldest {
                Some((&id, session)) if now.since(session.used_at) >= IDLE_BEFORE_EVICTION => {
                    self.sessions.remove(&id);
                }
                _ => return false,
            }
        }
    }

    fn go_on(&mut self, request: SessionRequest, now: Instant) -> Result<Plan, SessionRefusal> {
        let session = (self.sessions.get(&request.id)).ok_or(SessionRefusal::NotFound)?;
        if session.epoch != request.epoch {
            return Err(SessionRefusal::InvalidEpoch);
        }
        if session.by_id != request.by_id {
            return Err(SessionRefusal::TopicIdMix);
        }
        let fresh = session.interest.borrow().unknown(&request.wants);
        if fresh > 0 && self.named() + fresh > self.partitions_max {
            // The client begins anew, and is served without a session.
            self.sessions.remove(&request.id);
            return Err(SessionRefusal::NotFound);
        }
        let session = (self.sessions.get_mut(&request.id)).ok_or(SessionRefusal::NotFound)?;
        session.epoch = if session.epoch == i32::MAX {
            1
        } else {
            session.epoch + 1
        };
        session.used_at = now;
        let mut interest = session.interest.borrow_mut();
        for key in &request.forgotten {
            interest.forget(key);
        }
        for (key, want) in request.wants {
            interest.put(key, want);
        }
        Ok(Plan {
            session: request.id,
            interest: session.interest.clone(),
            incremental: true,
        })
    }

    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::fetch_wants::samples::{key, want};

    fn request(id: i32, epoch: i32, wants: &[(i32, i64)]) -> SessionRequest {
        let wants = wants
            .iter()
            .map(|&(index, offset)| (key(index), want(offset)))
            .collect();
        SessionRequest {
            id,
            epoch,
            by_id: false,
            wants,
            forgotten: Vec::new(),
        }
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO.plus(Duration::from_secs(seconds))
    }

    /// What a plan reads, in its order: partition and offset.
    fn reads(plan: &Plan) -> Vec<(i32, i64)> {
        let ready = plan.interest.borrow().ready();
        let read = ready.iter().map(|w| (w.key.index, w.want.fetch_offset));
        read.collect()
    }

    #[test]
    fn a_session_goes_on_with_what_it_was_told() {
        let mut cache = SessionCache::new(2, 100);
        let plan = cache
            .plan(request(0, 0, &[(0, 5), (1, 6)]), at(0), 77)
            .unwrap();
        assert_eq!((plan.session, plan.incremental), (77, false));
        assert_eq!(reads(&plan), [(0, 5), (1, 6)]);
        let first = plan.interest.borrow().ready()[0].clone();
        let mut interest = plan.interest.borrow_mut();
        assert!(interest.watch(first.token, &first.key));
        drop(interest);
        let plan = cache.plan(request(77, 1, &[(1, 7)]), at(1), 0).unwrap();
        assert_eq!((plan.session, plan.incremental), (77, true));
        assert_eq!(reads(&plan), [(1, 7)]);
    }

    #[test]
    fn wrong_epochs_ids_and_mixed_names_are_refused() {
        let mut cache = SessionCache::new(2, 100);
        cache.plan(request(0, 0, &[(0, 5)]), at(0), 9).unwrap();
        let refused =
            |cache: &mut SessionCache, request| cache.plan(request, at(1), 0).unwrap_err();
        assert_eq!(
            refused(&mut cache, request(8, 1, &[])),
            SessionRefusal::NotFound
        );
        assert_eq!(
            refused(&mut cache, request(9, 2, &[])),
            SessionRefusal::InvalidEpoch
        );
        let mixed = SessionRequest {
            by_id: true,
            ..request(9, 1, &[])
        };
        assert_eq!(refused(&mut cache, mixed), SessionRefusal::TopicIdMix);
    }

    #[test]
    fn a_full_cache_serves_without_a_session_until_one_is_idle() {
        let mut cache = SessionCache::new(1, 100);
        assert_ne!(
            cache
                .plan(request(0, 0, &[(0, 5)]), at(0), 9)
                .unwrap()
                .session,
            0
        );
        assert_eq!(
            cache
                .plan(request(0, 0, &[(0, 5)]), at(1), 10)
                .unwrap()
                .session,
            0
        );
        assert_eq!(
            cache
                .plan(request(0, 0, &[(0, 5)]), at(121), 10)
                .unwrap()
                .session,
            10
        );
        assert_eq!(cache.len(), 1);
    }

    #[test]
    fn sessions_name_no_more_partitions_than_there_is_memory_for() {
        let mut cache = SessionCache::new(9, 3);
        let opened = |cache: &mut SessionCache, wants, seconds| {
            let plan = cache.plan(request(0, 0, wants), at(seconds), 9);
            plan.unwrap().session
        };
        assert_ne!(opened(&mut cache, &[(0, 5), (1, 5)], 0), 0);
        assert_eq!(opened(&mut cache, &[(0, 5), (1, 5)], 1), 0);
        assert_ne!(opened(&mut cache, &[(0, 5)], 2), 0);
        assert_ne!(opened(&mut cache, &[(0, 5), (1, 5)], 130), 0);
        assert_eq!(cache.len(), 2, "the one that was idle is gone");
    }

    #[test]
    fn closing_and_forgetting_leave_nothing_behind() {
        let mut cache = SessionCache::new(1, 100);
        cache
            .plan(request(0, 0, &[(0, 5), (1, 5)]), at(0), 9)
            .unwrap();
        let forget = SessionRequest {
            forgotten: vec![key(0)],
            ..request(9, 1, &[])
        };
        assert_eq!(reads(&cache.plan(forget, at(0), 0).unwrap()), [(1, 5)]);
        let closed = cache.plan(request(9, -1, &[]), at(0), 0).unwrap();
        assert_eq!((closed.session, cache.is_empty()), (0, true));
    }
}
