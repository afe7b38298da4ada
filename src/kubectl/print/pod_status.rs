//! What stands below READY, STATUS and RESTARTS of a pod.
//!
//! Models `printPod` of `pkg/printers/internalversion`.

use super::age;
use crate::object::{SmolStr, Value, time};
use smol_str::format_smolstr;

/// A pod in a table's words.
#[derive(Debug, PartialEq, Eq)]
pub struct PodStatus {
    /// `1/2`.
    pub ready: SmolStr,
    /// `Running`, `CrashLoopBackOff`, `Init:0/1` …
    pub status: SmolStr,
    /// `3 (12s ago)`.
    pub restarts: SmolStr,
}

struct Count {
    restarts: i64,
    last_end: Option<i64>,
}

impl Count {
    fn add(&mut self, status: &Value) {
        self.restarts += status.at(&["restartCount"]).as_i64().unwrap_or_default();
        self.last_end = self.last_end.max(time::read(status.at(&["lastState", "terminated", "finishedAt"])));
    }
}

/// Whether an init container goes on beside the others.
pub fn is_sidecar(container: &Value) -> bool {
    container.str_at(&["restartPolicy"]) == "Always"
}

fn exit_reason(terminated: &Value) -> SmolStr {
    match (terminated.str_at(&["reason"]), terminated.at(&["signal"]).as_i64().unwrap_or_default()) {
        ("", 0) => format_smolstr!("ExitCode:{}", terminated.at(&["exitCode"]).as_i64().unwrap_or_default()),
        ("", signal) => format_smolstr!("Signal:{signal}"),
        (reason, _) => reason.into(),
    }
}

fn condition<'a>(status: &'a Value, name: &str) -> &'a str {
    let conditions = status.list_at(&["conditions"]);
    conditions.iter().find(|it| it.str_at(&["type"]) == name).map_or("", |it| it.str_at(&["status"]))
}

/// Reads a pod's tree, at a time in seconds since 1970.
pub fn read(pod: &Value, now: i64) -> PodStatus {
    let (spec, whole) = (pod.at(&["spec"]), pod.at(&["status"]));
    let mut reason = whole.text_at(&["reason"]);
    if reason.is_empty() {
        reason = whole.text_at(&["phase"]);
    }
    let mut gated = whole.list_at(&["conditions"]).iter();
    if gated.any(|it| it.str_at(&["reason"]) == "SchedulingGated" && it.str_at(&["type"]) == "PodScheduled") {
        reason = "SchedulingGated".into();
    }
    let inits = spec.list_at(&["initContainers"]);
    let sidecar = |name: &str| inits.iter().any(|it| it.str_at(&["name"]) == name && is_sidecar(it));
    let mut total = spec.list_at(&["containers"]).len() + inits.iter().filter(|it| is_sidecar(it)).count();
    total = total.max(1);
    let mut ready = 0;
    let mut all = Count { restarts: 0, last_end: None };
    let mut lasting = Count { restarts: 0, last_end: None };
    let mut initializing = false;
    for (index, status) in whole.list_at(&["initContainerStatuses"]).iter().enumerate() {
        all.add(status);
        let lasts = sidecar(status.str_at(&["name"]));
        if lasts {
            lasting.add(status);
        }
        let (terminated, waiting) = (status.at(&["state", "terminated"]), status.str_at(&["state", "waiting", "reason"]));
        let exit_code = terminated.at(&["exitCode"]).as_i64().unwrap_or_default();
        let done = !terminated.is_null() && exit_code == 0;
        if done {
            continue;
        }
        if lasts && status.at(&["started"]).as_bool() == Some(true) {
            if status.at(&["ready"]).as_bool() == Some(true) {
                ready += 1;
            }
            continue;
        }
        reason = if !terminated.is_null() {
            format_smolstr!("Init:{}", exit_reason(terminated))
        } else if !["", "PodInitializing"].contains(&waiting) {
            format_smolstr!("Init:{waiting}")
        } else {
            format_smolstr!("Init:{index}/{}", inits.len())
        };
        initializing = true;
        break;
    }
    let mut count = all;
    if !initializing || condition(whole, "Initialized") == "True" {
        count = lasting;
        let mut has_running = false;
        for status in whole.list_at(&["containerStatuses"]).iter().rev() {
            count.add(status);
            let state = status.at(&["state"]);
            let (terminated, waiting) = (state.at(&["terminated"]), state.str_at(&["waiting", "reason"]));
            if !waiting.is_empty() {
                reason = waiting.into();
            } else if !terminated.is_null() {
                reason = exit_reason(terminated);
            } else if status.at(&["ready"]).as_bool() == Some(true) && !state.at(&["running"]).is_null() {
                has_running = true;
                ready += 1;
            }
        }
        if reason == "Completed" && has_running {
            reason = if condition(whole, "Ready") == "True" { "Running" } else { "NotReady" }.into();
        }
    }
    if !pod.at(&["metadata", "deletionTimestamp"]).is_null() {
        if pod.str_at(&["status", "reason"]) == "NodeLost" {
            reason = "Unknown".into();
        } else if !["Succeeded", "Failed"].contains(&pod.str_at(&["status", "phase"])) {
            reason = "Terminating".into();
        }
    }
    let restarts = match count.last_end {
        Some(end) if count.restarts != 0 => format_smolstr!("{} ({} ago)", count.restarts, age::human(now - end)),
        _ if count.restarts == 0 => "0".into(),
        _ => format_smolstr!("{}", count.restarts),
    };
    PodStatus { ready: format_smolstr!("{ready}/{total}"), status: reason, restarts }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> [String; 3] {
        let pod: Value = serde_json::from_str(json).expect("valid JSON");
        let read = read(&pod, 100);
        [read.ready, read.status, read.restarts].map(|it| it.to_string())
    }

    #[test]
    fn a_pod_is_told_in_a_word() {
        let spec = r#""spec":{"containers":[{"name":"c"}]}"#;
        let cases = [
            (r#""status":{"phase":"Pending"}"#.to_owned(), ["0/1", "Pending", "0"]),
            (
                r#""status":{"phase":"Running","containerStatuses":[{"restartCount":3,"lastState":{"terminated":{"finishedAt":"1970-01-01T00:01:28Z"}},"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}"#.to_owned(),
                ["0/1", "CrashLoopBackOff", "3 (12s ago)"],
            ),
            (r#""status":{"phase":"Failed","reason":"Evicted"}"#.to_owned(), ["0/1", "Evicted", "0"]),
            (
                r#""metadata":{"deletionTimestamp":"1970-01-01T00:00:00Z"},"status":{"phase":"Running","containerStatuses":[{"ready":true,"state":{"running":{}}}]}"#.to_owned(),
                ["1/1", "Terminating", "0"],
            ),
        ];
        for (rest, expected) in cases {
            assert_eq!(status(&format!("{{{spec},{rest}}}")), expected);
        }
    }
}
