//! Points in time as objects carry them: RFC 3339, in whole seconds.

use jiff::Timestamp;

use super::{SmolStr, Value};

/// `2026-01-01T00:00:00Z` from seconds since 1970. Years outside of -9999..=9999 are cut off to that range.
pub fn format(unix_seconds: i64) -> SmolStr {
    let (low, high) = (Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let timestamp = Timestamp::from_second(unix_seconds.clamp(low, high)).unwrap_or(Timestamp::UNIX_EPOCH);
    smol_str::format_smolstr!("{timestamp:.0}")
}

/// Seconds since 1970 of an RFC 3339 time; fractions of a second are cut off.
pub fn parse(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// The time in a field, if there is one that can be read.
pub fn read(value: &Value) -> Option<i64> {
    value.as_str().and_then(parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_in_and_come_out_unchanged() {
        for text in ["2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
        assert_eq!(parse("2026-01-01T01:00:00.7+01:00").map(format).as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(parse("yesterday"), None);
        assert!(!format(i64::MAX).is_empty());
    }
}
