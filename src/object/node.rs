//! What the engine reads of a Node.

use super::{Taint, Value, time};

/// A Node's fields that decide something; its labels are in its metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeView {
    /// `spec.taints`; those with an effect that Kubernetes does not know are left out.
    pub taints: Vec<Taint>,
    /// `spec.unschedulable`.
    pub unschedulable: bool,
    /// The condition `Ready`, if there is one.
    pub ready: Option<ReadyCondition>,
}

/// A node's condition `Ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyCondition {
    /// Whether it is `True`, `False` or `Unknown`.
    pub status: ConditionStatus,
    /// When it last changed, in seconds since 1970.
    pub changed: i64,
}

/// The status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Nobody knows.
    Unknown,
}

impl ConditionStatus {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }

    fn parse(name: &str) -> Self {
        match name {
            "True" => Self::True,
            "False" => Self::False,
            _ => Self::Unknown,
        }
    }
}

impl NodeView {
    /// Reads a node's tree.
    pub fn read(value: &Value) -> Self {
        let ready = value.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == "Ready");
        Self {
            taints: value.list_at(&["spec", "taints"]).iter().filter_map(Taint::read).collect(),
            unschedulable: value.at(&["spec", "unschedulable"]).as_bool() == Some(true),
            ready: ready.map(|it| ReadyCondition {
                status: ConditionStatus::parse(it.str_at(&["status"])),
                changed: time::read(it.at(&["lastTransitionTime"])).unwrap_or_default(),
            }),
        }
    }

    /// Whether the condition `Ready` is `True`.
    pub fn is_ready(&self) -> bool {
        self.ready.is_some_and(|it| it.status == ConditionStatus::True)
    }
}
