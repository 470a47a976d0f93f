pub fn fill(_bytes: &mut [u8]) {
    unreachable!("the simulated world is not built yet")
}
