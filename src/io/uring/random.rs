//! The kernel's dice.

pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the kernel has no random bytes to give");
}
