//! What a learner can do on the stage, each with the kubectl command that does the same, if there is one.

use serde::{Deserialize, Serialize};

use crate::kubelet::image::{Fault, Subject};
use crate::object::{ObjectKey, SmolStr, TaintEffect};

/// One thing done by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Adds a label to a node or changes its value.
    SetLabel {
        /// The node.
        node: SmolStr,
        /// Label key.
        key: SmolStr,
        /// Label value; may be empty.
        value: SmolStr,
    },
    /// Takes a label from a node.
    RemoveLabel {
        /// The node.
        node: SmolStr,
        /// Label key.
        key: SmolStr,
    },
    /// Adds a taint to a node; one with the same key and effect is replaced.
    SetTaint {
        /// The node.
        node: SmolStr,
        /// Taint key.
        key: SmolStr,
        /// Taint value; may be empty.
        value: SmolStr,
        /// Effect.
        effect: TaintEffect,
    },
    /// Takes a taint from a node.
    RemoveTaint {
        /// The node.
        node: SmolStr,
        /// Taint key.
        key: SmolStr,
        /// Effect.
        effect: TaintEffect,
    },
    /// Marks a node as unschedulable.
    Cordon {
        /// The node.
        node: SmolStr,
    },
    /// Marks a node as schedulable.
    Uncordon {
        /// The node.
        node: SmolStr,
    },
    /// Lets new machines join. They are named after the group that they join.
    AddNodes {
        /// How many, 1 to 5,000.
        count: usize,
        /// Labels that each gets besides the usual ones.
        labels: Vec<(SmolStr, SmolStr)>,
        /// The stem of the names; a free number is put behind it.
        stem: SmolStr,
    },
    /// Deletes a node from the cluster, and the machine with it.
    DeleteNode {
        /// The node.
        node: SmolStr,
    },
    /// Switches a machine off: its kubelet stops posting, its containers are gone.
    StopNode {
        /// The node.
        node: SmolStr,
    },
    /// Switches a machine on.
    StartNode {
        /// The node.
        node: SmolStr,
    },
    /// Lets a machine run out of something, or have enough again: its kubelet reports it so.
    SetCondition {
        /// The node.
        node: SmolStr,
        /// `MemoryPressure`, `DiskPressure`, `PIDPressure` or `Ready`.
        condition: SmolStr,
        /// Whether it holds.
        status: bool,
    },
    /// Breaks an image or a pod, or mends it.
    SetBehaviour {
        /// Which image or pod.
        subject: Subject,
        /// What is wrong with it from now on.
        fault: Option<Fault>,
    },
    /// Deletes a pod, gracefully.
    DeletePod {
        /// Namespace and name.
        pod: ObjectKey,
    },
    /// Deletes a DaemonSet with all its pods (cascade `background`).
    DeleteDaemonSet {
        /// Namespace and name.
        daemonset: ObjectKey,
    },
}

impl Action {
    /// The command that does the same; `None` for what happens to machines and programs, which kubectl does not know.
    pub fn command(&self) -> Option<String> {
        let words: &[&str] = match self {
            Self::SetLabel { node, key, value } => &["label node ", node, " ", key, "=", value, " --overwrite"],
            Self::RemoveLabel { node, key } => &["label node ", node, " ", key, "-"],
            Self::SetTaint { node, key, value, effect } if value.is_empty() => {
                &["taint node ", node, " ", key, ":", effect.as_str(), " --overwrite"]
            }
            Self::SetTaint { node, key, value, effect } => {
                &["taint node ", node, " ", key, "=", value, ":", effect.as_str(), " --overwrite"]
            }
            Self::RemoveTaint { node, key, effect } => &["taint node ", node, " ", key, ":", effect.as_str(), "-"],
            Self::Cordon { node } => &["cordon ", node],
            Self::Uncordon { node } => &["uncordon ", node],
            Self::DeleteNode { node } => &["delete node ", node],
            Self::DeletePod { pod } => &["delete pod ", &pod.name, " -n ", &pod.namespace],
            Self::DeleteDaemonSet { daemonset } => &["delete daemonset ", &daemonset.name, " -n ", &daemonset.namespace],
            Self::AddNodes { .. }
            | Self::StopNode { .. }
            | Self::StartNode { .. }
            | Self::SetCondition { .. }
            | Self::SetBehaviour { .. } => return None,
        };
        Some(["kubectl ", &words.concat()].concat())
    }
}
