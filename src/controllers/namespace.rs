//! The namespace controllers: what every namespace gets, and how one ends.
//!
//! Models `pkg/controller/serviceaccount`, the publisher of the root certificate, and `pkg/controller/namespace/deletion`: a
//! namespace that ends loses its pods first, then all else, and goes when nothing is left.

use crate::apiserver::service_account::{DEFAULT, ROOT_CERTIFICATE};
use crate::apiserver::{Change, DeleteOptions};
use crate::object::{Kind, ObjectKey, SmolStr, Value, map};
use crate::runtime::{Runtime, Task, set_condition};

/// How long the controller waits before it empties a namespace, so that all API servers know that it ends.
const DELETION_GRACE_MS: u64 = 5_000;
/// How long it takes an owner of a finalizer to act, as the controller thinks, in seconds.
const FINALIZER_SECONDS: i64 = 15;

/// Hears of a change.
pub fn observe(runtime: &mut Runtime, change: &Change) {
    let object = change.object();
    match (object.kind, &change.new) {
        (Kind::Namespace, Some(new)) => match (new.meta.deleted, &change.old) {
            (None, None) => furnish(runtime, new.name()),
            (Some(_), Some(old)) if old.meta.deleted.is_none() => {
                runtime.after(DELETION_GRACE_MS, Task::EmptyNamespace(new.name().clone()));
            }
            _ => {}
        },
        (Kind::ServiceAccount | Kind::ConfigMap, None) if [DEFAULT, ROOT_CERTIFICATE].contains(&object.name().as_str()) => {
            furnish(runtime, &object.key().namespace);
        }
        _ => {}
    }
}

/// Gives a namespace its default account and the certificate of the API server, where they are missing. In a namespace that
/// ends they are refused.
pub fn furnish(runtime: &mut Runtime, namespace: &SmolStr) {
    let metadata = |name: &str| map! { "name" => name, "namespace" => namespace };
    let account = map! { "apiVersion" => "v1", "kind" => "ServiceAccount", "metadata" => metadata(DEFAULT) };
    let mut certificate = map! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => metadata(ROOT_CERTIFICATE) };
    certificate.set(&["data", "ca.crt"], "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");
    let words = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
    certificate.set(&["metadata", "annotations", "kubernetes.io/description"], words);
    for (kind, value) in [(Kind::ServiceAccount, account), (Kind::ConfigMap, certificate)] {
        let key = ObjectKey::new(namespace.clone(), value.str_at(&["metadata", "name"]));
        if runtime.store.get(kind, &key).is_none() {
            let _ = runtime.create(kind, value);
        }
    }
}

/// Deletes what is in a namespace that ends, and the namespace when nothing is.
pub fn empty(runtime: &mut Runtime, name: &SmolStr) {
    let key = ObjectKey::cluster_scoped(name.clone());
    let Some(namespace) = runtime.store.get(Kind::Namespace, &key).cloned() else { return };
    if namespace.meta.deleted.is_none() {
        return;
    }
    let mut left = delete_all(runtime, Kind::Pod, name);
    if left.is_empty() {
        let others = Kind::all().filter(|kind| kind.is_namespaced() && *kind != Kind::Pod);
        left = others.flat_map(|kind| delete_all(runtime, kind, name)).collect();
    }
    if left.is_empty() {
        let mut value = namespace.value.clone();
        value.remove(&["spec", "finalizers"]);
        // It may be gone already.
        let _ = runtime.update(Kind::Namespace, value);
        runtime.events.forget_namespace(name);
        return;
    }
    let grace = left.iter().filter_map(|it| it.grace_seconds).max().unwrap_or(FINALIZER_SECONDS);
    let status = status(namespace.value.at(&["status"]), &left, &runtime.timestamp());
    // The update wakes the controller, as any other does.
    let changed = status != *namespace.value.at(&["status"]);
    let _ = runtime.update_status(Kind::Namespace, &key, status);
    let again_ms = u64::try_from(grace / 2 + 1).unwrap_or(1).saturating_mul(1000);
    runtime.after(if changed { DELETION_GRACE_MS.min(again_ms) } else { again_ms }, Task::EmptyNamespace(name.clone()));
}

/// Something that could not be deleted at once.
struct Left {
    resource: String,
    grace_seconds: Option<i64>,
    finalizers: Vec<SmolStr>,
}

/// Deletes all objects of a kind, and answers those that are still there.
fn delete_all(runtime: &mut Runtime, kind: Kind, namespace: &SmolStr) -> Vec<Left> {
    let keys: Vec<ObjectKey> = runtime.store.list_in(kind, namespace).map(|it| it.key().clone()).collect();
    for key in &keys {
        let _ = runtime.delete(kind, key, DeleteOptions::default());
    }
    let left = runtime.store.list_in(kind, namespace).map(|object| Left {
        resource: kind.resource(),
        grace_seconds: (kind == Kind::Pod)
            .then(|| object.value.at(&["metadata", "deletionGracePeriodSeconds"]).as_i64().unwrap_or(30)),
        finalizers: object
            .value
            .list_at(&["metadata", "finalizers"])
            .iter()
            .filter_map(Value::as_str)
            .map(SmolStr::from)
            .collect(),
    });
    left.collect()
}

/// Models the conditions of `namespaceConditionUpdater`.
fn status(before: &Value, left: &[Left], now: &SmolStr) -> Value {
    let mut status = before.clone();
    let counted = |names: Vec<String>, word: &str| {
        let mut names = names;
        names.sort_unstable();
        let groups: Vec<String> =
            names.chunk_by(|a, b| a == b).map(|same| format!("{}{word} {} resource instances", same[0], same.len())).collect();
        groups.join(", ")
    };
    let remaining = counted(left.iter().map(|it| it.resource.clone()).collect(), ". has");
    let held = left.iter().flat_map(|it| it.finalizers.iter().map(ToString::to_string)).collect::<Vec<_>>();
    let is_held = !held.is_empty();
    let held = format!("Some content in the namespace has finalizers remaining: {}", counted(held, " in"));
    let remaining = format!("Some resources are remaining: {remaining}");
    for (name, state, reason, message) in [
        ("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
        (
            "NamespaceDeletionGroupVersionParsingFailure",
            "False",
            "ParsedGroupVersions",
            "All legacy kube types successfully parsed",
        ),
        (
            "NamespaceDeletionContentFailure",
            "False",
            "ContentDeleted",
            "All content successfully deleted, may be waiting on finalization",
        ),
        ("NamespaceContentRemaining", "True", "SomeResourcesRemain", remaining.as_str()),
        if is_held {
            ("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", held.as_str())
        } else {
            ("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
        },
    ] {
        set_condition(&mut status, now, name, state, &[("reason", reason), ("message", message)]);
    }
    status
}
