//! Points in time as objects carry them: RFC 3339, in whole seconds.
//!
//! Calendar arithmetic is a page of code here, because a time library costs the page more than all of its YAML.

use super::{SmolStr, Value};

const DAY_SECONDS: i64 = 86_400;
/// Days from 0000-03-01 to 1970-01-01; with years that start in March, leap days come last.
const EPOCH_DAYS: i64 = 719_468;
/// Days of 400 years, after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;

/// `2026-01-01T00:00:00Z` from seconds since 1970. Years outside of 0..=9999 are cut off to that range.
pub fn format(unix_seconds: i64) -> SmolStr {
    let (first, last) = (unix_days(0, 1, 1) * DAY_SECONDS, unix_days(10_000, 1, 1) * DAY_SECONDS - 1);
    let seconds = unix_seconds.clamp(first, last);
    let (year, month, day) = civil(seconds.div_euclid(DAY_SECONDS));
    let second = seconds.rem_euclid(DAY_SECONDS);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let mut text = *b"0000-00-00T00:00:00Z";
    for (at, number) in [(0, year / 100), (2, year % 100), (5, month), (8, day), (11, hour), (14, minute), (17, second)] {
        (text[at], text[at + 1]) = (digit(number / 10), digit(number % 10));
    }
    // It is all ASCII.
    SmolStr::new(std::str::from_utf8(&text).unwrap_or_default())
}

fn digit(number: i64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

/// Seconds since 1970 of an RFC 3339 time; fractions of a second are cut off.
pub fn parse(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
    let [year, month, day] = numbers(date, b'-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, b':', [2, 2, 2])?;
    let whole = (1..=12).contains(&month) && (1..=month_days(year, month)).contains(&day);
    if !whole || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = offset_seconds(fraction_cut_off(rest)?)?;
    Some(unix_days(year, month, day) * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset)
}

/// The time in a field, if there is one that can be read.
pub fn read(value: &Value) -> Option<i64> {
    value.as_str().and_then(parse)
}

/// Three numbers of fixed widths with a sign between them.
fn numbers(text: &str, between: u8, widths: [usize; 3]) -> Option<[i64; 3]> {
    let mut rest = text.as_bytes();
    let mut found = [0; 3];
    for (index, (number, width)) in found.iter_mut().zip(widths).enumerate() {
        if index > 0 {
            rest = rest.strip_prefix(&[between])?;
        }
        let (digits, behind) = rest.split_at_checked(width)?;
        for digit in digits {
            *number = 10 * *number + i64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        }
        rest = behind;
    }
    rest.is_empty().then_some(found)
}

fn fraction_cut_off(text: &str) -> Option<&str> {
    let Some(digits) = text.strip_prefix('.') else { return Some(text) };
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    (rest.len() < digits.len()).then_some(rest)
}

/// `Z`, or `+01:00`.
fn offset_seconds(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let [hour, minute, _] = numbers(&format!("{}:00", text.strip_prefix(['+', '-'])?), b':', [2, 2, 2])?;
    (hour < 24 && minute < 60).then_some(sign * (hour * 3600 + minute * 60))
}

fn month_days(year: i64, month: i64) -> i64 {
    let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    unix_days(next_year, next_month, 1) - unix_days(year, month, 1)
}

/// Days since 1970 of a date in the Gregorian calendar.
fn unix_days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month < 3 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_DAYS
}

/// Year, month and day of a day since 1970.
fn civil(unix_days: i64) -> (i64, i64, i64) {
    let days = unix_days + EPOCH_DAYS;
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS));
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = (march_month + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month < 3);
    (year, month, day_of_year - (153 * march_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_go_in_and_come_out_unchanged() {
        for text in ["2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "0000-12-31T00:00:00Z"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
        assert_eq!(parse("1970-01-02T00:00:01Z"), Some(86_401));
        assert_eq!(parse("2026-01-01T01:00:00.7+01:00").map(format).as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "yesterday",
            "2026-02-29T00:00:00Z",
            "2026-1-1T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_second_is_written_and_read_back(seconds in -62_167_219_200i64..253_402_300_800) {
            prop_assert_eq!(parse(&format(seconds)), Some(seconds));
        }

        #[test]
        fn no_text_panics(text in "[-+0-9TZ:.é]{0,30}") {
            parse(&text);
        }
    }
}
