//! Which pods are made, kept and taken away.

use daemonset_lab::object::{Kind, Object, map};

use super::lab::{Lab, agent, image, is_deleting, json};

/// The times in milliseconds between one replacement of the pod of `node-a` and the next, when each of them ends in a phase as soon
/// as it runs.
fn replacements(phase: &str, times: usize) -> Vec<u64> {
    let mut lab = Lab::with(&["node-a"], agent("agent:1", "", ""));
    let (mut gone_ms, mut ended) = (Vec::new(), String::new());
    lab.watch(120, &mut |lab| {
        if !ended.is_empty() && lab.get(Kind::Pod, &ended).is_none() {
            gone_ms.push(lab.cluster.now_ms());
            ended.clear();
        }
        let runs = |pod: &Object| pod.value.str_at(&["status", "phase"]) == "Running" && !is_deleting(pod);
        if let Some(pod) = lab.pods_on("node-a").iter().find(|pod| runs(pod) && gone_ms.len() < times) {
            ended = pod.name().to_string();
            lab.patch_status(pod.name(), map! { "phase" => phase });
        }
    });
    assert_eq!(gone_ms.len(), times);
    gone_ms.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn n15_a_replacement_waits_for_the_end_of_the_old_pod_unless_there_is_surge() {
    let both_seen = |spec: &str| {
        let mut lab = Lab::with(&["node-a"], agent("agent:1", spec, ""));
        let old = lab.pod_on("node-a");
        lab.delete(Kind::Pod, &old);
        let mut both = false;
        lab.watch(30, &mut |lab| {
            let live = lab.pods_on("node-a").into_iter().filter(|pod| pod.as_pod().is_some_and(|it| !it.phase.is_terminal()));
            both |= live.count() == 2;
        });
        assert_ne!(lab.pod_on("node-a"), old);
        both
    };
    assert!(!both_seen(&super::lab::budget("1", "0")));
    assert!(both_seen(&super::lab::budget("0", "1")));
}

#[test]
fn n16_a_replacement_can_come_before_the_old_object_is_gone() {
    let names: Vec<String> = (0..20).map(|index| format!("node-{index}")).collect();
    let nodes: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut lab = Lab::with(&nodes, agent("agent:1", "", ""));
    for pod in lab.pods() {
        lab.delete(Kind::Pod, pod.name());
    }
    let mut seen = false;
    lab.watch(60, &mut |lab| {
        let ended = |pod: &Object| is_deleting(pod) && pod.as_pod().is_some_and(|it| it.phase.is_terminal());
        let pods = lab.pods();
        let old: Vec<_> =
            pods.iter().filter(|pod| ended(pod)).map(|pod| pod.as_pod().expect("a pod").target_node.clone()).collect();
        seen |= pods.iter().any(|pod| !is_deleting(pod) && old.contains(&pod.as_pod().expect("a pod").target_node));
    });
    assert!(seen, "an old pod with a final phase beside its replacement");
}

#[test]
fn n17_a_failed_pod_is_replaced_at_once_and_then_later_and_later_a_succeeded_one_always_at_once() {
    let failed = replacements("Failed", 6);
    // The first waits for nothing, the next for 1, 2, 4 … seconds since the last one was handled.
    // Deleting takes some milliseconds.
    for (index, delay_ms) in [1_000, 2_000, 4_000, 8_000, 16_000].into_iter().enumerate() {
        assert!((delay_ms - 20..delay_ms + 3_000).contains(&failed[index]), "{failed:?}");
    }
    let succeeded = replacements("Succeeded", 6);
    assert!(succeeded.iter().all(|gap_ms| *gap_ms < 4_000), "{succeeded:?}");
}

#[test]
fn n18_a_crash_loop_is_none_of_the_controllers_business() {
    let mut lab = Lab::with(&["node-a"], agent("agent:1-crash", "", ""));
    let before = lab.pod_on("node-a");
    lab.run(300);
    assert_eq!(lab.pod_on("node-a"), before);
    let pods = lab.pods_on("node-a");
    let status = pods[0].value.at(&["status"]);
    assert_eq!(status.str_at(&["phase"]), "Running");
    assert!(status.list_at(&["containerStatuses"])[0].at(&["restartCount"]).as_i64() >= Some(4));
    assert!(lab.events(Kind::DaemonSet).iter().all(|it| it.starts_with("SuccessfulCreate ")));
}

#[test]
fn n19_a_refused_pod_ends_the_creations_of_its_sync() {
    let mut lab = Lab::new(&["node-a", "node-b", "node-c", "node-d", "node-e"]);
    lab.apply(agent("agent:1", "", r#""priorityClassName":"nope","#));
    let (mut count, mut rises_ms) = (0, Vec::new());
    lab.watch(3, &mut |lab| {
        let now = lab.count("FailedCreate");
        assert!(now <= count + 1, "one call for each sync");
        if now > count {
            rises_ms.push(lab.cluster.now_ms());
        }
        count = now;
    });
    let words = "FailedCreate Error creating: pods \"agent-\" is forbidden: no PriorityClass with name nope was found";
    assert_eq!(lab.events(Kind::DaemonSet), [words]);
    let gaps: Vec<u64> = rises_ms.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.len() >= 6 && gaps.last() >= Some(&500), "later and later: {gaps:?}");
}

#[test]
fn n20_of_two_pods_on_a_node_the_older_stays_even_when_it_is_not_ready() {
    let mut lab = Lab::with(&["node-a"], agent("agent:1-unready", "", ""));
    let old = lab.pod_on("node-a");
    let labels = lab.pods_on("node-a")[0].meta.labels.clone();
    lab.apply(map! { "apiVersion" => "v1", "kind" => "Pod",
    "metadata" => map! { "name" => "young", "namespace" => "default", "labels" => labels },
    "spec" => map! { "nodeName" => "node-a", "containers" => vec![map! { "name" => "c", "image" => "agent:1" }] } });
    lab.run(30);
    assert_eq!(lab.pod_on("node-a"), old);
    assert!(lab.events(Kind::DaemonSet).contains(&"SuccessfulDelete Deleted pod: young".to_owned()));
}

#[test]
fn n21_of_the_users_tolerations_only_an_equal_one_loses_its_seconds() {
    let given = r#""tolerations":[
        {"operator":"Exists","effect":"NoExecute","tolerationSeconds":60},
        {"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":60}],"#;
    let lab = Lab::with(&["node-a"], agent("agent:1", "", given));
    let pods = lab.pods_on("node-a");
    let tolerations = pods[0].value.list_at(&["spec", "tolerations"]);
    let broad = json(r#"{"operator":"Exists","effect":"NoExecute","tolerationSeconds":60}"#);
    let not_ready = json(r#"{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute"}"#);
    assert_eq!(tolerations[..2], [broad, not_ready], "in front, and in its place without seconds");
    assert_eq!(tolerations[2].str_at(&["key"]), "node.kubernetes.io/unreachable");
    assert_eq!(tolerations.len(), 7);
}

#[test]
fn n22_the_required_affinity_is_replaced_and_the_selector_kept() {
    let given = r#""nodeSelector":{"kubernetes.io/os":"linux"},"affinity":{"nodeAffinity":{
        "preferredDuringSchedulingIgnoredDuringExecution":[{"weight":1,"preference":{"matchExpressions":[{"key":"a","operator":"Exists"}]}}],
        "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[
        {"key":"kubernetes.io/hostname","operator":"In","values":["node-a","node-b"]}]}]}}},"#;
    let lab = Lab::with(&["node-a", "node-b", "node-c"], agent("agent:1", "", given));
    assert_eq!(lab.pods().len(), 2);
    let pods = lab.pods_on("node-b");
    let affinity = pods[0].value.at(&["spec", "affinity", "nodeAffinity"]);
    assert_eq!(
        affinity.at(&["requiredDuringSchedulingIgnoredDuringExecution"]).to_string(),
        r#"{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-b"]}]}]}"#
    );
    assert_eq!(affinity.list_at(&["preferredDuringSchedulingIgnoredDuringExecution"]).len(), 1);
    assert_eq!(pods[0].value.str_at(&["spec", "nodeSelector", "kubernetes.io/os"]), "linux");
}

#[test]
fn n23_from_the_tenth_message_on_events_are_combined_and_after_twenty_five_there_are_none() {
    let said = |nodes: usize| {
        let names: Vec<String> = (0..nodes).map(|index| format!("node-{index:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let lab = Lab::with(&names, agent("agent:1", "", ""));
        (lab.events(Kind::DaemonSet), lab.count("SuccessfulCreate"))
    };
    let (events, count) = said(12);
    assert_eq!((events.len(), count), (10, 12));
    assert!(events[..9].iter().all(|it| it.starts_with("SuccessfulCreate Created pod: agent-")), "{events:?}");
    assert!(events[9].starts_with("SuccessfulCreate (combined from similar events): Created pod: agent-"), "{events:?}");
    assert_eq!(said(40).1, 25);
}

#[test]
fn n36_a_sync_that_repairs_does_not_also_roll() {
    let mut lab = Lab::new(&["node-a", "node-b", "node-c"]);
    lab.label("node-a", "agent", Some("on"));
    lab.label("node-b", "agent", Some("on"));
    // With room for one more than the pod that is missing at first.
    let with = super::lab::budget("2", "0");
    lab.apply(agent("agent:1", &with, r#""nodeSelector":{"agent":"on"},"#));
    lab.run(60);
    // The next template wants one more pod, and the others replaced.
    lab.apply(agent("agent:2", &with, ""));
    let mut looked = false;
    lab.watch(60, &mut |lab| {
        if !looked && lab.status().observed_generation == 2 {
            looked = true;
            assert_eq!(lab.pods_on("node-c").len(), 1, "that sync made the missing pod");
            let old: Vec<_> = lab.pods().into_iter().filter(|pod| image(pod) == "agent:1").collect();
            assert!(old.len() == 2 && !old.iter().any(|pod| is_deleting(pod)), "and replaced none");
        }
    });
    assert!(looked && lab.pods().iter().all(|pod| image(pod) == "agent:2"));
}

#[test]
fn n33_zeros_are_left_out_of_the_status_but_for_four() {
    let lab = Lab::with(&["node-a"], agent("agent:1", "", r#""nodeSelector":{"no":"where"},"#));
    let zeros = r#"{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0,"observedGeneration":1}"#;
    assert_eq!(lab.daemonset().value.at(&["status"]).to_string(), zeros);
}
