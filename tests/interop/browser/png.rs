//! Pictures in PNG (ISO/IEC 15948), as far as Chromium writes them: 8 bits a colour, red, green
//! and blue with or without transparency, not interlaced.

use std::io::Read;

use flate2::read::ZlibDecoder;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Red, green and blue of every point, row by row; `None` where it is another kind of picture.
pub fn pixels(file: &[u8]) -> Option<Vec<[u8; 3]>> {
    let mut rest = file.strip_prefix(SIGNATURE)?;
    let (mut width, mut bytes, mut packed) = (0, 0, Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let (kind, after) = after.split_first_chunk::<4>()?;
        let (data, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        match kind {
            b"IHDR" => {
                width = u32::from_be_bytes(*data.first_chunk()?) as usize;
                bytes = match data.get(8..13)? {
                    [8, 2, 0, 0, 0] => 3,
                    [8, 6, 0, 0, 0] => 4,
                    _ => return None,
                };
            }
            b"IDAT" => packed.extend_from_slice(data),
            _ => {}
        }
        rest = after.get(4..)?;
    }
    let mut rows = Vec::new();
    ZlibDecoder::new(packed.as_slice())
        .read_to_end(&mut rows)
        .ok()?;
    let mut above = vec![0; width * bytes];
    let mut pixels = Vec::new();
    for row in rows.chunks_exact(width * bytes + 1) {
        let (filter, row) = row.split_first()?;
        above = unfiltered(*filter, row, &above, bytes)?;
        pixels.extend(
            above
                .chunks_exact(bytes)
                .map(|pixel| [pixel[0], pixel[1], pixel[2]]),
        );
    }
    Some(pixels)
}

/// A row as it was before its filter; `bytes` is those of one point.
fn unfiltered(filter: u8, row: &[u8], above: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut done: Vec<u8> = Vec::with_capacity(row.len());
    for (at, byte) in row.iter().enumerate() {
        let before = |row: &[u8]| at.checked_sub(bytes).map_or(0, |at| row[at]);
        let (left, up, corner) = (before(&done), above[at], before(above));
        let guess = match filter {
            0 => 0,
            1 => left,
            2 => up,
            3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
            4 => paeth(left, up, corner),
            _ => return None,
        };
        done.push(byte.wrapping_add(guess));
    }
    Some(done)
}

/// Whichever of the three is nearest to left + up - corner.
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i16::from);
    let distance = |of: i16| (a + b - c - of).abs();
    if distance(a) <= distance(b) && distance(a) <= distance(c) {
        left
    } else if distance(b) <= distance(c) {
        up
    } else {
        corner
    }
}
