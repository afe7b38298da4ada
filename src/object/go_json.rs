//! A pod's spec as Go prints the API server's own form of it.
//!
//! The server shows by this what of a pod was changed that must not be: the fields under their names in Go, none left out.

use std::fmt::Write as _;

use super::go_types::{GoField, GoKind, GoType, GoTypes};
use super::{Map, Quantity, Value};

/// What the spec of a pod says of its namespaces, and the server keeps with its security.
const OF_SECURITY: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// The spec of a pod with all defaults filled in, as `json.MarshalIndent` prints a `core.PodSpec`, without a line end.
pub fn pod_spec(spec: &Value) -> String {
    let mut whole = spec.clone();
    if whole.at(&["securityContext"]).is_null() {
        whole.set(&["securityContext"], Value::object());
    }
    for name in OF_SECURITY.iter().filter(|name| !spec.at(&[name]).is_null()) {
        whole.set(&["securityContext", name], spec.at(&[name]).clone());
    }
    let mut printer = Printer { text: String::new(), depth: 0 };
    printer.structure("v1.PodSpec", &whole);
    printer.text
}

struct Printer {
    text: String,
    depth: usize,
}

impl Printer {
    fn line(&mut self) {
        // Writing to a string does not fail.
        let _ = write!(self.text, "\n{:1$}", "", self.depth);
    }

    /// Opens, prints what is inside piece by piece, closes.
    fn block<T>(&mut self, ends: [char; 2], parts: impl Iterator<Item = T>, mut print: impl FnMut(&mut Self, T)) {
        self.text.push(ends[0]);
        self.depth += 1;
        let mut is_empty = true;
        for part in parts {
            if !is_empty {
                self.text.push(',');
            }
            is_empty = false;
            self.line();
            print(self, part);
        }
        self.depth -= 1;
        if !is_empty {
            self.line();
        }
        self.text.push(ends[1]);
    }

    fn structure(&mut self, name: &str, value: &Value) {
        let mut fields = Vec::new();
        flatten(name, &mut fields);
        // The types of `metav1` are the same inside and outside, with the names of JSON and what is empty left out.
        let is_published = name.starts_with("v1.LabelSelector");
        let is_shown = |field: &&GoField| !is_published || !value_of(field, value).is_null() || field.go_type.name == "string";
        self.block(['{', '}'], fields.into_iter().filter(is_shown), |printer, field| {
            let name = field.json.as_deref().filter(|_| is_published).unwrap_or(field.name);
            let _ = write!(printer.text, "\"{name}\": ");
            printer.value(&field.go_type, value_of(field, value));
        });
    }

    fn value(&mut self, go_type: &GoType, value: &Value) {
        match &go_type.kind {
            GoKind::Pointer(_) if value.is_null() => self.text.push_str("null"),
            GoKind::Pointer(pointee) => self.value(pointee, value),
            GoKind::Struct => self.structure(go_type.name, value),
            GoKind::Slice(item) => match value.as_list().unwrap_or_default() {
                [] => self.text.push_str("null"),
                items => self.block(['[', ']'], items.iter(), |printer, value| printer.value(item, value)),
            },
            GoKind::Map(item) => match value.as_map().filter(|map| !map.is_empty()) {
                None => self.text.push_str("null"),
                Some(map) => self.block(['{', '}'], Map::iter(map), |printer, (key, value)| {
                    let _ = write!(printer.text, "{}: ", Value::from(key));
                    printer.value(item, value);
                }),
            },
            GoKind::Quantity => {
                let quantity = Quantity::read(value).map_or_else(|_| "0".into(), |it| it.to_string());
                let _ = write!(self.text, "{}", Value::from(quantity));
            }
            GoKind::Bool => {
                let _ = write!(self.text, "{}", value.as_bool().unwrap_or_default());
            }
            GoKind::Int => {
                let _ = write!(self.text, "{}", value.as_i64().unwrap_or_default());
            }
            GoKind::String => {
                let _ = write!(self.text, "{}", Value::from(value.as_str().unwrap_or_default()));
            }
            GoKind::IntOrString if value.is_null() => self.text.push('0'),
            GoKind::IntOrString | GoKind::Time => {
                let _ = write!(self.text, "{value}");
            }
        }
    }
}

/// The fields of a struct, those of embedded structs among them.
fn flatten(name: &str, fields: &mut Vec<&'static GoField>) {
    for field in GoTypes::internal().fields(name) {
        if field.json.is_none() {
            flatten(field.go_type.name, fields);
        } else {
            fields.push(field);
        }
    }
}

fn value_of<'a>(field: &GoField, value: &'a Value) -> &'a Value {
    field.json.as_ref().map_or(value, |json| value.at(&[json]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{map, yaml};

    #[test]
    fn what_is_not_said_is_shown_as_nothing() {
        let text = pod_spec(&map! { "hostPID" => true, "nodeSelector" => map! { "a" => "<b>" } });
        assert!(text.starts_with("{\n \"Volumes\": null,\n \"InitContainers\": null,\n"), "{text}");
        for part in [
            "\n \"NodeSelector\": {\n  \"a\": \"\\u003cb\\u003e\"\n },\n \"ServiceAccountName\": \"\",\n",
            "\n \"SecurityContext\": {\n  \"HostNetwork\": false,\n  \"HostPID\": true,\n  \"HostIPC\": false,\n",
            "\n \"SchedulingGroup\": null\n}",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn parts_of_the_common_machinery_keep_their_names() {
        let spec = "{containers: [{name: c, resources: {requests: {memory: 1024Mi}}, livenessProbe: {httpGet: {port: http}}}],
          volumes: [{name: v, configMap: {name: m}}], topologySpreadConstraints: [{labelSelector: {matchLabels: {a: b}}}]}";
        let text = pod_spec(&yaml::parse(spec).documents.remove(0).value);
        for part in [
            "\n   \"LabelSelector\": {\n    \"matchLabels\": {\n     \"a\": \"b\"\n    }\n   },\n",
            "\n    \"Requests\": {\n     \"memory\": \"1Gi\"\n    },\n",
            "\n    \"HTTPGet\": {\n     \"Path\": \"\",\n     \"Port\": \"http\",\n",
            "\n   \"ConfigMap\": {\n    \"Name\": \"m\",\n    \"Items\": null,\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
