use std::collections::BTreeMap;
use std::rc::Rc;

/// Sectors that a power cut tears apart.
pub(in crate::io::sim) const SECTOR_BYTES: usize = 512;

/// The unit of alignment for direct I/O, and of space.
pub(in crate::io::sim) const PAGE_BYTES: usize = 4096;

const _: () = assert!(PAGE_BYTES.is_multiple_of(SECTOR_BYTES));

/// The content of a file. Clones share pages until one of them is written; pages that were never
/// written are zeros and take no memory.
#[derive(Clone, Default)]
pub(super) struct Image {
    len: u64,
    pages: BTreeMap<u64, Rc<[u8; PAGE_BYTES]>>,
}

impl Image {
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Writes `bytes`, growing the file when they end behind its end.
    pub fn write(&mut self, position: u64, bytes: &[u8]) {
        for piece in pieces(position, bytes.len()) {
            let page = self
                .pages
                .entry(piece.page)
                .or_insert_with(|| Rc::new([0; PAGE_BYTES]));
            let source = &bytes[piece.done..piece.done + piece.len];
            Rc::make_mut(page)[piece.within..piece.within + piece.len].copy_from_slice(source);
        }
        self.len = self.len.max(position + bytes.len() as u64);
    }

    /// Up to `len` bytes from `position`; fewer at the end of the file.
    pub fn read(&self, position: u64, len: usize) -> Vec<u8> {
        let left = self.len.saturating_sub(position);
        let len = usize::try_from(left).map_or(len, |left| len.min(left));
        let mut bytes = vec![0; len];
        for piece in pieces(position, len) {
            if let Some(page) = self.pages.get(&piece.page) {
                let target = &mut bytes[piece.done..piece.done + piece.len];
                target.copy_from_slice(&page[piece.within..piece.within + piece.len]);
            }
        }
        bytes
    }

    /// Cuts the file, or extends it with zeros.
    pub fn set_len(&mut self, len: u64) {
        if len < self.len {
            let page_of_end = len / PAGE_BYTES as u64;
            self.pages.split_off(&len.div_ceil(PAGE_BYTES as u64));
            if let Some(page) = self.pages.get_mut(&page_of_end) {
                Rc::make_mut(page)[(len % PAGE_BYTES as u64) as usize..].fill(0);
            }
        }
        self.len = len;
    }
}

/// The part of a range that lies in one page.
struct Piece {
    page: u64,
    /// Position within the page.
    within: usize,
    /// Bytes of the range before this piece.
    done: usize,
    len: usize,
}

fn pieces(position: u64, len: usize) -> impl Iterator<Item = Piece> {
    let mut done = 0;
    std::iter::from_fn(move || {
        if done == len {
            return None;
        }
        let at = position + done as u64;
        let within = (at % PAGE_BYTES as u64) as usize;
        let piece_len = (PAGE_BYTES - within).min(len - done);
        let piece = Piece {
            page: at / PAGE_BYTES as u64,
            within,
            done,
            len: piece_len,
        };
        done += piece_len;
        Some(piece)
    })
}
