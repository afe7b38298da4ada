//! When a picture is taken, and what is in it.

use crate::lab::{EventList, Explanation, Lab, Progress, Stage};
use crate::object::SmolStr;

use super::pace::{Budget, Portion};
use super::picture::Picture;
use super::protocol::Watched;

/// How long cards may be made for a picture, in milliseconds; the others follow in the next one.
const SLICE_MS: f64 = 8.0;

/// Up to so many nodes are drawn as elements of the page, which cost more than the cells of a larger cluster.
pub const FEW_NODES: usize = 150;

/// So many cards may be different in a picture of few nodes, at least and at most: what the machine can draw in a frame. The others
/// follow in the next one.
const CARDS: (usize, usize) = (6, 24);

/// So many cells may be different in a picture of many nodes.
const CELLS: usize = 400;

/// Pictures may take this share of the time.
const PICTURES_SHARE: f64 = 0.15;

/// Listing the events may take this share of the time.
const EVENTS_SHARE: f64 = 0.05;

/// Events are listed anew at most this often, in milliseconds.
const EVENTS_EVERY_MS: f64 = 250.0;

/// So many events are listed; older ones are only counted.
const MOST_EVENTS: usize = 200;

/// What the page has been shown, and when it is shown more.
#[derive(Debug)]
pub struct Easel {
    watched: Watched,
    /// The stage as the page knows it, once it has the picture that is on its way.
    shown: Stage,
    rollout: Option<Progress>,
    /// The explanation that the page was told, and of which node.
    explained: Option<(SmolStr, Explanation)>,
    events: EventList,
    /// Whether the page has not drawn the last picture yet.
    on_its_way: bool,
    /// Whether nothing of the last picture stays.
    afresh: bool,
    /// Whether the learner waits for the next picture, whatever it costs.
    awaited: bool,
    version: Option<u64>,
    second: u64,
    painting: Budget,
    listing: Budget,
    cards: Portion,
}

impl Default for Easel {
    fn default() -> Self {
        Self {
            watched: Watched::default(),
            shown: Stage::default(),
            rollout: None,
            explained: None,
            events: EventList::default(),
            on_its_way: false,
            afresh: true,
            awaited: true,
            version: None,
            second: 0,
            painting: Budget::new(PICTURES_SHARE, 0.0),
            listing: Budget::new(EVENTS_SHARE, EVENTS_EVERY_MS),
            cards: Portion::new(CARDS.0, CARDS.1),
        }
    }
}

impl Easel {
    /// The page shows something else. It forgets the explanation of a node that it explains no longer.
    pub fn watch(&mut self, watched: Watched) {
        if watched.explained != self.watched.explained {
            self.explained = None;
        }
        self.watched = watched;
        self.await_next();
    }

    /// The learner waits for the next picture.
    pub fn await_next(&mut self) {
        self.awaited = true;
        self.version = None;
    }

    /// There is another cluster.
    pub fn start_afresh(&mut self) {
        self.afresh = true;
        self.watched.daemonset = None;
        self.await_next();
    }

    /// The page has drawn the last picture, which took so many milliseconds.
    pub fn drawn(&mut self, took_ms: f64) {
        self.on_its_way = false;
        if !self.is_large() {
            self.cards.took(took_ms);
        }
    }

    /// Whether nodes are drawn as cells.
    fn is_large(&self) -> bool {
        self.shown.count() > FEW_NODES
    }

    /// In how many milliseconds a picture may be taken; `None` when there is nothing new, or the page is still drawing.
    pub fn due_in(&self, lab: &Lab, now_ms: f64) -> Option<f64> {
        let news = self.version != Some(lab.version()) || self.second != lab.now_ms() / 1000 || !lab.is_painted();
        let pause = if self.awaited { 0.0 } else { self.painting.pause_ms(now_ms) };
        (news && !self.on_its_way).then_some(pause)
    }

    /// A picture of this moment.
    pub fn picture(&mut self, lab: &mut Lab, wall: &dyn Fn() -> f64) -> Picture {
        let begun = wall();
        self.version = Some(lab.version());
        self.second = lab.now_ms() / 1000;
        let mut left = if self.is_large() { CELLS } else { self.cards.size() };
        let stage = lab.stage_within(self.watched.daemonset.as_ref(), &mut || {
            left = left.saturating_sub(1);
            left > 0 && wall() < begun + SLICE_MS
        });
        if self.afresh {
            self.shown = Stage::default();
        }
        let mut picture = Picture::between(&self.shown, &stage);
        picture.afresh = std::mem::take(&mut self.afresh);
        picture.more = !lab.is_painted();
        self.shown = stage;
        let rollout = lab.progress(&self.shown);
        if picture.afresh || rollout != self.rollout {
            picture.rollout = Some(rollout.clone());
            self.rollout = rollout;
        }
        self.explain(lab, &mut picture);
        self.painting.spent(begun, wall());
        self.list_events(lab, &mut picture, wall);
        self.awaited = picture.more && self.awaited;
        self.on_its_way = true;
        picture
    }

    fn explain(&mut self, lab: &Lab, picture: &mut Picture) {
        let explained = self.watched.explained.as_ref().map(|node| {
            let daemonset = self.shown.daemonset.as_ref();
            (node.clone(), daemonset.map(|daemonset| lab.explain(node, &daemonset.key)).unwrap_or_default())
        });
        if picture.afresh || explained != self.explained {
            picture.explained.clone_from(&explained);
            self.explained = explained;
        }
    }

    fn list_events(&mut self, lab: &Lab, picture: &mut Picture, wall: &dyn Fn() -> f64) {
        let begun = wall();
        if !self.awaited && self.listing.pause_ms(begun) > 0.0 {
            return;
        }
        let events = lab.events(if self.watched.events { MOST_EVENTS } else { 0 });
        if picture.afresh || events != self.events {
            picture.events = Some(events.clone());
            self.events = events;
        }
        self.listing.spent(begun, wall());
    }
}
