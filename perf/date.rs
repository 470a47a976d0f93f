use crate::model::Timestamp;

/// How times are written: the numeric letters of Java's `SimpleDateFormat` (`y M d H m s S`) and
/// what stands between them, in UTC.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dates(String);

/// As Kafka's consumer tool writes times by default.
pub const DEFAULT: &str = "yyyy-MM-dd HH:mm:ss:SSS";

impl Dates {
    pub fn parse(text: &str) -> Result<Dates, String> {
        let strange = |letter: &char| letter.is_ascii_alphabetic() && !"yMdHmsS".contains(*letter);
        match text.chars().find(strange) {
            Some(letter) => Err(format!(
                "{text:?}: the letter {letter} of Java's SimpleDateFormat is not known here; use \
                 y, M, d, H, m, s and S"
            )),
            None => Ok(Dates(text.to_owned())),
        }
    }

    pub fn text(&self, at: Timestamp) -> String {
        let seconds = at.0.div_euclid(1000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let (year, month, day) = civil(days);
        let mut text = String::new();
        let mut rest = self.0.as_str();
        while let Some(letter) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(letter).len();
            let width = run / letter.len_utf8();
            let number = match letter {
                'y' if width == 2 => Some(year.rem_euclid(100)),
                'y' => Some(year),
                'M' => Some(month),
                'd' => Some(day),
                'H' => Some(second / 3600),
                'm' => Some(second / 60 % 60),
                's' => Some(second % 60),
                'S' => Some(at.0.rem_euclid(1000)),
                _ => None,
            };
            match number {
                Some(number) => text += &format!("{number:0width$}"),
                None => text += rest.get(..run).unwrap_or_default(),
            }
            rest = rest.get(run..).unwrap_or_default();
        }
        text
    }
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar. Years begin
/// in March here, so that the leap day is the last of its year.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, Dates, Timestamp};

    fn date(at: Timestamp) -> String {
        Dates::parse(DEFAULT).expect("known letters").text(at)
    }

    #[test]
    fn other_patterns_are_followed_and_unknown_letters_refused() {
        let at = Timestamp(1_795_334_489_621);
        let dates = Dates::parse("dd/MM/yy H:mm (S)").expect("known letters");
        assert_eq!(dates.text(at), "22/11/26 8:01 (621)");
        assert!(Dates::parse("yyyy zzz").is_err());
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(Timestamp(0)), "1970-01-01 00:00:00:000");
        assert_eq!(date(Timestamp(951_782_400_001)), "2000-02-29 00:00:00:001");
        assert_eq!(
            date(Timestamp(1_795_334_489_621)),
            "2026-11-22 08:01:29:621"
        );
        assert_eq!(
            date(Timestamp(1_709_251_199_999)),
            "2024-02-29 23:59:59:999"
        );
    }
}
