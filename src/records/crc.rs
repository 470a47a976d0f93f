/// The polynomial of CRC-32C, its bits in reverse, as the checksum itself is.
const POLYNOMIAL: u32 = 0x82f6_3b78;
/// The polynomial 1, in reversed bits.
const ONE: u32 = 1 << 31;

/// CRC-32C (Castagnoli) of `bytes`, the checksum of record batches and producer snapshots.
pub fn crc32c(bytes: &[u8]) -> u32 {
    crc_fast::crc32_iscsi(bytes)
}

/// What so many further bytes do to a checksum: multiplication by x^(8 * count) modulo the
/// polynomial. It joins the checksums of two pieces without reading either again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CrcShift(u32);

impl CrcShift {
    /// For `count` bytes; the work grows with the logarithm of `count`.
    pub fn of(count: usize) -> CrcShift {
        let (mut left, mut shift) = (count, ONE);
        // x^8, then its squares.
        let mut power = ONE >> 8;
        while left > 0 {
            if left & 1 == 1 {
                shift = multiply(shift, power);
            }
            power = multiply(power, power);
            left >>= 1;
        }
        CrcShift(shift)
    }

    /// For the bytes of both.
    pub fn and(self, other: CrcShift) -> CrcShift {
        CrcShift(multiply(self.0, other.0))
    }

    /// The checksum of two pieces, of which the second has the length of this shift.
    pub fn join(self, first: u32, second: u32) -> u32 {
        multiply(self.0, first) ^ second
    }
}

/// The product of two polynomials modulo [`POLYNOMIAL`], all in reversed bits.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for bit in (0..32).rev() {
        product ^= b & ((a >> bit) & 1).wrapping_neg();
        b = (b >> 1) ^ (POLYNOMIAL & (b & 1).wrapping_neg());
    }
    product
}

#[cfg(test)]
mod tests {
    use super::{CrcShift, crc32c};

    #[test]
    fn the_check_value_of_the_catalogue_comes_out() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
        assert_eq!(crc32c(b""), 0);
    }

    #[test]
    fn checksums_of_pieces_join_to_that_of_the_whole() {
        let bytes: Vec<u8> = (0..1000u32).map(|n| ((n * n) >> 3) as u8).collect();
        for cut in [0, 1, 7, 61, 500, 999, 1000] {
            let (first, second) = bytes.split_at(cut);
            let shift = CrcShift::of(second.len());
            assert_eq!(shift.join(crc32c(first), crc32c(second)), crc32c(&bytes));
            let halves = CrcShift::of(second.len() / 2);
            let rest = CrcShift::of(second.len() - second.len() / 2);
            assert_eq!(halves.and(rest), shift);
        }
    }
}
