use std::collections::BTreeMap;

use super::frame::{Head, Origin};

/// Which file of a journal may be written when. It does no I/O.
///
/// ```text
/// new ──────────────────────────────────────────────┐
/// written ──> full ──> settled ──> free ──> published ──> written
/// ```
///
/// A settled file is free when no older one holds live frames: replay wants them without a gap. A
/// free file is *published* when a synced frame elsewhere says that what it holds is not live any
/// more. Only then is it written: a power cut within its first write leaves the frames before as
/// the newest ones, and what they call live has to be there.
pub struct Rotation<F> {
    origin: Origin,
    /// Files that hold frames, by the first one; with the file once all it holds is settled.
    live: BTreeMap<u64, Option<F>>,
    free: Vec<Free<F>>,
    /// The newest frame that has a head.
    headed: u64,
    synced_through: u64,
}

struct Free<F> {
    file: F,
    /// The newest frame that may still call live what the file holds.
    claimed_by: u64,
}

impl<F> Rotation<F> {
    pub fn new(origin: Origin) -> Rotation<F> {
        Rotation {
            origin,
            live: BTreeMap::new(),
            free: Vec::new(),
            headed: 0,
            synced_through: 0,
        }
    }

    /// The newest frame that is on the disk.
    pub fn synced_through(&self) -> u64 {
        self.synced_through
    }

    /// Of the next frame. The same frame has another one when its write is tried again.
    pub fn head(&mut self) -> Head {
        let sequence = self.synced_through + 1;
        self.headed = sequence;
        Head {
            origin: self.origin,
            sequence,
            live_from: self.live.first_key_value().map_or(sequence, |(at, _)| *at),
            synced_through: self.synced_through,
        }
    }

    pub fn on_synced(&mut self) {
        self.synced_through = self.headed;
    }

    /// A file begins with this frame.
    pub fn begin(&mut self, first: u64) {
        self.live.insert(first, None);
    }

    /// All that the file with this first frame holds is synced in its segments.
    pub fn settled(&mut self, first: u64, file: F) {
        self.live.insert(first, Some(file));
        while let Some(oldest) = self.live.first_entry().filter(|it| it.get().is_some()) {
            let claimed_by = self.headed;
            let freed = oldest.remove().map(|file| Free { file, claimed_by });
            self.free.extend(freed);
        }
    }

    /// Adds a new file: no frame was ever in it.
    pub fn add(&mut self, file: F) {
        self.free.push(Free {
            file,
            claimed_by: 0,
        });
    }

    /// A file to be written next.
    pub fn take(&mut self) -> Option<F> {
        let at = self.free.iter().position(|it| self.is_published(it))?;
        Some(self.free.remove(at).file)
    }

    /// Whether a file like this may be written next.
    pub fn has(&self, is_like: impl Fn(&F) -> bool) -> bool {
        let is_ready = |it: &Free<F>| self.is_published(it) && is_like(&it.file);
        self.free.iter().any(is_ready)
    }

    /// Whether any file is free; one more frame elsewhere publishes it.
    pub fn has_free(&self) -> bool {
        !self.free.is_empty()
    }

    /// Lets go of all files.
    pub fn clear(&mut self) {
        self.live.clear();
        self.free.clear();
    }

    fn is_published(&self, free: &Free<F>) -> bool {
        free.claimed_by == 0 || self.synced_through > free.claimed_by
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation() -> Rotation<&'static str> {
        Rotation::new(Origin {
            shard: 0,
            generation: 1,
        })
    }

    fn write(rotation: &mut Rotation<&str>) -> Head {
        let head = rotation.head();
        rotation.on_synced();
        head
    }

    #[test]
    fn a_settled_file_is_taken_once_a_synced_frame_elsewhere_calls_it_dead() {
        let mut rotation = rotation();
        rotation.begin(1);
        assert_eq!(write(&mut rotation).live_from, 1);
        rotation.begin(2);
        // Frame 2 is on its way with a head that calls frame 1 live.
        assert_eq!(rotation.head().live_from, 1);
        rotation.settled(1, "a");
        rotation.on_synced();
        assert!(rotation.has_free());
        assert_eq!(rotation.take(), None);
        assert_eq!(rotation.head().live_from, 2);
        assert_eq!(rotation.take(), None, "frame 3 is not on the disk");
        rotation.on_synced();
        assert_eq!(rotation.take(), Some("a"));
    }

    #[test]
    fn files_are_free_in_the_order_in_which_they_were_written() {
        let mut rotation = rotation();
        rotation.begin(1);
        write(&mut rotation);
        rotation.begin(2);
        write(&mut rotation);
        rotation.settled(2, "b");
        assert!(!rotation.has_free());
        assert_eq!(write(&mut rotation).live_from, 1);
        rotation.settled(1, "a");
        assert_eq!(write(&mut rotation).live_from, 4);
        assert_eq!((rotation.take(), rotation.take()), (Some("a"), Some("b")));
    }

    #[test]
    fn a_new_file_is_taken_at_once() {
        let mut rotation = rotation();
        write(&mut rotation);
        rotation.add("new");
        assert!(rotation.has(|file| *file == "new"));
        assert_eq!(rotation.take(), Some("new"));
    }
}
