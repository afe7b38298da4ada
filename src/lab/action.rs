//! What a learner can do on the stage, each with the kubectl command that does the same, if there is one.

use serde::{Deserialize, Serialize};

use crate::kubelet::image::{Fault, Subject};
use crate::object::{ObjectKey, SmolStr, TaintEffect};
use crate::shell::quote;

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
    /// Replaces all pods of a DaemonSet by new ones of the same template, as its update strategy allows.
    RestartDaemonSet {
        /// Namespace and name.
        daemonset: ObjectKey,
    },
    /// Brings the template of the revision before the newest back.
    UndoDaemonSet {
        /// Namespace and name.
        daemonset: ObjectKey,
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
        let words: Vec<String> = self.words()?.iter().map(|word| quote(word)).collect();
        Some(["kubectl ", &words.join(" ")].concat())
    }

    /// The words of that command behind `kubectl`.
    pub(super) fn words(&self) -> Option<Vec<String>> {
        let (words, change): (&[&str], String) = match self {
            Self::SetLabel { node, key, value } => (&["label", "node", node], format!("{key}={value}")),
            Self::RemoveLabel { node, key } => (&["label", "node", node], format!("{key}-")),
            Self::SetTaint { node, key, value, effect } => {
                let equals = if value.is_empty() { "" } else { "=" };
                (&["taint", "node", node], format!("{key}{equals}{value}:{}", effect.as_str()))
            }
            Self::RemoveTaint { node, key, effect } => (&["taint", "node", node], format!("{key}:{}-", effect.as_str())),
            Self::Cordon { node } => (&["cordon", node], String::new()),
            Self::Uncordon { node } => (&["uncordon", node], String::new()),
            Self::DeleteNode { node } => (&["delete", "node", node], String::new()),
            Self::DeletePod { pod } => (&["delete", "pod", &pod.name, "-n", &pod.namespace], String::new()),
            Self::RestartDaemonSet { daemonset } => return Some(rollout("restart", daemonset)),
            Self::UndoDaemonSet { daemonset } => return Some(rollout("undo", daemonset)),
            Self::DeleteDaemonSet { daemonset } => {
                (&["delete", "daemonset", &daemonset.name, "-n", &daemonset.namespace], String::new())
            }
            Self::AddNodes { .. }
            | Self::StopNode { .. }
            | Self::StartNode { .. }
            | Self::SetCondition { .. }
            | Self::SetBehaviour { .. } => return None,
        };
        let mut words: Vec<String> = words.iter().copied().map(str::to_owned).collect();
        words.extend(Some(change).filter(|it| !it.is_empty()));
        if matches!(self, Self::SetLabel { .. } | Self::SetTaint { .. }) {
            words.push("--overwrite".to_owned());
        }
        Some(words)
    }
}

/// The words of `kubectl rollout`.
fn rollout(what: &str, daemonset: &ObjectKey) -> Vec<String> {
    let words = ["rollout", what, &["daemonset/", &daemonset.name].concat(), "-n", &daemonset.namespace];
    words.map(str::to_owned).to_vec()
}

/// The command that lists the revisions of a DaemonSet.
pub fn history_command(daemonset: &ObjectKey) -> String {
    let words: Vec<String> = rollout("history", daemonset).iter().map(|word| quote(word)).collect();
    ["kubectl ", &words.join(" ")].concat()
}
