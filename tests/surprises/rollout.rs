//! Rolling updates without surge.

use std::collections::BTreeSet;

use daemonset_lab::object::Object;

use super::lab::{Lab, agent, budget, image, is_deleting, is_ready, uids};

const FIVE: [&str; 5] = ["node-a", "node-b", "node-c", "node-d", "node-e"];

#[test]
fn n06_old_pods_that_are_not_available_are_replaced_at_once() {
    let mut lab = Lab::with(&FIVE, agent("agent:1-bad", &budget("1", "0"), ""));
    let old = uids(&lab.pods());
    lab.apply(agent("agent:2", &budget("1", "0"), ""));
    let mut most = 0;
    lab.watch(2, &mut |lab| {
        let going = |pod: &Object| old.contains(&pod.meta.uid.to_string()) && !is_deleting(pod);
        most = most.max(5 - lab.pods().iter().filter(|pod| going(pod)).count());
    });
    assert_eq!(most, 5, "all of them within two seconds, though the budget is one");
    lab.run(60);
    assert!(lab.pods().iter().all(|pod| image(pod) == "agent:2" && is_ready(pod)));
}

#[test]
fn n09_a_percentage_is_of_the_nodes_that_the_new_template_wants_and_rounded_up() {
    // 50 % of 3 nodes are 2; of all 5 they would be 3, rounded down 1.
    let with = budget("\"50%\"", "0");
    let mut lab = Lab::new(&FIVE);
    for node in &FIVE[..3] {
        lab.label(node, "agent", Some("on"));
    }
    lab.apply(agent("agent:1", &with, ""));
    lab.run(60);
    lab.apply(agent("agent:2", &with, r#""nodeSelector":{"agent":"on"},"#));
    let mut most = 0;
    lab.watch(90, &mut |lab| {
        let ready: BTreeSet<_> = lab
            .pods()
            .iter()
            .filter(|pod| is_ready(pod) && !is_deleting(pod))
            .map(|pod| pod.as_pod().expect("a pod").target_node.clone())
            .collect();
        most = most.max(FIVE[..3].iter().filter(|node| !ready.contains(**node)).count());
    });
    assert_eq!(most, 2);
    assert_eq!(lab.status().updated_number_scheduled, 3);
}

#[test]
fn n13_a_rollback_in_the_middle_of_a_rollout_restarts_no_pod_that_was_not_updated() {
    let with = budget("1", "0");
    let mut lab = Lab::with(&FIVE, agent("agent:1", &with, ""));
    lab.apply(agent("agent:2-bad", &with, ""));
    lab.run(60);
    let untouched: Vec<_> = lab.pods().into_iter().filter(|pod| image(pod) == "agent:1").collect();
    assert_eq!(untouched.len(), 4);
    lab.apply(agent("agent:1", &with, ""));
    lab.run(60);
    let after = uids(&lab.pods());
    assert!(uids(&untouched).iter().all(|uid| after.contains(uid)));
    assert_eq!(lab.status().number_available, 5);
}
