/// The middle and the ends of some numbers.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
    pub count: usize,
}

impl Spread {
    /// `None` of no numbers. The median of an even count is the mean of the two in the middle.
    pub fn of(numbers: &[f64]) -> Option<Spread> {
        let mut sorted = numbers.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len();
        let middle = sorted.get(count / 2)?;
        let below = sorted.get((count - 1) / 2)?;
        Some(Spread {
            median: f64::midpoint(*below, *middle),
            min: *sorted.first()?,
            max: *sorted.last()?,
            count,
        })
    }

    /// Of the ratios of each pair; pairs of which one number is missing, or the second is 0, say
    /// nothing.
    pub fn of_ratios(pairs: &[(Option<f64>, Option<f64>)]) -> Option<Spread> {
        let ratio = |(a, b): &(Option<f64>, Option<f64>)| {
            let b = b.filter(|b| *b > 0.0)?;
            Some((*a)? / b)
        };
        let ratios: Vec<f64> = pairs.iter().filter_map(ratio).collect();
        Spread::of(&ratios)
    }

    /// Whether every number is on the same side of 1.
    pub fn is_one_sided(&self) -> bool {
        self.min > 1.0 || self.max < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn the_median_is_the_middle_and_the_range_has_the_ends() {
        let odd = Spread::of(&[3.0, 1.0, 2.0]).expect("there are some");
        assert_eq!((odd.median, odd.min, odd.max), (2.0, 1.0, 3.0));
        let even = Spread::of(&[4.0, 1.0, 2.0, 3.0]).expect("there are some");
        assert_eq!((even.median, even.count), (2.5, 4));
        assert_eq!(Spread::of(&[]), None);
    }

    #[test]
    fn ratios_are_of_pairs_and_not_of_medians() {
        // The machine was half as fast in the second pair, for both: the ratio held.
        let pairs = [(200.0, 100.0), (100.0, 50.0), (200.0, 100.0)];
        let pairs = pairs.map(|(a, b)| (Some(a), Some(b)));
        let ratio = Spread::of_ratios(&pairs).expect("there are some");
        assert_eq!((ratio.min, ratio.median, ratio.max), (2.0, 2.0, 2.0));
        assert!(ratio.is_one_sided());
    }

    #[test]
    fn what_is_missing_gives_no_ratio() {
        let pairs = [(Some(1.0), None), (None, Some(1.0)), (Some(1.0), Some(0.0))];
        assert_eq!(Spread::of_ratios(&pairs), None);
        let mixed = [
            (Some(3.0), Some(2.0)),
            (Some(1.0), Some(2.0)),
            (None, Some(1.0)),
        ];
        let spread = Spread::of_ratios(&mixed).expect("there are two");
        assert_eq!((spread.count, spread.is_one_sided()), (2, false));
    }
}
