use crate::model::Timestamp;

/// `yyyy-MM-dd HH:mm:ss:SSS` in UTC, as Kafka's consumer tool writes times by default.
pub fn date(at: Timestamp) -> String {
    let millis = at.0.rem_euclid(1000);
    let seconds = at.0.div_euclid(1000);
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let second = second % 60;
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}:{millis:03}")
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
    use super::{Timestamp, date};

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
