//! The rules of pod templates, as data: what is set, and what is said about it.

use super::names::{LABEL, SUBDOMAIN};
use super::{create, warnings};
use crate::apiserver::admit;
use crate::object::{Kind, Value, yaml};

const RULES: &str = include_str!("rules.txt");
const POD: &str = "spec.template.spec.";
/// Words that are too long to be repeated.
const NAME: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

fn base() -> Value {
    let text = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: agent, namespace: default}, spec: {selector: {matchLabels: {app: agent}},
        template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: 'nginx:1'}]}}}}";
    yaml::parse(text).documents.remove(0).value
}

/// Writes a value at `a.0.b`; the path starts in the pod's spec, or behind a slash in the object.
fn set(object: &mut Value, path: &str, value: Value) {
    let path = path.strip_prefix('/').map_or_else(|| format!("{POD}{path}"), str::to_owned);
    let mut here = object;
    for step in path.split('.') {
        here = match step.parse::<usize>() {
            Ok(index) => &mut here.make_list()[index],
            Err(_) => here.at_mut(&[&step.replace('~', ".")]),
        };
    }
    *here = value;
}

/// What the API server says about an object, errors and warnings, line by line.
fn said(object: &Value) -> Vec<String> {
    let mut decoded = admit::decode(Kind::DaemonSet, object).expect("decodes");
    crate::apiserver::default::default(Kind::DaemonSet, &mut decoded);
    let mut lines: Vec<String> = create(Kind::DaemonSet, &decoded).iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.extend(warnings(Kind::DaemonSet, &decoded).iter().map(|warning| format!("! {warning}")));
    }
    let short = |line: String| {
        let line = line.replace(POD, "").replace("spec.template.spec:", ":");
        line.replace(SUBDOMAIN, "SUBDOMAIN").replace(LABEL, "LABEL").replace(NAME, "NAME")
    };
    lines.into_iter().map(short).collect()
}

#[test]
fn templates_keep_the_rules() {
    let mut failures = Vec::new();
    for case in RULES.split("\n\n").map(str::trim_end).filter(|case| !case.is_empty()) {
        let (expected, settings): (Vec<&str>, Vec<&str>) =
            case.lines().filter(|line| !line.starts_with('#')).partition(|line| line.starts_with("    "));
        let mut object = base();
        for setting in &settings {
            let (path, value) = setting.split_once(": ").expect("a path and a value");
            set(&mut object, path, yaml::parse(value).documents.remove(0).value);
        }
        let found = said(&object);
        let expected: Vec<&str> = expected.iter().map(|line| line.trim_start()).collect();
        if found != expected {
            failures.push(format!("{}\n    {}", settings.join("\n"), found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "what was said instead:\n\n{}", failures.join("\n\n"));
}
