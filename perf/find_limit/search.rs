/// Rates above this are beyond any network.
const RATE_MAX: f64 = 1e9;

/// Where the knee lies, as far as is known: pure, told of each point.
#[derive(Clone, Debug)]
pub struct Search {
    next: f64,
    /// The highest rate that kept the bound.
    good: Option<f64>,
    /// The lowest that did not.
    bad: Option<f64>,
    halvings: u32,
}

impl Search {
    pub fn new(first_rate: f64, halvings: u32) -> Search {
        Search {
            next: first_rate,
            good: None,
            bad: None,
            halvings,
        }
    }

    /// The rate to try next; `None` when the knee is known well enough.
    pub fn next(&self) -> Option<f64> {
        (self.next >= 1.0 && self.next <= RATE_MAX).then_some(self.next)
    }

    /// The rate last given kept the bound, or did not.
    pub fn on_point(&mut self, kept: bool) {
        let rate = self.next;
        match kept {
            true => self.good = Some(self.good.map_or(rate, |good| good.max(rate))),
            false => self.bad = Some(self.bad.map_or(rate, |bad| bad.min(rate))),
        }
        self.next = match (self.good, self.bad) {
            (_, None) => 2.0 * rate,
            // Even the first was too much: go down until one is kept.
            (None, Some(bad)) => bad / 4.0,
            (Some(good), Some(bad)) if self.halvings > 0 => {
                self.halvings -= 1;
                f64::midpoint(good, bad)
            }
            _ => 0.0,
        };
    }

    /// The highest rate that kept the bound.
    pub fn knee(&self) -> Option<f64> {
        self.good
    }
}

#[cfg(test)]
mod tests {
    use super::Search;

    /// Looks for a knee that is known, and gives what was found and after how many points.
    fn found(knee: f64, first: f64) -> (Option<f64>, u32) {
        let mut search = Search::new(first, 4);
        let mut points = 0;
        while let Some(rate) = search.next() {
            search.on_point(rate <= knee);
            points += 1;
        }
        (search.knee(), points)
    }

    #[test]
    fn the_knee_is_found_from_below_and_from_above() {
        for (knee, first) in [(50_000.0, 1000.0), (50_000.0, 400_000.0), (1000.0, 1000.0)] {
            let (rate, points) = found(knee, first);
            let rate = rate.expect("some rate is kept");
            assert!(rate <= knee && rate > 0.9 * knee, "{rate} of {knee}");
            assert!(points < 15, "{points} points");
        }
    }

    #[test]
    fn a_bound_that_no_rate_keeps_ends_the_search() {
        assert_eq!(found(0.0, 1000.0).0, None);
    }

    #[test]
    fn a_bound_that_every_rate_keeps_ends_it_too() {
        let (rate, points) = found(f64::MAX, 1000.0);
        assert!(rate.is_some_and(|rate| rate > 1e8) && points < 30);
    }
}
