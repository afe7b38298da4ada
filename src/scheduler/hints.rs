//! Which changes may help a pod that found no node.
//!
//! Models the queueing hints (`EventsToRegister`) of the plugins: each filter that rejected says whether a change can have
//! taken its reason away.

use super::filters::{Plugin, Plugins, accepts};
use super::node_info::NodeFacts;
use super::pod_info::PodInfo;
use crate::object::{Kind, ObjectKey};

/// A change that the scheduler heard of.
#[derive(Clone, Copy, Debug)]
pub enum ClusterEvent<'a> {
    /// A node is new, or another than before.
    Node {
        /// How it was.
        old: Option<&'a NodeFacts>,
        /// How it is.
        new: &'a NodeFacts,
    },
    /// A pod was bound.
    PodBound(&'a PodInfo),
    /// A bound pod ended or is gone.
    PodGone(&'a PodInfo),
    /// A claim, a volume or a storage class is new, or another than before.
    Storage {
        /// Which of them.
        kind: Kind,
        /// Its name.
        key: &'a ObjectKey,
    },
}

/// Whether a pod should be tried again.
pub fn may_help(event: &ClusterEvent<'_>, rejected_by: Plugins, pod: &PodInfo) -> bool {
    rejected_by.iter().any(|plugin| helps(event, plugin, pod))
}

fn helps(event: &ClusterEvent<'_>, plugin: Plugin, pod: &PodInfo) -> bool {
    match event {
        ClusterEvent::Node { old, new } => node_helps(plugin, pod, *old, new),
        ClusterEvent::PodBound(_) => matches!(plugin, Plugin::InterPodAffinity | Plugin::PodTopologySpread),
        ClusterEvent::PodGone(gone) => match plugin {
            Plugin::NodeResourcesFit | Plugin::VolumeRestrictions | Plugin::InterPodAffinity | Plugin::PodTopologySpread => true,
            Plugin::NodePorts => gone.host_ports.iter().any(|port| pod.host_ports.iter().any(|own| own.conflicts_with(port))),
            _ => false,
        },
        ClusterEvent::Storage { kind, key } => match plugin {
            Plugin::VolumeBinding | Plugin::VolumeZone | Plugin::VolumeRestrictions => {
                *kind != Kind::PersistentVolumeClaim || (key.namespace == pod.key.namespace && pod.claims.contains(&key.name))
            }
            _ => false,
        },
    }
}

/// A node that the filter accepts, and did not before.
fn node_helps(plugin: Plugin, pod: &PodInfo, old: Option<&NodeFacts>, new: &NodeFacts) -> bool {
    let changed = |what: fn(&NodeFacts, &NodeFacts) -> bool| old.is_none_or(|old| what(old, new));
    let relevant = match plugin {
        Plugin::NodeName | Plugin::NodePorts | Plugin::VolumeRestrictions => old.is_none(),
        Plugin::NodeUnschedulable | Plugin::TaintToleration => {
            changed(|old, new| old.taints != new.taints || old.is_unschedulable != new.is_unschedulable)
        }
        Plugin::NodeResourcesFit => changed(|old, new| old.allocatable != new.allocatable),
        Plugin::NodeAffinity
        | Plugin::VolumeBinding
        | Plugin::VolumeZone
        | Plugin::InterPodAffinity
        | Plugin::PodTopologySpread => changed(|old, new| old.labels != new.labels),
    };
    relevant && accepts(plugin, pod, new)
}
