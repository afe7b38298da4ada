//! The main rules of every kind.

use super::*;
use crate::apiserver::admit;
use crate::object::map;

fn daemonset(selector: &str, template: &str) -> Value {
    let labels = |app: &str| map! { "app" => app };
    let container = map! { "name" => "c", "image" => "nginx" };
    let template = map! { "metadata" => map! { "labels" => labels(template) },
    "spec" => map! { "containers" => vec![container] } };
    let spec = map! { "selector" => map! { "matchLabels" => labels(selector) }, "template" => template };
    let metadata = map! { "name" => "agent", "namespace" => "default" };
    map! { "apiVersion" => "apps/v1", "kind" => "DaemonSet", "metadata" => metadata, "spec" => spec }
}

#[test]
fn a_selector_cannot_be_changed_and_all_else_can() {
    let kind = Kind::DaemonSet;
    let old = admit::admit_new(kind, &daemonset("a", "a")).expect("good");
    let said = |new: &Value| {
        let new = admit::decode(kind, new).expect("decodes");
        admit::validate_update(kind, new, &old).map_err(|status| status.to_string()).err()
    };
    let mut other = daemonset("a", "a");
    other.set(&["spec", "minReadySeconds"], 5);
    other.set(&["spec", "updateStrategy", "type"], "OnDelete");
    assert_eq!(said(&other), None);
    let immutable = "spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable";
    assert_eq!(said(&daemonset("b", "b")), Some(format!("The DaemonSet \"agent\" is invalid: {immutable}")));
    let mismatch = "spec.template.metadata.labels: Invalid value: {\"app\":\"a\"}: `selector` does not match template `labels`";
    let both = format!("The DaemonSet \"agent\" is invalid:\n* {immutable}\n* {mismatch}");
    assert_eq!(said(&daemonset("b", "a")), Some(both));
}

#[test]
fn other_kinds_have_their_main_rules() {
    let said = |manifest: &str| {
        let document = crate::object::yaml::parse(manifest).documents.remove(0).value;
        let kind = Kind::find(document.str_at(&["apiVersion"]), document.str_at(&["kind"])).expect("a kind");
        admit::admit_new(kind, &document).map_err(|status| status.to_string()).err().unwrap_or_default()
    };
    for (manifest, words) in [
        ("{apiVersion: v1, kind: Namespace, metadata: {name: a}}", ""),
        (
            "{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {taints: [{key: k, effect: Never}]}}",
            "The Node \"a\" is invalid: metadata.taints[0].effect: Unsupported value: \"Never\": supported values: \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
        ),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a b: c}}",
            "The ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
        (
            "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: hello}}",
            "Secret in version \"v1\" cannot be handled as a Secret: illegal base64 data at input byte 4",
        ),
        (
            "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: a}, value: 2000000000}",
            "The PriorityClass \"a\" is invalid: value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: b}, spec: {containers: []}}",
            "The Pod \"a\" is invalid: spec.containers: Required value",
        ),
        (
            "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: b}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: d}]}}}}",
            "The Deployment \"a\" is invalid:\n* spec.selector: Required value\n* spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`",
        ),
    ] {
        assert_eq!(said(manifest), words, "{manifest}");
    }
}
