/// Why a small file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Malformed {
    #[error("line {line}: expected {expected}, found {found:?}")]
    Line {
        /// Counted from 1.
        line: usize,
        expected: &'static str,
        found: String,
    },
    #[error("the entries are not in order")]
    Order,
    #[error("{0}")]
    Json(String),
    #[error("`{0}` is missing or has no legal value")]
    Field(&'static str),
}
