//! What the API server answers to whole calls.

use fastrand::Rng;

use super::*;
use crate::apiserver::{Propagation, namespace, system_objects};
use crate::object::{map, yaml};

struct Server {
    store: Store,
    rng: Rng,
}

impl Server {
    fn new() -> Self {
        let mut server = Self { store: Store::default(), rng: Rng::with_seed(1) };
        for name in ["default", "other"] {
            server.call(Kind::Namespace, "", Verb::Create(namespace(name))).expect("created");
        }
        server
    }

    fn call(&mut self, kind: Kind, name: &str, verb: Verb) -> Result<Reply, Refused> {
        let namespace = if kind.is_namespaced() { "default" } else { "" };
        self.ask(&Call::new(kind, ObjectKey::new(namespace, name), verb).strict())
    }

    fn ask(&mut self, call: &Call) -> Result<Reply, Refused> {
        self.store.call(call, &mut Request { now: 100, rng: &mut self.rng })
    }

    fn create(&mut self, manifest: &str) -> Result<Arc<Object>, String> {
        let value = read(manifest);
        let kind = Kind::find(value.str_at(&["apiVersion"]), value.str_at(&["kind"])).expect("a kind");
        let reply = self.call(kind, "", Verb::Create(value)).map_err(|refused| refused.to_string())?;
        reply.object().cloned().ok_or_else(String::new)
    }

    fn patch(&mut self, patch_type: PatchType, patch: &str) -> Result<Value, String> {
        let key = ObjectKey::new("default", "agent");
        let reply = self.ask(&Call::patch(Kind::DaemonSet, key, patch_type, read(patch)));
        Ok(reply.map_err(|refused| refused.to_string())?.object().map(|it| it.value.clone()).unwrap_or_default())
    }
}

fn read(manifest: &str) -> Value {
    yaml::parse(manifest).documents.remove(0).value
}

const DAEMONSET: &str = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {selector: {matchLabels: {app: a}},
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: main, image: 'nginx:1'}, {name: side, image: 'busybox:1'}]}}}}";

#[test]
fn a_patch_that_leads_to_something_unreadable_is_refused_in_the_words_of_its_kind() {
    let mut server = Server::new();
    server.create(DAEMONSET).expect("created");
    let generic = "The request is invalid: the server rejected our request due to an error in our request";
    for (patch_type, patch, words) in [
        (
            PatchType::Strategic,
            r#"{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}"#,
            "Error from server: map: map[image:x] does not contain declared merge key: name",
        ),
        (
            PatchType::Strategic,
            r#"{"spec":{"minReadySeconds":"soon"}}"#,
            r#"The request is invalid: patch: Invalid value: "map[spec:map[minReadySeconds:soon]]": unrecognized type: int32"#,
        ),
        (
            PatchType::Strategic,
            r#"{"spec":{"$patch":"merge"}}"#,
            "Error from server: unknown patch type: merge in map: map[$patch:merge]",
        ),
        (
            PatchType::Strategic,
            "[]",
            "Error from server (BadRequest): json: cannot unmarshal array into Go value of type map[string]interface {}",
        ),
        (
            PatchType::Json,
            "{}",
            "Error from server (BadRequest): error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
        ),
        (PatchType::Json, r#"[{"op":"remove","path":"/spec/nothing"}]"#, generic),
        (PatchType::Json, r#"[{"op":"test","path":"/metadata/name","value":"other"}]"#, generic),
        (
            PatchType::Merge,
            r#"{"metadata":{"name":"other"}}"#,
            "Error from server (BadRequest): the name of the object (other) does not match the name on the URL (agent)",
        ),
        (
            PatchType::Merge,
            r#"{"metadata":{"resourceVersion":"1"}}"#,
            "Error from server (Conflict): Operation cannot be fulfilled on daemonsets.apps \"agent\": the object has been modified; please apply your changes to the latest version and try again",
        ),
        (
            PatchType::Merge,
            r#"{"metadata":{"uid":"u"}}"#,
            "The DaemonSet \"agent\" is invalid: metadata.uid: Invalid value: \"u\": field is immutable",
        ),
    ] {
        assert_eq!(server.patch(patch_type, patch), Err(words.to_owned()), "{patch}");
    }
    let merge = server.patch(PatchType::Merge, r#"{"spec":{"minReadySeconds":"soon"}}"#).expect_err("refused");
    assert!(merge.starts_with(r#"The request is invalid: patch: Invalid value: "{\"apiVersion\":\"apps/v1\""#), "{merge}");
    assert!(
        merge.ends_with("json: cannot unmarshal string into Go struct field DaemonSetSpec.spec.minReadySeconds of type int32")
    );
}

#[test]
fn an_unknown_field_is_refused_warned_of_or_dropped() {
    let mut server = Server::new();
    server.create(DAEMONSET).expect("created");
    let patch = read("{spec: {foo: 1}}");
    let mut ask = |validation| {
        let mut call = Call::patch(Kind::DaemonSet, ObjectKey::new("default", "agent"), PatchType::Strategic, patch.clone());
        call.validation = validation;
        server.ask(&call).map(|reply| reply.warnings).map_err(|refused| refused.to_string())
    };
    let words = r#"The request is invalid: patch: Invalid value: "map[spec:map[foo:1]]": strict decoding error: unknown field "spec.foo""#;
    assert_eq!(ask(FieldValidation::Strict), Err(words.to_owned()));
    assert_eq!(ask(FieldValidation::Warn), Ok(vec![r#"unknown field "spec.foo""#.to_owned()]));
    assert_eq!(ask(FieldValidation::Ignore), Ok(vec![]));
}

#[test]
fn the_three_patches_treat_lists_each_in_its_way() {
    let mut server = Server::new();
    server.create(DAEMONSET).expect("created");
    let images = |value: &Value| {
        let containers = value.list_at(&["spec", "template", "spec", "containers"]).iter();
        containers.map(|it| format!("{}={}", it.str_at(&["name"]), it.str_at(&["image"]))).collect::<Vec<_>>().join(" ")
    };
    for (patch_type, patch, left) in [
        (
            PatchType::Strategic,
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox:2"}]}}}}"#,
            "main=nginx:1 side=busybox:2",
        ),
        (
            PatchType::Strategic,
            r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"main"},{"name":"side"}],"containers":[{"name":"main","image":"nginx:2"}]}}}}"#,
            "main=nginx:2 side=busybox:2",
        ),
        (
            PatchType::Json,
            r#"[{"op":"add","path":"/spec/template/spec/containers/-","value":{"name":"last","image":"x"}},{"op":"move","from":"/spec/template/spec/containers/2","path":"/spec/template/spec/containers/0"}]"#,
            "last=x main=nginx:2 side=busybox:2",
        ),
        (
            PatchType::Strategic,
            r#"{"spec":{"template":{"spec":{"containers":[{"name":"main","$patch":"delete"},{"name":"only","image":"y"}]}}}}"#,
            "only=y last=x side=busybox:2",
        ),
        (
            PatchType::Strategic,
            r#"{"spec":{"template":{"spec":{"containers":[{"$patch":"replace"},{"name":"new","image":"z"}]}}}}"#,
            "new=z",
        ),
        (PatchType::Merge, r#"{"spec":{"template":{"spec":{"containers":[{"name":"merged","image":"m"}]}}}}"#, "merged=m"),
    ] {
        assert_eq!(server.patch(patch_type, patch).map(|it| images(&it)).as_deref(), Ok(left), "{patch}");
    }
    assert_eq!(server.store.get(Kind::DaemonSet, &ObjectKey::new("default", "agent")).map(|it| it.meta.generation), Some(7));
}

#[test]
fn a_dry_run_answers_and_changes_nothing() {
    let mut server = Server::new();
    let call = Call::create(Kind::DaemonSet, "default", read(DAEMONSET)).dry_run(true);
    let before = server.store.resource_version();
    let reply = server.ask(&call).expect("would be created");
    let object = reply.object().expect("an object");
    assert_eq!((object.meta.generation, object.meta.resource_version), (1, 0));
    assert_eq!(object.value.at(&["spec", "revisionHistoryLimit"]).as_i64(), Some(10));
    assert_eq!(server.store.resource_version(), before);
    server.create(DAEMONSET).expect("created");
    let delete = Call::delete(Kind::DaemonSet, ObjectKey::new("default", "agent"), DeleteOptions::default());
    server.ask(&delete.dry_run(true)).expect("would be deleted");
    assert_eq!(server.store.count(Kind::DaemonSet), 1);
}

#[test]
fn a_replacement_takes_away_what_it_does_not_have_but_not_what_the_server_keeps() {
    let mut server = Server::new();
    let stored = server.create(DAEMONSET).expect("created");
    server.patch(PatchType::Merge, r#"{"metadata":{"labels":{"added":"by-hand"}}}"#).expect("patched");
    let reply = server.call(Kind::DaemonSet, "agent", Verb::Replace(read(DAEMONSET))).expect("replaced");
    let object = reply.object().expect("an object");
    assert!(object.meta.labels.is_empty());
    assert_eq!((&object.meta.uid, object.meta.created, object.meta.generation), (&stored.meta.uid, 100, 1));
    assert_eq!(object.value.at(&["status"]), stored.value.at(&["status"]));
    let other = server.call(Kind::DaemonSet, "nobody", Verb::Replace(read(&DAEMONSET.replace("agent", "nobody"))));
    assert_eq!(
        other.map_err(|it| it.to_string()).err().as_deref(),
        Some("Error from server (NotFound): daemonsets.apps \"nobody\" not found")
    );
}

#[test]
fn admission_refuses_in_its_own_words() {
    let mut server = Server::new();
    for (kind, object) in system_objects() {
        server.call(kind, "", Verb::Create(object)).expect("created");
    }
    let pod = |name: &str, rest: &str| {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: c, image: i}}]{rest}}}}}")
    };
    for (manifest, words) in [
        (pod("a", ", priorityClassName: nope"), "pods \"a\" is forbidden: no PriorityClass with name nope was found"),
        (
            pod("a", ", priority: 7"),
            "pods \"a\" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name",
        ),
        (
            pod("a", ", priorityClassName: system-node-critical, preemptionPolicy: Never"),
            "pods \"a\" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name",
        ),
    ] {
        assert_eq!(server.create(&manifest).err(), Some(format!("Error from server (Forbidden): {words}")));
    }
    let class = |name: &str| {
        format!(
            "{{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: {name}}}, value: 5, globalDefault: true}}"
        )
    };
    server.create(&class("one")).expect("created");
    let second = "Error from server (Forbidden): priorityclasses.scheduling.k8s.io \"two\" is forbidden: PriorityClass one is already marked as default. Only one default can exist";
    assert_eq!(server.create(&class("two")).err().as_deref(), Some(second));
    let pod = server.create(&pod("b", "")).expect("created");
    assert_eq!(pod.value.at(&["spec", "priority"]).as_i64(), Some(5));
    assert_eq!(pod.value.str_at(&["spec", "priorityClassName"]), "one");
}

#[test]
fn a_pod_gets_an_account_and_a_token_when_that_is_switched_on() {
    let mut server = Server::new();
    server.store.service_accounts = true;
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {initContainers: [{name: i, image: i}], containers: [{name: c, image: i}]}}";
    let missing = "Error from server (Forbidden): pods \"a\" is forbidden: error looking up service account default/default: serviceaccount \"default\" not found";
    assert_eq!(server.create(pod).err().as_deref(), Some(missing));
    server.create("{apiVersion: v1, kind: ServiceAccount, metadata: {name: default}}").expect("created");
    let pod = server.create(pod).expect("created");
    let spec = pod.value.at(&["spec"]);
    assert_eq!([spec.str_at(&["serviceAccount"]), spec.str_at(&["serviceAccountName"])], ["default"; 2]);
    let volume = spec.list_at(&["volumes"])[0].str_at(&["name"]);
    assert!(volume.starts_with("kube-api-access-") && volume.len() == 21, "{volume}");
    for list in ["initContainers", "containers"] {
        assert_eq!(spec.list_at(&[list])[0].list_at(&["volumeMounts"])[0].str_at(&["name"]), volume);
    }
}

#[test]
fn a_deletion_is_marked_while_finalizers_stand_and_only_shortened() {
    let mut server = Server::new();
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: a, finalizers: [example.com/hold]}, spec: {nodeName: worker, containers: [{name: c, image: i}]}}";
    server.create(pod).expect("created");
    let mut delete = |grace_seconds, propagation| {
        let options = DeleteOptions { grace_seconds, propagation };
        server.call(Kind::Pod, "a", Verb::Delete(options)).expect("deleted");
        let pod = server.store.get(Kind::Pod, &ObjectKey::new("default", "a")).expect("held").clone();
        let metadata = pod.value.at(&["metadata"]);
        (
            pod.meta.deleted,
            metadata.at(&["deletionGracePeriodSeconds"]).as_i64(),
            pod.meta.generation,
            metadata.list_at(&["finalizers"]).len(),
        )
    };
    assert_eq!(delete(None, None), (Some(130), Some(30), 2, 1));
    assert_eq!(delete(Some(40), None), (Some(130), Some(30), 2, 1));
    assert_eq!(delete(Some(10), None), (Some(110), Some(10), 2, 1));
    assert_eq!(delete(Some(0), Some(Propagation::Foreground)), (Some(100), Some(0), 2, 2));
    let finalizers = Verb::Patch(PatchType::Merge, read("{metadata: {finalizers: [example.com/new]}}"));
    let refused = server.call(Kind::Pod, "a", finalizers).map_err(|it| it.to_string()).err();
    let words =
        "no new finalizers can be added if the object is being deleted, found new finalizers []string{\"example.com/new\"}";
    assert_eq!(refused, Some(format!("The Pod \"a\" is invalid: metadata.finalizers: Forbidden: {words}")));
    server.call(Kind::Pod, "a", Verb::Patch(PatchType::Merge, read("{metadata: {finalizers: null}}"))).expect("patched");
    assert_eq!(server.store.count(Kind::Pod), 0);
}

#[test]
fn preconditions_guard_a_deletion() {
    let mut server = Server::new();
    let stored = server.create(DAEMONSET).expect("created");
    let mut call = Call::delete(Kind::DaemonSet, stored.key().clone(), DeleteOptions::default());
    call.preconditions.uid = Some("other".into());
    let words = format!(
        "the UID in the precondition (other) does not match the UID in record ({}). The object might have been deleted and then recreated",
        stored.meta.uid
    );
    let refused = server.ask(&call).map_err(|it| it.message()).err();
    assert_eq!(refused, Some(format!("Operation cannot be fulfilled on daemonsets.apps \"agent\": {words}")));
    call.preconditions.uid = Some(stored.meta.uid.clone());
    server.ask(&call).expect("deleted");
    assert_eq!(server.store.count(Kind::DaemonSet), 0);
}

#[test]
fn a_namespace_that_ends_takes_nothing_new_and_some_never_end() {
    let mut server = Server::new();
    let delete = |name: &str| Call::delete(Kind::Namespace, ObjectKey::cluster_scoped(name), DeleteOptions::default());
    let never = server.ask(&delete("default")).map_err(|it| it.to_string()).err();
    assert_eq!(
        never.as_deref(),
        Some("Error from server (Forbidden): namespaces \"default\" is forbidden: this namespace may not be deleted")
    );
    server.ask(&delete("other")).expect("marked");
    let late = server.ask(&Call::create(Kind::DaemonSet, "other", read(DAEMONSET))).map_err(|it| it.to_string()).err();
    let words =
        "daemonsets.apps \"agent\" is forbidden: unable to create new content in namespace other because it is being terminated";
    assert_eq!(late, Some(format!("Error from server (Forbidden): {words}")));
    let nowhere = server.ask(&Call::create(Kind::DaemonSet, "nope", read(DAEMONSET))).map_err(|it| it.to_string()).err();
    assert_eq!(nowhere.as_deref(), Some("Error from server (NotFound): namespaces \"nope\" not found"));
}

#[test]
fn who_applies_owns_what_it_says_and_no_more() {
    const SPEC: &str = "selector: {matchLabels: {app: a}}, template: {metadata: {labels: {app: a}}, spec: {containers: [";
    let manifest = |extra: &str, container: &str| {
        read(&format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: agent}}, spec: {{{extra}{SPEC}{container}]}}}}}}}}"
        ))
    };
    let partial = read(
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {minReadySeconds: 9, template: {spec: {containers:
      [{name: c, image: i3, ports: [{containerPort: 80}]}]}}}}",
    );
    let only_image = read(
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent}, spec: {template: {spec: {containers: [{name: c,
      image: i3}]}}}}",
    );
    let set_image = map! { "spec" => read("{template: {spec: {containers: [{name: c, image: i2}]}}}") };
    let image = ".spec.template.spec.containers[name=\"c\"].image";
    let full = manifest("minReadySeconds: 1, ", "{name: c, image: i1, env: [{name: A, value: x}, {name: B}]}");
    let lean = manifest("", "{name: c, image: i1, env: [{name: A, value: x}]}");
    let apply = |said: &Value, force: bool| Verb::Apply { said: said.clone(), force };
    // Who does what, the words where it is refused, and what is there then: minReadySeconds, image, environment and ports.
    let steps = [
        ("kubectl", apply(&full, false), "", "1 i1 2 0"),
        ("kubectl", apply(&lean, false), "", " i1 1 0"),
        ("kubectl-set", Verb::Patch(PatchType::Strategic, set_image), "", " i2 1 0"),
        (
            "kubectl",
            apply(&lean, false),
            &format!("Apply failed with 1 conflict: conflict with \"kubectl-set\" using apps/v1: {image}"),
            " i2 1 0",
        ),
        ("kubectl", apply(&lean, true), "", " i1 1 0"),
        (
            "other",
            apply(&partial, false),
            &format!("Apply failed with 1 conflict: conflict with \"kubectl\": {image}"),
            " i1 1 0",
        ),
        ("other", apply(&partial, true), "", "9 i3 1 1"),
        (
            "kubectl",
            apply(&full, false),
            &format!("Apply failed with 2 conflicts: conflicts with \"other\":\n- .spec.minReadySeconds\n- {image}"),
            "9 i3 1 1",
        ),
        ("other", apply(&only_image, false), "", " i3 1 0"),
    ];
    let mut server = Server::new();
    for (index, (manager, verb, words, after)) in steps.into_iter().enumerate() {
        let mut call = Call::new(Kind::DaemonSet, ObjectKey::new("default", "agent"), verb);
        call.manager = manager.into();
        let refused = server.ask(&call).map_err(|it| it.message()).err().unwrap_or_default();
        assert_eq!(refused, words, "{index}");
        let stored = server.store.get(Kind::DaemonSet, &call.key).expect("there").value.clone();
        let container = &stored.list_at(&["spec", "template", "spec", "containers"])[0];
        let ready = stored.at(&["spec", "minReadySeconds"]).as_i64().map(|it| it.to_string()).unwrap_or_default();
        let (image, counts) = (container.str_at(&["image"]), ["env", "ports"].map(|list| container.list_at(&[list]).len()));
        assert_eq!(format!("{ready} {image} {} {}", counts[0], counts[1]), after, "{index}");
    }
}

#[test]
fn who_applied_on_the_client_can_apply_on_the_server() {
    let mut server = Server::new();
    let mut call = Call::create(Kind::DaemonSet, "default", read(DAEMONSET));
    call.manager = "kubectl-client-side-apply".into();
    server.ask(&call).expect("created");
    let said = read(&DAEMONSET.replace(", {name: side, image: 'busybox:1'}", "").replace("nginx:1", "nginx:2"));
    for (manager, is_refused) in [("other", true), ("kubectl", false)] {
        let mut call =
            Call::new(Kind::DaemonSet, ObjectKey::new("default", "agent"), Verb::Apply { said: said.clone(), force: false });
        call.manager = manager.into();
        assert_eq!(server.ask(&call).is_err(), is_refused, "{manager}");
    }
    let stored = server.store.get(Kind::DaemonSet, &ObjectKey::new("default", "agent")).expect("there");
    assert_eq!(stored.value.list_at(&["spec", "template", "spec", "containers"]).len(), 1, "what it no longer says is gone");
}

#[test]
fn the_annotations_of_a_deployment_count_for_its_generation_and_labels_do_not() {
    for (kind, name, generations) in [(Kind::Deployment, "web", [1, 2, 3]), (Kind::DaemonSet, "agent", [1, 1, 2])] {
        let mut server = Server::new();
        let manifest = DAEMONSET.replace("DaemonSet", kind.name()).replace("agent", name);
        server.create(&manifest).expect("created");
        let changes = [
            "{metadata: {labels: {a: b}}}",
            "{metadata: {annotations: {a: b}}}",
            "{spec: {minReadySeconds: 1}, metadata: {annotations: {a: c}}}",
        ];
        let seen = changes.map(|change| {
            let reply = server.call(kind, name, Verb::Patch(PatchType::Merge, read(change))).expect("changed");
            reply.object().map_or(0, |it| it.meta.generation)
        });
        assert_eq!(seen, generations, "{name}");
    }
}

#[test]
fn little_of_a_pod_can_be_changed() {
    const GATED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {nodeSelector: {a: b}, activeDeadlineSeconds: 9, tolerations: [{key: k,
      operator: Exists, tolerationSeconds: 5, effect: NoExecute}], schedulingGates: [{name: g}], containers: [{name: c, image: i}]}}";
    let refused = [
        (
            "{spec: {containers: [{name: c, image: i}, {name: d, image: k}]}}",
            "spec.containers: Forbidden: pod updates may not add or remove containers",
        ),
        (
            "{spec: {activeDeadlineSeconds: 10}}",
            "spec.activeDeadlineSeconds: Invalid value: 10: must be less than or equal to previous value",
        ),
        (
            "{spec: {activeDeadlineSeconds: null}}",
            "spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value",
        ),
        (
            "{spec: {tolerations: [{key: k, operator: Exists}]}}",
            "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds",
        ),
        (
            "{spec: {schedulingGates: [{name: h}]}}",
            "spec.schedulingGates: Forbidden: only deletion is allowed, but found new scheduling gate 'h'",
        ),
        (
            "{spec: {nodeSelector: {a: c}}}",
            "spec.nodeSelector: Invalid value: {\"a\":\"c\"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)",
        ),
        (
            "{spec: {hostNetwork: true, containers: [{name: c, image: j}]}}",
            "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n@@ -46,7 +46,7 @@\n  \"AutomountServiceAccountToken\": null,\n  \"NodeName\": \"\",\n  \"SecurityContext\": {\n-  \"HostNetwork\": false,\n+  \"HostNetwork\": true,\n   \"HostPID\": false,\n   \"HostIPC\": false,\n   \"ShareProcessNamespace\": null,\n",
        ),
    ];
    let allowed = [
        "{spec: {containers: [{name: c, image: j}], activeDeadlineSeconds: 5}}",
        "{spec: {nodeSelector: {b: c}}}",
        "[{op: add, path: /spec/tolerations/-, value: {key: l, operator: Exists}}, {op: remove, path: /spec/tolerations/0/tolerationSeconds}]",
        "{spec: {schedulingGates: null}}",
    ];
    let mut server = Server::new();
    server.create(GATED).expect("created");
    let mut patch = |patch: &str| {
        let patch_type = if patch.starts_with('[') { PatchType::Json } else { PatchType::Merge };
        server.call(Kind::Pod, "a", Verb::Patch(patch_type, read(patch))).map(drop).map_err(|it| it.to_string())
    };
    for (change, words) in refused {
        assert_eq!(patch(change), Err(format!("The Pod \"a\" is invalid: {words}")), "{change}");
    }
    for change in allowed {
        assert_eq!(patch(change), Ok(()), "{change}");
    }
    let late = patch("{spec: {nodeSelector: {d: e}}}").expect_err("without gates nothing can be added");
    assert!(
        late.ends_with("+  \"d\": \"e\"\n  },\n  \"ServiceAccountName\": \"\",\n  \"AutomountServiceAccountToken\": null,\n"),
        "{late}"
    );
}

#[test]
fn what_a_kind_does_not_have_cannot_be_asked_for() {
    let mut server = Server::new();
    server.create("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}").expect("created");
    let mut status = Call::patch(Kind::ConfigMap, ObjectKey::new("default", "a"), PatchType::Merge, read("{status: {a: b}}"));
    status.status = true;
    let evict = Call::new(Kind::ConfigMap, ObjectKey::new("default", "a"), Verb::Evict(DeleteOptions::default()));
    for call in [status, evict] {
        let refused = server.ask(&call).map_err(|refused| refused.to_string()).err();
        let words = "Error from server (NotFound): the server could not find the requested resource";
        assert_eq!(refused.as_deref(), Some(words));
    }
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: a}}, spec: {nodeName: worker, containers: [{name: c,
  image: 'nginx:1', resources: {requests: {cpu: 0, memory: '0'}, limits: {cpu: 0}}}]}}";

#[test]
fn pods_that_are_not_ready_are_evicted_as_the_budgets_policy_says() {
    for (policy, healthy, is_evicted) in
        [("IfHealthyBudget", 1, false), ("IfHealthyBudget", 2, true), ("AlwaysAllow", 1, true), ("", 2, true), ("", 0, false)]
    {
        let mut server = Server::new();
        let pod = server.create(POD).expect("created");
        assert_eq!(pod.value.str_at(&["status", "qosClass"]), "BestEffort", "amounts of zero do not count");
        let budget = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: b}, spec: {minAvailable: 2, selector:
          {matchLabels: {app: a}}}}";
        let budget = server.create(budget).expect("created");
        let mut value = budget.value.clone();
        if !policy.is_empty() {
            value.set(&["spec", "unhealthyPodEvictionPolicy"], policy);
            value = server.store.update(Kind::PodDisruptionBudget, value).expect("updated").value.clone();
        }
        let status = map! { "observedGeneration" => value.at(&["metadata", "generation"]).clone(), "disruptionsAllowed" => 0,
        "currentHealthy" => healthy, "desiredHealthy" => if healthy == 0 { 0 } else { 2 } };
        server.store.update_status(Kind::PodDisruptionBudget, budget.key(), status).expect("written");
        let running = map! { "phase" => "Running", "conditions" => vec![
        map! { "type" => "DisruptionTarget", "status" => "True", "reason" => "Other" } ] };
        server.store.update_status(Kind::Pod, pod.key(), running).expect("written");
        let reply = server.call(Kind::Pod, "p", Verb::Evict(DeleteOptions::default()));
        assert_eq!(reply.is_ok(), is_evicted, "{policy} {healthy}");
        let conditions = |pod: &Object| pod.value.list_at(&["status", "conditions"]).len();
        assert!(reply.ok().and_then(|it| it.object().map(|it| conditions(it))).is_none_or(|it| it == 1), "one of each type");
    }
}

#[test]
fn a_collection_is_deleted_as_a_whole_or_not_at_all() {
    let mut server = Server::new();
    server.call(Kind::Namespace, "", Verb::Create(namespace("a"))).expect("created");
    let all = Verb::DeleteCollection(DeleteOptions::default(), crate::apiserver::Selection::default());
    server.call(Kind::Namespace, "", all).expect_err("one of them may not go");
    assert!(server.store.list(Kind::Namespace).all(|it| it.meta.deleted.is_none()));
}

#[test]
fn a_namespace_that_ends_is_known_as_the_reason() {
    let mut server = Server::new();
    server.call(Kind::Namespace, "other", Verb::Delete(DeleteOptions::default())).expect("marked");
    for (namespace, is_of_it) in [("other", true), ("missing", false)] {
        let mut pod = read(POD);
        pod.set(&["metadata", "namespace"], namespace);
        let refusal = server.store.create(Kind::Pod, pod, &mut Request { now: 0, rng: &mut server.rng }).expect_err("refused");
        assert_eq!(refusal.is_of_ending_namespace(), is_of_it, "{refusal}");
    }
}

#[test]
fn what_is_applied_must_have_the_shape_of_the_schema() {
    let key = ObjectKey::new("default", "a");
    let omits = |key: &str| {
        format!("associative list with keys has an element that omits key field \"{key}\" (and doesn't have default value)")
    };
    let pod = |spec: &str| format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{spec}}}}}");
    for (manifest, words) in [
        (pod("containers: [{name: c, foo: 1}]"), ".spec.containers[name=\"c\"].foo: field not declared in schema".to_owned()),
        (pod("hostNetwork: 1"), ".spec.hostNetwork: expected boolean, got &{1}".into()),
        (pod("priority: x"), ".spec.priority: expected numeric (int or float), got string".into()),
        (pod("nodeName: 1"), ".spec.nodeName: expected string, got &value.valueUnstructured{Value:1}".into()),
        (pod("containers: {a: b}"), ".spec.containers: expected list, got &{map[a:b]}".into()),
        (pod("nodeSelector: [a]"), ".spec.nodeSelector: expected map, got &{[a]}".into()),
        (pod("tolerations: [{key: a}, {b: c}]"), ".spec.tolerations[1].b: field not declared in schema".into()),
        (pod("volumes: [null]"), ".spec.volumes: element 0: associative list with keys may not have a null element".into()),
        (
            pod("containers: [{name: c, ports: [{containerPort: 80}, {containerPort: 80, protocol: TCP}]}]"),
            ".spec.containers[name=\"c\"].ports: duplicate entries for key [containerPort=80,protocol=\"TCP\"]".into(),
        ),
        (
            pod("topologySpreadConstraints: [{topologyKey: zone}]"),
            format!(".spec.topologySpreadConstraints: element 0: {}", omits("whenUnsatisfiable")),
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: a, finalizers: [x/y, x/y]}}".into(),
            ".metadata.finalizers: duplicate entries for key [=\"x/y\"]".into(),
        ),
    ] {
        let mut server = Server::new();
        let call = Call::new(Kind::Pod, key.clone(), Verb::Apply { said: read(&manifest), force: true }).by("me");
        let refused = server.ask(&call).expect_err(&manifest);
        assert_eq!(refused.reason(), "", "{manifest}");
        let doing = "failed to create typed patch object (default/a; /v1, Kind=Pod): ";
        assert_eq!(refused.message(), format!("{doing}{words}"), "{manifest}");
    }
}

#[test]
fn maps_of_type_atomic_are_applied_as_a_whole_and_granular_ones_by_their_fields() {
    let applied = [
        (
            Kind::DaemonSet,
            DAEMONSET.replace("spec: {containers", "spec: {nodeSelector: {a: b, c: d}, containers"),
            DAEMONSET.replace("spec: {containers", "spec: {nodeSelector: {c: d}, containers"),
            "Apply failed with 1 conflict: conflict with \"first\": .spec.template.spec.nodeSelector",
        ),
        (
            Kind::Service,
            "{apiVersion: v1, kind: Service, metadata: {name: agent}, spec: {ports: [{port: 80}], selector: {a: b}}}".into(),
            "{apiVersion: v1, kind: Service, metadata: {name: agent}, spec: {selector: {c: d}}}".into(),
            "Apply failed with 1 conflict: conflict with \"first\": .spec.selector",
        ),
        (
            Kind::PersistentVolume,
            "{apiVersion: v1, kind: PersistentVolume, metadata: {name: agent}, spec: {capacity: {storage: 1Gi}, accessModes:
              [ReadWriteOnce], hostPath: {path: /a}, claimRef: {namespace: default, name: a}}}"
                .into(),
            "{apiVersion: v1, kind: PersistentVolume, metadata: {name: agent}, spec: {claimRef: {uid: u}}}".into(),
            "",
        ),
    ];
    for (kind, first, second, words) in applied {
        let mut server = Server::new();
        let key = ObjectKey::new(if kind.is_namespaced() { "default" } else { "" }, "agent");
        let apply = |said: &str| Call::new(kind, key.clone(), Verb::Apply { said: read(said), force: false });
        server.ask(&apply(&first).by("first")).expect(&first);
        let refused = server.ask(&apply(&second).by("second")).err().map(|it| it.message()).unwrap_or_default();
        assert_eq!(refused, words, "{second}");
    }
}

#[test]
fn an_item_stays_with_its_keys_while_somebody_else_manages_a_part_of_it() {
    let (with, without) = (DAEMONSET.to_owned(), DAEMONSET.replace(", {name: side, image: 'busybox:1'}", ""));
    let key = ObjectKey::new("default", "agent");
    let apply = |said: &str| Call::new(Kind::DaemonSet, key.clone(), Verb::Apply { said: read(said), force: true }).by("me");
    for (patched, left) in [("{name: side, image: 'busybox:2'}", "main side"), ("{name: main, image: 'nginx:2'}", "main")] {
        let mut server = Server::new();
        server.ask(&apply(&with)).expect("applied");
        let patch = read(&format!("{{spec: {{template: {{spec: {{containers: [{patched}]}}}}}}}}"));
        let patch = Call::patch(Kind::DaemonSet, key.clone(), PatchType::Strategic, patch);
        // Nobody's name is a name, too: that of kubectl.
        server.ask(&patch).expect("patched");
        server.ask(&apply(&without)).expect("applied");
        let stored = server.store.get(Kind::DaemonSet, &key).expect("there");
        let names = stored.value.list_at(&["spec", "template", "spec", "containers"]).iter().map(|it| it.str_at(&["name"]));
        assert_eq!(names.collect::<Vec<_>>().join(" "), left, "{patched}");
    }
}

#[test]
fn who_does_not_say_its_name_writes_as_kubectl_and_cannot_apply() {
    let mut server = Server::new();
    server.create(DAEMONSET).expect("created");
    let said = read(&DAEMONSET.replace("nginx:1", "nginx:2"));
    let key = ObjectKey::new("default", "agent");
    for (manager, words) in [
        ("", "The PatchOptions \"\" is invalid: fieldManager: Required value: is required for apply patch"),
        (
            "other",
            "Error from server (Conflict): Apply failed with 1 conflict: conflict with \"kubectl\" using apps/v1: \
             .spec.template.spec.containers[name=\"main\"].image",
        ),
    ] {
        let call = Call::new(Kind::DaemonSet, key.clone(), Verb::Apply { said: said.clone(), force: false }).by(manager);
        assert_eq!(server.ask(&call).map_err(|it| it.to_string()).err().as_deref(), Some(words), "{manager}");
    }
}

#[test]
fn nobody_can_say_who_manages_what() {
    let mut server = Server::new();
    let managed = DAEMONSET.replace("{name: agent}", "{name: agent, managedFields: [{manager: me, operation: Update}]}");
    server.create(&managed).expect("created");
    let key = ObjectKey::new("default", "agent");
    let patch = read("{metadata: {labels: {a: b}, managedFields: [{manager: me, operation: Update}]}}");
    let verbs = [None, Some(Verb::Patch(PatchType::Merge, patch)), Some(Verb::Replace(read(&managed)))];
    for (index, verb) in verbs.into_iter().enumerate() {
        if let Some(verb) = verb {
            server.ask(&Call::new(Kind::DaemonSet, key.clone(), verb)).expect("written");
        }
        let stored = server.store.get(Kind::DaemonSet, &key).expect("there");
        assert!(stored.value.at(&["metadata", "managedFields"]).is_null(), "{index}: {}", stored.value);
    }
}
