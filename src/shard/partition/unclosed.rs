use std::collections::BTreeMap;

use crate::model::Offset;

/// Segments that rolled and whose files are not closed yet. They are closed side by side, and on a
/// full disk one may have to wait while a later one is done; the recovery point passes none that
/// is open, because a file that was not trimmed ends in zeros that only recovery cuts away.
#[derive(Debug, Default)]
pub struct Unclosed(BTreeMap<Offset, Option<Offset>>);

impl Unclosed {
    pub fn begin(&mut self, segment: Offset) {
        self.0.insert(segment, None);
    }

    /// A segment is closed, or gone; the one behind it begins at `next`. Gives up to where all are.
    pub fn end(&mut self, segment: Offset, next: Offset) -> Option<Offset> {
        self.0.insert(segment, Some(next));
        let mut reached = None;
        while let Some(first) = self.0.first_entry().filter(|first| first.get().is_some()) {
            reached = first.remove();
        }
        reached
    }

    /// The oldest.
    pub fn first(&self) -> Option<Offset> {
        self.0.keys().next().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recovery_point_passes_no_segment_that_is_open() {
        let mut unclosed = Unclosed::default();
        for segment in [0, 10, 20] {
            unclosed.begin(Offset(segment));
        }
        assert_eq!(unclosed.end(Offset(10), Offset(20)), None);
        assert_eq!(unclosed.first(), Some(Offset(0)));
        assert_eq!(unclosed.end(Offset(0), Offset(10)), Some(Offset(20)));
        assert_eq!(unclosed.end(Offset(20), Offset(30)), Some(Offset(30)));
        assert_eq!(unclosed.first(), None);
    }
}
