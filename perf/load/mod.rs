//! What is sent: records made ahead of a run, so that a run only stamps headers.
//!
//! A [`Template`] is the encoded records of one full batch, with offset deltas 0 to N-1 and
//! timestamp deltas 0. Its first n records are the records of a batch of n, so one template
//! serves batches of every size; their checksums are known ahead (`records::Prepared`), and all
//! batches in flight share its bytes. What repeats is therefore content, not headers: records
//! come again after a template's worth of them, and every result says after how many.
//!
//! A [`Shelf`] holds the templates of a run, per partition where keys decide the partition, and
//! compresses whole batches once where a codec is asked for.

mod content;
mod dice;
mod keys;
mod shape;
mod shelf;
mod template;

pub use content::Content;
pub use dice::Dice;
pub use keys::{KeyStyle, Partitioner};
pub use shape::Shape;
pub use shelf::{Load, Shelf};
pub use template::Body;
