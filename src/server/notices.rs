//! How many lines strangers may write into the log: five thousand bad connections are a few
//! lines and a number.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::io::{clock, task};
use crate::model::Instant;

/// Lines about peers that one shard writes in one [`WINDOW`].
const LINES_MAX: u32 = 10;

const WINDOW: Duration = Duration::from_secs(10);

/// Counts lines about peers, those written and those not.
#[derive(Debug, Default)]
pub struct Notices {
    window_began: Option<Instant>,
    written: u32,
    withheld: u64,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Write,
    /// The first of this window that is not written: their number is to be told at its end.
    FirstWithheld,
    Withheld,
}

impl Notices {
    fn next(&mut self, now: Instant) -> Turn {
        let over = |began: Instant| now.since(began) >= WINDOW;
        if self.window_began.is_none_or(over) {
            self.window_began = Some(now);
            self.written = 0;
        }
        if self.written < LINES_MAX {
            self.written += 1;
            return Turn::Write;
        }
        self.withheld += 1;
        match self.withheld {
            1 => Turn::FirstWithheld,
            _ => Turn::Withheld,
        }
    }

    fn take_withheld(&mut self) -> u64 {
        std::mem::take(&mut self.withheld)
    }
}

/// Writes a line through `write`, unless this shard has written its share already.
pub fn say(notices: &Rc<RefCell<Notices>>, write: impl FnOnce()) {
    let turn = notices.borrow_mut().next(clock::now());
    match turn {
        Turn::Write => write(),
        Turn::Withheld => {}
        Turn::FirstWithheld => {
            let notices = notices.clone();
            let tell = async move {
                clock::sleep(WINDOW).await;
                let withheld = notices.borrow_mut().take_withheld();
                tracing::warn!(
                    withheld,
                    "more lines about connections than {LINES_MAX} in {WINDOW:?}: only counted"
                );
            };
            task::spawn(tell).detach();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES_MAX, Notices, Turn, WINDOW};
    use crate::model::Instant;

    #[test]
    fn a_window_has_so_many_lines_and_the_rest_is_counted() {
        let mut notices = Notices::default();
        let start = Instant::default();
        for _ in 0..LINES_MAX {
            assert_eq!(notices.next(start), Turn::Write);
        }
        assert_eq!(notices.next(start), Turn::FirstWithheld);
        assert_eq!(notices.next(start), Turn::Withheld);
        assert_eq!(notices.next(start.plus(WINDOW)), Turn::Write);
        assert_eq!((notices.take_withheld(), notices.take_withheld()), (2, 0));
    }
}
