//! Zones, how much of each is disrupted, and how fast its nodes may be emptied.

use crate::object::{NodeView, Object, SmolStr};
use crate::persistent::OrdMap;

/// One node every ten seconds, in milliseconds (`--node-eviction-rate` 0.1).
const PAUSE_MS: u64 = 10_000;
/// One node every hundred seconds, in milliseconds (`--secondary-node-eviction-rate` 0.01).
const SECONDARY_PAUSE_MS: u64 = 100_000;
/// From how many per cent of nodes that are not ready a zone is partly disrupted (`--unhealthy-zone-threshold` 0.55).
const UNHEALTHY_PERCENT: u32 = 55;
/// Zones of up to so many nodes are not emptied at all while they are partly disrupted (`--large-cluster-size-threshold`).
const SMALL_ZONE: u32 = 50;
/// The label of nodes that do not count.
const EXCLUDED: &str = "node.kubernetes.io/exclude-disruption";

/// All zones.
#[derive(Clone, Debug, Default)]
pub struct Zones(Vec<Zone>);

/// One zone: the nodes of a region with the same zone label. Those without labels are one zone, too.
#[derive(Clone, Debug, Default)]
struct Zone {
    region: SmolStr,
    name: SmolStr,
    ready: u32,
    not_ready: u32,
    /// The nodes that wait for their taint, each with its number in the line.
    queue: OrdMap<SmolStr, u64>,
    /// How many have lined up so far.
    numbered: u64,
    /// When the next one may get it, in milliseconds.
    next_ms: u64,
}

/// How much of a zone is disrupted. Models `ComputeZoneState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneState {
    /// As it should be, but for a few nodes.
    Normal,
    /// More than half of the nodes are not ready, and more than two.
    Partial,
    /// No node is ready.
    Full,
}

impl ZoneState {
    /// The state of a zone with so many nodes.
    pub fn of(ready: u32, not_ready: u32) -> Self {
        let is_partial = not_ready > 2 && not_ready * 100 >= (ready + not_ready) * UNHEALTHY_PERCENT;
        match (ready, not_ready) {
            (0, 1..) => Self::Full,
            _ if is_partial => Self::Partial,
            _ => Self::Normal,
        }
    }

    /// How long the zone waits from one taint to the next, in milliseconds; `None` when it hands out none.
    pub fn pause_ms(self, nodes: u32) -> Option<u64> {
        match self {
            Self::Normal | Self::Full => Some(PAUSE_MS),
            Self::Partial if nodes > SMALL_ZONE => Some(SECONDARY_PAUSE_MS),
            Self::Partial => None,
        }
    }
}

impl Zone {
    fn state(&self) -> ZoneState {
        ZoneState::of(self.ready, self.not_ready)
    }

    fn pause_ms(&self) -> Option<u64> {
        self.state().pause_ms(self.ready + self.not_ready)
    }
}

impl Zones {
    /// A node is there now.
    pub fn join(&mut self, node: &Object) {
        self.count(node, u32::saturating_add);
    }

    /// A node is there no more, as it was.
    pub fn leave(&mut self, node: &Object) {
        self.count(node, u32::saturating_sub);
    }

    fn count(&mut self, node: &Object, change: fn(u32, u32) -> u32) {
        if node.meta.label(EXCLUDED).is_some() {
            return;
        }
        let is_ready = node.as_node().is_some_and(NodeView::is_ready);
        let zone = self.zone_of(node);
        let count = if is_ready { &mut zone.ready } else { &mut zone.not_ready };
        *count = change(*count, 1);
    }

    fn zone_of(&mut self, node: &Object) -> &mut Zone {
        let label = |name: &str| node.meta.label(name).unwrap_or_default();
        let (region, zone) = (label("topology.kubernetes.io/region"), label("topology.kubernetes.io/zone"));
        let index = self.0.iter().position(|it| it.region == region && it.name == zone).unwrap_or_else(|| {
            self.0.push(Zone { region: region.into(), name: zone.into(), ..Zone::default() });
            self.0.len() - 1
        });
        &mut self.0[index]
    }

    /// Whether there are nodes and none of them is ready.
    pub fn are_all_disrupted(&self) -> bool {
        let mut nodes = self.0.iter().filter(|it| it.ready + it.not_ready > 0).peekable();
        nodes.peek().is_some() && nodes.all(|it| it.state() == ZoneState::Full)
    }

    /// Lets a node wait for its taint.
    pub fn queue(&mut self, node: &Object) {
        let zone = self.zone_of(node);
        if !zone.queue.contains_key(node.name()) {
            zone.numbered += 1;
            zone.queue.insert(node.name().clone(), zone.numbered);
        }
    }

    /// A node waits no more: it is well, or gone.
    pub fn dequeue(&mut self, name: &SmolStr) {
        for zone in &mut self.0 {
            zone.queue.remove(name);
        }
    }

    /// Nobody waits any more.
    pub fn forget_queues(&mut self) {
        self.0.iter_mut().for_each(|it| it.queue = OrdMap::default());
    }

    /// When the next taint may be handed out, in milliseconds.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.0.iter().filter(|it| !it.queue.is_empty() && it.pause_ms().is_some()).map(|it| it.next_ms).min()
    }

    /// The nodes that may get their taint now.
    pub fn take_due(&mut self, now_ms: u64) -> Vec<SmolStr> {
        let mut due = Vec::new();
        for zone in &mut self.0 {
            if let Some(pause_ms) = zone.pause_ms().filter(|_| !zone.queue.is_empty() && zone.next_ms <= now_ms) {
                let first = zone.queue.iter().min_by_key(|(_, number)| **number).map(|(name, _)| name.clone());
                if let Some(name) = first {
                    zone.queue.remove(&name);
                    due.push(name);
                }
                zone.next_ms = now_ms + pause_ms;
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Kind, map};

    #[test]
    fn a_node_that_is_well_again_takes_nobodys_turn() {
        let mut zones = Zones::default();
        for name in ["c", "a", "b", "a"] {
            let node = Object::read(Kind::Node, map! { "metadata" => map! { "name" => name } });
            zones.queue(&node);
        }
        zones.dequeue(&"c".into());
        let taken: Vec<_> = [0, 10_000, 20_000].map(|now_ms| zones.take_due(now_ms)).concat();
        assert_eq!(taken, ["a", "b"]);
    }

    #[test]
    fn a_zone_is_disrupted_by_its_share_of_nodes_that_are_not_ready() {
        use ZoneState::{Full, Normal, Partial};
        for (ready, not_ready, state, pause_ms) in [
            (0, 0, Normal, Some(10_000)),
            (3, 0, Normal, Some(10_000)),
            (1, 2, Normal, Some(10_000)),
            (2, 3, Partial, None),
            (45, 54, Normal, Some(10_000)),
            (45, 55, Partial, Some(100_000)),
            (0, 1, Full, Some(10_000)),
        ] {
            let found = ZoneState::of(ready, not_ready);
            assert_eq!((found, found.pause_ms(ready + not_ready)), (state, pause_ms), "{ready} {not_ready}");
        }
    }
}
