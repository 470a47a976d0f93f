use std::time::Duration;

/// The number at the front of a text, and its unit.
fn split(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '_')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(end)?;
    let number = number.replace('_', "").parse::<f64>().ok()?;
    Some((number, unit.trim()))
}

/// Bytes: `1024`, `64KiB`, `1MB`. Units of 1000 end in B alone, those of 1024 in iB.
pub fn bytes(text: &str) -> Result<usize, String> {
    let wrong = || format!("{text:?} is no size: try 100, 64KiB or 1MB");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let factor = match unit {
        "" | "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "KiB" => 1024.0,
        "MiB" => 1024.0 * 1024.0,
        "GiB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    Ok((number * factor) as usize)
}

/// A span of time: `8s`, `200ms`, `5m`. A bare number is refused, since tools differ in what
/// they take it for; 0 needs no unit.
pub fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: try 8s, 200ms or 5m");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let factor = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "" if number == 0.0 => 1.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * factor).map_err(|_| wrong())
}

/// A count: `5000`, `100k`, `2M`.
pub fn count(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no number: try 5000, 100k or 2M");
    let (number, unit) = split(text).ok_or_else(wrong)?;
    let factor = match unit {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        _ => return Err(wrong()),
    };
    Ok((number * factor) as u64)
}

/// How many a second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Rate {
    Records(f64),
    Bytes(f64),
}

/// Records a second (`50k`), or bytes a second where the unit says so (`200MB`, `200MB/s`).
pub fn rate(text: &str) -> Result<Rate, String> {
    let wrong = || format!("{text:?} is no rate: try 50000, 50k or 200MB/s");
    let amount = text.strip_suffix("/s").unwrap_or(text);
    let rate = match count(amount) {
        Ok(records) => Rate::Records(records as f64),
        Err(_) => Rate::Bytes(bytes(amount).map_err(|_| wrong())? as f64),
    };
    match rate {
        Rate::Records(0.0) | Rate::Bytes(0.0) => Err(wrong()),
        rate => Ok(rate),
    }
}

/// Lengths of records: one (`1KiB`) or a range (`200-400`).
pub fn range(text: &str) -> Result<(usize, usize), String> {
    let (min, max) = match text.split_once('-') {
        Some((min, max)) => (bytes(min)?, bytes(max)?),
        None => (bytes(text)?, bytes(text)?),
    };
    match min <= max {
        true => Ok((min, max)),
        false => Err(format!(
            "{text:?}: the first of the two must be the smaller"
        )),
    }
}

/// A whole number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Nanoseconds in the unit that suits them, with three digits or so.
pub fn time(nanos: u64) -> String {
    let nanos = nanos as f64;
    let (number, unit) = match nanos {
        _ if nanos < 1e3 => (nanos, "ns"),
        _ if nanos < 1e6 => (nanos / 1e3, "us"),
        _ if nanos < 1e9 => (nanos / 1e6, "ms"),
        _ => (nanos / 1e9, "s"),
    };
    match number {
        _ if number < 10.0 => format!("{number:.2} {unit}"),
        _ if number < 100.0 => format!("{number:.1} {unit}"),
        _ => format!("{number:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn amounts_are_read_with_their_units() {
        assert_eq!(bytes("64KiB"), Ok(65_536));
        assert_eq!(bytes("1.5 MB"), Ok(1_500_000));
        assert_eq!(span("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(span("0"), Ok(Duration::ZERO));
        assert_eq!(count("2_000"), Ok(2000));
        assert_eq!(rate("50k"), Ok(Rate::Records(50_000.0)));
        assert_eq!(rate("200MB/s"), Ok(Rate::Bytes(2e8)));
        assert_eq!(range("200-1KiB"), Ok((200, 1024)));
        for wrong in ["", "x", "8", "5 parsecs", "-1s"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
        assert!(bytes("64kb").is_err() && rate("0").is_err() && range("9-1").is_err());
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(time(950), "950 ns");
        assert_eq!(time(1_234), "1.23 us");
        assert_eq!(time(45_600_000), "45.6 ms");
        assert_eq!(time(12_000_000_000), "12.0 s");
    }
}
