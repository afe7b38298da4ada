//! What a rollout waits for, in English.

use crate::lab::{Held, Holder, Progress, RolloutBudget};

pub(super) fn budget(progress: &Progress) -> String {
    let Progress { desired, old, .. } = progress;
    match progress.budget {
        RolloutBudget::OnDelete => {
            format!("The update strategy is OnDelete: old pods stay until somebody deletes them ({old} left).")
        }
        RolloutBudget::Unavailable { most, now } => {
            let are = if now == 1 { "is" } else { "are" };
            format!("At most {most} of {desired} nodes may be without an available pod (maxUnavailable); {now} {are}.")
        }
        RolloutBudget::Surge { most, now } => {
            let have = if now == 1 { "has" } else { "have" };
            format!(
                "At most {most} of {desired} nodes may have a new pod beside the old one that is not available yet (maxSurge); {now} {have}."
            )
        }
    }
}

pub(super) fn waits(progress: &Progress) -> String {
    let old = match progress.old {
        1 => "1 node still has an old pod".to_owned(),
        old => format!("{old} nodes still have an old pod"),
    };
    if progress.budget == RolloutBudget::OnDelete || !progress.is_held() {
        return format!("{old}.");
    }
    let mut holders: Vec<String> = progress.held_by.iter().map(holder).collect();
    if progress.others > 0 {
        holders.push(format!("{} more", progress.others));
    }
    format!(
        "The budget is used up by {}. Until that changes, the controller replaces no available pod; {old}.",
        holders.join(", ")
    )
}

fn holder(holder: &Holder) -> String {
    let node = &holder.node;
    match &holder.why {
        Held::Broken(pod, status) => format!("{node} ({pod}: {status})"),
        Held::NodeNotReady => format!("{node} (the node is not ready)"),
        Held::Unscheduled(pod) => format!("{node} ({pod} has not been scheduled)"),
        Held::NotReady(pod) => format!("{node} ({pod} runs, but is not ready)"),
        Held::OnItsWay(pod, status) => format!("{node} ({pod} is coming: {status})"),
        Held::NoPod => format!("{node} (its pod is being replaced)"),
    }
}

pub(super) fn way_out(progress: &Progress) -> &'static str {
    match progress.held_by.first().map(|holder| &holder.why) {
        _ if progress.budget == RolloutBudget::OnDelete => {
            "Delete the old pods one by one, from their menus, and new ones take their places."
        }
        _ if !progress.is_stuck() => "",
        Some(Held::NodeNotReady) => {
            "That does not pass by itself: switch the machine on, delete the node, or allow more with maxUnavailable."
        }
        Some(Held::Unscheduled(_)) => {
            "That does not pass by itself: make room on the node, let the template ask for less, or allow more with maxUnavailable."
        }
        _ => {
            "That does not pass by itself: mend the template and apply it again, or go back to the revision before (kubectl rollout undo)."
        }
    }
}
