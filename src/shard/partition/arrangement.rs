//! Which file stands behind a segment: fixed, but for the moment in which compaction puts a new
//! one in the place of several.

use std::cell::{Cell, RefCell};

use futures_channel::oneshot;

/// Lets readers find out that files changed places while they looked at them. A reader asks for
/// the [`Layout`] first, and for it to be [the same](Arrangement::is) last; if it is not, what
/// was read may come from one file and where from another. What a reader opened stays readable.
#[derive(Default)]
pub struct Arrangement {
    /// Odd while files change places.
    changes: Cell<u64>,
    waiting: RefCell<Vec<oneshot::Sender<()>>>,
}

/// The files as they lay at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout(u64);

/// Ends the change when it is dropped.
pub struct Change<'a>(&'a Arrangement);

impl Arrangement {
    /// The layout of the files, once they keep still.
    pub async fn settled(&self) -> Layout {
        while self.is_changing() {
            let (sender, receiver) = oneshot::channel();
            self.waiting.borrow_mut().push(sender);
            let _woken = receiver.await;
        }
        self.layout()
    }

    /// The layout now, which may be in the middle of a change.
    pub fn layout(&self) -> Layout {
        Layout(self.changes.get())
    }

    /// Whether nothing has changed since.
    pub fn is(&self, layout: Layout) -> bool {
        self.layout() == layout
    }

    fn is_changing(&self) -> bool {
        self.changes.get() % 2 == 1
    }

    /// Files change places from now on until the answer is dropped.
    pub fn begin(&self) -> Change<'_> {
        assert!(!self.is_changing(), "one change at a time");
        self.changes.set(self.changes.get() + 1);
        Change(self)
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.0.changes.set(self.0.changes.get() + 1);
        // Whoever has given up waiting needs no word.
        for waiting in self.0.waiting.take() {
            let _gone = waiting.send(());
        }
    }
}
