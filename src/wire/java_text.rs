//! Values as Java's `toString` shows them, which is what Kafka's tools print.

/// `Double.toString`: at least one digit after the point; from 10^7 and below 10^-3 with an
/// exponent.
pub fn double(value: f64) -> String {
    number(
        value.abs(),
        value.is_sign_negative(),
        format!("{:?}", value.abs()),
        format!("{:e}", value.abs()),
    )
}

/// `Float.toString`.
pub fn float(value: f32) -> String {
    number(
        f64::from(value.abs()),
        value.is_sign_negative(),
        format!("{:?}", value.abs()),
        format!("{:e}", value.abs()),
    )
}

fn number(size: f64, is_negative: bool, plain: String, scientific: String) -> String {
    let sign = if is_negative { "-" } else { "" };
    if size.is_nan() {
        return "NaN".to_owned();
    }
    if size.is_infinite() {
        return format!("{sign}Infinity");
    }
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{sign}{plain}");
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    format!("{sign}{mantissa}{point}E{exponent}")
}

/// `org.apache.kafka.common.utils.Bytes.toString`: what is no common character as `\xHH`.
pub fn bytes(content: &[u8]) -> String {
    const COMMON: &[u8] = b" `~!@#$%^&*()-_=+[]{}|;:'\",.<>/?";
    let shown = |byte: &u8| match byte.is_ascii_alphanumeric() || COMMON.contains(byte) {
        true => char::from(*byte).to_string(),
        false => format!("\\x{byte:02X}"),
    };
    content.iter().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::{bytes, double, float};

    #[test]
    fn numbers_look_as_in_java() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.001, "0.001"),
            (0.0009, "9.0E-4"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (1.25e300, "1.25E300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(double(value), text);
        }
        assert_eq!(float(0.1), "0.1");
        assert_eq!(float(1.5e10), "1.5E10");
    }

    #[test]
    fn bytes_that_are_no_common_character_become_numbers() {
        assert_eq!(bytes(b"a B\\\t\xff"), r"a B\x5C\x09\xFF");
    }
}
