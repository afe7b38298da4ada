//! Reading: one object, or those that a label selector and a field selector leave.
//!
//! Models `fields.ParseSelector` and the field labels of each kind (`AddFieldLabelConversionFunc`, `ToSelectableFields`).

use std::sync::Arc;

use crate::object::{Kind, LabelSelector, Object, ObjectKey, Value};

use super::call::Selection;
use super::{Refusal, Store};

/// The fields that can be selected by, besides name and namespace; their default where the field is absent.
const FIELDS: &[(Kind, &[(&str, &str)])] = &[
    (
        Kind::Pod,
        &[
            ("spec.nodeName", ""),
            ("spec.restartPolicy", ""),
            ("spec.schedulerName", ""),
            ("spec.serviceAccountName", ""),
            ("spec.hostNetwork", "false"),
            ("status.phase", ""),
            ("status.podIP", ""),
            ("status.podIPs", ""),
            ("status.nominatedNodeName", ""),
        ],
    ),
    (Kind::Node, &[("spec.unschedulable", "false")]),
    (Kind::Namespace, &[("status.phase", "")]),
    (Kind::Secret, &[("type", "")]),
    (Kind::Service, &[("spec.clusterIP", ""), ("spec.type", "")]),
    (
        Kind::Event,
        &[
            ("involvedObject.kind", ""),
            ("involvedObject.namespace", ""),
            ("involvedObject.name", ""),
            ("involvedObject.uid", ""),
            ("involvedObject.apiVersion", ""),
            ("involvedObject.resourceVersion", ""),
            ("involvedObject.fieldPath", ""),
            ("reason", ""),
            ("reportingComponent", ""),
            ("source", ""),
            ("type", ""),
        ],
    ),
];

/// A field selector's requirement.
struct Requirement {
    field: String,
    value: String,
    equal: bool,
}

impl Selection {
    /// Leaves those objects that are selected.
    ///
    /// # Errors
    /// When one of the selectors cannot be read, or names a field that the kind does not have.
    pub fn select(&self, kind: Kind, objects: &mut Vec<Arc<Object>>) -> Result<(), Refusal> {
        let labels = LabelSelector::parse(&self.labels).map_err(|error| Refusal::bad_request(error.to_string()))?;
        let fields = parse(&self.fields)?;
        let known = FIELDS.iter().find(|(of, _)| *of == kind).map(|(_, fields)| *fields);
        for requirement in &fields {
            check(kind, known, &requirement.field)?;
        }
        let fits = |object: &Object| fields.iter().all(|it| (read(object, known, &it.field) == it.value) == it.equal);
        objects.retain(|object| labels.matches(&object.meta.labels) && fits(object));
        Ok(())
    }
}

fn check(kind: Kind, known: Option<&[(&str, &str)]>, field: &str) -> Result<(), Refusal> {
    let general = field == "metadata.name" || (field == "metadata.namespace" && !matches!(kind, Kind::Node | Kind::Namespace));
    match known {
        _ if general => Ok(()),
        Some(fields) if fields.iter().any(|(name, _)| *name == field) => Ok(()),
        Some(_) => Err(Refusal::bad_request(format!("field label not supported: {field}"))),
        None => {
            let words = "is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
            Err(Refusal::bad_request(format!("{field:?} {words}")))
        }
    }
}

/// The text that a field is compared as.
fn read(object: &Object, known: Option<&[(&str, &str)]>, field: &str) -> String {
    let mut value = &object.value;
    for name in field.split('.') {
        value = value.at(&[name]);
    }
    let absent = || known.into_iter().flatten().find(|(name, _)| *name == field).map_or("", |(_, absent)| absent);
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => absent().to_owned(),
        Value::Map(_) => value.str_at(&["component"]).to_owned(),
        other => other.to_string(),
    }
}

/// Models `fields.ParseSelector`.
fn parse(query: &str) -> Result<Vec<Requirement>, Refusal> {
    let mut requirements = Vec::new();
    for term in terms(query) {
        let Some((field, equal, value)) = split(term) else {
            return Err(Refusal::bad_request(format!("invalid selector: '{query}'; can't understand '{term}'")));
        };
        requirements.push(Requirement { field: field.to_owned(), value: unescaped(value), equal });
    }
    Ok(requirements)
}

/// The parts between commas that no backslash stands before.
fn terms(query: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    let parts = query.split(move |c| {
        let ends = c == ',' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    parts.filter(|term| !term.is_empty())
}

fn split(term: &str) -> Option<(&str, bool, &str)> {
    let at = term.find(['=', '!'].as_slice())?;
    let (field, rest) = term.split_at_checked(at)?;
    for (sign, equal) in [("!=", false), ("==", true), ("=", true)] {
        if let Some(value) = rest.strip_prefix(sign) {
            return Some((field, equal, value));
        }
    }
    None
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    text
}

impl Store {
    /// An object by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn read(&self, kind: Kind, key: &ObjectKey) -> Result<&Arc<Object>, Refusal> {
        self.get(kind, key).ok_or_else(|| Refusal::NotFound { kind, name: key.name.clone() })
    }

    /// The objects of a kind that are selected, in the order of namespaces and names; of one namespace, or of all.
    ///
    /// # Errors
    /// When one of the selectors cannot be read, or names a field that the kind does not have.
    pub fn select(&self, kind: Kind, namespace: Option<&str>, by: &Selection) -> Result<Vec<Arc<Object>>, Refusal> {
        let mut objects: Vec<_> = match namespace.filter(|_| kind.is_namespaced()) {
            Some(namespace) => self.list_in(kind, namespace).cloned().collect(),
            None => self.list(kind).cloned().collect(),
        };
        by.select(kind, &mut objects)?;
        Ok(objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    fn pods() -> Vec<Arc<Object>> {
        let pod = |name: &str, node: &str| {
            let value = map! {
                "metadata" => map! { "name" => name, "namespace" => "default", "labels" => map! { "app" => name } },
                "spec" => map! { "nodeName" => node },
            };
            Arc::new(Object::read(Kind::Pod, value))
        };
        vec![pod("a", "n1"), pod("b", "n2")]
    }

    fn selected(labels: &str, fields: &str) -> Result<String, String> {
        let mut pods = pods();
        let by = Selection { labels: labels.into(), fields: fields.into() };
        by.select(Kind::Pod, &mut pods).map_err(|refusal| refusal.to_string())?;
        Ok(pods.iter().map(|pod| pod.name().as_str()).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn selectors_leave_what_fits_or_say_what_is_wrong() {
        for (labels, fields, left) in [
            ("", "", Ok("a,b")),
            ("app=a", "", Ok("a")),
            ("", "spec.nodeName=n2", Ok("b")),
            ("", "spec.nodeName!=n2,metadata.namespace==default", Ok("a")),
            ("", "spec.hostNetwork=false,spec.nodeName=n1", Ok("a")),
            ("", r"metadata.name=a\,b", Ok("")),
            ("app in", "", Err("unable to parse requirement: found '' expected: '('")),
            ("", "spec.nodeName", Err("invalid selector: 'spec.nodeName'; can't understand 'spec.nodeName'")),
            ("", "spec.foo=1", Err("field label not supported: spec.foo")),
        ] {
            assert_eq!(selected(labels, fields), left.map(str::to_owned).map_err(str::to_owned), "{labels} {fields}");
        }
    }

    #[test]
    fn most_kinds_are_selected_by_name_and_namespace_only() {
        let by = Selection { fields: "status.numberReady=2".into(), ..Selection::default() };
        let words = "\"status.numberReady\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
        assert_eq!(by.select(Kind::DaemonSet, &mut Vec::new()), Err(Refusal::bad_request(words)));
    }
}
