/// Decoded content on its way to a reader: one block or chunk of a compressed payload.
#[derive(Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    taken: usize,
}

impl Chunk {
    pub(super) fn is_spent(&self) -> bool {
        self.taken == self.bytes.len()
    }

    /// Makes room for `len` bytes of new content; [`Chunk::keep`] says how many came.
    pub(super) fn refill(&mut self, len: usize) -> &mut [u8] {
        self.bytes.resize(len, 0);
        self.taken = 0;
        &mut self.bytes
    }

    pub(super) fn keep(&mut self, len: usize) -> &[u8] {
        self.bytes.truncate(len);
        &self.bytes
    }

    /// Copies what fits into `out` and says how much.
    pub(super) fn take(&mut self, out: &mut [u8]) -> usize {
        let ready = self.bytes.get(self.taken..).unwrap_or_default();
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.taken += count;
        count
    }
}
