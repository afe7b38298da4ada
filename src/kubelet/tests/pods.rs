//! Pods on a machine that is well.

use super::*;
use crate::kubelet::image::{Fault, Subject};

#[test]
fn an_ordinary_pod_is_pulled_started_and_ready() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"example.com/a:1"}]}"#);
    life.run_ms(120);
    assert_eq!(life.shows("p"), "Pending ContainerCreating/0/-");
    life.run(5);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    let said = life.said("p");
    assert_eq!(said[0], "Pulling: Pulling image \"example.com/a:1\"");
    assert!(said[1].starts_with("Pulled: Successfully pulled image \"example.com/a:1\" in "), "{said:?}");
    assert!(said[1].contains("s including waiting). Image size: 30") && said[1].ends_with(" bytes."), "{said:?}");
    assert_eq!(said[2..], ["Created: Container created", "Started: Container started"]);
    let conditions: Vec<String> = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        .map(|it| life.condition("p", it))
        .to_vec();
    assert_eq!(conditions, ["True"; 5]);
    let status = life.status("p");
    assert!(status.str_at(&["podIP"]).starts_with("10.") && status.str_at(&["hostIP"]) == "10.0.0.1", "{status}");
    life.create("q", r#"{"containers":[{"name":"c","image":"example.com/a:1"}]}"#);
    life.run(2);
    assert_eq!(
        life.said("q"),
        [
            "Pulled: Container image \"example.com/a:1\" already present on machine and can be accessed by the pod",
            "Created: Container created",
            "Started: Container started"
        ]
    );
}

#[test]
fn an_image_that_cannot_be_pulled_is_tried_again_after_growing_pauses() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"nginx:bad"}]}"#);
    life.run(2);
    assert_eq!(life.shows("p"), "Pending ErrImagePull/0/-");
    life.run(3);
    assert_eq!(life.shows("p"), "Pending ImagePullBackOff/0/-");
    let error = "rpc error: code = NotFound desc = failed to pull and unpack image \"docker.io/library/nginx:bad\": failed to resolve \
                 reference \"docker.io/library/nginx:bad\": docker.io/library/nginx:bad: not found";
    assert_eq!(
        life.said("p"),
        [
            "Pulling: Pulling image \"nginx:bad\"".to_owned(),
            format!("Failed: Failed to pull image \"nginx:bad\": {error}"),
            "Failed: Error: ErrImagePull".to_owned(),
            "BackOff: Back-off pulling image \"nginx:bad\"".to_owned(),
            "Failed: Error: ImagePullBackOff".to_owned(),
        ]
    );
    let message = life.status("p").list_at(&["containerStatuses"])[0].str_at(&["state", "waiting", "message"]).to_owned();
    assert_eq!(message, format!("Back-off pulling image \"nginx:bad\": ErrImagePull: {error}"));
    let pulls = |life: &Life| life.count("p", "Pulling image \"nginx:bad\"");
    assert_eq!(pulls(&life), 1);
    life.run(15);
    assert_eq!(pulls(&life), 2, "10 seconds and up to half of it more");
    life.run(12);
    assert_eq!(pulls(&life), 2, "now it is 20");
    life.run(20);
    assert_eq!(pulls(&life), 3);
}

#[test]
fn an_image_that_may_not_be_pulled_and_one_that_is_no_name_are_told() {
    for (container, state, said) in [
        (
            r#""image":"a:1","imagePullPolicy":"Never""#,
            "ErrImageNeverPull",
            "ErrImageNeverPull: Container image \"a:1\" is not present with pull policy of Never",
        ),
        (
            r#""image":"A:1""#,
            "InvalidImageName",
            "InspectFailed: Failed to apply default image tag \"A:1\": couldn't parse image name \"A:1\": invalid reference format",
        ),
    ] {
        let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c",{container}}}]}}"#));
        life.run(3);
        assert_eq!(life.shows("p"), format!("Pending {state}/0/-"));
        assert_eq!(life.said("p")[0], said);
    }
}

#[test]
fn a_crash_loop_keeps_the_phase_running() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"a:crash"}]}"#);
    life.run(8);
    assert_eq!(life.shows("p"), "Running CrashLoopBackOff/1/-");
    let uid = life.cluster.runtime.store.get(Kind::Pod, &key("p")).expect("stored").meta.uid.clone();
    let status = life.status("p").list_at(&["containerStatuses"])[0].clone();
    assert_eq!(
        status.str_at(&["state", "waiting", "message"]),
        format!("back-off 10s restarting failed container=c pod=p_default({uid})")
    );
    assert_eq!(status.at(&["lastState", "terminated", "exitCode"]).as_i64(), Some(1));
    assert_eq!(life.said_of("p", "BackOff"), [format!("Back-off restarting failed container c in pod p_default({uid})")]);
    assert_eq!(life.condition("p", "Ready"), "False ContainersNotReady containers with unready status: [c]");
    life.run(16);
    assert_eq!(life.shows("p"), "Running CrashLoopBackOff/2/-");
    life.run(60);
    let message = life.status("p").list_at(&["containerStatuses"])[0].str_at(&["state", "waiting", "message"]).to_owned();
    assert!(message.starts_with("back-off 40s restarting"), "{message}");
}

#[test]
fn what_has_run_for_ten_minutes_is_restarted_at_once() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"a:1","command":["sleep","700"]}]}"#);
    life.run(1_500);
    assert!(life.shows("p").starts_with("Running up/2/ready"), "{}", life.shows("p"));
    assert!(life.said_of("p", "BackOff").is_empty());
}

#[test]
fn restart_policies_decide_what_becomes_of_a_container_that_ends() {
    for (policy, command, shows) in [
        ("Never", r#"["true"]"#, "Succeeded Completed/0/-"),
        ("Never", r#"["false"]"#, "Failed Error/0/-"),
        ("OnFailure", r#"["true"]"#, "Succeeded Completed/0/-"),
        ("OnFailure", r#"["false"]"#, "Running CrashLoopBackOff/1/-"),
        ("Always", r#"["true"]"#, "Running CrashLoopBackOff/1/-"),
    ] {
        let mut life = Life::of(&format!(
            r#"{{"restartPolicy":"{policy}","containers":[{{"name":"c","image":"a:1","command":{command}}}]}}"#
        ));
        life.run(8);
        assert_eq!(life.shows("p"), shows, "{policy} {command}");
    }
}

#[test]
fn init_containers_run_one_after_the_other_and_sidecars_stay() {
    let spec = r#"{"initContainers":[{"name":"first","image":"i:1"},{"name":"side","image":"s:1","restartPolicy":"Always"},
        {"name":"second","image":"i:1"}],"containers":[{"name":"c","image":"a:1"}]}"#;
    let mut life = Life::of(spec);
    life.run_ms(200);
    assert_eq!(life.shows("p"), "Pending PodInitializing/0/- PodInitializing/0/- PodInitializing/0/- PodInitializing/0/-");
    assert_eq!(
        life.condition("p", "Initialized"),
        "False ContainersNotInitialized containers with incomplete status: [first side second]"
    );
    life.run(10);
    assert_eq!(life.shows("p"), "Running Completed/0/ready up/0/ready Completed/0/ready up/0/ready");
    assert_eq!(life.condition("p", "Initialized"), "True");
    life.delete("p");
    life.run(10);
    assert_eq!(life.said_of("p", "Killing"), ["Stopping container c", "Stopping container side"]);
    assert!(life.is_gone("p"));
}

#[test]
fn an_init_container_that_fails_keeps_the_pod_pending_or_fails_it() {
    for (policy, shows) in
        [("Always", "Pending CrashLoopBackOff/1/- PodInitializing/0/-"), ("Never", "Failed Error/0/- PodInitializing/0/-")]
    {
        let mut life = Life::of(&format!(
            r#"{{"restartPolicy":"{policy}","initContainers":[{{"name":"i","image":"i:1","command":["false"]}}],
            "containers":[{{"name":"c","image":"a:1"}}]}}"#
        ));
        life.run(8);
        let shown = life.shows("p").replace("ContainerStatusUnknown", "PodInitializing");
        assert_eq!(shown, shows, "{policy}");
    }
}

#[test]
fn readiness_counts_from_its_first_success_and_is_lost_after_three_failures() {
    let probe =
        r#""readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"initialDelaySeconds":5,"periodSeconds":4}"#;
    let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c","image":"a:1",{probe}}}]}}"#));
    life.run(5);
    assert_eq!(life.shows("p"), "Running up/0/-", "the initial delay");
    life.run(9);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    let waiting = life.cluster.runtime.next_at_ms();
    assert!(waiting.is_none_or(|at_ms| at_ms > life.cluster.now_ms()), "nothing is due");
    life.cluster.input(Input::Behaviour { subject: Subject::Pod(key("p")), fault: Some(Fault::Unready) }).expect("switched");
    life.run(8);
    assert_eq!(life.shows("p"), "Running up/0/ready", "two failures are not enough");
    life.run(5);
    assert_eq!(life.shows("p"), "Running up/0/-");
    assert_eq!(life.said_of("p", "Unhealthy"), ["Readiness probe failed: HTTP probe failed with statuscode: 503"]);
    life.cluster.input(Input::Behaviour { subject: Subject::Pod(key("p")), fault: None }).expect("switched");
    life.run(5);
    assert_eq!(life.shows("p"), "Running up/0/ready");
}

#[test]
fn a_failed_liveness_probe_restarts_the_container() {
    let probe =
        r#""livenessProbe":{"tcpSocket":{"port":80},"periodSeconds":5,"failureThreshold":2,"terminationGracePeriodSeconds":4}"#;
    let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c","image":"a:1",{probe}}}]}}"#));
    life.run(10);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    life.cluster.input(Input::Behaviour { subject: Subject::Image("a:1".into()), fault: Some(Fault::Hang) }).expect("switched");
    life.run(14);
    let killing = ["Container c failed liveness probe, will be restarted"];
    assert_eq!(life.said_of("p", "Killing"), killing);
    let unhealthy = life.said_of("p", "Unhealthy");
    assert!(
        unhealthy[0].starts_with("Liveness probe failed: dial tcp 10.") && unhealthy[0].ends_with(":80: i/o timeout"),
        "{unhealthy:?}"
    );
    life.run(4);
    assert_eq!(life.shows("p"), "Running up/1/ready");
    let last = life.status("p").list_at(&["containerStatuses"])[0].at(&["lastState", "terminated", "exitCode"]).as_i64();
    assert_eq!(last, Some(137), "it did not hear SIGTERM");
}

#[test]
fn a_startup_probe_holds_the_others_back() {
    let probes = r#""startupProbe":{"httpGet":{"port":80},"periodSeconds":3,"failureThreshold":20},
        "readinessProbe":{"httpGet":{"port":80}},"livenessProbe":{"httpGet":{"port":80},"periodSeconds":1,"failureThreshold":1}"#;
    let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c","image":"cilium/cilium:v1",{probes}}}]}}"#));
    life.run(9);
    assert_eq!(life.status("p").list_at(&["containerStatuses"])[0].at(&["started"]).as_bool(), Some(false));
    life.run(15);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    assert!(life.said("p").iter().all(|it| !it.contains("Liveness")), "{:?}", life.said("p"));
    assert!(life.said("p").iter().any(|it| it.starts_with("Unhealthy: Startup probe failed: Get \"http://10.")));
}

#[test]
fn a_pod_waits_for_its_volumes_and_says_what_is_missing() {
    let volume = |source: &str| format!(r#"{{"containers":[{{"name":"c","image":"a:1"}}],"volumes":[{{"name":"v",{source}}}]}}"#);
    for (source, said) in [
        (r#""configMap":{"name":"cfg"}"#, "MountVolume.SetUp failed for volume \"v\" : configmap \"cfg\" not found"),
        (r#""secret":{"secretName":"s"}"#, "MountVolume.SetUp failed for volume \"v\" : secret \"s\" not found"),
        (
            r#""hostPath":{"path":"/nowhere","type":"Directory"}"#,
            "MountVolume.SetUp failed for volume \"v\" : hostPath type check failed: /nowhere is not a directory",
        ),
        (
            r#""persistentVolumeClaim":{"claimName":"data"}"#,
            "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], failed to process volumes=[v]: error \
             processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims \"data\" not found",
        ),
    ] {
        let mut life = Life::of(&volume(source));
        life.run(5);
        assert_eq!(life.shows("p"), "Pending ContainerCreating/0/-", "{source}");
        assert_eq!(life.said("p"), [format!("FailedMount: {said}")]);
        assert_eq!(life.condition("p", "PodReadyToStartContainers"), "False");
    }
    let mut life = Life::of(&volume(r#""configMap":{"name":"cfg","optional":true}"#));
    life.run(5);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    let mut life = Life::of(&volume(r#""configMap":{"name":"cfg"}"#));
    life.run(5);
    life.apply(json(r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cfg"},"data":{"a":"b"}}"#));
    life.run(10);
    assert_eq!(life.shows("p"), "Running up/0/ready");
}

#[test]
fn a_container_waits_for_the_secret_that_its_environment_comes_from() {
    let mut life = Life::of(
        r#"{"containers":[{"name":"c","image":"a:1","env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}]}"#,
    );
    life.run(5);
    assert_eq!(life.shows("p"), "Pending CreateContainerConfigError/0/-");
    assert!(life.said("p").contains(&"Failed: Error: secret \"s\" not found".to_owned()));
    life.apply(json(r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"other":"eA=="}}"#));
    life.run(16);
    assert!(
        life.said("p").contains(&"Failed: Error: couldn't find key k in Secret default/s".to_owned()),
        "{:?}",
        life.said("p")
    );
}

#[test]
fn the_terminal_phase_is_written_before_the_object_goes() {
    for (image, grace_seconds, phase, code, least_ms, most_ms) in [
        ("a:1", 30, "Succeeded", 0, 1_000, 1_400),
        ("prom/node-exporter:v1", 30, "Failed", 143, 200, 300),
        ("busybox:1", 5, "Failed", 137, 5_000, 5_100),
    ] {
        let spec =
            format!(r#"{{"terminationGracePeriodSeconds":{grace_seconds},"containers":[{{"name":"c","image":"{image}"}}]}}"#);
        let mut life = Life::of(&spec);
        life.run(10);
        let begins_ms = life.cluster.now_ms();
        life.delete("p");
        let mut last = Value::Null;
        while !life.is_gone("p") {
            last = life.status("p");
            assert!(life.cluster.run_next(begins_ms + 60_000), "it goes in the end");
        }
        let took_ms = life.cluster.now_ms() - begins_ms;
        assert_eq!(last.str_at(&["phase"]), phase, "{image}");
        assert_eq!(last.list_at(&["containerStatuses"])[0].at(&["state", "terminated", "exitCode"]).as_i64(), Some(code));
        assert!((least_ms..most_ms + 60).contains(&took_ms), "{image}: {took_ms}");
        assert_eq!(life.said_of("p", "Killing"), ["Stopping container c"]);
    }
}

#[test]
fn a_pod_that_never_started_goes_without_a_terminal_phase() {
    let mut life = Life::of(r#"{"containers":[{"name":"c","image":"a:bad"}]}"#);
    life.run(10);
    life.delete("p");
    life.run(1);
    assert!(life.is_gone("p"));
    assert!(life.said_of("p", "Killing").is_empty());
}

#[test]
fn a_hook_before_the_stop_counts_against_the_grace_period() {
    let spec = r#"{"terminationGracePeriodSeconds":10,"containers":[{"name":"c","image":"a:1","lifecycle":{"preStop":{"sleep":{"seconds":6}}}}]}"#;
    let mut life = Life::of(spec);
    life.run(5);
    life.delete("p");
    life.run(6);
    assert!(!life.is_gone("p"));
    life.run(2);
    assert!(life.is_gone("p"));
}

#[test]
fn the_hook_after_a_start_comes_before_the_next_container_and_before_readiness() {
    let spec = r#"{"containers":[{"name":"a","image":"i:1","lifecycle":{"postStart":{"sleep":{"seconds":4}}}},{"name":"b","image":"i:1"}]}"#;
    let mut life = Life::of(spec);
    life.run(4);
    assert_eq!(life.shows("p"), "Pending ContainerCreating/0/- ContainerCreating/0/-");
    assert_eq!(life.said_of("p", "Started").len(), 1);
    life.run(4);
    assert_eq!(life.shows("p"), "Running up/0/ready up/0/ready");
}

#[test]
fn a_container_whose_hook_fails_is_ended_and_started_again_after_growing_pauses() {
    for (command, words, code) in [(r#"["false"]"#, "false", 1), (r#"["sh","-c","exit 7"]"#, "sh -c exit 7", 7)] {
        hook_fails(command, words, code);
    }
}

fn hook_fails(command: &str, words: &str, code: u8) {
    let hook = format!(r#"{{"postStart":{{"exec":{{"command":{command}}}}}}}"#);
    let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c","image":"i:1","lifecycle":{hook}}}]}}"#));
    let mut shown = std::collections::BTreeSet::new();
    for _ in 0..400 {
        life.run_ms(100);
        let waiting = life.status("p").list_at(&["containerStatuses"]).first().map(|it| it.at(&["state", "waiting"]).clone());
        shown.extend(waiting.map(|it| format!("{} {}", it.str_at(&["reason"]), it.str_at(&["message"]))));
    }
    let uid = life.cluster.runtime.store.get(Kind::Pod, &key("p")).expect("still there").meta.uid.clone();
    let failed = format!(
        "PostStartHookError Exec lifecycle hook ([{words}]) for Container \"c\" in Pod \"p_default({uid})\" failed - error: command '{words}' exited with {code}: , message: \"\""
    );
    assert!(shown.contains(&failed), "{shown:?}");
    assert!(shown.iter().any(|it| it.starts_with("CrashLoopBackOff back-off 10s restarting")), "{shown:?}");
    assert!(life.count("p", "PostStartHook failed") >= 2 && life.count("p", "FailedPostStartHook") >= 2);
}

#[test]
fn a_pod_whose_time_is_up_has_failed() {
    const WORDS: &str = "Pod was active on the node longer than the specified deadline";
    let mut life = Life::of(r#"{"activeDeadlineSeconds":20,"containers":[{"name":"c","image":"i:1"}]}"#);
    life.run(19);
    assert_eq!(life.shows("p"), "Running up/0/ready");
    life.run(6);
    assert_eq!(life.shows("p"), "Failed Completed/0/-");
    let status = life.status("p");
    assert_eq!((status.str_at(&["reason"]), status.str_at(&["message"])), ("DeadlineExceeded", WORDS));
    assert_eq!(
        (life.said_of("p", "DeadlineExceeded"), life.condition("p", "DisruptionTarget")),
        (vec![WORDS.to_owned()], String::new())
    );
}

#[test]
fn a_container_with_another_image_is_replaced_whether_it_runs_or_not() {
    for image in ["i:1", "i:bad"] {
        let mut life = Life::of(&format!(r#"{{"containers":[{{"name":"c","image":"{image}"}}]}}"#));
        life.run(30);
        let mut pod = life.cluster.runtime.store.get(Kind::Pod, &key("p")).expect("there").value.clone();
        pod.at_mut(&["spec", "containers"]).make_list()[0].set(&["image"], "i:2");
        life.apply(pod);
        life.run(5);
        let runs = image == "i:1";
        assert_eq!(life.shows("p"), if runs { "Running up/1/ready" } else { "Running up/0/ready" });
        let words = "Container c definition changed, will be restarted".to_owned();
        assert_eq!(life.said_of("p", "Killing"), if runs { vec![words] } else { Vec::new() });
    }
}
