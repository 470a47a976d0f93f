//! Incremental fetch sessions (KIP-227): a consumer names its partitions once, then only what
//! changed; answers hold only partitions with news.
//!
//! Every shard keeps the sessions of its own connections. A client that reconnects and lands on
//! another shard is told that its session is unknown and opens a new one, as after a restart.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use super::fetch_wants::{Key, Told, Want};
use crate::model::Instant;

/// A session may be pushed out by a new one after this idle time.
const IDLE_BEFORE_EVICTION: Duration = Duration::from_secs(120);

/// Partitions one session may hold; a request that names more is served without a session.
const PARTITIONS_PER_SESSION_MAX: usize = 100_000;

#[derive(Debug)]
struct Cached {
    want: Want,
    told: Option<Told>,
    /// Turn in the round: partitions that returned data go to the back.
    turn: u64,
}

#[derive(Debug)]
struct Session {
    epoch: i32,
    by_id: bool,
    partitions: HashMap<Key, Cached>,
    next_turn: u64,
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
    /// In the order in which partitions may use up the answer's size.
    pub wants: Vec<(Key, Want)>,
    /// Whether partitions without news are left out of the answer.
    pub incremental: bool,
}

/// The sessions of one shard.
#[derive(Debug)]
pub struct SessionCache {
    slots: usize,
    sessions: BTreeMap<i32, Session>,
}

impl SessionCache {
    pub fn new(slots: usize) -> SessionCache {
        SessionCache {
            slots,
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
        match (request.id, request.epoch) {
            (id, -1) => {
                self.sessions.remove(&id);
                Ok(Plan {
                    session: 0,
                    wants: request.wants,
                    incremental: false,
                })
            }
            (id, 0) => {
                self.sessions.remove(&id);
                let session = self.open(&request, now, dice);
                Ok(Plan {
                    session,
                    wants: request.wants,
                    incremental: false,
                })
            }
            _ => self.go_on(request, now),
        }
    }

    fn open(&mut self, request: &SessionRequest, now: Instant, dice: u64) -> i32 {
        let too_large = request.wants.len() > PARTITIONS_PER_SESSION_MAX;
        if too_large || request.wants.is_empty() || !self.make_room(now) {
            return 0;
        }
        let mut id = (dice as i32 & i32::MAX).max(1);
        while self.sessions.contains_key(&id) {
            id = if id == i32::MAX { 1 } else { id + 1 };
        }
        let mut session = Session {
            epoch: 1,
            by_id: request.by_id,
            partitions: HashMap::new(),
            next_turn: 0,
            used_at: now,
        };
        for (key, want) in &request.wants {
            session.put(key.clone(), *want);
        }
        self.sessions.insert(id, session);
        id
    }

    fn make_room(&mut self, now: Instant) -> bool {
        if self.sessions.len() < self.slots {
            return true;
        }
        let oldest = self
            .sessions
            .iter()
            .min_by_key(|(_, session)| session.used_at);
        let Some((&id, session)) = oldest else {
            return false;
        };
        let idle = now.since(session.used_at) >= IDLE_BEFORE_EVICTION;
        if idle {
            self.sessions.remove(&id);
        }
        idle
    }

    fn go_on(&mut self, request: SessionRequest, now: Instant) -> Result<Plan, SessionRefusal> {
        let session = self
            .sessions
            .get_mut(&request.id)
            .ok_or(SessionRefusal::NotFound)?;
        if session.epoch != request.epoch {
            return Err(SessionRefusal::InvalidEpoch);
        }
        if session.by_id != request.by_id {
            return Err(SessionRefusal::TopicIdMix);
        }
        session.epoch = if session.epoch == i32::MAX {
            1
        } else {
            session.epoch + 1
        };
        session.used_at = now;
        for key in &request.forgotten {
            session.partitions.remove(key);
        }
        for (key, want) in request.wants {
            if session.partitions.len() < PARTITIONS_PER_SESSION_MAX {
                session.put(key, want);
            }
        }
        Ok(Plan {
            session: request.id,
            wants: session.in_turn(),
            incremental: true,
        })
    }

    /// Records what an answer tells of a partition. Returns whether it must be in the answer:
    /// always unless this is an incremental one without news.
    pub fn tell(&mut self, plan: &Plan, key: &Key, told: Told, has_news: bool) -> bool {
        let Some(session) = self.sessions.get_mut(&plan.session) else {
            return true;
        };
        let turn = session.next_turn;
        let Some(cached) = session.partitions.get_mut(key) else {
            return true;
        };
        let moved = cached.told != Some(told);
        cached.told = Some(told);
        if has_news {
            cached.turn = turn;
            session.next_turn += 1;
        }
        !plan.incremental || moved || has_news
    }

    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

impl Session {
    fn put(&mut self, key: Key, want: Want) {
        let turn = self.next_turn;
        match self.partitions.get_mut(&key) {
            Some(cached) => cached.want = want,
            None => {
                self.next_turn += 1;
                self.partitions.insert(
                    key,
                    Cached {
                        want,
                        told: None,
                        turn,
                    },
                );
            }
        }
    }

    fn in_turn(&self) -> Vec<(Key, Want)> {
        let mut order: Vec<_> = self.partitions.iter().collect();
        order.sort_by_key(|(_, cached)| cached.turn);
        order
            .into_iter()
            .map(|(key, cached)| (key.clone(), cached.want))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fetch_wants::TopicRef;
    use super::*;

    fn key(index: i32) -> Key {
        Key {
            topic: TopicRef::Name("t".into()),
            index,
        }
    }

    fn want(fetch_offset: i64) -> Want {
        Want {
            fetch_offset,
            max_bytes: 1,
            leader_epoch: -1,
            last_fetched_epoch: -1,
        }
    }

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

    #[test]
    fn a_session_goes_on_with_what_it_was_told_and_rotates_partitions_with_data() {
        let mut cache = SessionCache::new(2);
        let plan = cache
            .plan(request(0, 0, &[(0, 5), (1, 6)]), at(0), 77)
            .unwrap();
        assert_eq!((plan.session, plan.incremental), (77, false));
        let told = Told {
            high: 9,
            log_start: 0,
        };
        assert!(
            cache.tell(&plan, &key(0), told, true),
            "a full answer holds every partition"
        );
        assert!(cache.tell(&plan, &key(1), told, false));

        let plan = cache.plan(request(77, 1, &[(1, 7)]), at(1), 0).unwrap();
        assert_eq!(plan.wants, vec![(key(1), want(7)), (key(0), want(5))]);
        assert!(
            !cache.tell(&plan, &key(0), told, false),
            "no news, not in the answer"
        );
        assert!(cache.tell(
            &plan,
            &key(1),
            Told {
                high: 10,
                log_start: 0
            },
            false
        ));
    }

    #[test]
    fn wrong_epochs_ids_and_mixed_names_are_refused() {
        let mut cache = SessionCache::new(2);
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
        let mut cache = SessionCache::new(1);
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
    fn closing_and_forgetting_leave_nothing_behind() {
        let mut cache = SessionCache::new(1);
        cache
            .plan(request(0, 0, &[(0, 5), (1, 5)]), at(0), 9)
            .unwrap();
        let forget = SessionRequest {
            forgotten: vec![key(0)],
            ..request(9, 1, &[])
        };
        assert_eq!(
            cache.plan(forget, at(0), 0).unwrap().wants,
            vec![(key(1), want(5))]
        );
        let closed = cache.plan(request(9, -1, &[]), at(0), 0).unwrap();
        assert_eq!((closed.session, cache.is_empty()), (0, true));
    }
}
