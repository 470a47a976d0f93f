use crate::cli::complaint::Complaint;

/// Names of special times; the first is -1 in ListOffsets, the second -2, and so on.
const NAMES: [&str; 6] = [
    "latest",
    "earliest",
    "max-timestamp",
    "earliest-local",
    "latest-tiered",
    "earliest-pending-upload",
];

/// The timestamp field of ListOffsets: from 0 a time, below 0 one of its special meanings.
pub fn parse(text: &str) -> Result<i64, Complaint> {
    match NAMES.into_iter().zip(1..).find(|(name, _)| *name == text) {
        Some((_, number)) => Ok(-number),
        None => text.parse().map_err(|_| {
            Complaint::new(format!(
                "Malformed time argument {text}. Please use -1 or latest / -2 or earliest / -3 \
                 or max-timestamp / -4 or earliest-local / -5 or latest-tiered / -6 or \
                 earliest-pending-upload, or a specified long format timestamp"
            ))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn times_have_names_and_numbers() {
        let cases = [
            ("latest", -1),
            ("earliest-pending-upload", -6),
            ("-3", -3),
            ("17", 17),
        ];
        for (text, number) in cases {
            assert_eq!(parse(text).unwrap(), number);
        }
        assert!(parse("soon").is_err());
    }
}
