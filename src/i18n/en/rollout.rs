//! What a rollout waits for, and what keeps a DaemonSet from being available, in English.

use crate::i18n::duration;
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
    if progress.desired == 0 {
        return format!("No node should run a pod now, so none is replaced; {old}.");
    }
    if progress.held_by.is_empty() {
        return format!("The budget is used up; {old}.");
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
        Held::Unscheduled(pod) => format!("{node} ({pod} has not been scheduled)"),
        Held::Lacking(pod, status) => format!("{node} ({pod} waits for what is not there: {status})"),
        Held::Unwell(pod) => format!("{node} ({pod} runs, but does not get ready)"),
        Held::NotReady(pod) => format!("{node} ({pod} runs, but is not ready)"),
        Held::Ripening(pod, seconds) => format!("{node} ({pod} is ready, and available in {})", duration(*seconds)),
        Held::OnItsWay(pod, status) => format!("{node} ({pod} is coming: {status})"),
        Held::NoPod => format!("{node} (its pod is being replaced)"),
    }
}

pub(super) fn way_out(progress: &Progress) -> String {
    let more = match progress.budget {
        None => "",
        Some(RolloutBudget::Surge { .. }) => ", or allow more with maxSurge",
        Some(_) => ", or allow more with maxUnavailable",
    };
    let why = progress.held_by.first().map(|holder| &holder.why);
    let way = match why {
        _ if progress.budget == Some(RolloutBudget::OnDelete) => {
            return "Delete the old pods one by one, from their menus, and new ones take their places.".into();
        }
        _ if !progress.is_stuck() => return String::new(),
        Some(Held::Stopped) => format!("switch the machine on, delete the node{more}"),
        Some(Held::NodeNotReady) => format!("get the node ready again, delete it{more}"),
        Some(Held::Unscheduled(_)) => {
            let instead = match progress.budget {
                Some(RolloutBudget::Surge { .. }) => ", or let old pods go before new ones come (maxSurge: 0, maxUnavailable: 1)",
                _ => more,
            };
            format!("change what the scheduler names (see Explain), on the node or in the template{instead}")
        }
        Some(Held::Lacking(..)) => "create what it waits for (see Explain), or mend the template".into(),
        _ if progress.has_former => {
            "mend the template and apply it again, or go back to the revision before (kubectl rollout undo)".into()
        }
        _ => "mend the template and apply it again".into(),
    };
    format!("That does not pass by itself: {way}.")
}
