//! Ages and durations as kubectl prints them.

use crate::object::{SmolStr, Value, time};
use smol_str::format_smolstr;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Models `duration.HumanDuration`; in seconds.
///
/// ```
/// use daemonset_lab::kubectl::print::age::human;
/// assert_eq!(["119s", "2m5s", "179m", "8h", "2d1h", "8d"], [119, 125, 10_799, 30_600, 49 * 3600, 8 * 86_400 + 5].map(|it| human(it)));
/// ```
pub fn human(seconds: i64) -> SmolStr {
    let two = |large: i64, name: char, small: i64, small_name: char| {
        if small == 0 { format_smolstr!("{large}{name}") } else { format_smolstr!("{large}{name}{small}{small_name}") }
    };
    match seconds {
        ..-1 => "<invalid>".into(),
        -1..0 => "0s".into(),
        0..120 => format_smolstr!("{seconds}s"),
        120..600 => two(seconds / MINUTE, 'm', seconds % MINUTE, 's'),
        600..10_800 => format_smolstr!("{}m", seconds / MINUTE),
        10_800..28_800 => two(seconds / HOUR, 'h', seconds % HOUR / MINUTE, 'm'),
        28_800..172_800 => format_smolstr!("{}h", seconds / HOUR),
        172_800..691_200 => two(seconds / DAY, 'd', seconds % DAY / HOUR, 'h'),
        691_200..63_072_000 => format_smolstr!("{}d", seconds / DAY),
        63_072_000..252_288_000 => two(seconds / YEAR, 'y', seconds % YEAR / DAY, 'd'),
        _ => format_smolstr!("{}y", seconds / YEAR),
    }
}

/// How long ago a time was, seen at a time in seconds since 1970.
pub fn since(value: &Value, now: i64) -> SmolStr {
    match time::read(value) {
        Some(then) => human(now - then),
        None => "<unknown>".into(),
    }
}

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// `Mon, 23 Nov 2026 04:55:12 +0000` from `2026-11-23T04:55:12Z`.
pub fn rfc1123(value: &Value) -> SmolStr {
    let Some(then) = time::read(value) else { return "".into() };
    let text = time::format(then);
    let weekday = usize::try_from(then.div_euclid(DAY).rem_euclid(7)).unwrap_or_default();
    let month = text.get(5..7).and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    format_smolstr!("{}, {} {} {} {} +0000", DAYS[weekday % 7], part(8..10), MONTHS[(month + 11) % 12], part(0..4), part(11..19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_words() {
        assert_eq!(rfc1123(&"2026-11-23T04:55:12Z".into()), "Mon, 23 Nov 2026 04:55:12 +0000");
        assert_eq!(rfc1123(&"1970-01-01T00:00:00Z".into()), "Thu, 01 Jan 1970 00:00:00 +0000");
    }

    #[test]
    fn durations_are_cut_off() {
        let cases = [
            (-5, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (120, "2m"),
            (600, "10m"),
            (10_800, "3h"),
            (11_100, "3h5m"),
            (47 * 3600 + 59, "47h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(human(seconds), text);
        }
    }
}
