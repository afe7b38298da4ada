//! How a cluster becomes a [`Stage`], picture after picture.
//!
//! A node's card is made anew only when the node or one of its pods was stored anew, when what the cards have in common
//! changed, or when what it says changes with time. Where many have to be made, they are made in slices: until then a picture
//! shows a node as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::rc::Rc;
use std::sync::Arc;

use crate::cluster::Cluster;
use crate::controllers::daemonset::snapshot::sort_key;
use crate::object::{Kind, Object, ObjectKey, SmolStr};

use super::picture::{BarKey, Hues, Scene};
use super::preset::{CONTROL_PLANE_LABEL, POOL_LABEL, ZONE_LABEL};
use super::{DaemonSetSummary, GroupBy, NodeCard, NodeGroup, NodeReady, PodState, Revision, Stage};

/// So long after a change, in milliseconds of cluster time, every component has heard of it.
const SETTLED_AFTER_MS: u64 = 2_000;

/// Paints stages, and uses again what did not change.
#[derive(Clone, Debug, Default)]
pub struct Painter {
    /// Nodes and pods as they were stored at the last picture, in the store's order.
    nodes: Vec<Arc<Object>>,
    pods: Vec<Arc<Object>>,
    by_node: BTreeMap<SmolStr, Vec<Arc<Object>>>,
    cards: BTreeMap<SmolStr, Painted>,
    /// Nodes whose cards have to be made anew.
    stale: BTreeSet<SmolStr>,
    /// The node whose card was made last: the next one is behind it, so that each has its turn however many are stale.
    last_made: SmolStr,
    /// The second of cluster time at which cards that tell time were made anew.
    second: Option<u64>,
    /// Nodes that changed a short time ago, and when: what the scheduler counts follows what is stored.
    recent: BTreeMap<SmolStr, u64>,
    common: Option<Common>,
    grouping: Grouping,
    hues: Hues,
    summary: Option<Rc<DaemonSetSummary>>,
    keys: Rc<Vec<ObjectKey>>,
}

/// A card, and where it stands.
#[derive(Clone, Debug)]
struct Painted {
    card: Rc<NodeCard>,
    group: GroupBy,
    bar: Option<BarKey>,
}

/// What the cards have in common.
#[derive(Clone, Debug, PartialEq)]
struct Common {
    uid: SmolStr,
    generation: i64,
    deleting: bool,
    revisions: BTreeMap<SmolStr, Revision>,
    refused: Option<SmolStr>,
    inputs: usize,
}

/// How the nodes of a cluster are grouped: by zone if there are zones, else by pool.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Grouping {
    zones: bool,
    pools: bool,
    control_plane: bool,
}

impl Grouping {
    fn of(nodes: &[Arc<Object>]) -> Self {
        let has = |key: &str| nodes.iter().any(|node| node.meta.label(key).is_some());
        Self { zones: has(ZONE_LABEL), pools: has(POOL_LABEL), control_plane: has(CONTROL_PLANE_LABEL) }
    }

    fn group(self, node: &Object) -> GroupBy {
        let label = |key| node.meta.label(key);
        if self.zones
            && let Some(zone) = label(ZONE_LABEL)
        {
            GroupBy::Zone(zone.into())
        } else if self.pools
            && let Some(pool) = label(POOL_LABEL)
        {
            GroupBy::Pool(pool.into())
        } else if self.control_plane && label(CONTROL_PLANE_LABEL).is_some() {
            GroupBy::ControlPlane
        } else {
            GroupBy::All
        }
    }
}

impl Painter {
    /// A picture of this moment, for the DaemonSet of that name or else for the first one. Makes cards as long as
    /// `keep_going` says so.
    pub fn paint(&mut self, cluster: &Cluster, selected: Option<&ObjectKey>, keep_going: &mut dyn FnMut() -> bool) -> Stage {
        let store = &cluster.runtime.store;
        let keys: Vec<ObjectKey> = store.list(Kind::DaemonSet).map(|it| it.key().clone()).collect();
        if *self.keys != keys {
            self.keys = Rc::new(keys);
        }
        let shown = selected.filter(|key| self.keys.contains(key)).or(self.keys.first());
        let scene = Scene::of(cluster, shown.and_then(|key| store.get(Kind::DaemonSet, key)), &mut self.hues);
        self.look(cluster, &scene);
        self.make_cards(cluster, &scene, keep_going);
        let mut groups: Vec<NodeGroup> = Vec::new();
        let mut bar: BTreeMap<BarKey, usize> = BTreeMap::new();
        for painted in self.cards.values() {
            if let Some(key) = painted.bar {
                *bar.entry(key).or_default() += 1;
            }
            let node = Rc::clone(&painted.card);
            match groups.iter_mut().find(|group| group.by == painted.group) {
                Some(group) => group.nodes.push(node),
                None => groups.push(NodeGroup { by: painted.group.clone(), nodes: vec![node] }),
            }
        }
        groups.sort_unstable_by(|a, b| a.by.cmp(&b.by));
        let daemonset = scene.summary(bar);
        if self.summary.as_deref() != daemonset.as_ref() {
            self.summary = daemonset.map(Rc::new);
        }
        Stage { now_ms: cluster.now_ms(), daemonset: self.summary.clone(), daemonsets: Rc::clone(&self.keys), groups }
    }

    /// The pods that are bound to a node, or are to be, as they were at the last picture.
    pub fn pods_on(&self, node: &str) -> &[Arc<Object>] {
        self.by_node.get(node).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether the last picture shows every node as it is.
    pub fn is_finished(&self) -> bool {
        self.stale.is_empty()
    }

    /// Finds out which cards have to be made anew.
    fn look(&mut self, cluster: &Cluster, scene: &Scene) {
        let store = &cluster.runtime.store;
        let mut changed = Vec::new();
        let nodes: Vec<Arc<Object>> = store.list(Kind::Node).cloned().collect();
        for (before, after) in differences(&self.nodes, &nodes) {
            changed.extend(before.or(after).map(|node| node.name().clone()));
            if let (Some(gone), None) = (before, after) {
                self.cards.remove(gone.name());
            }
        }
        if !changed.is_empty() {
            let grouping = Grouping::of(&nodes);
            if self.grouping != grouping {
                self.grouping = grouping;
                changed.extend(nodes.iter().map(|node| node.name().clone()));
            }
        }
        self.nodes = nodes;
        let pods: Vec<Arc<Object>> = store.list(Kind::Pod).cloned().collect();
        for (before, after) in differences(&self.pods, &pods) {
            for pod in [before, after].into_iter().flatten() {
                let Some(view) = pod.as_pod() else { continue };
                let here = self.by_node.entry(view.target_node.clone()).or_default();
                here.retain(|known| known.key() != pod.key());
                if after.is_some_and(|after| Arc::ptr_eq(after, pod)) {
                    here.push(Arc::clone(pod));
                    here.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
                }
                changed.push(view.target_node.clone());
            }
        }
        self.pods = pods;
        let now_ms = cluster.now_ms();
        let settled = self.recent.iter().filter(|(_, at_ms)| **at_ms + SETTLED_AFTER_MS < now_ms);
        self.stale.extend(settled.map(|(name, _)| name.clone()));
        self.recent.retain(|_, at_ms| *at_ms + SETTLED_AFTER_MS >= now_ms);
        self.recent.extend(changed.iter().map(|name| (name.clone(), now_ms)));
        self.stale.extend(changed);
        let common = Common::of(cluster, scene);
        if self.common.as_ref() != Some(&common) {
            self.common = Some(common);
            self.stale.extend(self.nodes.iter().map(|node| node.name().clone()));
        }
        if self.second.replace(now_ms / 1000) != Some(now_ms / 1000) {
            let timed = self.cards.iter().filter(|(_, painted)| tells_time(&painted.card));
            self.stale.extend(timed.map(|(name, _)| name.clone()));
        }
    }

    /// The next node in the order of names, round and round.
    fn next_stale(&mut self) -> Option<SmolStr> {
        let behind = (Bound::Excluded(self.last_made.clone()), Bound::Unbounded);
        let name = self.stale.range(behind).next().or_else(|| self.stale.first())?.clone();
        self.stale.remove(&name);
        self.last_made.clone_from(&name);
        Some(name)
    }

    fn make_cards(&mut self, cluster: &Cluster, scene: &Scene, keep_going: &mut dyn FnMut() -> bool) {
        while keep_going()
            && let Some(name) = self.next_stale()
        {
            let Some(node) = cluster.runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name.clone())) else { continue };
            let pods = self.by_node.get(&name).map(Vec::as_slice).unwrap_or_default();
            let card = scene.card(cluster, node, pods);
            let card = match self.cards.get(&name) {
                Some(before) if *before.card == card => Rc::clone(&before.card),
                _ => Rc::new(card),
            };
            let painted = Painted { group: self.grouping.group(node), bar: Scene::bar_key(&card), card };
            self.cards.insert(name, painted);
        }
    }
}

impl Common {
    fn of(cluster: &Cluster, scene: &Scene) -> Self {
        let object = scene.daemonset.as_ref().map(|(object, ..)| *object);
        Self {
            uid: object.map(|it| it.meta.uid.clone()).unwrap_or_default(),
            generation: object.map_or(0, |it| it.value.at(&["metadata", "generation"]).as_i64().unwrap_or(0)),
            deleting: object.is_some_and(|it| it.meta.deleted.is_some()),
            revisions: scene.revisions.clone(),
            refused: scene.refused.clone(),
            inputs: cluster.inputs().len(),
        }
    }
}

/// Whether what stands on a card changes with time alone.
fn tells_time(card: &NodeCard) -> bool {
    matches!(card.ready, NodeReady::NotReady { .. }) || card.pods.iter().any(|pod| matches!(pod.state, PodState::Ready { .. }))
}

/// An object as it was and as it is.
type Difference<'a> = (Option<&'a Arc<Object>>, Option<&'a Arc<Object>>);

/// What is not the same in two lists of stored objects, both in the order of their keys.
fn differences<'a>(before: &'a [Arc<Object>], after: &'a [Arc<Object>]) -> Vec<Difference<'a>> {
    let mut found = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return found,
            (Some(a), Some(b)) if Arc::ptr_eq(a, b) => {
                old.next();
                new.next();
                continue;
            }
            (Some(a), Some(b)) => a.key().cmp(b.key()),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
        };
        found.push((if order.is_le() { old.next() } else { None }, if order.is_ge() { new.next() } else { None }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab, examples};

    /// A lab in the middle of a rolling update.
    fn lab() -> Lab {
        let mut lab = Lab::new(ClusterPreset::MixedPools, 3);
        let first = examples::first();
        lab.apply(first.file, first.text).expect("applied");
        lab
    }

    #[test]
    fn a_picture_from_what_was_painted_before_is_the_same_as_a_fresh_one() {
        let mut lab = lab();
        for second in 1..60 {
            lab.advance(second * 1_000, &mut || true);
            if second == 20 {
                lab.act(&Action::StopNode { node: "linux-1".into() }).expect("stopped");
            }
            if second == 30 {
                lab.act(&Action::Cordon { node: "linux-2".into() }).expect("cordoned");
            }
            let mut fresh = lab.clone();
            fresh.painter = Painter::default();
            assert_eq!(lab.stage(None), fresh.stage(None), "after {second} s");
        }
    }

    #[test]
    fn however_short_the_slices_are_every_node_has_its_turn() {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        lab.act(&Action::AddNodes { count: 20, labels: vec![], stem: "n".into() }).expect("joined");
        let mut most = 0;
        for second in 1..40 {
            // Nodes that are not ready yet are made anew every second.
            lab.advance(second, &mut || true);
            lab.painter.second = None;
            let mut left = 3;
            let stage = lab.stage_within(None, &mut || {
                left -= 1;
                left >= 0
            });
            most = stage.count();
        }
        assert_eq!(most, 21);
    }

    #[test]
    fn a_picture_made_in_slices_is_whole_in_the_end() {
        let mut lab = lab();
        lab.advance(10_000, &mut || true);
        let whole = lab.clone().stage(None);
        let mut pictures = 0;
        let mut stage = Stage::default();
        while pictures < 9 && (pictures == 0 || !lab.is_painted()) {
            let mut left = 3;
            stage = lab.stage_within(None, &mut || {
                left -= 1;
                left >= 0
            });
            pictures += 1;
        }
        assert_eq!((stage, pictures), (whole, 4));
    }

    #[test]
    fn a_revision_keeps_its_hue_through_undo_and_when_older_ones_are_forgotten() {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        let manifest = |tag: &str| {
            let spec = format!("containers: [{{name: c, image: 'nginx:{tag}'}}]");
            format!(
                "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: a}}\nspec:\n  revisionHistoryLimit: 1\n  selector: {{matchLabels: {{app: a}}}}\n  template: {{metadata: {{labels: {{app: a}}}}, spec: {{{spec}}}}}\n"
            )
        };
        let mut seen = Vec::new();
        for tag in ["1", "2", "1", "3", "4", "4"] {
            lab.apply("a.yaml", &manifest(tag)).expect("applied");
            lab.advance(lab.now_ms() + 90_000, &mut || true);
            let stage = lab.stage(None);
            seen.extend(stage.nodes().flat_map(|node| &node.pods).filter_map(|pod| pod.revision).map(|it| (it.number, it.hue)));
        }
        assert_eq!(seen, [(1, 0), (2, 1), (3, 0), (4, 2), (5, 3), (5, 3)]);
    }

    #[test]
    fn every_revision_that_pods_still_have_is_named() {
        let mut lab = Lab::new(ClusterPreset::ThreeZones, 1);
        let first = examples::first();
        for (tag, seconds) in [("v1.23.12", 60), ("v1.23.13", 10), ("bad", 30)] {
            let text = first.text.replace("v1.23.12", tag);
            assert!(tag == "v1.23.12" || text != first.text, "the example has that tag");
            lab.apply(first.file, &text).expect("applied");
            lab.advance(lab.now_ms() + seconds * 1000, &mut || true);
        }
        let summary = lab.stage(None).daemonset.expect("a DaemonSet");
        assert_eq!((summary.former.as_slice(), summary.revision), (&[1, 2][..], Some(3)));
    }
}
