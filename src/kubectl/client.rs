//! Asking the API server: objects as they are stored, lists of them, and requests that write.

use std::sync::Arc;

use super::fault::Fault;
use super::process::Context;
use super::resource::Resource;
use crate::apiserver::error::go_quoted;
use crate::apiserver::{Call, Selection};
use crate::cluster::Cluster;
use crate::object::{Kind, LabelSelector, Map, Object, ObjectKey, SmolStr, Value, map, time};
use crate::runtime::EPOCH;

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
    let Some(kind) = resource.stored else { return Err(resource.not_found(name)) };
    if kind == Kind::Lease && namespace == NODE_LEASES {
        return node_lease(cluster, name).ok_or_else(|| resource.not_found(name));
    }
    let object = cluster.runtime.read(kind, &key(resource, namespace, name))?;
    Ok(tree(&object))
}

/// Where the leases of nodes are.
pub const NODE_LEASES: &str = "kube-node-lease";

/// The lease by which a node's kubelet shows that it lives. It is renewed too often to be stored.
pub fn node_lease(cluster: &Cluster, name: &str) -> Option<Value> {
    let node = cluster.runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name))?;
    let renewed_ms = cluster.kubelets.renewed_ms(name, cluster.now_ms())?;
    let renewed = time::format(EPOCH + i64::try_from(renewed_ms / 1000).unwrap_or_default());
    let renewed = smol_str::format_smolstr!("{}.{:03}000Z", renewed.trim_end_matches('Z'), renewed_ms % 1000);
    let owner = map! { "apiVersion" => "v1", "kind" => "Node", "name" => name, "uid" => &node.meta.uid };
    let created = node.value.at(&["metadata", "creationTimestamp"]).clone();
    Some(map! {
        "apiVersion" => "coordination.k8s.io/v1",
        "kind" => "Lease",
        "metadata" => map! {
            "creationTimestamp" => created, "name" => name, "namespace" => NODE_LEASES, "ownerReferences" => vec![owner],
        },
        "spec" => map! { "holderIdentity" => name, "leaseDurationSeconds" => 40, "renewTime" => renewed },
    })
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
    let Some(kind) = resource.stored else {
        LabelSelector::parse(filter.labels).map_err(|error| refused(error.to_string()))?;
        return Ok(Vec::new());
    };
    let by = Selection { labels: filter.labels.into(), fields: filter.fields.into() };
    let namespace = Some(filter.namespace).filter(|it| !it.is_empty() && resource.namespaced);
    let objects = if kind == Kind::Lease {
        let names = cluster.runtime.store.list(Kind::Node).filter(|_| namespace.is_none_or(|it| it == NODE_LEASES));
        let mut leases = names.filter_map(|it| Some(Arc::new(Object::read(kind, node_lease(cluster, it.name())?)))).collect();
        by.select(kind, &mut leases).map_err(|error| refused(error.to_string()))?;
        leases
    } else {
        cluster.runtime.select(kind, namespace, &by).map_err(|error| refused(error.message()))?
    };
    Ok(objects.iter().map(|object| tree(object)).collect())
}

/// An object's labels.
pub fn labels_of(value: &Value) -> Map {
    value.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_default()
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

/// What a user wants to be tried only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DryRun {
    /// Nothing: it is done.
    None,
    /// kubectl stops before it sends anything.
    Client,
    /// The API server stops before it stores anything.
    Server,
}

impl DryRun {
    /// Reads `--dry-run`.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn of(flags: &super::flags::Flags) -> Result<Self, Fault> {
        match flags.text("dry-run") {
            "none" | "" => Ok(Self::None),
            "client" | "unchanged" => Ok(Self::Client),
            "server" => Ok(Self::Server),
            other => match super::flags::parse_bool(other) {
                Some(true) => Ok(Self::Client),
                Some(false) => Ok(Self::None),
                None => {
                    Err(Fault::client(format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\".")))
                }
            },
        }
    }

    /// What is put behind what was done.
    pub fn said(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

/// Says that `--dry-run` was said in an old way, as klog does.
pub fn warn_of_old_dry_run(ctx: &mut Context<'_>, flags: &super::flags::Flags) {
    let given = flags.text("dry-run");
    let old = match (given, super::flags::parse_bool(given)) {
        ("unchanged", _) => "--dry-run is deprecated".to_owned(),
        (given, Some(_)) => format!("--dry-run={given} is deprecated (boolean value)"),
        _ => return,
    };
    let now = time::format(ctx.cluster.runtime.unix());
    let part = |range: std::ops::Range<usize>| now.get(range).unwrap_or_default();
    let instead = if DryRun::of(flags) == Ok(DryRun::Client) { "client" } else { "none" };
    ctx.warn(&format!(
        "W{}{} {}.000000       1 helpers.go:731] {old} and can be replaced with --dry-run={instead}.",
        part(5..7),
        part(8..10),
        part(11..19)
    ));
}

/// Sends a request and shows the server's warnings. Answers the object as it is then.
///
/// # Errors
/// What the API server refuses.
pub fn send(ctx: &mut Context<'_>, mut call: Call) -> Result<Value, Fault> {
    call.manager = ctx.out.writes_as.clone();
    let reply = ctx.cluster.call(call)?;
    for warning in &reply.warnings {
        ctx.warn(&format!("Warning: {warning}"));
    }
    Ok(reply.object().map(|object| tree(object)).unwrap_or_default())
}

/// As whom a command writes.
pub fn manager(flags: &super::flags::Flags) -> SmolStr {
    // The name that applying has otherwise is that of applying on the client.
    if flags.is_on("server-side") && !flags.is_given("field-manager") {
        "kubectl".into()
    } else {
        flags.text("field-manager").into()
    }
}

/// The kind that the lab stores, where a request needs one.
///
/// # Errors
/// When the lab has no objects of it.
pub fn stored(resource: &Resource) -> Result<Kind, Fault> {
    resource.stored.ok_or_else(|| Fault::server("NotFound", "the server could not find the requested resource"))
}
