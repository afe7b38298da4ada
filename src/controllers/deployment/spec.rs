//! What the controller reads of a Deployment and of its ReplicaSets.

use std::sync::Arc;

use crate::controllers::replicaset::replicas_of;
use crate::object::{IntOrPercent, LabelSelector, Object, SmolStr, Value};

/// Label by which a ReplicaSet and its pods say which template they were made from.
pub const HASH_LABEL: &str = "pod-template-hash";
/// Annotation with the number of a revision.
pub const REVISION: &str = "deployment.kubernetes.io/revision";
/// Annotation with the numbers that a revision had before it was gone back to.
pub const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// Annotation of a ReplicaSet with its Deployment's `replicas`.
pub const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// Annotation of a ReplicaSet with its Deployment's `replicas` and surge.
pub const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";

/// A Deployment's fields that decide something.
#[derive(Clone, Debug)]
pub struct Spec {
    /// `replicas`.
    pub replicas: i64,
    /// Whether all old pods go before new ones come.
    pub recreates: bool,
    /// How many pods there may be over `replicas`.
    pub max_surge: i64,
    /// How many of `replicas` may be unavailable.
    pub max_unavailable: i64,
    /// `paused`.
    pub paused: bool,
    /// `minReadySeconds`.
    pub min_ready_seconds: i64,
    /// `revisionHistoryLimit`.
    pub history_limit: usize,
    /// `progressDeadlineSeconds`; `None` for never.
    pub deadline_seconds: Option<i64>,
    /// `selector`.
    pub selector: LabelSelector,
}

impl Spec {
    /// Reads a Deployment; `None` when its selector selects everything or cannot be read.
    pub fn read(deployment: &Object) -> Option<Self> {
        let spec = deployment.value.at(&["spec"]);
        let number = |field: &str| spec.at(&[field]).as_i64();
        let selector = LabelSelector::read(spec.at(&["selector"])).ok().filter(|it| !it.is_everything())?;
        let replicas = replicas_of(deployment);
        let recreates = spec.str_at(&["strategy", "type"]) == "Recreate";
        let (max_surge, max_unavailable) = if recreates { (0, 0) } else { fenceposts(spec, replicas) };
        Some(Self {
            replicas,
            recreates,
            max_surge,
            max_unavailable: max_unavailable.min(replicas),
            paused: spec.at(&["paused"]).as_bool() == Some(true),
            min_ready_seconds: number("minReadySeconds").unwrap_or(0),
            history_limit: number("revisionHistoryLimit").map_or(10, |it| usize::try_from(it).unwrap_or(0)),
            deadline_seconds: number("progressDeadlineSeconds").filter(|it| *it != i64::from(i32::MAX)),
            selector,
        })
    }
}

/// Models `ResolveFenceposts`: surge is rounded up, unavailability down; both 0 would let nothing happen.
fn fenceposts(spec: &Value, replicas: i64) -> (i64, i64) {
    let given = |field| IntOrPercent::read(spec.at(&["strategy", "rollingUpdate", field])).unwrap_or(IntOrPercent::Int(0));
    let total = usize::try_from(replicas).unwrap_or(0);
    let surge = given("maxSurge").scaled_up(total).unwrap_or(0);
    let unavailable = given("maxUnavailable").scaled_down(total).unwrap_or(0);
    (surge, if surge == 0 && unavailable == 0 { 1 } else { unavailable })
}

/// A ReplicaSet of a Deployment.
#[derive(Clone, Debug)]
pub struct Set {
    /// The object as it was last written.
    pub object: Arc<Object>,
    /// `spec.replicas`.
    pub replicas: i64,
}

impl Set {
    /// Reads a ReplicaSet.
    pub fn read(object: Arc<Object>) -> Self {
        Self { replicas: replicas_of(&object), object }
    }

    /// A number of its status.
    pub fn status(&self, field: &str) -> i64 {
        self.object.value.at(&["status", field]).as_i64().unwrap_or(0)
    }

    /// `status.availableReplicas`.
    pub fn available(&self) -> i64 {
        self.status("availableReplicas")
    }

    /// The number that an annotation holds.
    pub fn annotated(&self, annotation: &str) -> Option<i64> {
        annotation_of(&self.object, annotation).parse().ok()
    }

    /// The number of its revision; 0 when it has none.
    pub fn revision(&self) -> i64 {
        self.annotated(REVISION).unwrap_or(0)
    }

    /// Older sets first. Models `ReplicaSetsByCreationTimestamp`.
    pub fn age(&self) -> (i64, &SmolStr) {
        (self.object.meta.created, self.object.name())
    }
}

/// The text of an annotation; empty when there is none.
pub fn annotation_of<'a>(object: &'a Object, annotation: &str) -> &'a str {
    object.value.str_at(&["metadata", "annotations", annotation])
}

/// `replicas` of all sets together.
pub fn total(sets: &[Set]) -> i64 {
    sets.iter().map(|it| it.replicas).sum()
}
