//! What the engine reads of a Pod.

use super::stored::smol;
use super::{Meta, SmolStr, Value, time};

/// The label by which a pod says from which revision it was made.
pub const REVISION_HASH_LABEL: &str = "controller-revision-hash";
/// The label by which a pod says from which generation of its DaemonSet's template it was made.
pub const TEMPLATE_GENERATION_LABEL: &str = "pod-template-generation";

/// A Pod's fields that decide something.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// `spec.nodeName`; empty until it is bound.
    pub node_name: SmolStr,
    /// The node that it is bound to or, while it is not bound, that its affinity names; empty when there is none.
    pub target_node: SmolStr,
    /// `status.phase`.
    pub phase: Phase,
    /// Whether the condition `Ready` is `True`.
    pub ready: bool,
    /// When the condition `Ready` last changed, in seconds since 1970.
    pub ready_changed: Option<i64>,
    /// The label [`REVISION_HASH_LABEL`]; empty when it has none.
    pub revision_hash: SmolStr,
    /// The label [`TEMPLATE_GENERATION_LABEL`]; empty when it has none.
    pub template_generation: SmolStr,
    /// `status.podIP` is of no interest to the engine, `metadata.deletionTimestamp` is: whether it is set.
    pub deleting: bool,
    /// `metadata.creationTimestamp`, in seconds since 1970.
    pub created: i64,
}

/// `status.phase`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Accepted; not every container was started.
    #[default]
    Pending,
    /// Bound, and every container was started.
    Running,
    /// Every container ended with 0.
    Succeeded,
    /// Every container ended, one of them not with 0; or it was refused or evicted.
    Failed,
    /// The node cannot be asked.
    Unknown,
}

impl Phase {
    /// The phase of that name; what is not known is [`Phase::Unknown`], what is absent [`Phase::Pending`].
    pub fn parse(name: &str) -> Self {
        match name {
            "" | "Pending" => Self::Pending,
            "Running" => Self::Running,
            "Succeeded" => Self::Succeeded,
            "Failed" => Self::Failed,
            _ => Self::Unknown,
        }
    }

    /// Whether no container of such a pod will ever run again.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

impl Pod {
    /// Reads a pod's tree.
    pub fn read(value: &Value, meta: &Meta) -> Self {
        let spec = value.at(&["spec"]);
        let node_name = smol(spec.at(&["nodeName"]));
        let label = |key| meta.labels.get(key).map(smol).unwrap_or_default();
        let unread = Self {
            target_node: if node_name.is_empty() { pinned_node(spec).unwrap_or_default() } else { node_name.clone() },
            node_name,
            phase: Phase::default(),
            ready: false,
            ready_changed: None,
            revision_hash: label(REVISION_HASH_LABEL),
            template_generation: label(TEMPLATE_GENERATION_LABEL),
            deleting: meta.deleted.is_some(),
            created: meta.created,
        };
        unread.with_status(value.at(&["status"]))
    }

    /// The same pod with another status.
    #[must_use]
    pub fn with_status(self, status: &Value) -> Self {
        let ready = status.list_at(&["conditions"]).iter().find(|it| it.str_at(&["type"]) == "Ready");
        Self {
            phase: Phase::parse(status.str_at(&["phase"])),
            ready: ready.is_some_and(|it| it.str_at(&["status"]) == "True"),
            ready_changed: ready.and_then(|it| time::read(it.at(&["lastTransitionTime"]))),
            ..self
        }
    }

    /// Whether it is bound to a node.
    pub fn is_bound(&self) -> bool {
        !self.node_name.is_empty()
    }

    /// Models `IsPodAvailable`: ready, and for at least so long.
    pub fn is_available(&self, min_ready_seconds: i64, now_unix_ms: i64) -> bool {
        self.available_from_ms(min_ready_seconds).is_some_and(|from_ms| from_ms <= now_unix_ms)
    }

    /// From when on it is available if nothing changes, in milliseconds since 1970; `None` when it is not ready.
    pub fn available_from_ms(&self, min_ready_seconds: i64) -> Option<i64> {
        let since = self.ready_changed.filter(|_| self.ready);
        if self.ready && min_ready_seconds == 0 {
            return Some(i64::MIN);
        }
        since.map(|since| since.saturating_add(min_ready_seconds).saturating_mul(1000))
    }
}

/// The node that the pod's affinity names. Models `GetTargetNodeName`: the first `metadata.name In` decides, and it must
/// have exactly one value.
fn pinned_node(spec: &Value) -> Option<SmolStr> {
    let terms =
        spec.list_at(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]);
    let mut fields = terms.iter().flat_map(|term| term.list_at(&["matchFields"]));
    let named = fields.find(|it| it.str_at(&["key"]) == "metadata.name" && it.str_at(&["operator"]) == "In")?;
    match named.list_at(&["values"]) {
        [name] => Some(smol(name)),
        _ => None,
    }
}
