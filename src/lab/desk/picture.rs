//! Pictures as they travel: what is different since the last one.
//!
//! [`Picture::between`] finds the difference of two stages, [`Picture::onto`] makes the second of the first and the
//! difference. Cards that are the same stay the same `Rc`, which is by what a view knows that it has nothing to draw.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::lab::{DaemonSetSummary, EventList, Explanation, GroupBy, NodeCard, NodeGroup, Progress, Stage};
use crate::object::{ObjectKey, SmolStr};

/// What is different since the last picture; `None` stands for what is as it was.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// Cluster time, in milliseconds.
    pub now_ms: u64,
    /// Whether nothing of the last picture stays: it is the first one of another cluster.
    pub afresh: bool,
    /// Whether there are changes that only the next picture shows, because they are too many for one.
    pub more: bool,
    /// The shown DaemonSet, or that there is none.
    pub daemonset: Option<Option<Rc<DaemonSetSummary>>>,
    /// All DaemonSets.
    pub daemonsets: Option<Rc<Vec<ObjectKey>>>,
    /// The nodes that are gone.
    pub gone: Vec<SmolStr>,
    /// The nodes that are new, changed, or in another group now, by group.
    pub nodes: Vec<(GroupBy, Vec<Rc<NodeCard>>)>,
    /// What the rollout waits for, or that there is none.
    pub rollout: Option<Option<Progress>>,
    /// The node that is explained, and how.
    pub explained: Option<(SmolStr, Explanation)>,
    /// The events.
    pub events: Option<EventList>,
}

impl Picture {
    /// What is different in the later stage. Nothing is said about the rollout, the explanation and the events.
    pub fn between(before: &Stage, after: &Stage) -> Self {
        let (gone, nodes) = if same_places(before, after) { changed_in_place(before, after) } else { changed(before, after) };
        Self {
            now_ms: after.now_ms,
            daemonset: (before.daemonset != after.daemonset).then(|| after.daemonset.clone()),
            daemonsets: (before.daemonsets != after.daemonsets).then(|| Rc::clone(&after.daemonsets)),
            gone,
            nodes,
            ..Self::default()
        }
    }

    /// Whether it shows nothing new but, perhaps, the time.
    pub fn is_empty(&self) -> bool {
        let same = self.daemonset.is_none() && self.daemonsets.is_none() && self.explained.is_none() && self.events.is_none();
        same && self.rollout.is_none() && self.gone.is_empty() && self.nodes.is_empty() && !self.afresh
    }

    /// Makes the later stage of the earlier one.
    pub fn onto(self, stage: &Stage) -> Stage {
        let mut next = if self.afresh { Stage::default() } else { stage.clone() };
        next.now_ms = self.now_ms;
        if let Some(daemonset) = self.daemonset {
            next.daemonset = daemonset;
        }
        if let Some(daemonsets) = self.daemonsets {
            next.daemonsets = daemonsets;
        }
        for name in &self.gone {
            take_out(&mut next.groups, name, None);
        }
        for (by, cards) in self.nodes {
            for card in cards {
                put(&mut next.groups, &by, card);
            }
        }
        next.groups.retain(|group| !group.nodes.is_empty());
        next
    }
}

/// Whether the same nodes stand in the same places.
fn same_places(before: &Stage, after: &Stage) -> bool {
    let same_group = |(a, b): (&NodeGroup, &NodeGroup)| {
        let same_node = |(a, b): (&Rc<NodeCard>, &Rc<NodeCard>)| Rc::ptr_eq(a, b) || a.name == b.name;
        a.by == b.by && a.nodes.len() == b.nodes.len() && a.nodes.iter().zip(&b.nodes).all(same_node)
    };
    before.groups.len() == after.groups.len() && before.groups.iter().zip(&after.groups).all(same_group)
}

type Changed = (Vec<SmolStr>, Vec<(GroupBy, Vec<Rc<NodeCard>>)>);

fn changed_in_place(before: &Stage, after: &Stage) -> Changed {
    let mut nodes = Vec::new();
    for (group, later) in before.groups.iter().zip(&after.groups) {
        let pairs = group.nodes.iter().zip(&later.nodes);
        let cards: Vec<_> = pairs.filter(|(a, b)| !Rc::ptr_eq(a, b)).map(|(_, card)| Rc::clone(card)).collect();
        if !cards.is_empty() {
            nodes.push((later.by.clone(), cards));
        }
    }
    (Vec::new(), nodes)
}

fn changed(before: &Stage, after: &Stage) -> Changed {
    let cards = |group| {
        let group: &NodeGroup = group;
        group.nodes.iter().map(move |node| (node.name.as_str(), (&group.by, node)))
    };
    let mut known: BTreeMap<&str, (&GroupBy, &Rc<NodeCard>)> = before.groups.iter().flat_map(cards).collect();
    let mut nodes = Vec::new();
    for group in &after.groups {
        let is_new = |node: &&Rc<NodeCard>| {
            known.remove(node.name.as_str()).is_none_or(|(by, card)| *by != group.by || !Rc::ptr_eq(card, node))
        };
        let cards: Vec<_> = group.nodes.iter().filter(is_new).cloned().collect();
        if !cards.is_empty() {
            nodes.push((group.by.clone(), cards));
        }
    }
    (known.into_values().map(|(_, node)| node.name.clone()).collect(), nodes)
}

fn place(nodes: &[Rc<NodeCard>], name: &str) -> Result<usize, usize> {
    nodes.binary_search_by(|node| node.name.as_str().cmp(name))
}

/// Takes a node out of the groups but that one.
fn take_out(groups: &mut [NodeGroup], name: &str, besides: Option<&GroupBy>) {
    for group in groups.iter_mut().filter(|group| Some(&group.by) != besides) {
        if let Ok(at) = place(&group.nodes, name) {
            group.nodes.remove(at);
        }
    }
}

/// Puts a node into its group, where its name belongs.
fn put(groups: &mut Vec<NodeGroup>, by: &GroupBy, card: Rc<NodeCard>) {
    let number = groups.binary_search_by(|group| group.by.cmp(by)).unwrap_or_else(|number| {
        groups.insert(number, NodeGroup { by: by.clone(), nodes: Vec::new() });
        number
    });
    match place(&groups[number].nodes, &card.name) {
        Ok(at) => groups[number].nodes[at] = card,
        Err(at) => {
            take_out(groups, &card.name, Some(by));
            groups[number].nodes.insert(at, card);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::desk::wire;
    use crate::lab::{Action, ClusterPreset, Lab, examples};

    /// What the page sees that gets the difference over the wire.
    fn seen(shown: &Stage, before: &Stage, after: &Stage) -> Stage {
        let picture = Picture::between(before, after);
        wire::decode::<Picture>(&wire::encode(&picture)).expect("it is one").onto(shown)
    }

    #[test]
    fn differences_make_the_same_stage_and_leave_what_is_the_same_alone() {
        let mut lab = Lab::new(ClusterPreset::ThreeZones, 3);
        let (first, zone) = (examples::first(), crate::lab::preset::ZONE_LABEL);
        let mut shown = Stage::default();
        let mut before = Stage::default();
        for second in 0..50 {
            lab.advance(second * 1_000, &mut || true);
            let node = || "node-b2".into();
            match second {
                1 => drop(lab.apply(first.file, first.text)),
                12 => drop(lab.act(&Action::SetLabel { node: node(), key: zone.into(), value: "zone-a".into() })),
                16 => drop(lab.act(&Action::RemoveLabel { node: node(), key: zone.into() })),
                20 => drop(lab.act(&Action::DeleteNode { node: "node-c3".into() })),
                24 => drop(lab.act(&Action::AddNodes { count: 5, labels: vec![], stem: "node-a".into() })),
                28 => drop(lab.act(&Action::DeleteNode { node: node() })),
                _ => {}
            }
            let after = lab.stage(None);
            let next = seen(&shown, &before, &after);
            assert_eq!(next, after, "after {second} s");
            let same = next.nodes().filter(|node| shown.nodes().any(|known| Rc::ptr_eq(known, node))).count();
            let expected = after.nodes().filter(|node| before.nodes().any(|known| Rc::ptr_eq(known, node))).count();
            assert!(same >= expected.saturating_sub(1), "{same} of {expected} after {second} s");
            (shown, before) = (next, after);
        }
        assert_eq!(shown.count(), 12);
    }

    #[test]
    fn a_picture_of_another_cluster_keeps_nothing() {
        let before = Lab::new(ClusterPreset::ThreeZones, 1).stage(None);
        let after = Lab::new(ClusterPreset::ThreeNodes, 1).stage(None);
        let picture = Picture { afresh: true, ..Picture::between(&Stage::default(), &after) };
        assert_eq!(picture.onto(&before), after);
    }

    #[test]
    fn when_only_time_has_passed_there_is_nothing_to_draw() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        let before = lab.stage(None);
        let later = Stage { now_ms: before.now_ms + 1_000, ..before.clone() };
        assert!(Picture::between(&before, &later).is_empty());
        assert!(!Picture::between(&Stage::default(), &later).is_empty());
    }
}
