//! Text of the form `key=value`, on the command line and in properties files.

/// Splits at the first `=`. The value may be empty and may hold more of them.
pub fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE, for example acks=all".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn a_pair_is_split_at_its_first_equals_sign() {
        assert_eq!(
            pair("key.separator=="),
            Ok(("key.separator".into(), "=".into()))
        );
        assert_eq!(pair("a="), Ok(("a".into(), String::new())));
        assert!(pair("a").is_err());
        assert!(pair("=a").is_err());
    }
}
