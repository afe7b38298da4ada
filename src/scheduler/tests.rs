//! What the scheduler does beyond the recorded cases: nominations, waiting for victims, choosing among nodes.

use std::cell::RefCell;
use std::sync::Arc;

use super::*;
use crate::object::{Value, map};

fn node(name: &str, cpu: &str) -> NodeInfo {
    NodeInfo::new(NodeFacts::read(&map! {
        "metadata" => map! { "name" => name },
        "status" => map! { "allocatable" => map! { "cpu" => cpu, "memory" => "4Gi", "pods" => "110" } },
    }))
}

fn pod(name: &str, cpu: &str, priority: i32) -> PodInfo {
    let container = map! { "resources" => map! { "requests" => map! { "cpu" => cpu } } };
    PodInfo::read(&map! {
        "metadata" => map! { "name" => name },
        "spec" => map! { "priority" => priority, "containers" => vec![container] },
    })
}

/// A pod whose affinity names these nodes, each in its own field of one term.
fn pinned(mut pod: PodInfo, names: &[&str]) -> PodInfo {
    let field = |name: &&str| map! { "key" => "metadata.name", "operator" => "In", "values" => vec![Value::from(*name)] };
    let mut spec = Value::object();
    spec.set(
        &["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"],
        vec![map! { "matchFields" => names.iter().map(field).collect::<Value>() }],
    );
    pod.node_affinity = crate::object::RequiredNodeAffinity::of_pod_spec(&spec);
    pod
}

fn started(mut pod: PodInfo, seconds: i64) -> Arc<PodInfo> {
    pod.started = Some(seconds);
    Arc::new(pod)
}

fn failure(pod: &PodInfo, nodes: &[NodeInfo]) -> Failure {
    match schedule(pod, nodes) {
        Outcome::Unschedulable(failure) => failure,
        Outcome::Bound(node) => panic!("bound to {node}"),
    }
}

fn victims(failure: &Failure) -> Vec<&str> {
    failure.victims().iter().map(|victim| victim.key.name.as_str()).collect()
}

#[test]
fn a_cluster_without_nodes_is_said_to_have_none() {
    assert_eq!(failure(&pod("agent", "1", 0), &[]).to_string(), "no nodes available to schedule pods");
}

#[test]
fn a_pod_pinned_to_a_missing_node_blames_its_affinity_for_all_nodes() {
    let failure = failure(&pinned(pod("agent", "1", 0), &["gone"]), &[node("a", "1"), node("b", "1")]);
    assert_eq!(
        failure.to_string(),
        "0/2 nodes are available: 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    );
}

#[test]
fn a_pod_that_asks_for_two_names_at_once_has_conflicting_terms() {
    let failure = failure(&pinned(pod("agent", "1", 0), &["a", "b"]), &[node("a", "1"), node("b", "1")]);
    assert_eq!(failure.to_string(), "0/2 nodes are available: pod affinity terms conflict. not found");
}

#[test]
fn while_its_victims_terminate_a_pod_waits_and_keeps_its_nomination() {
    let mut nodes = [node("a", "1"), node("b", "1")];
    let mut victim = pod("old", "1", 0);
    victim.is_terminating_by_preemption = true;
    nodes[0].add_pod(Arc::new(victim));
    let mut agent = pinned(pod("agent", "1", 1000), &["a"]);
    agent.nominated_node_name = "a".into();
    let waiting = failure(&agent, &nodes);
    assert_eq!(
        waiting.to_string(),
        "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) didn't satisfy plugin(s) [NodeAffinity NodeResourcesFit]. no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node."
    );
    assert_eq!(waiting.nomination(), None);
    nodes[0].remove_pod(&pod("old", "1", 0));
    assert_eq!(schedule(&agent, nodes.as_slice()), Outcome::Bound("a".into()));
}

#[test]
fn room_that_a_more_important_pod_waits_for_is_not_given_away() {
    let mut nodes = [node("a", "1")];
    nodes[0].nominate(Arc::new(pod("critical", "1", 1000)));
    assert!(matches!(schedule(&pod("other", "500m", 0), nodes.as_slice()), Outcome::Unschedulable(_)));
    assert_eq!(schedule(&pod("higher", "500m", 2000), nodes.as_slice()), Outcome::Bound("a".into()));
    nodes[0].withdraw(&pod("critical", "1", 1000));
    assert_eq!(schedule(&pod("other", "500m", 0), nodes.as_slice()), Outcome::Bound("a".into()));
}

#[test]
fn the_youngest_of_equally_important_pods_goes_first() {
    let mut nodes = [node("a", "3")];
    for (name, seconds) in [("second", 20), ("third", 30), ("first", 10)] {
        nodes[0].add_pod(started(pod(name, "1", 0), seconds));
    }
    assert_eq!(victims(&failure(&pod("agent", "2", 1000), &nodes)), ["second", "third"]);
}

#[test]
fn the_node_with_the_cheapest_victims_is_nominated() {
    type Victims<'a> = &'a [(&'a str, &'a str, i32, i64)];
    let cases: [(Victims<'_>, Victims<'_>, &str); 4] = [
        (&[("x", "1", 100, 1)], &[("y", "1", 0, 1)], "b"),
        (&[("x", "1", 0, 1)], &[("y", "500m", 0, 1), ("z", "500m", 0, 1)], "a"),
        (&[("x", "1", -10, 1)], &[("y", "500m", -10, 1), ("z", "500m", -10, 1)], "a"),
        (&[("x", "1", 0, 1)], &[("y", "1", 0, 2)], "b"),
    ];
    for (on_a, on_b, expected) in cases {
        let mut nodes = [node("a", "1"), node("b", "1")];
        for (index, pods) in [on_a, on_b].into_iter().enumerate() {
            for (name, cpu, priority, seconds) in pods {
                nodes[index].add_pod(started(pod(name, cpu, *priority), *seconds));
            }
        }
        assert_eq!(failure(&pod("agent", "1", 1000), &nodes).nomination().as_deref(), Some(expected), "{on_a:?} {on_b:?}");
    }
}

#[test]
fn a_pinned_pod_costs_a_look_at_its_node_alone() {
    struct Watched {
        nodes: Vec<NodeInfo>,
        looked_at: RefCell<Vec<SmolStr>>,
    }
    impl NodeLister for Watched {
        fn len(&self) -> usize {
            self.nodes.len()
        }
        fn get(&self, name: &str) -> Option<&NodeInfo> {
            self.looked_at.borrow_mut().push(name.into());
            self.nodes.iter().find(|node| node.name() == name)
        }
        fn iter(&self) -> impl Iterator<Item = &NodeInfo> {
            self.looked_at.borrow_mut().push("all".into());
            self.nodes.iter()
        }
    }
    let nodes = ["a", "b", "c"].iter().map(|name| node(name, "1")).collect();
    let watched = Watched { nodes, looked_at: RefCell::default() };
    assert!(matches!(schedule(&pinned(pod("agent", "2", 1000), &["b"]), &watched), Outcome::Unschedulable(_)));
    assert!(watched.looked_at.borrow().iter().all(|name| name == "b" || name.is_empty()));
}

#[test]
fn a_node_counts_its_pods_as_they_come_and_go() {
    let mut node = node("a", "2");
    let mut taken = pod("agent", "1500m", 0);
    taken.host_ports = HostPort::of_pod_spec(&map! {
        "containers" => vec![map! { "ports" => vec![map! { "hostPort" => 80 }] }],
    });
    node.add_pod(Arc::new(taken.clone()));
    assert_eq!((node.requested().milli_cpu, node.used_ports().conflict(&taken.host_ports).is_some()), (1500, true));
    assert!(node.remove_pod(&taken) && !node.remove_pod(&taken));
    assert_eq!((node.requested().milli_cpu, node.used_ports().conflict(&taken.host_ports)), (0, None));
}
