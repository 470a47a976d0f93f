//! What one reader follows, and which of it there is reason to look at.
//!
//! A partition that was read to its end is *watched*: the shard that owns it says its token once,
//! when something has changed there. So a fetch costs what changed, however many partitions its
//! session names (KIP-227).

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::fetch_wants::{Key, Told, Want};
use crate::io::mesh;

/// Partitions that one reader may follow.
pub const PARTITIONS_MAX: usize = 100_000;

/// Stands for a partition within one interest.
pub type Token = u32;

#[derive(Debug)]
struct Slot {
    key: Rc<Key>,
    /// `None`: forgotten, and kept until its watch ends.
    want: Option<Want>,
    told: Option<Told>,
    /// Turn in the round: partitions that returned data go to the back.
    turn: u64,
    is_watched: bool,
}

/// A partition that there is reason to look at.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub token: Token,
    pub key: Rc<Key>,
    pub want: Want,
}

/// The partitions of one reader.
#[derive(Debug)]
pub struct Interest {
    /// By token.
    slots: Vec<Option<Slot>>,
    free: Vec<Token>,
    by_key: HashMap<Rc<Key>, Token>,
    /// Those to look at, by their turns.
    ready: BTreeMap<u64, Token>,
    next_turn: u64,
    change: mesh::Sender<Token>,
    changed: mesh::Receiver<Token>,
}

impl Interest {
    pub fn new() -> Interest {
        // Every token is under way at most once.
        let (change, changed) = mesh::mailbox(PARTITIONS_MAX);
        Interest {
            slots: Vec::new(),
            free: Vec::new(),
            by_key: HashMap::new(),
            ready: BTreeMap::new(),
            next_turn: 0,
            change,
            changed,
        }
    }

    /// Follows a partition, from now on with this want. What exceeds [`PARTITIONS_MAX`] is left
    /// out.
    pub fn put(&mut self, key: Key, want: Want) {
        let token = match self.by_key.get(&key) {
            Some(token) => *token,
            None if self.by_key.len() < PARTITIONS_MAX => self.add(Rc::new(key)),
            None => return,
        };
        if let Some(slot) = self.slot_mut(token) {
            slot.want = Some(want);
            let turn = slot.turn;
            self.ready.insert(turn, token);
        }
    }

    fn add(&mut self, key: Rc<Key>) -> Token {
        let slot = Slot {
            key: key.clone(),
            want: None,
            told: None,
            turn: self.next_turn,
            is_watched: false,
        };
        self.next_turn += 1;
        let token = self.free.pop().unwrap_or(self.slots.len() as Token);
        match self.slots.get_mut(token as usize) {
            Some(free) => *free = Some(slot),
            None => self.slots.push(Some(slot)),
        }
        self.by_key.insert(key, token);
        token
    }

    /// Follows a partition no longer.
    pub fn forget(&mut self, key: &Key) {
        let Some(&token) = self.by_key.get(key) else {
            return;
        };
        let Some(slot) = self.slot_mut(token) else {
            return;
        };
        (slot.want, slot.told) = (None, None);
        let (turn, is_watched) = (slot.turn, slot.is_watched);
        self.ready.remove(&turn);
        if !is_watched {
            self.release(token);
        }
    }

    fn release(&mut self, token: Token) {
        if let Some(slot) = self.slots[token as usize].take() {
            self.by_key.remove(&slot.key);
            self.free.push(token);
        }
    }

    /// Whether nothing is followed.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Partitions that are followed, and those forgotten that are still watched.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// How many there is reason to look at.
    pub fn ready_len(&self) -> usize {
        self.ready.len()
    }

    /// How many of these are not followed.
    pub fn unknown(&self, wants: &[(Key, Want)]) -> usize {
        let unknown = wants
            .iter()
            .filter(|(key, _)| !self.by_key.contains_key(key));
        unknown.count()
    }

    /// Takes in what has changed by now.
    pub fn hear(&mut self) {
        while let Some(token) = self.changed.try_recv() {
            self.heard(token);
        }
    }

    /// A watched partition has changed.
    pub fn heard(&mut self, token: Token) {
        let Some(slot) = self.slot_mut(token) else {
            return;
        };
        slot.is_watched = false;
        if slot.want.is_some() {
            let turn = slot.turn;
            self.ready.insert(turn, token);
        } else {
            self.release(token);
        }
    }

    /// Where tokens arrive, to wait for the next: it is then told with [`Interest::heard`].
    pub fn changed(&self) -> mesh::Receiver<Token> {
        self.changed.clone()
    }

    /// Where watched partitions send their tokens.
    pub fn change(&self) -> mesh::Sender<Token> {
        self.change.clone()
    }

    /// What there is reason to look at, in the order in which it may use up an answer.
    pub fn ready(&self) -> Vec<Wanted> {
        let wanted = self.ready.values().filter_map(|token| {
            let slot = self.slots.get(*token as usize)?.as_ref()?;
            Some(Wanted {
                token: *token,
                key: slot.key.clone(),
                want: slot.want?,
            })
        });
        wanted.collect()
    }

    /// A partition was read to its end: there is no reason to look at it until it changes.
    /// Returns whether it must be watched from now on; it may be already.
    pub fn watch(&mut self, token: Token, key: &Rc<Key>) -> bool {
        let Some(slot) = self.known_mut(token, key) else {
            return false;
        };
        let (turn, was_watched) = (slot.turn, slot.is_watched);
        slot.is_watched = true;
        self.ready.remove(&turn);
        !was_watched
    }

    /// Records what an answer tells of a partition. Returns whether that is other than before.
    pub fn tell(&mut self, token: Token, key: &Rc<Key>, told: Told, has_news: bool) -> bool {
        let next = self.next_turn;
        let Some(slot) = self.known_mut(token, key) else {
            return true;
        };
        let moved = slot.told != Some(told);
        slot.told = Some(told);
        if has_news {
            let before = slot.turn;
            slot.turn = next;
            self.next_turn += 1;
            if self.ready.remove(&before).is_some() {
                self.ready.insert(next, token);
            }
        }
        moved
    }

    fn slot_mut(&mut self, token: Token) -> Option<&mut Slot> {
        self.slots.get_mut(token as usize)?.as_mut()
    }

    /// The slot, if it still stands for this partition and the partition is followed.
    fn known_mut(&mut self, token: Token, key: &Rc<Key>) -> Option<&mut Slot> {
        let slot = self.slot_mut(token)?;
        (Rc::ptr_eq(&slot.key, key) && slot.want.is_some()).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::fetch_wants::samples::{key, want};

    fn of(partitions: i32) -> Interest {
        let mut interest = Interest::new();
        (0..partitions).for_each(|index| interest.put(key(index), want(0)));
        interest
    }

    fn ready(interest: &Interest) -> Vec<i32> {
        interest.ready().iter().map(|w| w.key.index).collect()
    }

    /// Reads everything that is ready to its end.
    fn settle(interest: &mut Interest) {
        for wanted in interest.ready() {
            interest.watch(wanted.token, &wanted.key);
        }
    }

    #[test]
    fn what_was_read_to_its_end_is_looked_at_again_when_it_changes() {
        let mut interest = of(3);
        assert_eq!(ready(&interest), [0, 1, 2]);
        settle(&mut interest);
        assert!(ready(&interest).is_empty());
        interest.change().try_send(1).unwrap();
        interest.hear();
        assert_eq!(ready(&interest), [1]);
        let one = &interest.ready()[0];
        assert!(interest.watch(one.token, &one.key), "its watch has ended");
        interest.put(key(2), want(7));
        assert_eq!(interest.ready()[0].want, want(7));
        let two = &interest.ready()[0];
        assert!(!interest.watch(two.token, &two.key), "it is watched still");
    }

    #[test]
    fn data_sends_a_partition_to_the_back() {
        let mut interest = of(3);
        let told = Told {
            high: 5,
            log_start: 0,
        };
        let first = &interest.ready()[0];
        assert!(interest.tell(first.token, &first.key, told, true));
        assert!(!interest.tell(first.token, &first.key, told, false));
        assert_eq!(ready(&interest), [1, 2, 0]);
    }

    #[test]
    fn tokens_of_what_was_forgotten_name_nothing_else() {
        let mut interest = of(2);
        let old = interest.ready();
        settle(&mut interest);
        interest.forget(&key(0));
        interest.put(key(9), want(0));
        assert_eq!(ready(&interest), [9], "the token of 0 is still under way");
        interest.heard(old[0].token);
        assert_eq!(ready(&interest), [9]);
        interest.put(key(8), want(0));
        assert!(interest.tell(
            old[0].token,
            &old[0].key,
            Told {
                high: 1,
                log_start: 0
            },
            true
        ));
        assert_eq!(ready(&interest), [9, 8]);
        interest.forget(&key(8));
        interest.forget(&key(9));
        interest.forget(&key(1));
        interest.heard(old[1].token);
        assert!(interest.is_empty());
    }

    #[test]
    fn what_is_forgotten_and_followed_again_keeps_its_watch() {
        let mut interest = of(1);
        settle(&mut interest);
        interest.forget(&key(0));
        interest.put(key(0), want(3));
        let again = &interest.ready()[0];
        assert!(!interest.watch(again.token, &again.key));
        interest.heard(again.token);
        assert_eq!(ready(&interest), [0]);
    }
}
