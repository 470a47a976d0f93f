use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;

/// API key, version and correlation id: nothing shorter is a request, and only an answer can be
/// as short as its correlation id.
const REQUEST_SIZE_MIN: usize = 8;
const RESPONSE_SIZE_MIN: usize = 4;
/// Bytes of the length that precedes every frame.
pub const PREFIX_SIZE: usize = 4;

/// Why the stream cannot be cut into frames any more: the connection has to be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrameFault {
    #[error("a frame of {0} bytes, a negative size")]
    Negative(i32),
    #[error("a frame of {size} bytes, more than the {size_max} allowed")]
    TooLarge { size: usize, size_max: usize },
    #[error("a frame of {size} bytes, fewer than the {size_min} of a header")]
    TooSmall { size: usize, size_min: usize },
}

/// Cuts a stream of bytes into frames: a length of 32 bits, then as many bytes.
#[derive(Debug, Clone, Copy)]
pub struct Deframer {
    size_min: usize,
    size_max: usize,
}

impl Deframer {
    /// For requests, of at most `socket.request.max.bytes` bytes.
    pub fn of_requests(size_max: usize) -> Deframer {
        Deframer {
            size_min: REQUEST_SIZE_MIN,
            size_max,
        }
    }

    /// For answers, read by a client.
    pub fn of_responses(size_max: usize) -> Deframer {
        Deframer {
            size_min: RESPONSE_SIZE_MIN,
            size_max,
        }
    }

    /// Takes the next whole frame out of `arrived`, without its length. `None`: not all of it is
    /// there. The size is judged as soon as it has arrived, and nothing is allocated for the rest.
    pub fn next(&self, arrived: &mut BytesMut) -> Result<Option<Bytes>, FrameFault> {
        let Some(size) = self.announced(arrived)? else {
            return Ok(None);
        };
        if arrived.len() - PREFIX_SIZE < size {
            return Ok(None);
        }
        arrived.advance(PREFIX_SIZE);
        Ok(Some(arrived.split_to(size).freeze()))
    }

    /// Bytes still missing from the frame that `arrived` starts with; of its length when even
    /// that is not there. A reader may reserve this much, in portions as they arrive.
    pub fn missing(&self, arrived: &BytesMut) -> Result<usize, FrameFault> {
        let whole = self
            .announced(arrived)?
            .map_or(PREFIX_SIZE, |size| PREFIX_SIZE + size);
        Ok(whole.saturating_sub(arrived.len()))
    }

    fn announced(&self, arrived: &BytesMut) -> Result<Option<usize>, FrameFault> {
        let Some(prefix) = arrived.first_chunk::<PREFIX_SIZE>() else {
            return Ok(None);
        };
        let announced = i32::from_be_bytes(*prefix);
        let size = usize::try_from(announced).map_err(|_| FrameFault::Negative(announced))?;
        if size > self.size_max {
            return Err(FrameFault::TooLarge {
                size,
                size_max: self.size_max,
            });
        }
        if size < self.size_min {
            return Err(FrameFault::TooSmall {
                size,
                size_min: self.size_min,
            });
        }
        Ok(Some(size))
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::{Deframer, FrameFault};

    const DEFRAMER: Deframer = Deframer {
        size_min: 8,
        size_max: 100,
    };

    #[test]
    fn a_frame_arrives_byte_by_byte() {
        let mut arrived = BytesMut::new();
        for byte in [0, 0, 0, 9].into_iter().chain(1..=8) {
            arrived.extend_from_slice(&[byte]);
            assert_eq!(DEFRAMER.next(&mut arrived), Ok(None));
        }
        assert_eq!(DEFRAMER.missing(&arrived), Ok(1));
        arrived.extend_from_slice(&[9, 0, 0]);
        let frame = DEFRAMER.next(&mut arrived).unwrap().unwrap();
        assert_eq!(frame, [1, 2, 3, 4, 5, 6, 7, 8, 9].as_slice());
        assert_eq!((arrived.len(), DEFRAMER.missing(&arrived)), (2, Ok(2)));
    }

    #[test]
    fn bad_sizes_are_refused_before_their_bytes_arrive() {
        let judge = |size: i32| DEFRAMER.next(&mut BytesMut::from(&size.to_be_bytes()[..]));
        assert_eq!(judge(-1), Err(FrameFault::Negative(-1)));
        assert_eq!(
            judge(101),
            Err(FrameFault::TooLarge {
                size: 101,
                size_max: 100
            })
        );
        assert_eq!(
            judge(7),
            Err(FrameFault::TooSmall {
                size: 7,
                size_min: 8
            })
        );
        assert_eq!(judge(100), Ok(None));
    }
}
