//! What a rollout waits for, and what keeps a DaemonSet from being available, in English.

use crate::lab::{Held, Holder, Progress, RolloutBudget};

pub(super) fn budget(progress: &Progress) -> String {
    let Progress { desired, old, .. } = progress;
    match progress.budget {
        None => String::new(),
        Some(RolloutBudget::OnDelete) => {
            format!("The update strategy is OnDelete: old pods stay until somebody deletes them ({old} left).")
        }
        Some(RolloutBudget::Unavailable { most, now }) => {
            let are = if now == 1 { "is" } else { "are" };
            format!("At most {most} of {desired} nodes may be without an available pod (maxUnavailable); {now} {are}.")
        }
        Some(RolloutBudget::Surge { most, now }) => {
            let have = if now == 1 { "has" } else { "have" };
            format!(
                "At most {most} of {desired} nodes may have a new pod beside the old one that is not available yet (maxSurge); {now} {have}."
            )
        }
    }
}

pub(super) fn waits(progress: &Progress) -> String {
    if progress.budget.is_none() {
        let (lacking, have) =
            (progress.held_by.len() + progress.others, if progress.desired == 1 { "node has" } else { "nodes have" });
        return format!("{lacking} of {} {have} no available pod: {}.", progress.desired, holders(progress));
    }
    let old = match progress.old {
        1 => "1 node still has an old pod".to_owned(),
        old => format!("{old} nodes still have an old pod"),
    };
    if progress.budget == Some(RolloutBudget::OnDelete) || !progress.is_held() {
        return format!("{old}.");
    }
    if progress.held_by.is_empty() {
        return format!("The controller has not yet heard that the last pod is available; {old}.");
    }
    format!(
        "The budget is used up by {}. Until that changes, the controller replaces no available pod; {old}.",
        holders(progress)
    )
}

fn holders(progress: &Progress) -> String {
    let mut holders: Vec<String> = progress.held_by.iter().map(holder).collect();
    if progress.others > 0 {
        holders.push(format!("{} more", progress.others));
    }
    holders.join(", ")
}

fn holder(holder: &Holder) -> String {
    let node = &holder.node;
    match &holder.why {
        Held::Broken(pod, status) => format!("{node} ({pod}: {status})"),
        Held::NodeNotReady => format!("{node} (the node is not ready)"),
        Held::Stopped => format!("{node} (its machine is switched off)"),
        Held::Unscheduled(pod) => format!("{node} (the scheduler finds no room for {pod})"),
        Held::Unwell(pod) => format!("{node} ({pod} runs, but does not get ready)"),
        Held::NotReady(pod) => format!("{node} ({pod} runs, but is not ready)"),
        Held::OnItsWay(pod, status) => format!("{node} ({pod} is coming: {status})"),
        Held::NoPod => format!("{node} (its pod is being replaced)"),
    }
}

pub(super) fn way_out(progress: &Progress) -> &'static str {
    match progress.held_by.first().map(|holder| &holder.why) {
        _ if progress.budget == Some(RolloutBudget::OnDelete) => {
            "Delete the old pods one by one, from their menus, and new ones take their places."
        }
        _ if !progress.is_stuck() => "",
        Some(Held::NodeNotReady | Held::Stopped) if progress.budget.is_none() => "Switch the machine on, or delete the node.",
        Some(Held::Unscheduled(_)) if progress.budget.is_none() => "Make room on the node, or let the template ask for less.",
        _ if !progress.has_former => "That does not pass by itself: mend the template and apply it again.",
        Some(Held::NodeNotReady | Held::Stopped) => {
            "That does not pass by itself: switch the machine on, delete the node, or allow more with maxUnavailable."
        }
        Some(Held::Unscheduled(_)) if matches!(progress.budget, Some(RolloutBudget::Surge { .. })) => {
            "That does not pass by itself: make room on the node, let the template ask for less, or replace old pods before new ones come (maxSurge: 0, maxUnavailable: 1)."
        }
        Some(Held::Unscheduled(_)) => {
            "That does not pass by itself: make room on the node, let the template ask for less, or allow more with maxUnavailable."
        }
        _ => {
            "That does not pass by itself: mend the template and apply it again, or go back to the revision before (kubectl rollout undo)."
        }
    }
}
