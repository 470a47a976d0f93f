use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::image::{Image, SECTOR_BYTES};
use super::power::Fate;

/// A change of a file that the disk has not promised to keep.
enum Change {
    Write { position: u64, bytes: Bytes },
    SetLen(u64),
}

/// Names a submitted write until it lands.
pub(in crate::io::sim) struct WriteTicket(u64);

/// How far a sync reaches: the changes that had landed when it was submitted.
#[derive(Clone, Copy)]
pub(in crate::io::sim) struct SyncMark(u64);

/// A file: what programs see, what a power cut leaves, and the changes between the two.
#[derive(Default)]
pub(in crate::io::sim) struct FileNode {
    live: Image,
    durable: Image,
    flying: BTreeMap<u64, Change>,
    landed: VecDeque<Change>,
    /// Changes that ever landed, or flew, less those still in the queue: see `SyncMark`.
    drained: u64,
    /// Up to here a sync that did nothing has promised all changes.
    lied_through: u64,
    next_ticket: u64,
    reserved: u64,
}

impl FileNode {
    pub fn len(&self) -> u64 {
        self.live.len()
    }

    /// Bytes of disk that the file occupies: its length or its reservation.
    pub fn occupied(&self) -> u64 {
        self.live.len().max(self.reserved)
    }

    pub fn read(&self, position: u64, len: usize) -> Vec<u8> {
        self.live.read(position, len)
    }

    /// Flips a bit of what is on the disk, unseen by anybody.
    pub fn rot(&mut self, position: u64) {
        assert!(position < self.live.len(), "no byte there to rot");
        let rotten = [self.live.read(position, 1)[0] ^ 0x10];
        self.live.write(position, &rotten);
        if position < self.durable.len() {
            self.durable.write(position, &rotten);
        }
    }

    /// A write leaves memory. It may be on the disk from now on; readers see it when it lands.
    pub fn submit(&mut self, position: u64, bytes: Bytes) -> WriteTicket {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.flying
            .insert(ticket, Change::Write { position, bytes });
        WriteTicket(ticket)
    }

    pub fn land(&mut self, ticket: WriteTicket) {
        let change = self.flying.remove(&ticket.0).expect("a write lands once");
        self.change(change);
    }

    /// A write in one step, as through the page cache.
    pub fn write(&mut self, position: u64, bytes: Bytes) {
        self.change(Change::Write { position, bytes });
    }

    pub fn set_len(&mut self, len: u64) {
        self.reserved = self.reserved.min(len);
        self.change(Change::SetLen(len));
    }

    pub fn reserve(&mut self, bytes: u64) {
        self.reserved = self.reserved.max(bytes);
    }

    pub fn begin_sync(&self) -> SyncMark {
        SyncMark(self.drained + self.landed.len() as u64)
    }

    /// The promise: all changes up to the mark are durable. A lie promises the same.
    pub fn end_sync(&mut self, mark: SyncMark, is_lie: bool) {
        if is_lie {
            self.lied_through = mark.0;
            return;
        }
        for change in self.drain(mark) {
            apply(&change, &mut self.durable);
        }
    }

    /// A sync has failed: the changes it covered will never reach the disk, nor be reported
    /// again, though readers still see them.
    pub fn fail_sync(&mut self, mark: SyncMark) {
        self.drain(mark);
    }

    /// The power goes. Unsynced changes meet their fate, and what is left is all there is.
    pub fn cut_power(&mut self, fate: &Fate<'_>) {
        let mut len = self.durable.len();
        let flying = std::mem::take(&mut self.flying).into_values();
        let changes = std::mem::take(&mut self.landed).into_iter().chain(flying);
        for (change, number) in changes.zip(self.drained..) {
            let fate = &fate.of(number < self.lied_through);
            match change {
                Change::Write { position, bytes } => {
                    keep_sectors(&mut self.durable, position, &bytes, fate);
                    if fate.keeps() {
                        len = len.max(position + bytes.len() as u64);
                    }
                }
                Change::SetLen(new_len) if fate.keeps() => {
                    self.durable.set_len(new_len);
                    len = new_len;
                }
                Change::SetLen(_) => {}
            }
        }
        self.durable.set_len(len);
        self.live = self.durable.clone();
        (self.reserved, self.lied_through) = (0, 0);
    }

    /// The process dies and the machine lives on: what was submitted lands, or was not begun.
    pub fn orphan(&mut self, fate: &Fate<'_>) {
        for change in std::mem::take(&mut self.flying).into_values() {
            if fate.keeps() {
                self.change(change);
            }
        }
    }

    fn change(&mut self, change: Change) {
        apply(&change, &mut self.live);
        self.landed.push_back(change);
    }

    fn drain(&mut self, mark: SyncMark) -> Vec<Change> {
        let covered = mark.0.saturating_sub(self.drained);
        let covered = usize::try_from(covered).expect("counted in memory");
        self.drained += covered as u64;
        self.landed.drain(..covered).collect()
    }
}

fn apply(change: &Change, image: &mut Image) {
    match change {
        Change::Write { position, bytes } => image.write(*position, bytes),
        Change::SetLen(len) => image.set_len(*len),
    }
}

/// Writes those sectors that the dice keep. Sectors are counted from the start of the file.
fn keep_sectors(image: &mut Image, position: u64, bytes: &[u8], fate: &Fate<'_>) {
    let tear = fate.tear();
    let mut done = 0;
    while done < bytes.len() {
        let at = position + done as u64;
        let to_bound = SECTOR_BYTES - (at % SECTOR_BYTES as u64) as usize;
        let end = bytes.len().min(done + to_bound);
        if tear.keeps_sector() {
            image.write(at, &bytes[done..end]);
        }
        done = end;
    }
}
