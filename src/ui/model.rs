//! What the page knows: the last picture of the lab, and what the learner chose.

use std::rc::Rc;

use yew::AttrValue;

use crate::lab::desk::{Picture, Watched};
use crate::lab::manifest::Problem;
use crate::lab::{Drift, EventList, Explanation, NodeCard, PodChip, Progress, Stage, examples};
use crate::object::{ObjectKey, SmolStr};

use super::files::Files;
use super::layout::{DockTab, Layout, View};
use super::message::{Opened, Popover};
use super::news::News;
use super::notice::Notice;
use super::settings::Settings;
use super::speed::Speed;
use super::stage::MOST_CARDS;
use super::stage::cells::Rows;
use super::storage;
use super::terminal::Console;

/// What is remembered of a clock that stands.
pub const STANDS: &str = "stands";

/// What the page knows.
#[allow(clippy::struct_excessive_bools, reason = "they have nothing to do with each other")]
pub struct Model {
    /// Theme and language.
    pub settings: Settings,
    /// How the panes are arranged.
    pub layout: Layout,
    /// The open files.
    pub files: Files,
    /// The terminal.
    pub console: Rc<Console>,
    /// What is wrong with the file in front, as far as it was checked.
    pub problems: Rc<Vec<Problem>>,
    /// The version of the text that is checked.
    pub version: u32,
    /// What the cluster has otherwise than the file in front.
    pub drift: Rc<Drift>,
    /// The text that was refused last, and why.
    pub refused: Option<(Rc<str>, Vec<Problem>)>,
    /// The file whose name is being changed.
    pub renaming: Option<u32>,
    /// What the stage shows.
    pub stage: Rc<Stage>,
    /// Whether the stage is not there yet, or not all of it.
    pub arriving: bool,
    /// The latest cluster time of a picture since what was last saved, in milliseconds.
    pub seen_ms: Option<u64>,
    /// Whether the engine is not there, or stopped.
    pub lost: bool,
    /// The DaemonSet that was chosen, if one was.
    pub shown: Option<ObjectKey>,
    /// What the rollout waits for.
    pub rollout: Option<Progress>,
    /// Why the selected node has a pod or none.
    pub explanation: Explanation,
    /// Pods that have just gone, each with its node.
    pub gone: Vec<(SmolStr, Vec<PodChip>)>,
    /// The cluster's events.
    pub events: Rc<EventList>,
    /// Whether the clock runs.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// How far the lab of the last visit has come back, in percent; `None` when it is there.
    pub returning: Option<u64>,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
    /// The node that the focus came to last.
    pub focused: Option<SmolStr>,
    /// What was done last, with a number that is different for each.
    pub notice: Option<(u32, Notice)>,
    /// Whether the clock stood when that was done.
    pub done_standing: bool,
    /// Whether something has just been copied.
    pub copied: bool,
    /// What changed on the stage and was not read out yet.
    pub news: News,
    /// What was read out last.
    pub said: AttrValue,
    /// What hangs from a control.
    pub popover: Option<Opened>,
    /// The nodes that show all labels.
    pub unfolded: Vec<SmolStr>,
    /// Where cells stand.
    pub rows: Rows,
    /// How much larger cells are than usual, in steps.
    pub zoom: i32,
    /// How far the table is scrolled, in CSS pixels.
    pub scrolled: usize,
    notices: u32,
}

impl Model {
    /// What the last visit left, or the beginning.
    pub fn restore() -> Self {
        let read = |name| storage::read(name).unwrap_or_default();
        let first = examples::first();
        let mut files = Files::restore(&read("files")).unwrap_or_else(|| Files::with(first.file, first.text));
        files.restore_applied(&read("applied"));
        Self {
            settings: Settings::restore(&read("settings")),
            layout: Layout::restore(&read("layout")),
            files,
            console: Rc::new(Console::restore(&read("typed"))),
            problems: Rc::default(),
            version: 0,
            drift: Rc::default(),
            refused: None,
            renaming: None,
            stage: Rc::default(),
            arriving: true,
            seen_ms: None,
            lost: false,
            shown: read("shown").split_once('/').map(|(namespace, name)| ObjectKey::new(namespace, name)),
            rollout: None,
            explanation: Explanation::default(),
            gone: Vec::new(),
            events: Rc::default(),
            playing: read("clock") != STANDS,
            speed: Speed::parse(&read("speed")).unwrap_or_default(),
            returning: None,
            selected: Some(SmolStr::from(read("selected"))).filter(|name| !name.is_empty()),
            focused: None,
            notice: None,
            done_standing: false,
            copied: false,
            news: News::default(),
            said: AttrValue::default(),
            popover: None,
            unfolded: Vec::new(),
            rows: Rows { columns: 1, size: 0 },
            zoom: 0,
            scrolled: 0,
            notices: 0,
        }
    }

    /// There is another cluster: nothing is applied to it, and nothing of it was seen or chosen.
    pub fn leave_cluster(&mut self) {
        self.files.leave_cluster();
        self.shown = None;
        self.seen_ms = None;
    }

    /// Takes a picture in: what changed is news, unless it is a picture of another cluster.
    pub fn see(&mut self, picture: Picture) {
        if picture.afresh {
            self.explanation = Explanation::default();
            self.news = News::default();
            self.gone.clear();
            self.arriving = true;
        }
        if let Some(rollout) = &picture.rollout {
            self.rollout.clone_from(rollout);
        }
        if let Some((node, explanation)) = &picture.explained
            && self.selected.as_ref() == Some(node)
        {
            self.explanation.clone_from(explanation);
        }
        if let Some(events) = &picture.events {
            self.events = Rc::new(events.clone());
        }
        let more = picture.more;
        let last = std::mem::take(&mut self.stage);
        self.stage = Rc::new(picture.onto(&last));
        if !self.arriving {
            self.news.add(&last, &self.stage);
            if !self.is_compact() {
                self.gone.extend(gone(&last, &self.stage));
            }
        }
        self.arriving &= more;
        self.returning = None;
        // What was never there may come with the next picture.
        let beside = |name: SmolStr| here_or_beside(&name, &last, &self.stage).or(more.then_some(name));
        self.focused = self.focused.take().and_then(beside);
        let is_there = |name: &SmolStr| more || self.stage.find(name).is_some();
        self.selected = self.selected.take().filter(is_there);
    }

    /// What of the lab is to be seen.
    pub fn watched(&self) -> Watched {
        Watched {
            daemonset: self.shown.clone(),
            explained: self.selected.clone().filter(|_| self.layout.shows_checks()),
            events: self.layout.dock_tab == DockTab::Events,
        }
    }

    /// How many times as fast as the wall's the cluster's clock runs.
    pub fn factor(&self) -> f64 {
        if self.playing { self.speed.factor() } else { 0.0 }
    }

    /// Whether there is nothing to see yet.
    pub fn is_empty_yet(&self) -> bool {
        self.arriving && self.stage.groups.is_empty()
    }

    /// Selects a node. What was known of another is not shown for it.
    pub fn select(&mut self, name: SmolStr) {
        if self.selected.as_ref() != Some(&name) {
            self.explanation = Explanation::default();
        }
        self.selected = Some(name);
    }

    /// Whether nodes are cells.
    pub fn is_compact(&self) -> bool {
        self.stage.count() > MOST_CARDS
    }

    /// Whether cells are what is seen of the nodes.
    pub fn shows_cells(&self) -> bool {
        self.is_compact() && self.layout.view == View::Cards
    }

    /// The group and index of the node at which Tab stops: the one that had the focus last, or the selected one, or the first.
    pub fn tab_stop(&self) -> Option<(usize, usize)> {
        let place = |name: &Option<SmolStr>| self.stage.place_of(name.as_ref()?);
        place(&self.focused).or_else(|| place(&self.selected)).or_else(|| {
            let group = self.stage.groups.iter().position(|group| !group.nodes.is_empty())?;
            Some((group, 0))
        })
    }

    /// The node that is explained.
    pub fn selected_node(&self) -> Option<&Rc<NodeCard>> {
        self.stage.find(self.selected.as_ref()?)
    }

    /// The pods that have just gone from a node.
    pub fn gone_from(&self, node: &str) -> &[PodChip] {
        self.gone.iter().find(|(name, _)| name == node).map(|(_, pods)| pods.as_slice()).unwrap_or_default()
    }

    /// Whether that popover is open.
    pub fn is_open(&self, popover: &Popover) -> bool {
        self.popover.as_ref().is_some_and(|opened| opened.what == *popover)
    }

    /// Shows a line about what was done.
    pub fn notify(&mut self, notice: Notice) {
        self.notices += 1;
        self.copied = false;
        self.done_standing = !self.playing;
        self.notice = Some((self.notices, notice));
    }

    /// What is wrong with the text in front was found out.
    pub fn checked(&mut self, mut problems: Vec<Problem>) {
        // What only came out when the text was applied is still so while it is the same text.
        let text = &self.files.active().text;
        if let Some((_, refused)) = self.refused.as_ref().filter(|(refused, _)| refused == text) {
            let others: Vec<Problem> = refused.iter().filter(|problem| !problems.contains(problem)).cloned().collect();
            problems.extend(others);
        }
        self.problems = Rc::new(problems);
    }
}

/// The node of that name, or if it is no more, the one that stood nearest to it, in the first picture, of those that are left:
/// rather after than before it.
fn here_or_beside(name: &SmolStr, before: &Stage, now: &Stage) -> Option<SmolStr> {
    let is_left = |node: &&SmolStr| now.find(node).is_some();
    if is_left(&name) {
        return Some(name.clone());
    }
    let names: Vec<&SmolStr> = before.nodes().map(|node| &node.name).collect();
    let at = names.iter().position(|known| *known == name)?;
    let (earlier, later) = names.split_at(at);
    later.iter().copied().find(is_left).or_else(|| earlier.iter().rev().copied().find(is_left)).cloned()
}

/// Pods that were on a node in the first picture and are nowhere in the second.
fn gone(before: &Stage, after: &Stage) -> Vec<(SmolStr, Vec<PodChip>)> {
    let mut all = Vec::new();
    for change in before.changes(after) {
        let (Some(node), Some(now)) = (change.before, change.after) else { continue };
        let left = |pod: &&PodChip| !now.pods.iter().any(|other| other.key == pod.key);
        let pods: Vec<PodChip> = node.pods.iter().filter(left).cloned().collect();
        if !pods.is_empty() {
            all.push((node.name.clone(), pods));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab};

    #[test]
    fn the_neighbour_takes_the_place_of_a_node_that_is_gone() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        let before = lab.stage(None);
        let names: Vec<SmolStr> = before.nodes().map(|node| node.name.clone()).collect();
        let mut beside = |gone: usize, of: usize| {
            lab.act(&Action::DeleteNode { node: names[gone].clone() }).expect("deleted");
            here_or_beside(&names[of], &before, &lab.stage(None))
        };
        assert_eq!(beside(1, 1).as_ref(), Some(&names[2]), "the one after it");
        assert_eq!(beside(2, 2).as_ref(), Some(&names[0]), "the one before it, as there is none after it");
        assert_eq!(here_or_beside(&names[0], &before, &lab.stage(None)).as_ref(), Some(&names[0]));
        assert_eq!(here_or_beside(&"stranger".into(), &before, &lab.stage(None)), None);
    }

    #[test]
    fn what_is_gone_is_named_with_its_node() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        let first = examples::first();
        lab.apply(first.file, first.text).expect("applied");
        lab.advance(60_000, &mut || true);
        let before = lab.stage(None);
        let pod = before.nodes().next().and_then(|node| node.pods.first()).expect("a pod").clone();
        lab.act(&Action::DeletePod { pod: pod.key.clone() }).expect("deleted");
        lab.advance(120_000, &mut || true);
        let gone = gone(&before, &lab.stage(None));
        assert_eq!(gone.len(), 1);
        assert_eq!(gone[0].1[0].key, pod.key);
    }
}
