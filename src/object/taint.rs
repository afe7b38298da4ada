//! Taints of nodes and the tolerations of pods that answer them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::text::is_same;
use super::{SmolStr, Value};

/// What a taint does to pods that do not tolerate it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TaintEffect {
    /// The scheduler and the DaemonSet controller place no new pod.
    NoSchedule,
    /// The scheduler prefers other nodes; for a DaemonSet it means nothing.
    PreferNoSchedule,
    /// New pods stay out and running ones are evicted.
    NoExecute,
}

impl TaintEffect {
    /// Its name in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSchedule => "NoSchedule",
            Self::PreferNoSchedule => "PreferNoSchedule",
            Self::NoExecute => "NoExecute",
        }
    }

    /// The effect of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::NoSchedule, Self::PreferNoSchedule, Self::NoExecute].into_iter().find(|effect| effect.as_str() == name)
    }
}

impl fmt::Display for TaintEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One entry of a node's `spec.taints`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Taint {
    /// Key, with its prefix.
    pub key: SmolStr,
    /// Value; may be empty.
    pub value: SmolStr,
    /// What it does.
    pub effect: TaintEffect,
}

impl Taint {
    /// Reads a taint; `None` when its effect is none of the three.
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self {
            key: value.text_at(&["key"]),
            value: value.text_at(&["value"]),
            effect: TaintEffect::parse(value.str_at(&["effect"]))?,
        })
    }
}

/// `key=value:Effect`, or `key:Effect` without a value, as kubectl writes it.
impl fmt::Display for Taint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)?;
        if !self.value.is_empty() {
            write!(f, "={}", self.value)?;
        }
        write!(f, ":{}", self.effect)
    }
}

/// One entry of a pod's `spec.tolerations`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Toleration {
    /// Key; empty means any key.
    pub key: SmolStr,
    /// How the value is compared.
    pub operator: TolerationOperator,
    /// Value for `Equal`.
    pub value: SmolStr,
    /// Effect; `None` means any effect. An effect that Kubernetes does not know matches nothing.
    pub effect: Option<SmolStr>,
    /// For `NoExecute`: how long a pod stays, in seconds; `None` means for ever.
    pub toleration_seconds: Option<i64>,
}

/// How a toleration compares values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TolerationOperator {
    /// The values are the same; also when the field is absent.
    Equal,
    /// Any value.
    Exists,
    /// An operator that this version does not know: it tolerates nothing.
    Unknown,
}

impl Toleration {
    /// Reads a toleration as Go does: absent fields are empty.
    pub fn read(value: &Value) -> Self {
        let effect = value.str_at(&["effect"]);
        Self {
            key: value.text_at(&["key"]),
            operator: match value.str_at(&["operator"]) {
                "" | "Equal" => TolerationOperator::Equal,
                "Exists" => TolerationOperator::Exists,
                _ => TolerationOperator::Unknown,
            },
            value: value.text_at(&["value"]),
            effect: (!effect.is_empty()).then(|| effect.into()),
            toleration_seconds: value.at(&["tolerationSeconds"]).as_i64(),
        }
    }

    /// Models `Toleration.ToleratesTaint` of `k8s.io/api/core/v1`.
    pub fn tolerates(&self, taint: &Taint) -> bool {
        // Keys come first: they differ most often.
        if !self.key.is_empty() && !is_same(&self.key, &taint.key) {
            return false;
        }
        if self.effect.as_ref().is_some_and(|effect| !is_same(effect, taint.effect.as_str())) {
            return false;
        }
        match self.operator {
            TolerationOperator::Equal => self.value == taint.value,
            TolerationOperator::Exists => true,
            TolerationOperator::Unknown => false,
        }
    }
}
