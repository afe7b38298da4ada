//! Growing pauses: between pulls of an image, and between restarts of a container.
//!
//! Models `client-go/util/flowcontrol.Backoff` as the kubelet uses it: 10 seconds, doubled up to 5 minutes, and forgotten when
//! nothing happened for twice the longest pause.

use crate::object::SmolStr;

const FIRST_MS: u64 = 10_000;
const LONGEST_MS: u64 = 300_000;
const FORGOTTEN_AFTER_MS: u64 = 2 * LONGEST_MS;

/// One pause that grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// How long it is now, in milliseconds; 0 before the first one.
    pub wait_ms: u64,
    updated_ms: u64,
}

impl Backoff {
    /// It happened again: the pause grows.
    pub fn grow(&mut self, now_ms: u64) {
        let fresh = self.wait_ms == 0 || now_ms.saturating_sub(self.updated_ms) > FORGOTTEN_AFTER_MS;
        self.wait_ms = if fresh { FIRST_MS } else { (self.wait_ms * 2).min(LONGEST_MS) };
        self.updated_ms = now_ms;
    }

    /// When the pause after something that happened at a time is over, in milliseconds.
    pub fn over_ms(&self, happened_ms: u64) -> u64 {
        let forgotten = happened_ms.saturating_sub(self.updated_ms) > FORGOTTEN_AFTER_MS;
        if forgotten { happened_ms } else { happened_ms + self.wait_ms }
    }

    /// When the pause since the last time is over, in milliseconds.
    pub fn over_since_update_ms(&self) -> u64 {
        self.updated_ms + self.wait_ms
    }
}

/// A duration as Go writes it: `10s`, `1m20s`, `5m0s`, `1.234s`, `250ms`.
pub fn go_duration(ms: u64) -> SmolStr {
    let (minutes, rest_ms) = (ms / 60_000, ms % 60_000);
    let (seconds, fraction) = (rest_ms / 1000, rest_ms % 1000);
    if ms < 1000 {
        return smol_str::format_smolstr!("{ms}ms");
    }
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:03}").trim_end_matches('0').to_owned() };
    match minutes {
        0 => smol_str::format_smolstr!("{seconds}{fraction}s"),
        1..60 => smol_str::format_smolstr!("{minutes}m{seconds}{fraction}s"),
        _ => smol_str::format_smolstr!("{}h{}m{seconds}{fraction}s", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_five_minutes_and_begin_anew_after_ten_quiet_ones() {
        let mut backoff = Backoff::default();
        let mut waits = Vec::new();
        for _ in 0..7 {
            backoff.grow(0);
            waits.push(backoff.wait_ms / 1000);
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(backoff.over_ms(600_000), 900_000);
        assert_eq!(backoff.over_ms(600_001), 600_001);
        backoff.grow(600_001);
        assert_eq!(backoff.wait_ms, 10_000);
    }

    #[test]
    fn durations_are_written_as_in_go() {
        for (ms, text) in [
            (250, "250ms"),
            (1_230, "1.23s"),
            (10_000, "10s"),
            (80_000, "1m20s"),
            (160_000, "2m40s"),
            (300_000, "5m0s"),
            (3_600_000, "1h0m0s"),
        ] {
            assert_eq!(go_duration(ms), text);
        }
    }
}
