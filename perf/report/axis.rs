use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use crate::perf::amount::grouped;

/// Where values lie along an axis.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scale {
    Linear,
    Logarithmic,
    /// Shares by how near they come to 1: 0, 90 %, 99 %, 99.9 % at equal distances.
    Nines,
}

/// One direction of a chart: its title with the unit, its ends, and its ticks with their labels.
#[derive(Clone, Debug)]
pub struct Axis {
    pub title: String,
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<(f64, String)>,
    scale: Scale,
}

/// Shares are told apart to one in so many powers of ten.
const NINES_MAX: f64 = 6.0;
/// As many ticks as an axis has at most, or nearly.
const TICKS: f64 = 8.0;

/// Ticks in each power of ten.
const PARTS: [f64; 3] = [1.0, 2.0, 5.0];

impl Axis {
    /// From zero to `max` or a little more, with round ticks.
    pub fn linear(title: &str, max: f64) -> Axis {
        let max = if max > 0.0 { max } else { 1.0 };
        let step = round_step(max / TICKS);
        let count = (max / step).ceil() as u32;
        let ticks = (0..=count).map(|number| f64::from(number) * step);
        Axis {
            title: title.to_owned(),
            low: 0.0,
            high: f64::from(count) * step,
            ticks: ticks.map(|at| (at, short(at))).collect(),
            scale: Scale::Linear,
        }
    }

    /// As [`Axis::linear`], but it ends with `max`.
    pub fn time(title: &str, max: f64) -> Axis {
        let mut axis = Axis::linear(title, max);
        axis.high = max.max(f64::MIN_POSITIVE);
        axis.ticks.retain(|(at, _)| *at <= max);
        axis
    }

    /// Powers of ten around all of `values`, each labelled by `label`; 2 and 5 times them too
    /// where there are few.
    pub fn logarithmic(title: &str, values: (f64, f64), label: fn(f64) -> String) -> Axis {
        let (min, max) = (values.0.max(1e-9), values.1.max(values.0).max(1e-9));
        let (first, last) = (min.log10().floor() as i32, max.log10().ceil() as i32);
        let powers = (first..=last).map(|power| 10f64.powi(power));
        let all: Vec<f64> = powers
            .flat_map(|power| PARTS.map(|part| part * power))
            .collect();
        // Rounding must not push an end that is a tick itself out of the axis.
        let low = all.iter().rfind(|tick| **tick <= min * 1.000_001);
        let high = all.iter().find(|tick| **tick >= max * 0.999_999);
        let (low, high) = (*low.unwrap_or(&min), *high.unwrap_or(&max));
        let high = if high > low { high } else { low * 10.0 };
        let is_long = (high / low).log10() > 2.5;
        let is_whole = |tick: f64| (tick.log10() - tick.log10().round()).abs() < 1e-6;
        let within = all.into_iter().filter(|tick| *tick >= low && *tick <= high);
        let within = within.filter(|tick| !is_long || is_whole(*tick));
        Axis {
            title: title.to_owned(),
            low,
            high,
            ticks: within.map(|tick| (tick, label(tick))).collect(),
            scale: Scale::Logarithmic,
        }
    }

    /// Latencies in nanoseconds.
    pub fn latencies(title: &str, values: (f64, f64)) -> Axis {
        Axis::logarithmic(title, values, short_time)
    }

    /// Percentiles of at most `count` things: up to the one that only the longest passes.
    pub fn nines(title: &str, count: u64) -> Axis {
        let nines = (count.max(10) as f64).log10().min(NINES_MAX);
        let names = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999"];
        let ticks = (0i32..)
            .zip(names)
            .map(|(nines, name)| (share(nines.into()), name.to_owned()));
        Axis {
            title: title.to_owned(),
            low: 0.0,
            high: share(nines),
            ticks: ticks.filter(|(at, _)| *at <= share(nines)).collect(),
            scale: Scale::Nines,
        }
    }

    /// Where a value lies, in the units of its scale; outside the ends at the nearer of them.
    fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        match self.scale {
            Scale::Linear => value,
            Scale::Logarithmic => value.log10(),
            Scale::Nines => nines(value),
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let (low, high) = (self.place(self.low), self.place(self.high));
        let share = (self.place(*value) - low) / (high - low);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<H: KeyPointHint>(&self, hint: H) -> Vec<f64> {
        // Every tick is a bold one; there are no others.
        match hint.weight().allow_light_points() {
            true => Vec::new(),
            false => self.ticks.iter().map(|(at, _)| *at).collect(),
        }
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(at, _)| at == value);
        tick.map(|(_, label)| label.clone()).unwrap_or_default()
    }
}

/// The share of which so many nines are told: 2 are 0.99.
pub fn share(nines: f64) -> f64 {
    1.0 - 10f64.powf(-nines)
}

/// How many nines a share below 1 is made of.
fn nines(share: f64) -> f64 {
    -(1.0 - share).log10()
}

/// The smallest of 1, 2, 5 times a power of ten that is no smaller.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let part = PARTS.into_iter().find(|part| part * power >= least);
    part.unwrap_or(10.0) * power
}

/// A number in few letters: 1500 is 1.5k.
pub fn short(number: f64) -> String {
    let (divided, unit) = match number.abs() {
        size if size >= 1e9 => (number / 1e9, "G"),
        size if size >= 1e6 => (number / 1e6, "M"),
        size if size >= 1e4 => (number / 1e3, "k"),
        _ => (number, ""),
    };
    match divided.abs() {
        size if size >= 1000.0 => format!("{}{unit}", grouped(divided.abs() as u64)),
        _ => trimmed(divided) + unit,
    }
}

/// Nanoseconds in few letters: 1 ms, 20 us.
fn short_time(nanos: f64) -> String {
    let (divided, unit) = match nanos {
        _ if nanos < 999.5 => (nanos, "ns"),
        _ if nanos < 999.5e3 => (nanos / 1e3, "us"),
        _ if nanos < 999.5e6 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    format!("{} {unit}", trimmed(divided))
}

/// Three decimals, without the zeros at their end.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Axis, Ranged, ValueFormatter, short};

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        let axis = Axis::linear("records/s", 1_150_000.0);
        assert_eq!((axis.high, labels(&axis)[1]), (1_200_000.0, "200k"));
        assert_eq!(labels(&Axis::linear("MB/s", 0.0)).first(), Some(&"0"));
        let axis = Axis::time("seconds", 11.0);
        assert_eq!((axis.high, labels(&axis).last()), (11.0, Some(&"10")));
    }

    #[test]
    fn latencies_lie_between_powers_of_ten() {
        let axis = Axis::latencies("latency", (150_000.0, 90_000_000.0));
        assert_eq!(labels(&axis), ["100 us", "1 ms", "10 ms", "100 ms"]);
        let axis = Axis::latencies("latency", (1_000.0, 1_000.0));
        assert_eq!(labels(&axis), ["1 us", "2 us", "5 us"]);
        let axis = Axis::latencies("latency", (300_000.0, 4_000_000.0));
        let expected = ["200 us", "500 us", "1 ms", "2 ms", "5 ms"];
        assert_eq!(labels(&axis), expected);
        let low = axis.map(&0.2e6, (100, 0));
        assert_eq!(
            (low, axis.map(&1.0, (100, 0)), axis.map(&5e6, (100, 0))),
            (100, 100, 0)
        );
        assert_eq!(axis.format_ext(&axis.ticks[2].0), "1 ms");
    }

    #[test]
    fn each_nine_is_as_wide_as_the_one_before() {
        let axis = Axis::nines("percentile", 20_000);
        assert_eq!(labels(&axis), ["0", "90", "99", "99.9", "99.99"]);
        assert!((axis.place(0.999) - 3.0).abs() < 1e-9);
        let places = [0.0, 0.9, 0.99, 1.0].map(|share| axis.map(&share, (0, 1000)));
        assert_eq!(places, [0, 233, 465, 1000]);
    }

    #[test]
    fn numbers_are_short() {
        let texts = [0.0, 0.25, 9500.0, 12_500.0, 3e6, 2e9].map(short);
        assert_eq!(texts, ["0", "0.25", "9,500", "12.5k", "3M", "2G"]);
    }
}
