//! What kubectl prints.

use daemonset_lab::kubectl::{self, Context, NoFiles, Output, State};
use daemonset_lab::object::Kind;

use super::lab::{Lab, agent};

/// Runs what stands behind `kubectl`, as long as it takes; answers all that it printed, and its exit code.
fn kubectl(lab: &mut Lab, line: &str) -> (String, i32) {
    let words: Vec<String> = line.split(' ').map(String::from).collect();
    let mut out = Output::default();
    let mut context = Context { cluster: &mut lab.cluster, files: &NoFiles, stdin: "", out: &mut out };
    let mut process = kubectl::start(&words, &mut context);
    let give_up_ms = context.cluster.now_ms() + 600_000;
    while !matches!(process.state(), State::Done(_)) && context.cluster.run_next(give_up_ms) {
        process.go_on(&mut context);
    }
    match process.state() {
        State::Done(exit) => (out.text(), exit),
        state @ State::Waiting(_) => panic!("{line}: {state:?}"),
    }
}

#[test]
fn n04_kubectl_shows_pods_of_a_dead_node_as_running() {
    let mut lab = Lab::with(&["node-a", "node-b"], agent("agent:1", "", ""));
    let pod = lab.pod_on("node-b");
    lab.stop("node-b");
    lab.run(70);
    let (text, _) = kubectl(&mut lab, &format!("get pod {pod}"));
    let cells: Vec<&str> = text.lines().nth(1).unwrap_or_default().split_whitespace().collect();
    assert_eq!(cells[..3], [pod.as_str(), "1/1", "Running"], "{text}");
}

#[test]
fn n26_describe_says_that_a_terminating_pod_lasts_an_invalid_time() {
    let mut lab = Lab::with(&["node-a"], agent("agent:1", "", ""));
    let pod = lab.pod_on("node-a");
    lab.delete(Kind::Pod, &pod);
    let (text, exit) = kubectl(&mut lab, &format!("describe pod {pod}"));
    let status = text.lines().find(|line| line.starts_with("Status:")).expect("a status");
    assert_eq!(
        (status.split_whitespace().collect::<Vec<_>>().join(" "), exit),
        ("Status: Terminating (lasts <invalid>)".into(), 0)
    );
}

#[test]
fn n34_the_history_has_a_trailing_space_an_empty_last_line_and_tabs() {
    let mut lab = Lab::with(&["node-a"], agent("agent:1", "", ""));
    let (text, _) = kubectl(&mut lab, "rollout history ds/agent");
    assert_eq!(text, "daemonset.apps/agent \nREVISION  CHANGE-CAUSE\n1         <none>\n\n");
    let (text, _) = kubectl(&mut lab, "rollout history ds/agent --revision=1");
    assert!(text.starts_with("daemonset.apps/agent with revision #1\nPod Template:\n  Labels:\tapp=agent\n"), "{text:?}");
}

#[test]
fn n35_a_refused_drain_ends_without_the_word_error_and_leaves_the_node_cordoned() {
    let mut lab = Lab::with(&["node-a", "node-b"], agent("agent:1", "", ""));
    let pod = lab.pod_on("node-a");
    let (text, exit) = kubectl(&mut lab, "drain node-a");
    let reason = format!("cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): default/{pod}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.last().copied(), exit), (Some(reason.as_str()), 1), "{text}");
    assert_eq!(lab.get(Kind::Node, "node-a").and_then(|it| it.as_node().map(|it| it.unschedulable)), Some(true));
}
