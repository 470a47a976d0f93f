use crate::model::Offset;
use crate::records::{HEADER_BYTES, Header, Malformed};

/// Where a scan of batch headers ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// The wanted batch begins at this byte of the slice. It may reach past its end.
    At(usize),
    /// Not in this slice: go on at this byte, counted from the slice's begin. It is at or past
    /// the end of the last whole header here, and may lie far past the slice.
    Beyond(u64),
}

/// Finds the first batch whose last offset is at or past `offset`. `run` begins with a batch, as
/// [`ReadPlan`](super::ReadPlan) promises; only headers are looked at, so a slice may be short.
pub fn find(run: &[u8], offset: Offset) -> Result<Found, Malformed> {
    find_where(run, |header| header.last_offset() >= offset)
}

/// As [`find`], for any property of a header: a max timestamp, for example.
pub fn find_where(run: &[u8], wanted: impl Fn(&Header) -> bool) -> Result<Found, Malformed> {
    let mut at = 0;
    while let Some(rest) = run.get(at..)
        && rest.len() >= HEADER_BYTES
    {
        let header = Header::parse(rest)?;
        if wanted(header) {
            return Ok(Found::At(at));
        }
        at += header.size();
    }
    Ok(Found::Beyond(at as u64))
}

/// Bytes of the whole batches at the begin of `run` that begin below `upper`.
pub fn whole_below(run: &[u8], upper: Offset) -> Result<usize, Malformed> {
    let mut at = 0;
    while let Some(rest) = run.get(at..)
        && rest.len() >= HEADER_BYTES
    {
        let header = Header::parse(rest)?;
        if header.base_offset() >= upper || header.size() > rest.len() {
            break;
        }
        at += header.size();
    }
    Ok(at)
}
