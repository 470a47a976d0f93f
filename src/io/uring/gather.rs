//! Sending a list of memory slices and file ranges as one stream of bytes.
//!
//! Slices leave through `sendmsg`, many per call; ranges through `sendfile`, from the page cache
//! to the socket. glommio has no future for "writable", so when the socket is full, the next few
//! *real* bytes are written through glommio's stream, which waits for room on their behalf.
//!
//! A range that is not in the page cache would make `sendfile` wait for the disk with the whole
//! executor behind it (measured: 5-6 ms at p99 per MiB), so it is sent from the blocking pool.

use std::io::{self, IoSlice};
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::io::AsyncWriteExt;
use glommio::net::TcpStream;
use socket2::SockRef;

use super::file::FileRange;
use super::fs::on_pool;
use super::handle::Handle;
use super::net::borrowed;
use super::task::yield_if_needed;
use super::warm;
use crate::io::clock::timeout;
use crate::io::{FileRange as AnyRange, Part};

/// Slices given to one `sendmsg`.
const SLICES_MAX: usize = 64;
/// Bytes given to one system call, so that one connection does not hold the executor for long.
const CALL_BYTES_MAX: usize = 1 << 20;
/// Bytes of a range that wait for room in the socket, in memory.
const WAITING_BYTES: usize = 256;

/// How long a peer that takes nothing is waited for before somebody is asked whether to go on.
const STEP: Duration = Duration::from_secs(1);

/// Hears for how long the peer has taken nothing; false gives up.
pub(super) type MayWait<'a> = &'a dyn Fn(Duration) -> bool;

/// Where sending stands: whole parts behind us, and bytes of the next one.
#[derive(Default)]
struct Cursor {
    part: usize,
    within: usize,
}

impl Cursor {
    /// Moves past `count` bytes, and past empty parts.
    fn advance(&mut self, parts: &[Part], count: usize) {
        self.within += count;
        while let Some(part) = parts.get(self.part) {
            if self.within < part.len() {
                return;
            }
            self.within -= part.len();
            self.part += 1;
        }
        assert!(self.within == 0, "no more was sent than there is");
    }
}

/// Sends all parts in order. Gives the bytes of ranges that were read into memory on their way.
pub(super) async fn send(
    stream: &mut TcpStream,
    parts: &[Part],
    may_wait: MayWait<'_>,
) -> io::Result<usize> {
    let (mut cursor, mut copied) = (Cursor::default(), 0);
    cursor.advance(parts, 0);
    while let Some(part) = parts.get(cursor.part) {
        let sent = match part {
            Part::Bytes(first) => {
                let (slices, is_last) = slices_from(parts, &cursor);
                match send_slices(stream, &slices, is_last)? {
                    Some(sent) => sent,
                    None => write_some(stream, &first[cursor.within..], may_wait).await?,
                }
            }
            Part::File(AnyRange::Uring(range)) => {
                match send_range(stream, range, cursor.within).await? {
                    Outcome::Sent(sent) => sent,
                    Outcome::Full(next) => {
                        copied += next.len();
                        write_some(stream, &next, may_wait).await?
                    }
                }
            }
            Part::File(AnyRange::Sim(_)) => panic!("a simulated file met a real socket"),
        };
        if sent == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        cursor.advance(parts, sent);
        yield_if_needed().await;
    }
    Ok(copied)
}

/// Waits for room in the socket and fills some of it with the next bytes.
async fn write_some(
    stream: &mut TcpStream,
    bytes: &[u8],
    may_wait: MayWait<'_>,
) -> io::Result<usize> {
    let mut writing = pin!(stream.write(bytes));
    let mut waited = Duration::ZERO;
    loop {
        match timeout(STEP, writing.as_mut()).await {
            Ok(written) => return written,
            Err(_) if may_wait(waited + STEP) => waited += STEP,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

/// The slices from the cursor to the next range, to the limits of one call, or to the end; and
/// whether they end the whole message.
fn slices_from<'a>(parts: &'a [Part], cursor: &Cursor) -> (Vec<IoSlice<'a>>, bool) {
    let mut slices = Vec::with_capacity(SLICES_MAX.min(parts.len() - cursor.part));
    let (mut bytes, mut within) = (0, cursor.within);
    let mut rest = parts[cursor.part..].iter();
    for part in rest.by_ref() {
        let Part::Bytes(slice) = part else {
            return (slices, false);
        };
        let slice = &slice[within..];
        within = 0;
        bytes += slice.len();
        slices.push(IoSlice::new(slice));
        if slices.len() == SLICES_MAX || bytes >= CALL_BYTES_MAX {
            break;
        }
    }
    (slices, rest.as_slice().is_empty())
}

/// Bytes taken by the socket, or `None` when it is full.
fn send_slices(
    stream: &TcpStream,
    slices: &[IoSlice<'_>],
    is_last: bool,
) -> io::Result<Option<usize>> {
    // A message that goes on is not pushed out yet: its head and its first range share packets.
    let more = if is_last { 0 } else { libc::MSG_MORE };
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL | more;
    let socket = borrowed(stream);
    unless_full(|| SockRef::from(&socket).send_vectored_with_flags(slices, flags))
}

/// Sends some of `range`, from its byte `within` on.
async fn send_range(stream: &TcpStream, range: &FileRange, within: usize) -> io::Result<Outcome> {
    let position = range.position + within as u64;
    let len = (range.size() - within).min(CALL_BYTES_MAX);
    let handle = &range.handle;
    if warm::is_cached(handle.buffered()?, position, len) {
        return send_file_or_read(&borrowed(stream), handle, position, len);
    }
    // The pool has its own descriptor of the socket: should this future be dropped, the number
    // of ours may soon mean another connection.
    let socket: OwnedFd = borrowed(stream).try_clone_to_owned()?;
    let handle: Arc<Handle> = handle.clone();
    on_pool(move || send_file_or_read(&socket, &handle, position, len)).await
}

fn send_file_or_read(
    socket: &impl AsFd,
    handle: &Handle,
    position: u64,
    len: usize,
) -> io::Result<Outcome> {
    match send_file(socket, handle, position, len)? {
        Some(sent) => Ok(Outcome::Sent(sent)),
        None => Ok(Outcome::Full(read_some(handle, position, len)?)),
    }
}

/// What came of sending a range.
enum Outcome {
    Sent(usize),
    /// Nothing was sent; these bytes are next.
    Full(Vec<u8>),
}

/// Bytes moved from file to socket, or `None` when the socket is full.
fn send_file(
    socket: &impl AsFd,
    handle: &Handle,
    position: u64,
    len: usize,
) -> io::Result<Option<usize>> {
    let file = handle.buffered()?;
    let offset = usize::try_from(position).map_err(io::Error::other)?;
    let socket = socket.as_fd();
    let sent =
        unless_full(|| SockRef::from(&socket).sendfile(file, offset, NonZeroUsize::new(len)))?;
    match sent {
        Some(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        sent => Ok(sent),
    }
}

/// The next few bytes of a range.
fn read_some(handle: &Handle, position: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut next = vec![0; len.min(WAITING_BYTES)];
    let count = handle.buffered()?.read_at(&mut next, position)?;
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    next.truncate(count);
    Ok(next)
}

fn unless_full(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<Option<usize>> {
    loop {
        match call() {
            Ok(count) => return Ok(Some(count)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
