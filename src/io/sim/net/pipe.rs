use std::collections::VecDeque;
use std::io;
use std::task::Waker;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use crate::io::sim::random::Dice;
use crate::model::Instant;

/// Range of the bytes that may be under way in one direction of a connection.
const WINDOW_BYTES: (u64, u64) = (4 * 1024, 128 * 1024);

/// Range of a connection's latency, and of what each segment adds to it.
const LATENCY: (Duration, Duration) = (Duration::from_micros(15), Duration::from_micros(300));
const JITTER: (Duration, Duration) = (Duration::ZERO, Duration::from_micros(100));

/// Added to one segment in a hundred: a retransmission.
const STALL: Duration = Duration::from_millis(20);

/// One direction of a connection: what was written and not yet read.
pub(super) struct Pipe {
    segments: VecDeque<Segment>,
    queued_bytes: usize,
    window_bytes: usize,
    latency: Duration,
    last_arrival: Instant,
    end: Option<End>,
    pub reader: Option<Waker>,
    pub writer: Option<Waker>,
}

struct Segment {
    arrives: Instant,
    bytes: Bytes,
}

/// What the reader meets behind the last segment, and when.
#[derive(Clone, Copy)]
enum End {
    Finished(Instant),
    Reset(Instant),
}

/// What a reader gets now.
pub(super) enum Arrival {
    Bytes(usize),
    End,
    /// Nothing yet; something is due at that time if one is told.
    Wait(Option<Instant>),
}

impl Pipe {
    pub fn new(dice: &Dice) -> Pipe {
        let window = dice.between(WINDOW_BYTES.0, WINDOW_BYTES.1);
        Pipe {
            segments: VecDeque::new(),
            queued_bytes: 0,
            window_bytes: usize::try_from(window).expect("a small number"),
            latency: dice.span(LATENCY.0, LATENCY.1),
            last_arrival: Instant::ZERO,
            end: None,
            reader: None,
            writer: None,
        }
    }

    /// Takes as many bytes as the window allows; none when the writer must wait.
    pub fn push(&mut self, bytes: &[u8], now: Instant, dice: &Dice) -> io::Result<usize> {
        match self.end {
            Some(End::Reset(_)) => return Err(io::ErrorKind::ConnectionReset.into()),
            Some(End::Finished(_)) => return Err(io::ErrorKind::BrokenPipe.into()),
            None => {}
        }
        let room = self.window_bytes - self.queued_bytes;
        let taken = bytes.len().min(room);
        let mut rest = &bytes[..taken];
        while !rest.is_empty() {
            let len = if dice.percent(70) {
                rest.len()
            } else {
                1 + dice.index(rest.len())
            };
            let (segment, behind) = rest.split_at(len);
            let arrives = self.next_arrival(now, dice);
            self.segments.push_back(Segment {
                arrives,
                bytes: Bytes::copy_from_slice(segment),
            });
            rest = behind;
        }
        self.queued_bytes += taken;
        wake(&mut self.reader);
        Ok(taken)
    }

    /// Appends what has arrived to `into`, at most its spare capacity and sometimes less.
    pub fn pull(&mut self, into: &mut BytesMut, now: Instant, dice: &Dice) -> io::Result<Arrival> {
        let spare = into.capacity() - into.len();
        assert!(spare > 0, "a read needs room");
        let limit = if dice.percent(75) {
            spare
        } else {
            1 + dice.index(spare)
        };
        let mut taken = 0;
        while let Some(segment) = self.segments.front_mut() {
            if segment.arrives > now || taken == limit {
                break;
            }
            let len = segment.bytes.len().min(limit - taken);
            into.extend_from_slice(&segment.bytes[..len]);
            segment.bytes.advance(len);
            taken += len;
            if segment.bytes.is_empty() {
                self.segments.pop_front();
            }
        }
        if taken > 0 {
            self.queued_bytes -= taken;
            wake(&mut self.writer);
            return Ok(Arrival::Bytes(taken));
        }
        self.arrival_to_come(now)
    }

    /// Ends the stream behind what was written.
    pub fn finish(&mut self, now: Instant, dice: &Dice) {
        if self.end.is_none() {
            self.end = Some(End::Finished(self.next_arrival(now, dice)));
            wake(&mut self.reader);
        }
    }

    /// Breaks the stream; a tail of what is under way is lost.
    pub fn reset(&mut self, now: Instant, dice: &Dice) {
        if let Some(End::Reset(_)) = self.end {
            return;
        }
        let kept = dice.index(self.segments.len() + 1);
        self.segments.truncate(kept);
        self.end = Some(End::Reset(self.next_arrival(now, dice)));
        wake(&mut self.reader);
        wake(&mut self.writer);
    }

    /// Whether bytes were sent that nobody has read.
    pub fn has_unread(&self) -> bool {
        !self.segments.is_empty()
    }

    fn arrival_to_come(&self, now: Instant) -> io::Result<Arrival> {
        if let Some(segment) = self.segments.front() {
            return Ok(Arrival::Wait(Some(segment.arrives)));
        }
        match self.end {
            Some(End::Finished(at)) if at <= now => Ok(Arrival::End),
            Some(End::Reset(at)) if at <= now => Err(io::ErrorKind::ConnectionReset.into()),
            Some(End::Finished(at) | End::Reset(at)) => Ok(Arrival::Wait(Some(at))),
            None => Ok(Arrival::Wait(None)),
        }
    }

    fn next_arrival(&mut self, now: Instant, dice: &Dice) -> Instant {
        let mut delay = self.latency + dice.span(JITTER.0, JITTER.1);
        if dice.percent(1) {
            delay += STALL;
        }
        self.last_arrival = self.last_arrival.max(now.plus(delay));
        self.last_arrival
    }
}

fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}
