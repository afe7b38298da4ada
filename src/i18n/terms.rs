//! Words that are the same in every language, because they are Kubernetes' or kubectl's own.

use crate::lab::DaemonSetSummary;
use crate::object::TaintEffect;

/// One of the six numbers that `kubectl get daemonset` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `status.desiredNumberScheduled`.
    Desired,
    /// `status.currentNumberScheduled`.
    Current,
    /// `status.numberReady`.
    Ready,
    /// `status.updatedNumberScheduled`.
    UpToDate,
    /// `status.numberAvailable`.
    Available,
    /// `status.numberMisscheduled`; kubectl prints it in `describe` only.
    Misscheduled,
}

impl Column {
    /// All of them, in kubectl's order.
    pub const ALL: [Self; 6] = [Self::Desired, Self::Current, Self::Ready, Self::UpToDate, Self::Available, Self::Misscheduled];

    /// kubectl's heading, in small letters.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Desired => "desired",
            Self::Current => "current",
            Self::Ready => "ready",
            Self::UpToDate => "up-to-date",
            Self::Available => "available",
            Self::Misscheduled => "misscheduled",
        }
    }

    fn of(self, daemonset: &DaemonSetSummary) -> i64 {
        match self {
            Self::Desired => daemonset.desired,
            Self::Current => daemonset.current,
            Self::Ready => daemonset.ready,
            Self::UpToDate => daemonset.up_to_date,
            Self::Available => daemonset.available,
            Self::Misscheduled => daemonset.misscheduled,
        }
    }
}

/// The six numbers of a DaemonSet, in kubectl's order.
pub fn columns(daemonset: &DaemonSetSummary) -> [(Column, i64); 6] {
    Column::ALL.map(|column| (column, column.of(daemonset)))
}

/// A length of time as kubectl prints ages: `12s`, `3m5s`, `10m`, `2h`, `3d4h`.
///
/// Models `HumanDuration` of `k8s.io/apimachinery/pkg/util/duration`.
pub fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |big: u64, unit: &str, small: u64, small_unit: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{small_unit}") }
    };
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => two(minutes, "m", seconds % 60, "s"),
        600..10_800 => format!("{minutes}m"),
        10_800..28_800 => two(hours, "h", minutes % 60, "m"),
        28_800..172_800 => format!("{hours}h"),
        172_800..691_200 => two(days, "d", hours % 24, "h"),
        691_200..63_072_000 => format!("{days}d"),
        63_072_000..252_288_000 => two(days / 365, "y", days % 365, "d"),
        _ => format!("{}y", days / 365),
    }
}

/// A moment of cluster time, in seconds: hours, minutes, seconds; days only when there are any.
pub fn clock(seconds: u64) -> String {
    let two = |number: u64| [if number < 10 { "0" } else { "" }, &number.to_string()].concat();
    let (days, rest) = (seconds / 86400, seconds % 86400);
    let time = [two(rest / 3600), two(rest / 60 % 60), two(rest % 60)].join(":");
    if days == 0 { time } else { [&days.to_string(), "d ", &time].concat() }
}

/// A label's or taint's key as it is shown where room is short: without the prefixes that are Kubernetes' own.
pub fn short_key(key: &str) -> &str {
    match key.split_once('/') {
        Some((prefix, name)) if prefix == "kubernetes.io" || prefix.ends_with(".kubernetes.io") => name,
        _ => key,
    }
}

/// A taint as kubectl writes it, `key=value:Effect`, with a short key.
pub fn taint(key: &str, value: &str, effect: TaintEffect) -> String {
    let key = short_key(key);
    if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
}

/// A label as kubectl writes it, `key=value`, with a short key; only the key where the value is empty.
pub fn label(key: &str, value: &str) -> String {
    let key = short_key(key);
    if value.is_empty() { key.into() } else { format!("{key}={value}") }
}

/// Thousandths of a core as Kubernetes writes quantities: `250m`, `4`.
pub fn cores(thousandths: i64) -> String {
    if thousandths % 1000 == 0 { (thousandths / 1000).to_string() } else { format!("{thousandths}m") }
}

/// Bytes in the largest unit that is not too coarse: `512Mi`, `15.6Gi`.
#[allow(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
pub fn bytes(bytes: i64) -> String {
    const MI: i64 = 1 << 20;
    const GI: i64 = 1 << 30;
    if bytes >= GI {
        let tenths = (bytes as f64 / GI as f64 * 10.0).round() / 10.0;
        format!("{tenths}Gi")
    } else {
        format!("{}Mi", bytes / MI)
    }
}
