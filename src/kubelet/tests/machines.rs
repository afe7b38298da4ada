//! Machines that refuse, evict, stop and come back.

use super::*;

#[test]
fn a_pod_that_does_not_fit_is_rejected_by_the_kubelet() {
    let requests =
        |cpu: &str| format!(r#"{{"containers":[{{"name":"c","image":"a:1","resources":{{"requests":{{"cpu":"{cpu}"}}}}}}]}}"#);
    let mut life = Life::of(&requests("3500m"));
    life.run(1);
    life.create("q", &requests("1"));
    life.create("r", r#"{"nodeSelector":{"disk":"ssd"},"containers":[{"name":"c","image":"a:1"}]}"#);
    life.create("s", r#"{"containers":[{"name":"c","image":"a:1","ports":[{"containerPort":80,"hostPort":80}]}]}"#);
    life.run(1);
    life.create("t", r#"{"containers":[{"name":"c","image":"a:1","ports":[{"containerPort":80,"hostPort":80}]}]}"#);
    life.run(5);
    for (name, reason, message) in [
        ("q", "OutOfcpu", "Node didn't have enough resource: cpu, requested: 1000, used: 3500, capacity: 4000"),
        ("r", "NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
        ("t", "NodePorts", "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"),
    ] {
        let status = life.status(name);
        assert_eq!((status.str_at(&["phase"]), status.str_at(&["reason"])), ("Failed", reason));
        assert_eq!(status.str_at(&["message"]), format!("Pod was rejected: {message}"));
        assert_eq!(life.said(name), [format!("{reason}: {message}")]);
    }
    assert_eq!(life.shows("s"), "Running up/0/ready");
}

#[test]
fn a_critical_pod_drives_others_away() {
    let spec = |class: &str, cpu: &str| {
        format!(
            r#"{{"priorityClassName":"{class}","containers":[{{"name":"c","image":"a:1","resources":{{"requests":{{"cpu":"{cpu}"}}}}}}]}}"#
        )
    };
    let mut life = Life::of(&spec("", "1"));
    life.create("q", &spec("", "2"));
    life.run(5);
    life.create("critical", &spec("system-node-critical", "2500m"));
    life.run(10);
    assert_eq!(life.shows("critical"), "Running up/0/ready");
    let status = life.status("q");
    assert_eq!((status.str_at(&["phase"]), status.str_at(&["reason"])), ("Failed", "Preempting"));
    assert_eq!(status.str_at(&["message"]), "Preempted in order to admit critical pod");
    assert_eq!(life.condition("q", "DisruptionTarget"), "True TerminationByKubelet Preempted in order to admit critical pod");
    assert_eq!(life.shows("p"), "Running up/0/ready", "one that is big enough is enough");
}

#[test]
fn under_disk_pressure_pods_are_evicted_one_by_one_and_new_ones_refused() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.create("q", r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.create("critical", r#"{"priorityClassName":"system-node-critical","containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(10);
    let press = |life: &mut Life, status| {
        let input = Input::NodeCondition { node: "n1".into(), condition: "DiskPressure".into(), status };
        life.cluster.input(input).expect("switched");
    };
    press(&mut life, true);
    life.run(9);
    let evicted = |life: &Life| ["p", "q"].into_iter().filter(|it| life.status(it).str_at(&["reason"]) == "Evicted").count();
    let first = evicted(&life);
    life.run(30);
    assert_eq!((first <= 1, evicted(&life)), (true, 2));
    assert_eq!(life.shows("critical"), "Running up/0/ready");
    let message = life.status("p").str_at(&["message"]).to_owned();
    assert!(message.starts_with("The node was low on resource: ephemeral-storage. Threshold quantity: "), "{message}");
    assert!(message.ends_with(", request is 0, has larger consumption of ephemeral-storage. "), "{message}");
    life.create("late", r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(1);
    assert_eq!(life.status("late").str_at(&["message"]), "Pod was rejected: The node had condition: [DiskPressure]. ");
    press(&mut life, false);
    life.run(60);
    life.create("early", r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(300);
    life.create("in-time", r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(5);
    assert_eq!(life.status("early").str_at(&["reason"]), "Evicted", "the condition lasts five minutes longer");
    assert_eq!(life.shows("in-time"), "Running up/0/ready");
}

#[test]
fn a_machine_that_comes_back_runs_its_pods_anew() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.create("doomed", r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(10);
    life.cluster.input(Input::StopNode("n1".into())).expect("stopped");
    life.run(30);
    life.delete("doomed");
    life.run(100);
    assert!(!life.is_gone("doomed"), "nobody is there to stop it");
    life.cluster.input(Input::StartNode("n1".into())).expect("started");
    life.run(10);
    assert_eq!(life.shows("p"), "Running up/1/ready");
    assert!(life.said_of("p", "SandboxChanged").len() == 1 && life.is_gone("doomed"));
}

#[test]
fn host_network_gives_a_pod_its_machines_address_from_the_beginning() {
    let mut life = Life::of(r#"{"hostNetwork":true,"containers":[{"name":"c","image":"a:bad"}]}"#);
    life.run(3);
    let status = life.status("p");
    assert_eq!((status.str_at(&["podIP"]), status.str_at(&["hostIP"])), ("10.0.0.1", "10.0.0.1"));
}

#[test]
fn machines_that_join_at_the_same_moment_have_addresses_of_their_own_which_their_pods_share() {
    let mut life = Life::of(r#"{"hostNetwork":true,"containers":[{"name":"c","image":"a:1"}]}"#);
    for name in ["n2", "n3"] {
        life.cluster
            .input(Input::Create(map! { "apiVersion" => "v1", "kind" => "Node", "metadata" => map! { "name" => name } }))
            .expect("joined");
    }
    life.run(5);
    let nodes = life.cluster.runtime.store.list(Kind::Node);
    let addresses = nodes.map(|node| node.value.list_at(&["status", "addresses"])[0].str_at(&["address"]).to_owned());
    assert_eq!(addresses.collect::<Vec<_>>(), ["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
    assert_eq!(life.status("p").str_at(&["hostIP"]), "10.0.0.1");
}

/// Surprise: disk pressure does not stop placement, but the kubelet refuses each pod, and the controller fights it.
#[test]
fn under_disk_pressure_the_daemonset_controller_and_the_kubelet_fight_with_growing_pauses() {
    let mut life = Life::new();
    let daemonset = r#"{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"agent"},"spec":{"selector":{"matchLabels":{"app":"agent"}},
        "template":{"metadata":{"labels":{"app":"agent"}},"spec":{"containers":[{"name":"c","image":"agent:1"}]}}}}"#;
    life.cluster
        .input(Input::NodeCondition { node: "n1".into(), condition: "DiskPressure".into(), status: true })
        .expect("pressed");
    life.run(1);
    life.apply(json(daemonset));
    let mut refused: Vec<(String, u64)> = Vec::new();
    let end_ms = life.cluster.now_ms() + 120_000;
    while life.cluster.run_next(end_ms) {
        let now_ms = life.cluster.now_ms();
        for pod in life.cluster.runtime.store.list(Kind::Pod) {
            let is_refused =
                pod.value.str_at(&["status", "message"]) == "Pod was rejected: The node had condition: [DiskPressure]. ";
            if is_refused && refused.last().is_none_or(|(name, _)| name != pod.name()) {
                refused.push((pod.name().to_string(), now_ms));
            }
        }
    }
    let pauses: Vec<u64> = refused.windows(2).map(|pair| (pair[1].1 - pair[0].1) / 1_000).collect();
    assert!(pauses.len() >= 5 && pauses.is_sorted() && pauses[pauses.len() - 1] >= 15, "{pauses:?}");
}

#[test]
fn a_kubelet_says_within_ten_seconds_that_its_node_was_cordoned() {
    let mut life = Life::new();
    let patch = map! { "spec" => map! { "unschedulable" => true } };
    life.cluster.input(Input::patch(Kind::Node, ObjectKey::cluster_scoped("n1"), patch)).expect("patched");
    life.run(11);
    let runtime = &life.cluster.runtime;
    let said: Vec<&str> = runtime.events.iter(runtime.unix()).map(|it| it.message.as_str()).collect();
    assert!(said.contains(&"Node n1 status is now: NodeNotSchedulable"), "{said:?}");
}

#[test]
fn a_machine_that_joins_registers_whole() {
    let mut life = Life::new();
    life.cluster.input(Input::Create(crate::lab::preset::joining_node("n2", &[]))).expect("created");
    let node =
        |life: &Life| life.cluster.runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped("n2")).expect("stored").value.clone();
    let taints = |life: &Life| node(life).list_at(&["spec", "taints"]).len();
    life.run(1);
    assert_eq!(taints(&life), 1);
    life.run(4);
    assert_eq!(taints(&life), 0);
    let status = node(&life).at(&["status"]).clone();
    assert_eq!(status.list_at(&["addresses"])[0].str_at(&["address"]), "10.0.0.2");
    assert_eq!(status.str_at(&["nodeInfo", "kubeletVersion"]), "v1.36.2");
    for condition in status.list_at(&["conditions"]) {
        assert!(condition.str_at(&["lastTransitionTime"]).starts_with("2026-01-01T00:00:0"), "{condition}");
    }
}

#[test]
fn a_new_machine_takes_up_the_pods_that_its_node_had_before() {
    let mut life = Life::new();
    let pod = |name: &str| {
        map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => name },
        "spec" => json(r#"{"nodeName":"n2","containers":[{"name":"c","image":"a:1"}]}"#) }
    };
    life.apply(pod("early"));
    life.run(5);
    assert_eq!(life.shows("early"), "Pending");
    let join = |life: &mut Life| {
        life.cluster.input(Input::Create(crate::lab::preset::node("n2"))).expect("created");
        life.run(15);
    };
    join(&mut life);
    assert_eq!(life.shows("early"), "Running up/0/ready");
    life.cluster.input(Input::delete(Kind::Node, ObjectKey::cluster_scoped("n2"))).expect("deleted");
    life.run(1);
    join(&mut life);
    life.delete("early");
    life.run(60);
    assert!(life.is_gone("early"), "{}", life.status("early"));
}

#[test]
fn a_pod_that_somebody_else_ends_while_it_is_deleted_goes() {
    let mut life = Life::of(
        r#"{"terminationGracePeriodSeconds":600,"containers":[{"name":"c","image":"a:1",
        "lifecycle":{"preStop":{"sleep":{"seconds":500}}}}]}"#,
    );
    life.run(5);
    life.delete("p");
    life.run(1);
    assert!(!life.is_gone("p"));
    life.cluster.runtime.update_status(Kind::Pod, &key("p"), map! { "phase" => "Failed" }).expect("written");
    life.run(5);
    assert!(life.is_gone("p"));
}

#[test]
fn pods_of_one_template_share_their_plan_after_their_machine_was_off() {
    let mut life = Life::new();
    for name in ["p", "q"] {
        life.create(name, r#"{"containers":[{"name":"c","image":"i:1"}]}"#);
    }
    life.run(10);
    life.cluster.input(Input::StopNode("n1".into())).expect("stopped");
    life.run(5);
    life.cluster.input(Input::StartNode("n1".into())).expect("started");
    life.run(10);
    let workers = &life.cluster.kubelets.machines.get("n1").expect("a machine").workers;
    assert_eq!(workers.len(), 2);
    assert!(std::sync::Arc::ptr_eq(&workers[0].plan, &workers[1].plan));
}
