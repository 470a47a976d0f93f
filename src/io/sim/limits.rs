/// Descriptors of every simulated process: few, so that files are closed and opened again.
pub const DESCRIPTORS_MAX: u64 = 256;
