//! What a pod would rather have, where several nodes take it.

use std::sync::Arc;

use super::neighbours::{Spread, Term};
use crate::object::{Map, RequiredNodeAffinity, Value, map};

const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Preferred affinities and constraints with `ScheduleAnyway`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preferences {
    nodes: Vec<(i64, RequiredNodeAffinity)>,
    /// Other pods that it would rather be near; with negative weights those that it would rather not.
    pub(super) pods: Vec<(i64, Term)>,
    /// Over what it would rather be spread.
    pub(super) spread: Vec<Spread>,
}

impl Preferences {
    /// Reads a pod; `None` when it has no preferences.
    pub fn of_pod(pod: &Value) -> Option<Arc<Self>> {
        let (spec, namespace) = (pod.at(&["spec"]), pod.str_at(&["metadata", "namespace"]));
        // It is an int32, so that neither its negation nor a sum can overflow.
        let weight = |weighted: &Value| {
            let weight = weighted.at(&["weight"]).as_i64().unwrap_or_default();
            weight.clamp(i32::MIN.into(), i32::MAX.into())
        };
        let of_nodes = |preferred: &Value| {
            let selector = map! { "nodeSelectorTerms" => vec![preferred.at(&["preference"]).clone()] };
            (weight(preferred), RequiredNodeAffinity::of_node_selector(&selector))
        };
        let of_pods = |kind: &str, sign: i64| {
            let read = |preferred: &Value| (sign * weight(preferred), Term::read(preferred.at(&["podAffinityTerm"]), namespace));
            spec.list_at(&["affinity", kind, PREFERRED]).iter().map(read).collect::<Vec<_>>()
        };
        let may = |constraint: &&Value| constraint.str_at(&["whenUnsatisfiable"]) == "ScheduleAnyway";
        let found = Self {
            nodes: spec.list_at(&["affinity", "nodeAffinity", PREFERRED]).iter().map(of_nodes).collect(),
            pods: [of_pods("podAffinity", 1), of_pods("podAntiAffinity", -1)].concat(),
            spread: spec.list_at(&["topologySpreadConstraints"]).iter().filter(may).map(Spread::read).collect(),
        };
        (found != Self::default()).then(|| Arc::new(found))
    }

    /// The sum of the weights of those terms that a node matches.
    pub fn of_node(&self, labels: &Map, name: &str) -> i64 {
        self.nodes.iter().filter(|(_, term)| term.check(labels, name).is_ok()).map(|(weight, _)| weight).sum()
    }
}
