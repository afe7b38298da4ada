//! The kinds of objects that the lab's API server keeps.

use serde::{Deserialize, Serialize};

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// `v1 ConfigMap`
    ConfigMap,
    /// `apps/v1 ControllerRevision`
    ControllerRevision,
    /// `apps/v1 DaemonSet`
    DaemonSet,
    /// `apps/v1 Deployment`
    Deployment,
    /// `v1 Event`; events are kept apart and only look like objects
    Event,
    /// `coordination.k8s.io/v1 Lease`
    Lease,
    /// `v1 Namespace`
    Namespace,
    /// `v1 Node`
    Node,
    /// `v1 PersistentVolume`
    PersistentVolume,
    /// `v1 PersistentVolumeClaim`
    PersistentVolumeClaim,
    /// `v1 Pod`
    Pod,
    /// `policy/v1 PodDisruptionBudget`
    PodDisruptionBudget,
    /// `scheduling.k8s.io/v1 PriorityClass`
    PriorityClass,
    /// `apps/v1 ReplicaSet`
    ReplicaSet,
    /// `v1 Secret`
    Secret,
    /// `v1 Service`
    Service,
    /// `v1 ServiceAccount`
    ServiceAccount,
    /// `storage.k8s.io/v1 StorageClass`
    StorageClass,
}

struct Row {
    kind: Kind,
    api_version: &'static str,
    name: &'static str,
    plural: &'static str,
    namespaced: bool,
}

#[rustfmt::skip]
const TABLE: [Row; 18] = [
    Row { kind: Kind::ConfigMap,              api_version: "v1",                     name: "ConfigMap",             plural: "configmaps",             namespaced: true },
    Row { kind: Kind::ControllerRevision,     api_version: "apps/v1",                name: "ControllerRevision",    plural: "controllerrevisions",    namespaced: true },
    Row { kind: Kind::DaemonSet,              api_version: "apps/v1",                name: "DaemonSet",             plural: "daemonsets",             namespaced: true },
    Row { kind: Kind::Deployment,             api_version: "apps/v1",                name: "Deployment",            plural: "deployments",            namespaced: true },
    Row { kind: Kind::Event,                  api_version: "v1",                     name: "Event",                 plural: "events",                 namespaced: true },
    Row { kind: Kind::Lease,                  api_version: "coordination.k8s.io/v1", name: "Lease",                 plural: "leases",                 namespaced: true },
    Row { kind: Kind::Namespace,              api_version: "v1",                     name: "Namespace",             plural: "namespaces",             namespaced: false },
    Row { kind: Kind::Node,                   api_version: "v1",                     name: "Node",                  plural: "nodes",                  namespaced: false },
    Row { kind: Kind::PersistentVolume,       api_version: "v1",                     name: "PersistentVolume",      plural: "persistentvolumes",      namespaced: false },
    Row { kind: Kind::PersistentVolumeClaim,  api_version: "v1",                     name: "PersistentVolumeClaim", plural: "persistentvolumeclaims", namespaced: true },
    Row { kind: Kind::Pod,                    api_version: "v1",                     name: "Pod",                   plural: "pods",                   namespaced: true },
    Row { kind: Kind::PodDisruptionBudget,    api_version: "policy/v1",              name: "PodDisruptionBudget",   plural: "poddisruptionbudgets",   namespaced: true },
    Row { kind: Kind::PriorityClass,          api_version: "scheduling.k8s.io/v1",   name: "PriorityClass",         plural: "priorityclasses",        namespaced: false },
    Row { kind: Kind::ReplicaSet,             api_version: "apps/v1",                name: "ReplicaSet",            plural: "replicasets",            namespaced: true },
    Row { kind: Kind::Secret,                 api_version: "v1",                     name: "Secret",                plural: "secrets",                namespaced: true },
    Row { kind: Kind::Service,                api_version: "v1",                     name: "Service",               plural: "services",               namespaced: true },
    Row { kind: Kind::ServiceAccount,         api_version: "v1",                     name: "ServiceAccount",        plural: "serviceaccounts",        namespaced: true },
    Row { kind: Kind::StorageClass,           api_version: "storage.k8s.io/v1",      name: "StorageClass",          plural: "storageclasses",         namespaced: false },
];

impl Kind {
    /// Every kind, in the order of their names.
    pub fn all() -> impl Iterator<Item = Kind> {
        TABLE.iter().map(|row| row.kind)
    }

    /// The kind of that API version and name.
    pub fn find(api_version: &str, name: &str) -> Option<Kind> {
        TABLE.iter().find(|row| row.api_version == api_version && row.name == name).map(|row| row.kind)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// `apps/v1`.
    pub fn api_version(self) -> &'static str {
        self.row().api_version
    }

    /// The API group, empty for the core group: `apps`.
    pub fn group(self) -> &'static str {
        self.api_version().split_once('/').map_or("", |(group, _)| group)
    }

    /// `DaemonSet`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The resource's name: `daemonsets`.
    pub fn plural(self) -> &'static str {
        self.row().plural
    }

    /// The resource with its group, as in errors: `daemonsets.apps`, `pods`.
    pub fn resource(self) -> String {
        qualified(self.plural(), self.group())
    }

    /// The singular with its group, as kubectl prints what it did: `daemonset.apps`, `pod`.
    pub fn singular(self) -> String {
        qualified(&self.name().to_ascii_lowercase(), self.group())
    }

    /// Whether objects of this kind live in a namespace.
    pub fn is_namespaced(self) -> bool {
        self.row().namespaced
    }
}

fn qualified(name: &str, group: &str) -> String {
    if group.is_empty() { name.to_owned() } else { format!("{name}.{group}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds() {
        for (index, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, index, "{}", kind.name());
            assert_eq!(Kind::find(kind.api_version(), kind.name()), Some(kind));
        }
        assert_eq!(Kind::DaemonSet.resource(), "daemonsets.apps");
        assert_eq!(Kind::Pod.singular(), "pod");
    }
}
