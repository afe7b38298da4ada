//! How far the sets of a Deployment are scaled.
//!
//! Models `rolling.go` and `scale`: pure functions that answer with names of sets and their next `replicas`.

use super::spec::{MAX_REPLICAS, Set, Spec, total};
use crate::object::{SmolStr, sort_few};

/// Sets and their next `replicas`.
pub type Scales = Vec<(SmolStr, i64)>;

/// The next `replicas` of the new set. Models `NewRSNewReplicas`, and the way down where there are too many.
pub fn new_replicas(spec: &Spec, new: &Set, old: &[Set]) -> i64 {
    if spec.recreates || new.replicas >= spec.replicas {
        return spec.replicas;
    }
    let room = spec.replicas + spec.max_surge - total(old) - new.replicas;
    new.replicas + room.clamp(0, spec.replicas - new.replicas)
}

/// The next `replicas` of the old sets, the oldest first. Models `reconcileOldReplicaSets`: pods that are not available go
/// first, then as many as the budget allows.
pub fn old_replicas(spec: &Spec, new: &Set, old: &[Set]) -> Scales {
    let least = spec.replicas - spec.max_unavailable;
    let most = total(old) + new.replicas - least - (new.replicas - new.available());
    let mut left = most.max(0);
    let mut next: Vec<i64> = old.iter().map(|it| it.replicas).collect();
    if total(old) == 0 || left == 0 {
        return Scales::new();
    }
    for (set, replicas) in old.iter().zip(&mut next) {
        let unhealthy = (*replicas - set.available()).clamp(0, left);
        *replicas -= unhealthy;
        left -= unhealthy;
    }
    let mut spare = (old.iter().map(Set::available).sum::<i64>() + new.available() - least).max(0);
    for replicas in &mut next {
        let healthy = spare.min(*replicas);
        *replicas -= healthy;
        spare -= healthy;
    }
    changed(old, &next)
}

fn changed(sets: &[Set], next: &[i64]) -> Scales {
    let pairs = sets.iter().zip(next).filter(|(set, next)| set.replicas != **next);
    pairs.map(|(set, next)| (set.object.name().clone(), *next)).collect()
}

/// The next `replicas` of all sets when the Deployment's own number changed or it is paused. Models `scale`: one set in use takes
/// it all; a finished rollout empties the old ones; in the middle of one every set takes its share.
pub fn scale(spec: &Spec, new: Option<&Set>, old: &[Set], status_replicas: i64) -> Scales {
    let all: Vec<&Set> = old.iter().chain(new).collect();
    let in_use: Vec<&Set> = all.iter().copied().filter(|it| it.replicas > 0).collect();
    let only = match in_use.as_slice() {
        [] => all.last().copied(),
        [only] => Some(*only),
        _ => None,
    };
    if let Some(only) = only {
        // Also when the number is the same: the annotations may not be.
        return vec![(only.object.name().clone(), spec.replicas)];
    }
    let saturated = |it: &Set| it.replicas == spec.replicas && it.available() == spec.replicas;
    if new.is_some_and(saturated) {
        return old.iter().filter(|it| it.replicas > 0).map(|it| (it.object.name().clone(), 0)).collect();
    }
    if spec.recreates { Scales::new() } else { proportionally(spec, in_use, status_replicas) }
}

/// Each set grows or shrinks by its share, larger ones first; what rounding leaves goes to the first.
fn proportionally(spec: &Spec, mut sets: Vec<&Set>, status_replicas: i64) -> Scales {
    let allowed = if spec.replicas > 0 { spec.replicas + spec.max_surge } else { 0 };
    let to_add = allowed - sets.iter().map(|it| it.replicas).sum::<i64>();
    // Growing, the newer of equals comes first; shrinking, the older.
    sort_few(&mut sets, |left, right| {
        let older = if to_add > 0 { right.age() < left.age() } else { left.age() < right.age() };
        right.replicas < left.replicas || (right.replicas == left.replicas && older)
    });
    let mut added = 0;
    let mut next: Vec<i64> = Vec::new();
    for set in &sets {
        let rest = to_add - added;
        let share = if to_add == 0 { 0 } else { share(spec, set, status_replicas) };
        let part = if to_add > 0 { share.min(rest) } else { share.max(rest) };
        added += part;
        next.push(set.replicas + part);
    }
    if let Some(first) = next.first_mut().filter(|_| to_add != 0) {
        *first = (*first + to_add - added).max(0);
    }
    let with_names = sets.iter().zip(next);
    with_names.map(|(set, next)| (set.object.name().clone(), next)).collect()
}

/// Models `getReplicaSetFraction`.
fn share(spec: &Spec, set: &Set, status_replicas: i64) -> i64 {
    if spec.replicas == 0 {
        return -set.replicas;
    }
    let before = set.annotated(MAX_REPLICAS).filter(|it| *it > 0).unwrap_or(status_replicas).max(1);
    let product = set.replicas.saturating_mul(spec.replicas + spec.max_surge);
    // Rounded to the nearest, halves up.
    (product.saturating_mul(2) + before) / (before * 2) - set.replicas
}
