//! What the engine reads of a DaemonSet and of its ControllerRevisions.

use super::pod::REVISION_HASH_LABEL;
use super::stored::smol;
use super::{IntOrPercent, LabelSelector, Meta, SmolStr, Value};

/// The annotation under which `apps/v1` shows the template's generation.
pub const TEMPLATE_GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";

/// A DaemonSet's fields that decide something.
#[derive(Clone, Debug, PartialEq)]
pub struct DaemonSet {
    /// `spec.selector`.
    pub selector: LabelSelector,
    /// `spec.template`.
    pub template: Value,
    /// `spec.updateStrategy`.
    pub strategy: UpdateStrategy,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i64,
    /// `spec.revisionHistoryLimit`.
    pub revision_history_limit: usize,
    /// The annotation [`TEMPLATE_GENERATION_ANNOTATION`], if it is a number.
    pub template_generation: Option<i64>,
    /// `status`.
    pub status: DaemonSetStatus,
}

/// How a DaemonSet replaces its pods when its template changes.
#[derive(Clone, Debug, PartialEq)]
pub enum UpdateStrategy {
    /// A pod is replaced when somebody deletes it.
    OnDelete,
    /// Node by node, under one of two budgets.
    RollingUpdate {
        /// How many nodes may be without an available pod.
        max_unavailable: IntOrPercent,
        /// How many nodes may have a new pod beside the old one.
        max_surge: IntOrPercent,
    },
}

/// `status` of a DaemonSet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DaemonSetStatus {
    /// Nodes that should run a pod and have one.
    pub current_number_scheduled: i64,
    /// Nodes that have a pod and should not run one.
    pub number_misscheduled: i64,
    /// Nodes that should run a pod.
    pub desired_number_scheduled: i64,
    /// Nodes that should run a pod and whose first pod is ready.
    pub number_ready: i64,
    /// Nodes that should run a pod and whose first pod is of the current revision.
    pub updated_number_scheduled: i64,
    /// Nodes that should run a pod and whose first pod is available.
    pub number_available: i64,
    /// Nodes that should run a pod and have none that is available.
    pub number_unavailable: i64,
    /// The generation that the controller last acted on; 0 before its first sync.
    pub observed_generation: i64,
    /// How often a revision's name was taken by another template.
    pub collision_count: Option<i64>,
}

impl DaemonSet {
    /// Reads a DaemonSet's tree.
    pub fn read(value: &Value) -> Self {
        let spec = value.at(&["spec"]);
        let number = |field| spec.at(&[field]).as_i64();
        let generation = value.str_at(&["metadata", "annotations", TEMPLATE_GENERATION_ANNOTATION]);
        Self {
            selector: LabelSelector::read(spec.at(&["selector"])).unwrap_or_else(|_| LabelSelector::nothing()),
            template: spec.at(&["template"]).clone(),
            strategy: UpdateStrategy::read(spec.at(&["updateStrategy"])),
            min_ready_seconds: number("minReadySeconds").unwrap_or_default(),
            revision_history_limit: number("revisionHistoryLimit").and_then(|it| it.try_into().ok()).unwrap_or(10),
            template_generation: generation.parse().ok(),
            status: DaemonSetStatus::read(value.at(&["status"])),
        }
    }
}

impl UpdateStrategy {
    /// Reads a defaulted `updateStrategy`.
    pub fn read(strategy: &Value) -> Self {
        if strategy.str_at(&["type"]) == "OnDelete" {
            return Self::OnDelete;
        }
        let budget = |field| IntOrPercent::read(strategy.at(&["rollingUpdate", field])).unwrap_or(IntOrPercent::Int(0));
        Self::RollingUpdate { max_unavailable: budget("maxUnavailable"), max_surge: budget("maxSurge") }
    }

    /// Whether a new pod may stand beside the old one. Models `AllowsSurge`.
    pub fn allows_surge(&self) -> bool {
        match self {
            Self::OnDelete => false,
            Self::RollingUpdate { max_surge, .. } => max_surge.scaled_up(1).is_ok_and(|surge| surge > 0),
        }
    }
}

macro_rules! status_fields {
    ($($field:ident => $name:literal, $kept:literal);* $(;)?) => {
        impl DaemonSetStatus {
            /// Reads `status`; absent numbers are 0.
            pub fn read(status: &Value) -> Self {
                let number = |field: &str| status.at(&[field]).as_i64();
                Self {
                    $($field: number($name).unwrap_or_default(),)*
                    collision_count: number("collisionCount"),
                }
            }

            /// The tree: four numbers always stand there, the others only when they are not 0.
            pub fn write(&self) -> Value {
                let numbers = [$(($name, self.$field, $kept)),*];
                let shown = numbers.into_iter().filter(|&(_, number, kept)| kept || number != 0);
                let mut status = Value::Map(shown.map(|(name, number, _)| (name, Value::Int(number))).collect());
                if let Some(count) = self.collision_count {
                    status.set(&["collisionCount"], count);
                }
                status
            }
        }
    };
}
status_fields! {
    current_number_scheduled => "currentNumberScheduled", true;
    number_misscheduled => "numberMisscheduled", true;
    desired_number_scheduled => "desiredNumberScheduled", true;
    number_ready => "numberReady", true;
    updated_number_scheduled => "updatedNumberScheduled", false;
    number_available => "numberAvailable", false;
    number_unavailable => "numberUnavailable", false;
    observed_generation => "observedGeneration", false;
}

/// A ControllerRevision's fields that decide something.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// `revision`.
    pub number: i64,
    /// The label `controller-revision-hash`; empty when it has none.
    pub hash: SmolStr,
    /// `data`.
    pub data: Value,
}

impl Revision {
    /// Reads a ControllerRevision's tree.
    pub fn read(value: &Value, meta: &Meta) -> Self {
        Self {
            number: value.at(&["revision"]).as_i64().unwrap_or_default(),
            hash: meta.labels.get(REVISION_HASH_LABEL).map(smol).unwrap_or_default(),
            data: value.at(&["data"]).clone(),
        }
    }
}
