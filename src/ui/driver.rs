//! The lab in the browser: its clock runs from frame to frame, and pictures are taken when there is time for them.

use std::rc::Rc;

use crate::lab::{CheckLine, ClusterPreset, EventList, Lab, Replay, Stage};
use crate::object::ObjectKey;

use super::pace::{Budget, Pace};
use super::speed::Speed;
use super::storage;
use super::surroundings::wall_ms;

/// How long the lab may compute in a frame, in milliseconds: the rest of the frame is for drawing.
const SLICE_MS: f64 = 8.0;

/// How long cards may be made for a picture, in milliseconds; the others follow in the next one.
const PICTURE_SLICE_MS: f64 = 8.0;

/// How long it may compute in a frame while nothing else is to be seen.
const REPLAY_SLICE_MS: f64 = 30.0;

/// Pictures may take this share of the time.
const PICTURES_SHARE: f64 = 0.4;

/// Listing the events may take this share of the time.
const EVENTS_SHARE: f64 = 0.05;

/// Events are listed anew at most this often, in milliseconds.
const EVENTS_EVERY_MS: f64 = 250.0;

/// The lab is saved at most this often while the clock runs, in milliseconds.
const SAVE_EVERY_MS: f64 = 3000.0;

/// So many events are listed; older ones are only counted.
const MOST_EVENTS: usize = 200;

/// What is remembered of a clock that stands.
pub const STANDS: &str = "stands";

/// The seed of a new cluster, so that everybody who does the same sees the same.
const SEED: u64 = 1;

/// The cluster that a first visit finds.
const FIRST_CLUSTER: ClusterPreset = ClusterPreset::ThreeZones;

/// Owns the lab.
pub struct Driver {
    /// The lab.
    pub lab: Lab,
    /// The cluster before the present one, for taking a change of clusters back.
    former: Option<Lab>,
    /// The lab of the last visit, as long as it is on its way back.
    replay: Option<Replay>,
    /// Whether the clock runs.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The DaemonSet that is looked at, if one was chosen.
    pub shown: Option<ObjectKey>,
    pace: Pace,
    pictures: Budget,
    listing: Budget,
    drawn_version: Option<u64>,
    /// The second of cluster time at which the last picture was taken.
    drawn_second: u64,
    picture_begun_ms: Option<f64>,
    saved_version: u64,
    saved_at_ms: f64,
}

impl Driver {
    /// The lab of the last visit, on its way back, or a new one.
    pub fn new() -> Self {
        Self {
            lab: Lab::new(FIRST_CLUSTER, SEED),
            former: None,
            replay: storage::read("lab").and_then(|saved| Replay::of(&saved)),
            playing: storage::read("clock").as_deref() != Some(STANDS),
            speed: storage::read("speed").and_then(|label| Speed::parse(&label)).unwrap_or_default(),
            shown: storage::read("shown")
                .and_then(|key| key.split_once('/').map(|(namespace, name)| ObjectKey::new(namespace, name))),
            pace: Pace::default(),
            pictures: Budget::new(PICTURES_SHARE, 0.0),
            listing: Budget::new(EVENTS_SHARE, EVENTS_EVERY_MS),
            drawn_version: None,
            drawn_second: 0,
            picture_begun_ms: None,
            saved_version: 0,
            saved_at_ms: 0.0,
        }
    }

    /// How far the lab of the last visit has come, in percent; `None` when it is there.
    pub fn returning(&self) -> Option<u64> {
        self.replay.as_ref().map(Replay::percent)
    }

    /// Goes on with bringing the last visit's lab back. Whether it is there now.
    pub fn go_on_returning(&mut self) -> bool {
        let Some(mut replay) = self.replay.take() else { return true };
        let deadline = wall_ms() + REPLAY_SLICE_MS;
        if replay.go_on(&mut || wall_ms() < deadline) {
            self.lab = replay.into_lab();
            self.saved_version = self.lab.version();
            return true;
        }
        self.replay = Some(replay);
        false
    }

    /// Lets the clock run up to a frame at that time. When there is more to compute than fits into the frame, cluster
    /// time falls behind, and the page stays smooth.
    pub fn run(&mut self, at_ms: f64) {
        let due_ms = self.pace.frame(at_ms, self.speed.factor());
        let deadline = wall_ms() + SLICE_MS;
        self.lab.advance(self.lab.now_ms() + due_ms, &mut || wall_ms() < deadline);
    }

    /// The clock stands.
    pub fn stop(&mut self) {
        self.playing = false;
        self.pace.stop();
    }

    /// Whether something has changed since the last picture, and there is time for another.
    pub fn picture_due(&self) -> bool {
        let counted = self.lab.tells_time() && self.drawn_second != self.lab.now_ms() / 1000;
        let news = counted || self.drawn_version != Some(self.lab.version()) || !self.lab.is_painted();
        news && self.pictures.allows(wall_ms())
    }

    /// A picture of this moment.
    pub fn picture(&mut self) -> Rc<Stage> {
        self.picture_begun_ms = Some(wall_ms());
        self.drawn_version = Some(self.lab.version());
        self.drawn_second = self.lab.now_ms() / 1000;
        let deadline = wall_ms() + PICTURE_SLICE_MS;
        Rc::new(self.lab.stage_within(self.shown.as_ref(), &mut || wall_ms() < deadline))
    }

    /// The page has drawn the last picture.
    pub fn picture_drawn(&mut self) {
        if let Some(begun) = self.picture_begun_ms.take() {
            self.pictures.spent(begun, wall_ms());
        }
    }

    /// The events, if there is time for them.
    pub fn events_due(&mut self, listed: bool) -> Option<EventList> {
        self.listing.allows(wall_ms()).then(|| self.events(listed))
    }

    /// The events: all that are listed, or only how many there are.
    pub fn events(&mut self, listed: bool) -> EventList {
        let begun = wall_ms();
        let events = self.lab.events(if listed { MOST_EVENTS } else { 0 });
        self.listing.spent(begun, wall_ms());
        events
    }

    /// Each check of the placement decision for a node, in order.
    pub fn explain(&self, node: &str, daemonset: &ObjectKey) -> Vec<CheckLine> {
        self.lab.explain(node, daemonset)
    }

    /// Begins with another cluster; [`Driver::bring_back`] returns to this one.
    pub fn new_cluster(&mut self, preset: ClusterPreset) {
        self.former = Some(std::mem::replace(&mut self.lab, Lab::new(preset, SEED)));
    }

    /// Takes the last change of clusters back. Whether there was one.
    pub fn bring_back(&mut self) -> bool {
        let Some(former) = self.former.take() else { return false };
        self.lab = former;
        true
    }

    /// Remembers the cluster now and then while it runs.
    pub fn save_sometimes(&mut self) {
        if wall_ms() - self.saved_at_ms >= SAVE_EVERY_MS {
            self.save();
        }
    }

    /// Remembers the cluster, if it changed.
    pub fn save(&mut self) {
        let version = self.lab.version();
        if self.saved_version != version && self.replay.is_none() {
            storage::write("lab", &self.lab.save());
            self.saved_version = version;
        }
        self.saved_at_ms = wall_ms();
    }
}
