//! The filters' names, and sets of them.

/// A filter, named as its plugin; they order as their names do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// Required affinity between pods.
    InterPodAffinity,
    /// `nodeSelector` and node affinity.
    NodeAffinity,
    /// `spec.nodeName`.
    NodeName,
    /// Host ports.
    NodePorts,
    /// Requests.
    NodeResourcesFit,
    /// Cordoned nodes.
    NodeUnschedulable,
    /// Topology spread constraints.
    PodTopologySpread,
    /// Taints.
    TaintToleration,
    /// Claims that are not bound, and volumes that only some nodes reach.
    VolumeBinding,
    /// Claims that only one pod may use.
    VolumeRestrictions,
    /// Volumes of a zone.
    VolumeZone,
}

const NAMES: [(Plugin, &str); 11] = [
    (Plugin::InterPodAffinity, "InterPodAffinity"),
    (Plugin::NodeAffinity, "NodeAffinity"),
    (Plugin::NodeName, "NodeName"),
    (Plugin::NodePorts, "NodePorts"),
    (Plugin::NodeResourcesFit, "NodeResourcesFit"),
    (Plugin::NodeUnschedulable, "NodeUnschedulable"),
    (Plugin::PodTopologySpread, "PodTopologySpread"),
    (Plugin::TaintToleration, "TaintToleration"),
    (Plugin::VolumeBinding, "VolumeBinding"),
    (Plugin::VolumeRestrictions, "VolumeRestrictions"),
    (Plugin::VolumeZone, "VolumeZone"),
];

impl Plugin {
    /// Its name in the scheduler's configuration.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }
}

/// A set of filters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plugins(u16);

impl Plugins {
    /// The set of one.
    pub fn of(plugin: Plugin) -> Self {
        Self(1 << plugin as u16)
    }

    /// Both sets.
    #[must_use]
    pub fn with(self, plugin: Plugin) -> Self {
        Self(self.0 | Self::of(plugin).0)
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether it is among them.
    pub fn contains(self, plugin: Plugin) -> bool {
        self.0 & Self::of(plugin).0 != 0
    }

    /// All of them, in the order of their names.
    pub fn iter(self) -> impl Iterator<Item = Plugin> {
        NAMES.iter().map(|(plugin, _)| *plugin).filter(move |plugin| self.contains(*plugin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plugins_are_listed_in_the_order_of_their_names() {
        for (index, (plugin, name)) in NAMES.iter().enumerate() {
            assert_eq!((*plugin as usize, plugin.name()), (index, *name));
        }
        let both = Plugins::of(Plugin::NodeResourcesFit).with(Plugin::NodeAffinity);
        assert_eq!(both.iter().collect::<Vec<_>>(), [Plugin::NodeAffinity, Plugin::NodeResourcesFit]);
        assert!(Plugins::default().is_empty() && !both.is_empty());
    }
}
