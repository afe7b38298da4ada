//! Deletion, adoption and release.

use daemonset_lab::apiserver::{Call, DeleteOptions, Propagation};
use daemonset_lab::object::{Kind, Value, map};

use super::lab::{Lab, agent, is_deleting, uids};

const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];

#[test]
fn n29_in_the_background_the_daemonset_goes_first_and_nobody_says_so() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    lab.delete(Kind::DaemonSet, "agent");
    assert!(lab.get(Kind::DaemonSet, "agent").is_none(), "at once");
    assert_eq!(lab.pods().len(), 3);
    lab.run(60);
    assert_eq!((lab.pods().len(), lab.count("SuccessfulDelete")), (0, 0));
}

#[test]
fn n29_in_the_foreground_the_status_is_frozen_and_no_pod_comes_back() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    let status = lab.status();
    let options = DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() };
    lab.call(Call::delete(Kind::DaemonSet, Lab::key(Kind::DaemonSet, "agent"), options)).expect("deleted");
    let before = uids(&lab.pods());
    let mut seen = false;
    lab.watch(60, &mut |lab| {
        if let Some(daemonset) = lab.get(Kind::DaemonSet, "agent") {
            seen |= lab.pods().iter().any(|pod| is_deleting(pod));
            assert_eq!(daemonset.as_daemonset().expect("a DaemonSet").status, status);
        }
        assert!(uids(&lab.pods()).iter().all(|uid| before.contains(uid)));
    });
    assert!(seen && lab.get(Kind::DaemonSet, "agent").is_none() && lab.pods().is_empty());
}

#[test]
fn n31_a_pod_that_is_relabelled_is_replaced_and_when_it_comes_back_the_newer_one_goes() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    let pod = lab.pod_on("node-b");
    let relabel = |value: &str| map! { "metadata" => map! { "labels" => map! { "app" => value } } };
    lab.patch(Kind::Pod, &pod, relabel("other"));
    lab.run(30);
    assert_eq!(lab.pods_on("node-b").len(), 2);
    let released = lab.get(Kind::Pod, &pod).expect("it lives on");
    assert!(released.meta.controller.is_none() && matches!(released.value.at(&["metadata", "deletionTimestamp"]), Value::Null));
    lab.patch(Kind::Pod, &pod, relabel("agent"));
    lab.run(30);
    assert_eq!(lab.pod_on("node-b"), pod, "the younger one went");
    assert!(lab.get(Kind::Pod, &pod).is_some_and(|it| it.meta.controller.is_some()));
}
