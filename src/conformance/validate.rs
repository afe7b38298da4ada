//! `dslab validate`: what `kubectl apply -f -` prints on a fresh cluster.

use std::collections::BTreeMap;

use crate::apiserver::error::{Invalid, go_quoted};
use crate::apiserver::validate::warnings;
use crate::apiserver::{Status, admit};
use crate::kubectl::manifest::{self, Sendable};
use crate::object::{Kind, ObjectKey, Value, map};

const SOURCE: &str = "STDIN";
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Answers a case `{"id", "manifest"}`.
pub fn run(case: &Value) -> Value {
    let (exit, output) = apply(case.str_at(&["manifest"]));
    map! { "id" => case.at(&["id"]).clone(), "exit" => exit, "output" => output }
}

/// An error of kubectl, in the two forms in which it prints one: alone, and among others.
struct Printed {
    alone: String,
    among_others: String,
}

impl Printed {
    fn client(words: impl std::fmt::Display) -> Self {
        Self { alone: format!("error: {words}"), among_others: words.to_string() }
    }

    fn server(reason: &str, message: &str) -> Self {
        let words = format!("Error from server ({reason}): error when creating {}: {message}", go_quoted(SOURCE));
        Self { alone: words.clone(), among_others: words }
    }

    fn invalid(invalid: &Invalid) -> Self {
        Self { alone: invalid.to_string(), ..Self::server("Invalid", &invalid.message()) }
    }
}

fn apply(text: &str) -> (i32, String) {
    let manifest = manifest::read(text);
    if manifest.objects.is_empty() && manifest.errors.is_empty() {
        return (1, "error: no objects passed to apply\n".into());
    }
    let mut lines: Vec<String> = Vec::new();
    let mut errors: Vec<Printed> = manifest.errors.iter().map(|error| Printed::client(error.message(SOURCE))).collect();
    let mut stored = BTreeMap::new();
    for object in &manifest.objects {
        match apply_one(object, &mut stored) {
            Ok(said) => lines.extend(said),
            Err(error) => errors.push(error),
        }
    }
    match &errors[..] {
        [error] => lines.push(error.alone.clone()),
        errors => lines.extend(errors.iter().map(|error| error.among_others.clone())),
    }
    (i32::from(!errors.is_empty()), lines.join("\n") + "\n")
}

fn apply_one(object: &Sendable, stored: &mut BTreeMap<(Kind, ObjectKey), Value>) -> Result<Vec<String>, Printed> {
    let (kind, value) = (object.kind, &object.value);
    let name = value.str_at(&["metadata", "name"]);
    let namespace = match value.str_at(&["metadata", "namespace"]) {
        _ if !kind.is_namespaced() => "",
        "" => "default",
        namespace => namespace,
    };
    let stem = value.str_at(&["metadata", "generateName"]);
    if name.is_empty() && !stem.is_empty() {
        return Err(Printed::client(format!("from {stem}: cannot use generate name with apply")));
    }
    if let Some(fault) = unaskable(name) {
        return Err(Printed::client(not_retrieved(kind, name, namespace, &fault)));
    }
    let said = |verb: &str| format!("{}/{name} {verb}", kind.singular());
    let key = (kind, ObjectKey::new(namespace, name));
    if let Some(before) = stored.get(&key) {
        return Ok(vec![said(if before == value { "unchanged" } else { "configured" })]);
    }
    let decoded = admit::decode(kind, value).map_err(|status| printed(&status))?;
    if kind.is_namespaced()
        && !NAMESPACES.contains(&namespace)
        && !stored.contains_key(&(Kind::Namespace, ObjectKey::cluster_scoped(namespace)))
    {
        return Err(Printed::server("NotFound", &format!("namespaces {} not found", go_quoted(namespace))));
    }
    let admitted = admit::validate_new(kind, decoded).map_err(|status| printed(&status))?;
    stored.insert(key, value.clone());
    let mut lines: Vec<String> = warnings(kind, &admitted).iter().map(|warning| format!("Warning: {warning}")).collect();
    lines.push(said("created"));
    Ok(lines)
}

fn printed(status: &Status) -> Printed {
    match status {
        Status::BadRequest(message) => Printed::server("BadRequest", message),
        Status::Invalid(invalid) => Printed::invalid(invalid),
    }
}

/// Why a name cannot be a part of an address. Models `IsValidPathSegmentName` of k8s.io/apimachinery.
fn unaskable(name: &str) -> Option<String> {
    let fault = match name {
        "" => return Some("resource name may not be empty".into()),
        "." => "may not be '.'".into(),
        ".." => "may not be '..'".into(),
        _ => {
            let illegal = ['/', '%'].into_iter().filter(|c| name.contains(*c));
            let faults: Vec<String> = illegal.map(|c| format!("may not contain '{c}'")).collect();
            if faults.is_empty() {
                return None;
            }
            faults.join(" ")
        }
    };
    Some(format!("invalid resource name {}: [{fault}]", go_quoted(name)))
}

fn not_retrieved(kind: Kind, name: &str, namespace: &str, fault: &str) -> String {
    let version = match kind.api_version() {
        version if kind.group().is_empty() => format!("/{version}"),
        version => version.into(),
    };
    let (resource, kind) = (kind.plural(), kind.name());
    let [name, namespace, source] = [name, namespace, SOURCE].map(go_quoted);
    format!(
        "error when retrieving current configuration of:\n\
         Resource: \"{version}, Resource={resource}\", GroupVersionKind: \"{version}, Kind={kind}\"\n\
         Name: {name}, Namespace: {namespace}\n\
         from server for: {source}: {fault}"
    )
}
