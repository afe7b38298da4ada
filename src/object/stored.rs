//! An object as the API server keeps it: its tree, and what the engine reads of it, read once.

use std::sync::Arc;

use super::{DaemonSet, Kind, Map, NodeView, ObjectKey, Pod, Revision, SmolStr, Value, time};

/// A stored object. It is never changed: a write makes a new one.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// What every object has.
    pub meta: Meta,
    /// The whole tree.
    pub value: Value,
    /// What the engine reads of this kind.
    pub view: View,
}

/// What the engine reads of an object's kind.
#[derive(Clone, Debug, PartialEq)]
pub enum View {
    /// A Pod.
    Pod(Pod),
    /// A Node.
    Node(NodeView),
    /// A DaemonSet; the view is shared by all versions that only differ in status.
    DaemonSet(Arc<DaemonSet>),
    /// A ControllerRevision.
    ControllerRevision(Revision),
    /// A kind that the engine reads from the tree.
    Other,
}

/// What the engine reads of `metadata`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// Namespace and name.
    pub key: ObjectKey,
    /// `uid`.
    pub uid: SmolStr,
    /// `resourceVersion`.
    pub resource_version: u64,
    /// `generation`.
    pub generation: i64,
    /// `creationTimestamp`, in seconds since 1970.
    pub created: i64,
    /// `deletionTimestamp`, in seconds since 1970; it lies in the future while the grace period runs.
    pub deleted: Option<i64>,
    /// `labels`.
    pub labels: Map,
    /// The owner reference with `controller: true`.
    pub controller: Option<OwnerReference>,
    /// Whether there are finalizers.
    pub has_finalizers: bool,
}

/// What the engine reads of an owner reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerReference {
    /// `kind`.
    pub kind: SmolStr,
    /// `name`.
    pub name: SmolStr,
    /// `uid`.
    pub uid: SmolStr,
}

impl Object {
    /// Reads a tree.
    pub fn read(kind: Kind, value: Value) -> Self {
        let meta = Meta::read(value.at(&["metadata"]));
        let view = match kind {
            Kind::Pod => View::Pod(Pod::read(&value, &meta)),
            Kind::Node => View::Node(NodeView::read(&value)),
            Kind::DaemonSet => View::DaemonSet(Arc::new(DaemonSet::read(&value))),
            Kind::ControllerRevision => View::ControllerRevision(Revision::read(&value, &meta)),
            _ => View::Other,
        };
        Self { kind, meta, value, view }
    }

    /// The next version, which differs in its resource version and its status alone.
    #[must_use]
    pub fn with_status(&self, resource_version: u64, status: Value) -> Self {
        let mut value = self.value.clone();
        value.set(&["metadata", "resourceVersion"], smol_str::format_smolstr!("{resource_version}"));
        value.set(&["status"], status);
        let view = match &self.view {
            View::Pod(pod) => View::Pod(pod.clone().with_status(value.at(&["status"]))),
            View::Node(_) => View::Node(NodeView::read(&value)),
            View::DaemonSet(_) => View::DaemonSet(Arc::new(DaemonSet::read(&value))),
            View::ControllerRevision(revision) => View::ControllerRevision(revision.clone()),
            View::Other => View::Other,
        };
        let next = Self { kind: self.kind, meta: Meta { resource_version, ..self.meta.clone() }, value, view };
        debug_assert_eq!(next, Self::read(self.kind, next.value.clone()), "only the status may differ");
        next
    }

    /// Namespace and name.
    pub fn key(&self) -> &ObjectKey {
        &self.meta.key
    }

    /// Name.
    pub fn name(&self) -> &SmolStr {
        &self.meta.key.name
    }

    /// The pod that this is.
    pub fn as_pod(&self) -> Option<&Pod> {
        if let View::Pod(pod) = &self.view { Some(pod) } else { None }
    }

    /// The node that this is.
    pub fn as_node(&self) -> Option<&NodeView> {
        if let View::Node(node) = &self.view { Some(node) } else { None }
    }

    /// The DaemonSet that this is.
    pub fn as_daemonset(&self) -> Option<&DaemonSet> {
        if let View::DaemonSet(daemonset) = &self.view { Some(daemonset) } else { None }
    }

    /// The ControllerRevision that this is.
    pub fn as_revision(&self) -> Option<&Revision> {
        if let View::ControllerRevision(revision) = &self.view { Some(revision) } else { None }
    }
}

impl Meta {
    /// Reads an object's `metadata`.
    pub fn read(metadata: &Value) -> Self {
        let owners = metadata.list_at(&["ownerReferences"]).iter();
        let controller = owners.into_iter().find(|owner| owner.at(&["controller"]).as_bool() == Some(true));
        Self {
            key: ObjectKey::new(metadata.text_at(&["namespace"]), metadata.text_at(&["name"])),
            uid: smol(metadata.at(&["uid"])),
            resource_version: metadata.str_at(&["resourceVersion"]).parse().unwrap_or_default(),
            generation: metadata.at(&["generation"]).as_i64().unwrap_or_default(),
            created: time::read(metadata.at(&["creationTimestamp"])).unwrap_or_default(),
            deleted: time::read(metadata.at(&["deletionTimestamp"])),
            labels: metadata.at(&["labels"]).as_map().cloned().unwrap_or_default(),
            controller: controller.map(OwnerReference::read),
            has_finalizers: !metadata.list_at(&["finalizers"]).is_empty(),
        }
    }

    /// The value of a label, if there is such a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).and_then(Value::as_str)
    }
}

impl OwnerReference {
    fn read(owner: &Value) -> Self {
        Self { kind: smol(owner.at(&["kind"])), name: smol(owner.at(&["name"])), uid: smol(owner.at(&["uid"])) }
    }
}

/// A copy of a string that shares its text; empty where there is none.
pub(super) fn smol(value: &Value) -> SmolStr {
    if let Value::String(text) = value { text.clone() } else { SmolStr::default() }
}
