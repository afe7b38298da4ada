//! `dslab validate`: what `kubectl apply -f -` prints on a fresh cluster.

use crate::apiserver::error::go_quoted;
use crate::apiserver::{Call, PatchType, Refused};
use crate::cluster::{Cluster, apply};
use crate::kubectl::manifest::{self, Sendable};
use crate::object::{Kind, ObjectKey, SmolStr, Value, map};

const SOURCE: &str = "STDIN";

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

    fn server(refused: &Refused) -> Self {
        let doing = format!("error when creating {}: ", go_quoted(SOURCE));
        let among_others = format!("Error from server ({}): {doing}{}", refused.reason(), refused.message());
        Self { alone: refused.printed(&doing), among_others }
    }
}

fn apply(text: &str) -> (i32, String) {
    let manifest = manifest::read(text);
    if manifest.objects.is_empty() && manifest.errors.is_empty() {
        return (1, "error: no objects passed to apply\n".into());
    }
    let mut lines: Vec<String> = Vec::new();
    let mut errors: Vec<Printed> = manifest.errors.iter().map(|error| Printed::client(error.message(SOURCE))).collect();
    let mut cluster = Cluster::new(1);
    for object in &manifest.objects {
        match apply_one(object, &mut cluster) {
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

fn apply_one(object: &Sendable, cluster: &mut Cluster) -> Result<Vec<String>, Printed> {
    let (kind, mut value) = (object.kind, object.value.clone());
    let name = SmolStr::from(value.str_at(&["metadata", "name"]));
    if kind.is_namespaced() && value.str_at(&["metadata", "namespace"]).is_empty() {
        value.set(&["metadata", "namespace"], "default");
    }
    let namespace = if kind.is_namespaced() { value.str_at(&["metadata", "namespace"]) } else { "" };
    let key = ObjectKey::new(namespace, name.clone());
    let stem = value.str_at(&["metadata", "generateName"]);
    if name.is_empty() && !stem.is_empty() {
        return Err(Printed::client(format!("from {stem}: cannot use generate name with apply")));
    }
    if let Some(fault) = unaskable(&name) {
        return Err(Printed::client(not_retrieved(kind, &name, namespace, &fault)));
    }
    let said = |verb: &str| vec![format!("{}/{name} {verb}", kind.singular())];
    let Ok(stored) = cluster.runtime.read(kind, &key) else {
        let call = Call::create(kind, namespace, apply::annotated(&value)).strict();
        let reply = cluster.call(call).map_err(|refused| Printed::server(&refused))?;
        let warnings = reply.warnings.iter().map(|warning| format!("Warning: {warning}"));
        return Ok(warnings.chain(said("created")).collect());
    };
    let patch = apply::patch_for(kind, &value, &stored).map_err(Printed::client)?;
    let Some(patch) = patch else { return Ok(said("unchanged")) };
    let call = Call::patch(kind, key, PatchType::Strategic, patch).strict();
    cluster.call(call).map_err(|refused| Printed::server(&refused))?;
    Ok(said("configured"))
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
