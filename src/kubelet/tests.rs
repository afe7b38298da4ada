//! Whole lives of pods, told by what was said about them and by what `kubectl get pods` would show.

use crate::cluster::{Cluster, Input};
use crate::kubelet::image::{Fault, Subject};
use crate::object::{Kind, ObjectKey, Value, map};

/// A machine of 4 processors, a pod that names it, and what happens.
struct Life {
    cluster: Cluster,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("default", name)
}

impl Life {
    fn new() -> Self {
        let mut cluster = Cluster::new(3);
        cluster.input(Input::Create(crate::lab::preset::node("n1"))).expect("created");
        let mut life = Self { cluster };
        life.run(1);
        life
    }

    /// A life with the pod `p` whose spec is this.
    fn of(spec: &str) -> Self {
        let mut life = Self::new();
        life.create("p", spec);
        life
    }

    fn create(&mut self, name: &str, spec: &str) {
        let mut spec = json(spec);
        spec.set(&["nodeName"], "n1");
        self.apply(map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => name }, "spec" => spec });
    }

    fn apply(&mut self, value: Value) {
        self.cluster.input(Input::Apply(value)).expect("applied");
    }

    fn run(&mut self, seconds: u64) {
        self.run_ms(seconds * 1000);
    }

    fn run_ms(&mut self, ms: u64) {
        let until_ms = self.cluster.now_ms() + ms;
        self.cluster.run_until(until_ms, &mut || true);
    }

    fn delete(&mut self, name: &str) {
        self.cluster.input(Input::delete(Kind::Pod, key(name))).expect("deleted");
    }

    fn status(&self, name: &str) -> Value {
        self.cluster.runtime.store.get(Kind::Pod, &key(name)).map(|it| it.value.at(&["status"]).clone()).unwrap_or_default()
    }

    fn is_gone(&self, name: &str) -> bool {
        self.cluster.runtime.store.get(Kind::Pod, &key(name)).is_none()
    }

    /// `phase state/restarts/ready` of a pod's containers, init containers first.
    fn shows(&self, name: &str) -> String {
        let status = self.status(name);
        let mut text = status.str_at(&["phase"]).to_owned();
        for list in ["initContainerStatuses", "containerStatuses"] {
            for it in status.list_at(&[list]) {
                let waiting = it.str_at(&["state", "waiting", "reason"]);
                let ended = it.str_at(&["state", "terminated", "reason"]);
                let state = if it.at(&["state", "running"]).is_null() { format!("{waiting}{ended}") } else { "up".to_owned() };
                let ready = if it.at(&["ready"]).as_bool() == Some(true) { "ready" } else { "-" };
                text = format!("{text} {state}/{}/{ready}", it.at(&["restartCount"]));
            }
        }
        text
    }

    fn condition(&self, name: &str, condition: &str) -> String {
        let status = self.status(name);
        let found = status.list_at(&["conditions"]).iter().find(|it| it.str_at(&["type"]) == condition).cloned();
        found.map_or_else(String::new, |it| {
            let parts = ["status", "reason", "message"].map(|field| it.str_at(&[field]).to_owned());
            parts.join(" ").trim_end().to_owned()
        })
    }

    /// What the kubelet said about a pod: `Reason: message`, in the order in which it was said first.
    fn said(&self, name: &str) -> Vec<String> {
        let runtime = &self.cluster.runtime;
        let about =
            runtime.events.iter(runtime.unix()).filter(|it| it.involved.key == key(name) && it.source.component == "kubelet");
        about.map(|it| format!("{}: {}", it.reason, it.message)).collect()
    }

    fn said_of(&self, name: &str, reason: &str) -> Vec<String> {
        let prefix = format!("{reason}: ");
        self.said(name).into_iter().filter_map(|it| it.strip_prefix(&prefix).map(str::to_owned)).collect()
    }

    fn count(&self, name: &str, message: &str) -> u64 {
        let runtime = &self.cluster.runtime;
        let all = runtime.events.iter(runtime.unix()).filter(|it| it.involved.key == key(name) && it.message == message);
        all.map(|it| it.count).sum()
    }
}

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

/// The machines on which recordings are made, as their notes describe them.
mod plain {
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
}
