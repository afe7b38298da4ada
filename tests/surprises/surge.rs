//! Rolling updates with surge.

use daemonset_lab::object::Object;

use super::lab::{Lab, agent, budget, image, is_ready};

const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];

#[test]
fn n07_pods_that_are_terminating_do_not_count_as_surge() {
    let with = budget("0", "1");
    // What matters is how long the old pods take to end, not how long the new ones take to start.
    let mut lab = Lab::with(&NODES, agent("agent:1", &with, ""));
    lab.apply(agent("agent:2", &with, ""));
    let mut most = 0;
    lab.watch(90, &mut |lab| most = most.max(lab.pods().len()));
    assert!(most > 4, "more than one pod for each node and a surge of one: {most}");
    assert_eq!(lab.status().updated_number_scheduled, 3);
}

#[test]
fn n08_up_to_date_counts_the_oldest_pod_of_a_node_while_it_is_there() {
    let with = budget("0", "\"100%\"");
    let mut lab = Lab::with(&NODES, agent("agent:1", &with, ""));
    lab.apply(agent("agent:2", &with, ""));
    let lives = |pod: &Object| pod.as_pod().is_some_and(|it| !it.phase.is_terminal());
    let mut ready_beside_old = false;
    lab.watch(90, &mut |lab| {
        let pods = lab.pods();
        let old = pods.iter().filter(|pod| image(pod) == "agent:1" && lives(pod)).count();
        if old == 3 && lab.status().observed_generation == 2 {
            assert_eq!(lab.status().updated_number_scheduled, 0);
            ready_beside_old |= pods.iter().any(|pod| image(pod) == "agent:2" && is_ready(pod));
        }
    });
    assert!(ready_beside_old, "there was something to count");
    assert_eq!(lab.status().updated_number_scheduled, 3);
}
