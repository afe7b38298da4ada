//! How a Deployment's status says how it goes.
//!
//! Models `syncRolloutStatus`, `calculateStatus` and the conditions of `deployment_util.go`.

use smol_str::format_smolstr;

use super::Moment;
use super::spec::{Set, total};
use crate::object::{Kind, Object, SmolStr, Value, map, time};
use crate::runtime::Runtime;

/// A condition of a Deployment.
pub fn condition<'a>(deployment: &'a Object, name: &str) -> Option<&'a Value> {
    deployment.value.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == name)
}

/// Sets a condition; one that says the same for the same reason stays as it is. Models `SetDeploymentCondition`.
fn set(status: &mut Value, now: &SmolStr, name: &str, state: &str, reason: &str, words: &str, anew: bool) {
    let conditions = status.at_mut(&["conditions"]).make_list();
    let index = conditions.iter().position(|it| it.str_at(&["type"]) == name);
    let before = index.map(|index| conditions.remove(index));
    let says_same = |it: &Value| it.str_at(&["status"]) == state && it.str_at(&["reason"]) == reason;
    if let Some(same) = before.as_ref().filter(|it| says_same(it) && !anew) {
        conditions.push(same.clone());
        return;
    }
    let kept = before.filter(|it| it.str_at(&["status"]) == state).map(|it| it.at(&["lastTransitionTime"]).clone());
    conditions.push(map! {
        "type" => name, "status" => state, "reason" => reason, "message" => words,
        "lastTransitionTime" => kept.unwrap_or_else(|| Value::from(now)), "lastUpdateTime" => now,
    });
}

/// Writes one condition.
pub fn note(runtime: &mut Runtime, moment: &mut Moment, name: &str, state: &str, reason: &str, words: &str) {
    let mut status = moment.deployment.value.at(&["status"]).clone();
    set(&mut status, &runtime.timestamp(), name, state, reason, words, false);
    store(runtime, moment, status);
}

fn store(runtime: &mut Runtime, moment: &mut Moment, status: Value) {
    // A Deployment that is gone meanwhile needs no status.
    if let Ok(written) = runtime.update_status(Kind::Deployment, moment.deployment.key(), status) {
        moment.deployment = written;
    }
}

/// Models `checkPausedConditions`: the clock of the deadline stands while a Deployment is paused.
pub fn note_pause(runtime: &mut Runtime, moment: &mut Moment) {
    if moment.spec.deadline_seconds.is_none() {
        return;
    }
    let reason = condition(&moment.deployment, "Progressing").map(|it| SmolStr::from(it.str_at(&["reason"])));
    if reason.as_deref() == Some("ProgressDeadlineExceeded") {
        return;
    }
    let was_paused = reason.as_deref() == Some("DeploymentPaused");
    if moment.spec.paused && !was_paused {
        note(runtime, moment, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
    } else if !moment.spec.paused && was_paused {
        note(runtime, moment, "Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed");
    }
}

/// The numbers of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counts {
    replicas: i64,
    updated: i64,
    ready: i64,
    available: i64,
    unavailable: i64,
}

impl Counts {
    fn of(moment: &Moment) -> Self {
        let sets = || moment.old.iter().chain(&moment.new);
        let sum = |field| sets().map(|set: &Set| set.status(field)).sum::<i64>();
        let available = sum("availableReplicas");
        let wanted = total(&moment.old) + moment.new.as_ref().map_or(0, |it| it.replicas);
        Self {
            replicas: sum("replicas"),
            updated: moment.new.as_ref().map_or(0, |it| it.status("replicas")),
            ready: sum("readyReplicas"),
            available,
            unavailable: (wanted - available).max(0),
        }
    }

    fn read(status: &Value) -> Self {
        let number = |field: &str| status.at(&[field]).as_i64().unwrap_or(0);
        Self {
            replicas: number("replicas"),
            updated: number("updatedReplicas"),
            ready: number("readyReplicas"),
            available: number("availableReplicas"),
            unavailable: number("unavailableReplicas"),
        }
    }

    fn write(self, status: &mut Value) {
        let fields = [
            ("replicas", self.replicas),
            ("updatedReplicas", self.updated),
            ("readyReplicas", self.ready),
            ("availableReplicas", self.available),
            ("unavailableReplicas", self.unavailable),
        ];
        for (field, number) in fields {
            if number == 0 {
                status.remove(&[field]);
            } else {
                status.set(&[field], number);
            }
        }
    }

    fn is_complete(self, replicas: i64) -> bool {
        self.updated == replicas && self.replicas == replicas && self.available == replicas
    }

    /// Models `DeploymentProgressing`.
    fn is_ahead_of(self, before: Self) -> bool {
        self.updated > before.updated
            || self.replicas - self.updated < before.replicas - before.updated
            || self.ready > before.ready
            || self.available > before.available
    }
}

/// Whether only the new set has pods, and all of them are available.
pub fn is_complete(moment: &Moment) -> bool {
    Counts::of(moment).is_complete(moment.spec.replicas)
}

/// Writes the status; `rolls` when a rollout may have got on. Answers after how many milliseconds to look again.
pub fn write(runtime: &mut Runtime, moment: &mut Moment, rolls: bool) -> Option<u64> {
    let (now, before) = (runtime.timestamp(), Counts::read(moment.deployment.value.at(&["status"])));
    let counts = Counts::of(moment);
    let mut status = moment.deployment.value.at(&["status"]).clone();
    status.set(&["observedGeneration"], moment.deployment.meta.generation);
    counts.write(&mut status);
    let enough = counts.available >= moment.spec.replicas - moment.spec.max_unavailable;
    let (state, reason, words) = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    set(&mut status, &now, "Available", state, reason, words, false);
    let look_again_ms = if rolls { progress(moment, &mut status, counts, before, runtime) } else { None };
    note_failure(moment, &mut status);
    store(runtime, moment, status);
    look_again_ms
}

/// Says how a rollout goes; answers after how many milliseconds it may be late.
fn progress(moment: &Moment, status: &mut Value, counts: Counts, before: Counts, runtime: &Runtime) -> Option<u64> {
    let deadline_seconds = moment.spec.deadline_seconds?;
    let now = runtime.timestamp();
    let current = condition(&moment.deployment, "Progressing").cloned();
    let reason = current.as_ref().map_or("", |it| it.str_at(&["reason"]));
    if reason == "NewReplicaSetAvailable" && counts.replicas == counts.updated {
        return None;
    }
    let (kind, name) =
        moment.new.as_ref().map_or(("Deployment", moment.deployment.name()), |new| ("ReplicaSet", new.object.name()));
    let subject = format_smolstr!("{kind} \"{name}\"");
    if counts.is_complete(moment.spec.replicas) {
        let words = format_smolstr!("{subject} has successfully progressed.");
        set(status, &now, "Progressing", "True", "NewReplicaSetAvailable", &words, false);
        return None;
    }
    if counts.is_ahead_of(before) {
        let words = format_smolstr!("{subject} is progressing.");
        set(status, &now, "Progressing", "True", "ReplicaSetUpdated", &words, true);
        return milliseconds(deadline_seconds + 1);
    }
    let updated = current.as_ref().and_then(|it| time::read(it.at(&["lastUpdateTime"])));
    let left_seconds = updated.map(|updated| updated + deadline_seconds - runtime.unix());
    match left_seconds.filter(|_| !["", "NewReplicaSetAvailable", "ProgressDeadlineExceeded"].contains(&reason)) {
        Some(left_seconds) if left_seconds < 0 => {
            let words = format_smolstr!("{subject} has timed out progressing.");
            set(status, &now, "Progressing", "False", "ProgressDeadlineExceeded", &words, false);
            None
        }
        Some(left_seconds) => milliseconds(left_seconds + 1),
        None => None,
    }
}

fn milliseconds(seconds: i64) -> Option<u64> {
    u64::try_from(seconds).ok().map(|it| it.saturating_mul(1000))
}

/// What a set could not do is said of the Deployment, too.
fn note_failure(moment: &Moment, status: &mut Value) {
    let failure = |set: &Set| {
        let conditions = set.object.value.list_at(&["status", "conditions"]);
        conditions.iter().find(|it| it.str_at(&["type"]) == "ReplicaFailure").cloned()
    };
    let conditions = status.at_mut(&["conditions"]).make_list();
    conditions.retain(|it| it.str_at(&["type"]) != "ReplicaFailure");
    if let Some(mut failed) = moment.new.iter().chain(&moment.old).find_map(failure) {
        failed.set(&["lastUpdateTime"], failed.at(&["lastTransitionTime"]).clone());
        conditions.push(failed);
    }
}
