//! Which of several fitting nodes is best.

use std::cmp::Reverse;

use super::neighbours::in_all_topologies;
use super::node_info::NodeInfo;
use super::pod_info::PodInfo;
use crate::object::TaintEffect;

/// The best mark of a plugin.
const BEST: i64 = 100;

/// How a plugin's findings become marks from 0 to [`BEST`].
#[derive(Clone, Copy)]
enum Marks {
    /// They are marks.
    AsFound,
    /// The most is best, and nothing is worst.
    More,
    /// Nothing is best, and the most is worst.
    Fewer,
    /// The most is best, and the least is worst.
    Between,
}

/// A plugin of the scheduler: what it weighs, how it marks, and what it finds at a node; `None` for a node that gets no marks and is
/// not compared with the others.
type Plugin = (i64, Marks, fn(&PodInfo, &NodeInfo) -> Option<i64>);

/// The plugins of the default profile, with their weights.
const PLUGINS: [Plugin; 6] = [
    (3, Marks::Fewer, |pod, node| Some(disliked_taints(pod, node))),
    (2, Marks::More, |pod, node| Some(preferred_node(pod, node))),
    (2, Marks::Fewer, crowd),
    (2, Marks::Between, |pod, node| Some(liked_pods(pod, node))),
    (1, Marks::AsFound, |pod, node| Some(least_allocated(pod, node))),
    (1, Marks::AsFound, |pod, node| Some(balanced(pod, node))),
];

/// The node with the most marks; of equals the first by name, where Kubernetes throws dice.
///
/// Models `TaintToleration`, `NodeAffinity`, `PodTopologySpread` (the sizes of topologies do not count, and a pod without constraints
/// is spread over nodes by its controller), `InterPodAffinity` (the pod's own preferences, not those of others for it),
/// `NodeResourcesFit` with `LeastAllocated`, and `NodeResourcesBalancedAllocation`. `ImageLocality` is left out.
pub fn best<'a>(pod: &PodInfo, fitting: &[&'a NodeInfo]) -> Option<&'a NodeInfo> {
    let mut marks = vec![0_i64; fitting.len()];
    for (weight, how, find) in PLUGINS {
        let found: Vec<Option<i64>> = fitting.iter().map(|node| find(pod, node)).collect();
        let least = found.iter().flatten().copied().min().unwrap_or_default();
        let most = found.iter().flatten().copied().max().unwrap_or_default();
        for (sum, found) in marks.iter_mut().zip(found) {
            *sum += weight * found.map_or(0, |found| mark(how, found, least, most));
        }
    }
    let ranked = fitting.iter().zip(marks);
    ranked.min_by_key(|(node, marks)| (Reverse(*marks), node.name())).map(|(node, _)| *node)
}

fn mark(how: Marks, found: i64, least: i64, most: i64) -> i64 {
    let [found, least, most, best] = [found, least, most, BEST].map(i128::from);
    let mark = match how {
        Marks::AsFound => found,
        Marks::More => (found * best).checked_div(most).unwrap_or_default(),
        Marks::Fewer => best - (found * best).checked_div(most).unwrap_or_default(),
        Marks::Between => ((found - least) * best).checked_div(most - least).unwrap_or_default(),
    };
    i64::try_from(mark.clamp(0, best)).unwrap_or_default()
}

fn disliked_taints(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let taints = node.node().taints.iter().filter(|taint| taint.effect == TaintEffect::PreferNoSchedule);
    number(taints.filter(|taint| !pod.tolerations.iter().any(|toleration| toleration.tolerates(taint))).count())
}

fn preferred_node(pod: &PodInfo, node: &NodeInfo) -> i64 {
    pod.preferences.as_ref().map_or(0, |it| it.of_node(&node.node().labels, node.name()))
}

fn liked_pods(pod: &PodInfo, node: &NodeInfo) -> i64 {
    pod.neighbours.as_ref().map_or(0, |it| it.liking(&node.node().labels))
}

/// A node that lacks a topology over which the pod is to be spread is out of the question.
fn crowd(pod: &PodInfo, node: &NodeInfo) -> Option<i64> {
    let labels = &node.node().labels;
    if let Some(preferences) = pod.preferences.as_ref().filter(|it| !it.spread.is_empty()) {
        let crowd = || pod.neighbours.as_ref().map_or(0, |it| it.crowd(labels));
        return in_all_topologies(&preferences.spread, labels).then(crowd);
    }
    let is_sibling = |other: &PodInfo| !pod.controller.is_empty() && other.controller == pod.controller;
    Some(number(node.pods().iter().filter(|other| is_sibling(other)).count()))
}

fn least_allocated(pod: &PodInfo, node: &NodeInfo) -> i64 {
    let (wanted, taken) = (pod.for_scoring(), node.requested_for_scoring());
    let capacity = &node.node().allocatable;
    let left = |wanted: i64, taken: i64, capacity: i64| BEST - share(wanted, taken, capacity, BEST);
    i64::midpoint(left(wanted.0, taken.0, capacity.milli_cpu), left(wanted.1, taken.1, capacity.memory))
}

/// CPU and memory are used alike: half of what their shares differ is lost. What asks for nothing does not care.
fn balanced(pod: &PodInfo, node: &NodeInfo) -> i64 {
    const FINE: i64 = 1_000_000;
    if pod.requests.milli_cpu == 0 && pod.requests.memory == 0 {
        return 0;
    }
    let (taken, capacity) = (node.requested(), &node.node().allocatable);
    let cpu = share(pod.requests.milli_cpu, taken.milli_cpu, capacity.milli_cpu, FINE);
    let memory = share(pod.requests.memory, taken.memory, capacity.memory, FINE);
    (FINE - (cpu - memory).abs() / 2) * BEST / FINE
}

/// How much of a capacity would be used, of `whole`.
fn share(wanted: i64, taken: i64, capacity: i64, whole: i64) -> i64 {
    let used = i128::from(taken) + i128::from(wanted);
    let share = (used * i128::from(whole)).checked_div(i128::from(capacity)).unwrap_or_else(|| whole.into());
    i64::try_from(share).unwrap_or(whole).clamp(0, whole)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Kind, Object, Value, map, yaml};
    use crate::scheduler::cache::Cache;
    use crate::scheduler::{Neighbours, NodeFacts};

    fn read(text: &str) -> Value {
        yaml::parse(text).documents.remove(0).value
    }

    const ON_B: &str = "{metadata: {labels: {app: web}}, spec: {nodeName: b}}";

    /// The better one of two nodes, of which `a` has a disk and `b` a rack, where a pod `other` is on `b`.
    fn best_of(on_a: &str, spec: &str) -> String {
        best_beside(ON_B, on_a, spec)
    }

    /// The same with another pod `other`.
    fn best_beside(other: &str, on_a: &str, spec: &str) -> String {
        let node = |name: &str, metadata: &str, spec: &str| {
            let mut node = read(&format!(
                "metadata: {{{metadata}}}\nspec: {{{spec}}}\nstatus: {{allocatable: {{cpu: 4, memory: 8Gi, pods: 9}}}}"
            ));
            node.set(&["metadata", "name"], name);
            NodeFacts::read(&node)
        };
        let mut cache = Cache::default();
        cache.set_node(node("a", "labels: {zone: east, disk: ssd, kubernetes.io/hostname: a}", on_a));
        cache.set_node(node("b", "labels: {zone: west, rack: r, kubernetes.io/hostname: b}", ""));
        let mut other = read(other);
        for (field, value) in [("name", "other"), ("namespace", "default"), ("uid", "u")] {
            other.set(&["metadata", field], value);
        }
        let mut before = other.clone();
        before.remove(&["metadata", "deletionTimestamp"]);
        cache.add_pod(std::sync::Arc::new(PodInfo::read(&before)));
        assert!(cache.update_pod(&Object::read(Kind::Pod, other)));
        let pod = map! { "metadata" => read("{name: new, namespace: default, labels: {app: web}}"), "spec" => read(spec) };
        let mut pod = PodInfo::read(&pod);
        pod.neighbours = Neighbours::find(&pod, &cache);
        let nodes: Vec<&NodeInfo> = crate::scheduler::NodeLister::iter(&cache).collect();
        best(&pod, &nodes).map(|node| node.name().to_string()).unwrap_or_default()
    }

    #[test]
    fn preferences_decide_where_several_nodes_fit() {
        const NEAR: &str = "[{weight: 9, podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {app: web}}}}]";
        let of_pods =
            |kind: &str| format!("{{affinity: {{{kind}: {{preferredDuringSchedulingIgnoredDuringExecution: {NEAR}}}}}}}");
        let of_nodes = |operator: &str| {
            format!(
                "{{affinity: {{nodeAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, preference: {{matchExpressions: [{{key: disk, operator: {operator}}}]}}}}]}}}}}}"
            )
        };
        let spread = "{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}]}";
        let cases: [(&str, &str, &str); 8] = [
            ("", "{}", "a"),
            ("taints: [{key: k, effect: PreferNoSchedule}]", "{}", "b"),
            ("taints: [{key: k, effect: PreferNoSchedule}]", "{tolerations: [{operator: Exists}]}", "a"),
            ("", &of_nodes("Exists"), "a"),
            ("", &of_nodes("DoesNotExist"), "b"),
            ("", &of_pods("podAffinity"), "b"),
            ("", &of_pods("podAntiAffinity"), "a"),
            ("", spread, "a"),
        ];
        for (on_a, spec, expected) in cases {
            assert_eq!(best_of(on_a, spec), expected, "{on_a} {spec}");
        }
    }

    #[test]
    fn spreading_heeds_nodes_with_the_topology_and_pods_that_stay() {
        const LEAVES_B: &str = "{metadata: {labels: {app: web}, deletionTimestamp: '2026-01-01T00:00:00Z'}, spec: {nodeName: b}}";
        // As much as spreading weighs, and only `b` has a rack.
        const PREFERS_B: &str = "nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: rack, operator: Exists}]}}]}";
        let web = "{matchLabels: {app: web}}";
        for (other, topology, selector, expected) in [
            (ON_B, "zone", web, "a"),
            (LEAVES_B, "zone", web, "b"),
            // What asks for nothing counts nothing.
            (ON_B, "zone", "{}", "b"),
            // A node that is nowhere in the topology is not the emptiest.
            (ON_B, "rack", web, "b"),
            (ON_B, "disk", web, "a"),
        ] {
            let spec = format!(
                "{{affinity: {{{PREFERS_B}}}, topologySpreadConstraints: [{{maxSkew: 1, topologyKey: {topology}, whenUnsatisfiable: ScheduleAnyway, labelSelector: {selector}}}]}}"
            );
            assert_eq!(best_beside(other, "", &spec), expected, "{other} {spec}");
        }
    }

    #[test]
    fn a_weight_may_be_any_number() {
        const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
        for (weight, [node, near, away]) in [(i64::MAX, ["b", "b", "a"]), (i64::MIN, ["a", "a", "b"])] {
            let nodes = format!("{{weight: {weight}, preference: {{matchExpressions: [{{key: rack, operator: Exists}}]}}}}");
            let pods = format!(
                "{{weight: {weight}, podAffinityTerm: {{topologyKey: zone, labelSelector: {{matchLabels: {{app: web}}}}}}}}"
            );
            for (kind, term, expected) in
                [("nodeAffinity", &nodes, node), ("podAffinity", &pods, near), ("podAntiAffinity", &pods, away)]
            {
                let spec = format!("{{affinity: {{{kind}: {{{PREFERRED}: [{term}, {term}, {term}]}}}}}}");
                assert_eq!(best_of("", &spec), expected, "{spec}");
            }
        }
    }

    #[test]
    fn findings_become_marks_from_0_to_100() {
        for (how, marks) in [
            (Marks::AsFound, [2, 5, 8]),
            (Marks::More, [25, 62, 100]),
            (Marks::Fewer, [75, 38, 0]),
            (Marks::Between, [0, 50, 100]),
        ] {
            assert_eq!([2, 5, 8].map(|found| mark(how, found, 2, 8)), marks);
        }
        assert_eq!([Marks::More, Marks::Fewer, Marks::Between].map(|how| mark(how, 0, 0, 0)), [0, 100, 0]);
        assert_eq!(mark(Marks::Between, i64::MAX, i64::MIN, i64::MAX), 100);
        assert_eq!(mark(Marks::More, i64::MIN, i64::MIN, 1), 0);
    }
}
