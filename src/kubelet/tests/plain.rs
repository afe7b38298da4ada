//! The machines on which recordings are made, as their notes describe them.

use super::*;

fn life(spec: &str) -> Life {
    let mut life = Life::new();
    life.cluster.kubelets.be_plain();
    life.create("p", spec);
    life
}

#[test]
fn an_image_takes_a_second_and_a_stop_another_whatever_the_catalogue_says() {
    let probe = r#""readinessProbe":{"httpGet":{"port":80},"periodSeconds":10}"#;
    for (probe, ready_ms) in [("", 1_120), (probe, 2_120)] {
        let comma = if probe.is_empty() { "" } else { "," };
        let mut life = life(&format!(r#"{{"containers":[{{"name":"c","image":"ceph/cephcsi:v3"{comma}{probe}}}]}}"#));
        life.run_ms(ready_ms + 5);
        assert_eq!(life.shows("p"), "Running up/0/ready", "{probe}");
        life.delete("p");
        life.run_ms(1_050);
        assert!(life.is_gone("p"));
    }
}

#[test]
fn what_cannot_be_pulled_waits_for_good_after_two_seconds() {
    let mut life = life(r#"{"containers":[{"name":"c","image":"nginx:bad"}]}"#);
    life.run_ms(2_000);
    assert_eq!(life.shows("p"), "Pending ErrImagePull/0/-");
    life.run_ms(1_200);
    let version = life.cluster.runtime.store.resource_version();
    assert_eq!(life.shows("p"), "Pending ImagePullBackOff/0/-");
    life.run(600);
    assert_eq!(life.cluster.runtime.store.resource_version(), version);
    assert!(life.status("p").at(&["podIP"]).is_null());
}

#[test]
fn missing_volumes_and_pressure_harm_nobody() {
    let mut life = life(r#"{"containers":[{"name":"c","image":"a:1"}],"volumes":[{"name":"v","configMap":{"name":"cfg"}}]}"#);
    life.run(5);
    life.cluster
        .input(Input::NodeCondition { node: "n1".into(), condition: "DiskPressure".into(), status: true })
        .expect("pressed");
    life.run(60);
    assert_eq!(life.shows("p"), "Running up/0/ready");
}

#[test]
fn a_kubelet_that_comes_back_finds_its_containers() {
    let mut life = life(r#"{"containers":[{"name":"c","image":"a:1"}]}"#);
    life.run(5);
    life.cluster.input(Input::StopNode("n1".into())).expect("stopped");
    life.run(80);
    assert_eq!(life.condition("p", "Ready"), "False");
    life.cluster.input(Input::StartNode("n1".into())).expect("started");
    life.run(10);
    assert_eq!((life.shows("p").as_str(), life.condition("p", "Ready").as_str()), ("Running up/0/ready", "True"));
}

#[test]
fn a_status_has_the_fields_that_a_real_one_has() {
    let mut life = life(r#"{"containers":[{"name":"c","image":"busybox:1.37","command":["sleep","infinity"]}]}"#);
    life.run(5);
    let status = life.status("p");
    let names = |value: &Value| {
        value.as_map().map(|it| it.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>()).unwrap_or_default()
    };
    assert_eq!(
        names(&status),
        [
            "conditions",
            "containerStatuses",
            "hostIP",
            "hostIPs",
            "observedGeneration",
            "phase",
            "podIP",
            "podIPs",
            "qosClass",
            "startTime"
        ]
    );
    let container = &status.list_at(&["containerStatuses"])[0];
    assert_eq!(
        names(container),
        [
            "containerID",
            "image",
            "imageID",
            "lastState",
            "name",
            "ready",
            "resources",
            "restartCount",
            "started",
            "state",
            "user"
        ]
    );
    assert_eq!(container.str_at(&["image"]), "docker.io/library/busybox:1.37");
    for condition in status.list_at(&["conditions"]) {
        assert_eq!(names(condition), ["lastProbeTime", "lastTransitionTime", "observedGeneration", "status", "type"]);
    }
}
