//! Making room: which pods of lower priority must go so that a pod fits.
//!
//! Models the plugin `DefaultPreemption`. Disruption budgets are spared where that is possible.

use std::cmp::Reverse;
use std::sync::Arc;

use super::budget::{Budget, violations};
use super::filters::{self, Rejection};
use super::node_info::{NodeInfo, NodeLister};
use super::pod_info::PodInfo;
use crate::object::SmolStr;

/// What came of the attempt to make room.
#[derive(Clone, Debug, PartialEq)]
pub enum Preemption {
    /// The pod may not make room.
    NotEligible(NotEligible),
    /// No node can be made to fit; for the nodes on which it was tried, why. The others have no reason that the going of
    /// other pods would take away.
    NotHelpful(Vec<(SmolStr, NoVictims)>),
    /// These pods must go, the most important first, and the pod waits for their node.
    Nominated {
        /// The node.
        node: SmolStr,
        /// The pods that must go.
        victims: Vec<Arc<PodInfo>>,
    },
}

/// Why a pod may not make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEligible {
    /// `preemptionPolicy: Never`.
    PolicyNever,
    /// It made room already, and the victims have not ended yet.
    VictimsAreTerminating,
}

/// Why a node cannot be made to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoVictims {
    /// None of its pods has a lower priority.
    NoneOfLowerPriority,
    /// The pod would not fit even without all pods of lower priority.
    StillRejected(Rejection),
}

/// A node with the pods that must go, the most important first.
struct Candidate<'a> {
    node: &'a NodeInfo,
    victims: Vec<Arc<PodInfo>>,
    violations: usize,
}

/// Finds room for a pod that these nodes rejected.
pub fn preempt<N: NodeLister + ?Sized>(pod: &PodInfo, nodes: &N, rejected: &[(SmolStr, Rejection)]) -> Preemption {
    if pod.never_preempts {
        return Preemption::NotEligible(NotEligible::PolicyNever);
    }
    if waits_for_victims(pod, nodes, rejected) {
        return Preemption::NotEligible(NotEligible::VictimsAreTerminating);
    }
    let resolvable = rejected.iter().filter(|(_, rejection)| rejection.is_resolvable());
    let potential: Vec<&NodeInfo> = resolvable.filter_map(|(name, _)| nodes.get(name)).collect();
    let enough = candidates_to_look_for(potential.len());
    let (mut candidates, mut hopeless) = (Vec::new(), Vec::new());
    for node in potential {
        match select_victims(pod, node, nodes.budgets()) {
            Ok((victims, violations)) => candidates.push(Candidate { node, victims, violations }),
            Err(reason) => hopeless.push((node.name().clone(), reason)),
        }
        if candidates.len() >= enough {
            break;
        }
    }
    match candidates.into_iter().min_by_key(cost) {
        Some(best) => Preemption::Nominated { node: best.node.name().clone(), victims: best.victims },
        None => Preemption::NotHelpful(hopeless),
    }
}

/// Models `calculateNumCandidates`: a tenth of the nodes, but at least 100.
fn candidates_to_look_for(nodes: usize) -> usize {
    (nodes / 10).max(100)
}

/// Models `PodEligibleToPreemptOthers`.
fn waits_for_victims<N: NodeLister + ?Sized>(pod: &PodInfo, nodes: &N, rejected: &[(SmolStr, Rejection)]) -> bool {
    let nominated = &pod.nominated_node_name;
    let is_lost = rejected.iter().any(|(name, rejection)| name == nominated && !rejection.is_resolvable());
    let Some(node) = nodes.get(nominated).filter(|_| !is_lost) else { return false };
    node.pods().iter().any(|other| other.priority < pod.priority && other.is_terminating_by_preemption)
}

/// Models `SelectVictimsOnNode`: all pods of lower priority go, and then as many as possible come back: first those whose going
/// would break a budget, and the most important first. Answers also how many budgets are broken.
fn select_victims(pod: &PodInfo, node: &NodeInfo, budgets: &[Budget]) -> Result<(Vec<Arc<PodInfo>>, usize), NoVictims> {
    let mut potential: Vec<Arc<PodInfo>> = node.pods().iter().filter(|it| it.priority < pod.priority).cloned().collect();
    if potential.is_empty() {
        return Err(NoVictims::NoneOfLowerPriority);
    }
    let mut emptied = node.clone();
    for victim in &potential {
        emptied.remove_pod(victim);
    }
    filters::run_with_nominated(pod, &emptied).map_err(NoVictims::StillRejected)?;
    potential.sort_by(PodInfo::more_important_first);
    let violates = violations(potential.iter().map(AsRef::as_ref), budgets);
    let mut must_go = |victim: &Arc<PodInfo>| {
        emptied.add_pod(victim.clone());
        let fits = filters::run_with_nominated(pod, &emptied).is_ok();
        if !fits {
            emptied.remove_pod(victim);
        }
        !fits
    };
    let (mut victims, mut violated) = (Vec::new(), 0);
    for wanted in [true, false] {
        for (victim, _) in potential.iter().zip(&violates).filter(|(_, it)| **it == wanted) {
            if must_go(victim) {
                violated += usize::from(wanted);
                victims.push(victim.clone());
            }
        }
    }
    victims.sort_by(PodInfo::more_important_first);
    Ok((victims, violated))
}

/// Models `pickOneNodeForPreemption`: the lower the better. Of equals the first node is taken.
fn cost(candidate: &Candidate<'_>) -> (usize, Option<i32>, i64, usize, Reverse<i64>) {
    let victims = &candidate.victims;
    let highest = victims.first().map(|it| it.priority);
    // Shifted to be positive, so that two pods of low priority cost more than one.
    let sum = victims.iter().map(|it| i64::from(it.priority) + (1 << 31)).sum();
    let important = victims.iter().filter(|it| Some(it.priority) == highest);
    let earliest_start = important.map(|it| it.started.unwrap_or(i64::MAX)).min().unwrap_or(i64::MAX);
    (candidate.violations, highest, sum, victims.len(), Reverse(earliest_start))
}
