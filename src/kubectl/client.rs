//! Asking the API server: objects as they are stored, and lists of them.

use super::event;
use super::fault::Fault;
use super::field_selector::FieldSelector;
use super::resource::Resource;
use crate::apiserver::error::go_quoted;
use crate::cluster::Cluster;
use crate::object::{Kind, LabelSelector, Map, Object, ObjectKey, SmolStr, Value};

/// What a list is restricted to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// The namespace; empty for all.
    pub namespace: &'a str,
    /// A label query, as it was written.
    pub labels: &'a str,
    /// A field query, as it was written.
    pub fields: &'a str,
}

/// The key of an object: a cluster-scoped one has no namespace.
pub fn key(resource: &Resource, namespace: &str, name: &str) -> ObjectKey {
    ObjectKey::new(if resource.namespaced { namespace } else { "" }, name)
}

/// An object by its name.
///
/// # Errors
/// When it is not there.
pub fn get(cluster: &Cluster, resource: &Resource, namespace: &str, name: &str) -> Result<Value, Fault> {
    let found = match resource.stored {
        Some(kind) => cluster.runtime.store.get(kind, &key(resource, namespace, name)).map(|object| tree(object)),
        None => everything(cluster, resource, namespace).into_iter().find(|it| it.str_at(&["metadata", "name"]) == name),
    };
    found.ok_or_else(|| resource.not_found(name))
}

/// The objects of a resource, in the order of namespace and name.
///
/// # Errors
/// When a query cannot be read.
pub fn list(cluster: &Cluster, resource: &Resource, filter: Filter<'_>) -> Result<Vec<Value>, Fault> {
    let refused = |fault: String| {
        let asked = format!("label selector {}, field selector {}", go_quoted(filter.labels), go_quoted(filter.fields));
        let words = format!("Unable to find {} that match {asked}: {fault}", go_quoted(&resource.go_resource()));
        Fault::server("BadRequest", words)
    };
    let labels = LabelSelector::parse(filter.labels).map_err(|error| refused(error.to_string()))?;
    let fields = FieldSelector::parse(filter.fields).and_then(|it| it.checked(resource)).map_err(refused)?;
    let mut objects = everything(cluster, resource, filter.namespace);
    if !labels.is_everything() || !fields.is_everything() {
        objects.retain(|it| labels.matches(&labels_of(it)) && fields.matches(it));
    }
    Ok(objects)
}

/// An object's labels.
pub fn labels_of(value: &Value) -> Map {
    value.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_default()
}

fn everything(cluster: &Cluster, resource: &Resource, namespace: &str) -> Vec<Value> {
    let store = &cluster.runtime.store;
    match resource.stored {
        Some(kind) if namespace.is_empty() || !resource.namespaced => store.list(kind).map(|it| tree(it)).collect(),
        Some(kind) => store.list_in(kind, namespace).map(|it| tree(it)).collect(),
        None if resource.kind == "Event" => event::list(cluster, resource.api_version, namespace),
        None if resource.kind == "Lease" => leases(cluster, namespace),
        None => Vec::new(),
    }
}

/// The whole tree, with what it is.
pub fn tree(object: &Object) -> Value {
    let mut value = object.value.clone();
    if value.get("kind").is_none() || value.get("apiVersion").is_none() {
        value.set(&["apiVersion"], object.kind.api_version());
        value.set(&["kind"], object.kind.name());
    }
    value
}

/// Each node has a lease, by which its kubelet shows that it lives.
fn leases(cluster: &Cluster, namespace: &str) -> Vec<Value> {
    if !["", "kube-node-lease"].contains(&namespace) {
        return Vec::new();
    }
    cluster.runtime.store.list(Kind::Node).map(|node| lease(cluster, node)).collect()
}

/// The lease of a node.
pub fn lease(cluster: &Cluster, node: &Object) -> Value {
    let heartbeat = node.value.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == "Ready");
    let renewed = heartbeat.map_or("", |it| it.str_at(&["lastHeartbeatTime"]));
    let created = node.value.str_at(&["metadata", "creationTimestamp"]);
    let renewed = match (cluster.kubelets.is_stopped(node.name()), renewed) {
        (true, "") => SmolStr::new(created),
        (true, renewed) => renewed.into(),
        (false, _) => cluster.runtime.timestamp(),
    };
    let micro = smol_str::format_smolstr!("{}.000000Z", renewed.trim_end_matches('Z'));
    crate::object::map! {
        "apiVersion" => "coordination.k8s.io/v1",
        "kind" => "Lease",
        "metadata" => crate::object::map! {
            "name" => node.name(), "namespace" => "kube-node-lease", "creationTimestamp" => created,
            "ownerReferences" => vec![crate::object::map! {
                "apiVersion" => "v1", "kind" => "Node", "name" => node.name(), "uid" => node.meta.uid.clone(),
            }],
        },
        "spec" => crate::object::map! { "holderIdentity" => node.name(), "leaseDurationSeconds" => 40, "renewTime" => micro },
    }
}
