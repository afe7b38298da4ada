//! What the API server and kubectl answer.

use daemonset_lab::apiserver::{Call, FieldValidation, PatchType};
use daemonset_lab::kubectl::manifest;
use daemonset_lab::object::{Kind, map};

use super::lab::{Lab, agent};

#[test]
fn n10_a_surge_alone_is_refused_because_one_pod_may_be_unavailable_by_default() {
    let mut lab = Lab::new(&[]);
    let words = lab.refused(agent("agent:1", r#""updateStrategy":{"rollingUpdate":{"maxSurge":1}},"#, ""));
    assert_eq!(
        words,
        "The DaemonSet \"agent\" is invalid: spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"
    );
}

#[test]
fn n26_the_deletion_time_of_a_pod_lies_in_the_future() {
    let mut lab = Lab::with(&["node-a"], agent("agent:1", "", ""));
    let pod = lab.pod_on("node-a");
    lab.delete(Kind::Pod, &pod);
    let now = lab.cluster.runtime.unix();
    assert_eq!(lab.get(Kind::Pod, &pod).and_then(|it| it.meta.deleted), Some(now + 30), "now and the grace period");
}

#[test]
fn n27_a_missing_selector_is_said_not_to_match_the_labels() {
    let mut lab = Lab::new(&[]);
    let mut daemonset = agent("agent:1", "", "");
    daemonset.remove(&["spec", "selector"]);
    let words = "The DaemonSet \"agent\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"agent\"}: `selector` does not match template `labels`";
    assert_eq!(lab.refused(daemonset), words);
}

#[test]
fn n28_an_unknown_field_is_one_thing_in_a_new_object_and_another_in_a_patch() {
    let mut lab = Lab::new(&[]);
    let mut wrong = agent("agent:1", "", "");
    wrong.set(&["spec", "foo"], 1);
    let created = lab.call(Call::create(Kind::DaemonSet, "default", wrong).strict()).expect_err("refused").to_string();
    assert!(created.ends_with("strict decoding error: unknown field \"spec.foo\""), "{created}");
    lab.apply(agent("agent:1", "", ""));
    let patch = |validation| {
        let key = Lab::key(Kind::DaemonSet, "agent");
        let mut call = Call::patch(Kind::DaemonSet, key, PatchType::Strategic, map! { "spec" => map! { "foo" => 1 } });
        call.validation = validation;
        call
    };
    let patched = lab.call(patch(FieldValidation::Strict)).expect_err("refused").to_string();
    let words = "patch: Invalid value: \"map[spec:map[foo:1]]\": strict decoding error: unknown field \"spec.foo\"";
    assert!(patched.ends_with(words), "{patched}");
    let warned = lab.call(patch(FieldValidation::Warn)).expect("only warned of");
    assert_eq!(warned.warnings, ["unknown field \"spec.foo\""]);
    let twice = manifest::read("apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: a\n  name: b\n");
    assert!(twice.errors.is_empty(), "a key that stands twice in YAML passes");
    assert_eq!(twice.objects[0].value.str_at(&["metadata", "name"]), "b");
}
