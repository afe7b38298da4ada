//! Field selectors: `--field-selector spec.nodeName=worker-1,status.phase!=Running`.
//!
//! Models `k8s.io/apimachinery/pkg/fields` and the conversions of each kind that say which fields can be asked for.

use super::resource::Resource;
use crate::apiserver::error::go_quoted;
use crate::object::{SmolStr, Value};

/// Fields beside name and namespace, by kind.
#[rustfmt::skip]
const FIELDS: [(&str, &str); 6] = [
    ("Pod", "spec.nodeName spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.podIPs \
      status.nominatedNodeName"),
    ("Node", "spec.unschedulable"),
    ("Event", "involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion \
      involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type"),
    ("Namespace", "status.phase"),
    ("Secret", "type"),
    ("Service", "spec.clusterIP spec.type"),
];

/// Requirements on fields, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSelector(Vec<Requirement>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    field: SmolStr,
    equals: bool,
    value: SmolStr,
}

impl FieldSelector {
    /// Reads a query.
    ///
    /// # Errors
    /// In the words of the API server.
    pub fn parse(query: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        for term in query.split(',').filter(|term| !term.is_empty()) {
            let cut = term.find(['=', '!']).filter(|&at| !term[at..].starts_with('!') || term[at..].starts_with("!="));
            let Some(at) = cut else { return Err(format!("invalid selector: '{query}'; can't understand '{term}'")) };
            let (field, rest) = term.split_at(at);
            let (equals, value) = match rest.strip_prefix("!=") {
                Some(value) => (false, value),
                None => (true, rest.strip_prefix("==").or_else(|| rest.strip_prefix('=')).unwrap_or(rest)),
            };
            requirements.push(Requirement { field: field.into(), equals, value: value.into() });
        }
        Ok(Self(requirements))
    }

    /// The same, if its fields can be asked for.
    ///
    /// # Errors
    /// In the words of the API server.
    pub fn checked(self, resource: &Resource) -> Result<Self, String> {
        let fields = FIELDS.iter().find(|(kind, _)| *kind == resource.kind).map(|(_, fields)| *fields);
        let known = |field: &str| {
            field == "metadata.name"
                || (field == "metadata.namespace" && (resource.namespaced || fields.is_none()))
                || fields.is_some_and(|it| it.split_whitespace().any(|one| one == field))
        };
        let unknown = self.0.iter().map(|it| it.field.as_str()).find(|field| !known(field));
        match (unknown, fields) {
            (None, _) => Ok(self),
            (Some(field), Some(_)) => Err(format!("field label not supported: {field}")),
            (Some(field), None) => {
                let only = "only \"metadata.name\", \"metadata.namespace\"";
                Err(format!("{} is not a known field selector: {only}", go_quoted(field)))
            }
        }
    }

    /// Whether nothing is asked for.
    pub fn is_everything(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an object is so.
    pub fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|it| (field(object, &it.field) == it.value) == it.equals)
    }
}

fn field(object: &Value, path: &str) -> SmolStr {
    let steps: Vec<&str> = path.split('.').collect();
    match (object.at(&steps), path) {
        (Value::Bool(flag), _) => if *flag { "true" } else { "false" }.into(),
        (_, "spec.unschedulable" | "spec.hostNetwork") => "false".into(),
        (Value::Map(source), "source") => source.get("component").and_then(Value::as_str).unwrap_or_default().into(),
        (value, _) => value.as_str().unwrap_or_default().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::resource;
    use crate::object::map;

    #[test]
    fn a_query_is_read_and_asked() {
        let node = map! { "metadata" => map! { "name" => "a" }, "spec" => map! {} };
        for (query, answer) in [("", true), ("metadata.name=a", true), ("metadata.name!=a", false), ("spec.unschedulable==false", true)] {
            assert_eq!(FieldSelector::parse(query).map(|it| it.matches(&node)), Ok(answer), "{query}");
        }
        let checked = |query, name| FieldSelector::parse(query).and_then(|it| it.checked(resource::find(name).unwrap())).unwrap_err();
        assert_eq!(checked("x", "pods"), "invalid selector: 'x'; can't understand 'x'");
        assert_eq!(checked("spec.x=1", "pods"), "field label not supported: spec.x");
        let only = "\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"";
        assert_eq!(checked("spec.x=1", "ds"), only);
    }
}
