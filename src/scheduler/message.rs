//! What the scheduler says about a pod that it could not place, word for word.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use super::filters::{Plugin, Rejection};
use super::preemption::{NoVictims, NotEligible, Preemption};
use super::{Failure, Unevaluated};

/// How often each reason was given.
type Histogram = BTreeMap<String, usize>;

/// The message of the condition `PodScheduled`, and, up to its first 1024 bytes, of the event `FailedScheduling`.
/// Models `FitError.Error`.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.node_count == 0 {
            return f.write_str("no nodes available to schedule pods");
        }
        if let Some(Unevaluated::Refused(_, reason)) = &self.unevaluated {
            // The plugin for dynamic resources had no turn before the refusal, and misses what it would have noted.
            return write!(f, "0/{} nodes are available: {reason}. not found", self.node_count);
        }
        f.write_str(&nodes_are_available(self.node_count, &self.histogram()))?;
        let said = match &self.preemption {
            Preemption::Nominated { .. } => return Ok(()),
            Preemption::NotEligible(NotEligible::PolicyNever) => "not eligible due to preemptionPolicy=Never.".to_owned(),
            Preemption::NotEligible(NotEligible::VictimsAreTerminating) => {
                "not eligible due to a terminating pod on the nominated node.".to_owned()
            }
            Preemption::NotHelpful(tried) => {
                let mut reasons = Histogram::new();
                for (_, reason) in tried {
                    count_no_victims(&mut reasons, reason);
                }
                let untried = self.node_count.saturating_sub(tried.len());
                count(&mut reasons, "Preemption is not helpful for scheduling", untried);
                nodes_are_available(self.node_count, &reasons)
            }
        };
        // The first half is said for dynamically allocated resources, also when the pod claims none.
        write!(f, " no new claims to deallocate, preemption: {said}")
    }
}

impl Failure {
    fn histogram(&self) -> Histogram {
        let mut reasons = Histogram::new();
        for (_, rejection) in &self.rejected {
            count_rejection(&mut reasons, rejection);
        }
        if let Some(Unevaluated::NotNamed(plugins)) = &self.unevaluated {
            let names: Vec<&str> = plugins.iter().map(Plugin::name).collect();
            let absent = self.node_count.saturating_sub(self.rejected.len());
            count(&mut reasons, &format!("node(s) didn't satisfy plugin(s) [{}]", names.join(" ")), absent);
        }
        reasons
    }
}

fn nodes_are_available(nodes: usize, reasons: &Histogram) -> String {
    let mut entries: Vec<String> = reasons.iter().map(|(reason, times)| format!("{times} {reason}")).collect();
    entries.sort_unstable();
    let mut text = format!("0/{nodes} nodes are available:");
    if !entries.is_empty() {
        // Writing to a string does not fail.
        let _ = write!(text, " {}.", entries.join(", "));
    }
    text
}

fn count(reasons: &mut Histogram, reason: &str, times: usize) {
    if times > 0 {
        *reasons.entry(reason.to_owned()).or_default() += times;
    }
}

fn count_no_victims(reasons: &mut Histogram, reason: &NoVictims) {
    match reason {
        NoVictims::NoneOfLowerPriority => count(reasons, "No preemption victims found for incoming pod", 1),
        NoVictims::StillRejected(rejection) => count_rejection(reasons, rejection),
    }
}

fn count_rejection(reasons: &mut Histogram, rejection: &Rejection) {
    let text = match rejection {
        Rejection::Unschedulable => "node(s) were unschedulable",
        Rejection::NodeName => "node(s) didn't match the requested node name",
        Rejection::UntoleratedTaint(_) => "node(s) had untolerated taint(s)",
        Rejection::NodeAffinity(_) => "node(s) didn't match Pod's node affinity/selector",
        Rejection::PortTaken(_) => "node(s) didn't have free ports for the requested pod ports",
        Rejection::ClaimInUse => "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",
        Rejection::PodTopologySpread(why) | Rejection::InterPodAffinity(why) => why.words(),
        Rejection::VolumeZone => "node(s) had no available volume zone",
        Rejection::Volumes(conflicts) => {
            for conflict in *conflicts {
                count(reasons, conflict, 1);
            }
            return;
        }
        Rejection::Resources(shortages) => {
            for shortage in shortages {
                match shortage.resource.as_str() {
                    "pods" => count(reasons, "Too many pods", 1),
                    resource => count(reasons, &format!("Insufficient {resource}"), 1),
                }
            }
            return;
        }
    };
    count(reasons, text, 1);
}
