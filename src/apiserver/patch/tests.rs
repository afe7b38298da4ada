//! The patch that `kubectl apply` makes, and what it makes of an object.

use super::*;
use crate::object::{Kind, schema, yaml};

fn read(text: &str) -> Value {
    yaml::parse(text).documents.remove(0).value
}

/// What is sent when `wanted` follows `last` on `stored`, and what is stored then.
fn applied(last: &str, wanted: &str, stored: &str) -> (String, String) {
    let of = schema::of(Kind::DaemonSet);
    let mut patch = three_way(&read(last), &read(wanted), &read(stored), of).expect("a patch");
    let sent = patch.to_string();
    let merged = strategic_merge_patch(&read(stored), &mut patch, of).expect("it fits");
    (sent, merged.to_string())
}

#[test]
fn what_others_added_stays_and_what_is_not_wanted_any_more_goes() {
    for (last, wanted, stored, sent, left) in [
        ("{a: 1}", "{a: 1}", "{a: 1, b: 2}", "{}", r#"{"a":1,"b":2}"#),
        (
            "{metadata: {labels: {a: '1', b: '2'}}}",
            "{metadata: {labels: {a: '3'}}}",
            "{metadata: {labels: {a: '1', b: '2', c: '4'}}}",
            r#"{"metadata":{"labels":{"a":"3","b":null}}}"#,
            r#"{"metadata":{"labels":{"a":"3","c":"4"}}}"#,
        ),
        // Lists with a merge key are merged by it.
        (
            "{spec: {template: {spec: {containers: [{name: a, image: x}, {name: b, image: y}]}}}}",
            "{spec: {template: {spec: {containers: [{name: a, image: z}]}}}}",
            "{spec: {template: {spec: {containers: [{name: a, image: x, added: 1}, {name: b, image: y}, {name: c, image: w}]}}}}",
            r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"image":"z","name":"a"},{"$patch":"delete","name":"b"}]}}}}"#,
            r#"{"spec":{"template":{"spec":{"containers":[{"added":1,"image":"z","name":"a"},{"image":"w","name":"c"}]}}}}"#,
        ),
        // Only the order changes.
        (
            "{spec: {template: {spec: {containers: [{name: a}, {name: b}]}}}}",
            "{spec: {template: {spec: {containers: [{name: b}, {name: a}]}}}}",
            "{spec: {template: {spec: {containers: [{name: a, i: 1}, {name: b, i: 2}]}}}}",
            r#"{"spec":{"template":{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}}}"#,
            r#"{"spec":{"template":{"spec":{"containers":[{"i":2,"name":"b"},{"i":1,"name":"a"}]}}}}"#,
        ),
        // Other lists are taken whole.
        (
            "{spec: {template: {spec: {tolerations: [{key: a}]}}}}",
            "{spec: {template: {spec: {tolerations: [{key: b}]}}}}",
            "{spec: {template: {spec: {tolerations: [{key: a}, {key: c}]}}}}",
            r#"{"spec":{"template":{"spec":{"tolerations":[{"key":"b"}]}}}}"#,
            r#"{"spec":{"template":{"spec":{"tolerations":[{"key":"b"}]}}}}"#,
        ),
        // A list of scalars that is merged.
        (
            "{metadata: {finalizers: [a/a, b/b]}}",
            "{metadata: {finalizers: [b/b, d/d]}}",
            "{metadata: {finalizers: [a/a, b/b, c/c]}}",
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/a"],"$setElementOrder/finalizers":["b/b","d/d"],"finalizers":["d/d"]}}"#,
            r#"{"metadata":{"finalizers":["b/b","d/d","c/c"]}}"#,
        ),
        // A volume that changes its source keeps nothing of the old one.
        (
            "{spec: {template: {spec: {volumes: [{name: v, hostPath: {path: /a}}]}}}}",
            "{spec: {template: {spec: {volumes: [{name: v, emptyDir: {}}]}}}}",
            "{spec: {template: {spec: {volumes: [{name: v, hostPath: {path: /a, type: ''}}]}}}}",
            r#"{"spec":{"template":{"spec":{"$setElementOrder/volumes":[{"name":"v"}],"volumes":[{"$retainKeys":["emptyDir","name"],"emptyDir":{},"hostPath":null,"name":"v"}]}}}}"#,
            r#"{"spec":{"template":{"spec":{"volumes":[{"emptyDir":{},"name":"v"}]}}}}"#,
        ),
    ] {
        assert_eq!(applied(last, wanted, stored), (sent.to_owned(), left.to_owned()), "{wanted} after {last}");
    }
}

#[test]
fn a_patch_can_replace_or_empty_a_whole_map() {
    let of = schema::of(Kind::DaemonSet);
    let stored = read("{spec: {template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true}}, minReadySeconds: 1}}");
    for (patch, left) in [
        ("{spec: {template: {$patch: replace, spec: {}}}}", r#"{"spec":{"minReadySeconds":1,"template":{"spec":{}}}}"#),
        ("{spec: {template: {$patch: delete}}}", r#"{"spec":{"minReadySeconds":1,"template":{}}}"#),
        ("{spec: {template: null}}", r#"{"spec":{"minReadySeconds":1}}"#),
    ] {
        let merged = strategic_merge_patch(&stored, &mut read(patch), of).map(|it| it.to_string());
        assert_eq!(merged.as_deref(), Ok(left), "{patch}");
    }
}

#[test]
fn what_kubectl_prints_of_a_patch_is_go() {
    assert_eq!(go_print(&read("{b: [1, 2.5, true, null], a: {x: y z}}")), "map[a:map[x:y z] b:[1 2.5 true <nil>]]");
}

proptest::proptest! {
    #[test]
    fn applying_twice_says_nothing_the_second_time(wanted in "[ab]: \\{(labels: \\{[ab]: [cd]\\}, )?x: [0-9]\\}", stored in "[ab]: \\{x: [0-9]\\}") {
        let of = schema::of(Kind::DaemonSet);
        let (wanted, stored) = (read(&format!("metadata: {{annotations: {{{wanted}}}}}")), read(&format!("metadata: {{annotations: {{{stored}}}}}")));
        let mut patch = three_way(&Value::Null, &wanted, &stored, of).expect("a patch");
        let merged = strategic_merge_patch(&stored, &mut patch, of).expect("it fits");
        proptest::prop_assert_eq!(three_way(&wanted, &wanted, &merged, of), Ok(Value::object()));
    }
}
