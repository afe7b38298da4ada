//! The lab in the browser: lets its clock run from frame to frame, publishes pictures, and hands actions in.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::utils::window;
use yew::{AttrValue, Callback, UseReducerDispatcher};

use crate::lab::manifest::Problem;
use crate::lab::{Action, Stage};
use crate::lab::{CheckLine, ClusterPreset, Done, Lab};
use crate::object::{ObjectKey, SmolStr};
use crate::ui::editor::File;
use crate::ui::storage;

use super::pace::{Budget, Pace};
use super::{Notice, Session, SessionAction, Speed};

/// How long the lab may compute in a frame, in milliseconds: the rest of the frame is for drawing.
const SLICE_MS: f64 = 8.0;

/// Pictures may take this share of the time.
const PICTURES_SHARE: f64 = 0.4;

/// Listing the events may take this share of the time.
const EVENTS_SHARE: f64 = 0.05;

/// Events are listed anew at most this often, in milliseconds.
const EVENTS_EVERY_MS: f64 = 250.0;

/// The lab is saved at most this often while the clock runs, in milliseconds.
const SAVE_EVERY_MS: f64 = 3000.0;

/// The seed of a new cluster, so that everybody who does the same sees the same.
const SEED: u64 = 1;

/// The cluster that a first visit finds.
const FIRST_CLUSTER: ClusterPreset = ClusterPreset::ThreeZones;

/// Owns the lab.
pub struct Driver {
    lab: RefCell<Lab>,
    /// The cluster before the present one, for taking a change of clusters back.
    former: RefCell<Option<Lab>>,
    shown: RefCell<Option<ObjectKey>>,
    playing: Cell<bool>,
    speed: Cell<Speed>,
    pace: RefCell<Pace>,
    budget: RefCell<Budget>,
    last: RefCell<Rc<Stage>>,
    drawn_version: Cell<Option<u64>>,
    picture_begun_ms: Cell<Option<f64>>,
    events_budget: RefCell<Budget>,
    saved: Cell<(u64, f64)>,
    frame: RefCell<Option<AnimationFrame>>,
    clock: RefCell<Callback<u64>>,
    publish: UseReducerDispatcher<Session>,
}

fn wall_ms() -> f64 {
    window().performance().map_or(0.0, |watch| watch.now())
}

impl Driver {
    /// The lab of the last visit, or a new one. Nothing runs before [`Driver::play`].
    pub fn new(publish: UseReducerDispatcher<Session>) -> Rc<Self> {
        let lab = storage::read("lab").and_then(|saved| Lab::restore(&saved)).unwrap_or_else(|| Lab::new(FIRST_CLUSTER, SEED));
        Rc::new(Self {
            lab: RefCell::new(lab),
            former: RefCell::default(),
            shown: RefCell::default(),
            playing: Cell::default(),
            speed: Cell::default(),
            pace: RefCell::default(),
            budget: Budget::new(PICTURES_SHARE, 0.0).into(),
            last: RefCell::default(),
            drawn_version: Cell::default(),
            picture_begun_ms: Cell::default(),
            events_budget: Budget::new(EVENTS_SHARE, EVENTS_EVERY_MS).into(),
            saved: Cell::default(),
            frame: RefCell::default(),
            clock: RefCell::default(),
            publish,
        })
    }

    /// Tells that component the cluster time, in milliseconds, whenever it changes.
    pub fn watch_clock(&self, clock: Callback<u64>) {
        clock.emit(self.lab.borrow().now_ms());
        *self.clock.borrow_mut() = clock;
    }

    /// Starts the clock.
    pub fn play(self: &Rc<Self>) {
        self.playing.set(true);
        self.publish.dispatch(SessionAction::Play(true));
        self.next_frame();
    }

    /// No frame comes any more; for the end of the page.
    pub fn halt(&self) {
        self.playing.set(false);
        *self.frame.borrow_mut() = None;
        self.pace.borrow_mut().stop();
    }

    /// Stops the clock.
    pub fn pause(&self) {
        self.halt();
        self.publish.dispatch(SessionAction::Play(false));
        self.publish_all();
    }

    /// Stops the clock and goes to the next change.
    pub fn step(&self) {
        self.pause();
        self.lab.borrow_mut().step();
        self.publish_all();
    }

    /// Lets the clock run at another speed.
    pub fn set_speed(&self, speed: Speed) {
        self.speed.set(speed);
        self.publish.dispatch(SessionAction::Speed(speed));
    }

    /// Selects a node, or none.
    pub fn select(&self, node: Option<SmolStr>) {
        self.publish.dispatch(SessionAction::Select(node));
    }

    /// Looks at that DaemonSet.
    pub fn show(&self, daemonset: ObjectKey) {
        *self.shown.borrow_mut() = Some(daemonset);
        self.draw();
    }

    /// Does something to the cluster. A refusal is returned in the API server's words, and also shown.
    pub fn act(&self, action: &Action) -> Result<(), AttrValue> {
        let answer = self.lab.borrow_mut().act(action);
        let (notice, result) = match answer {
            Ok(done) => (Notice::Done { command: done.command.into(), output: done.output.into() }, Ok(())),
            Err(refusal) => {
                let message = AttrValue::from(refusal.message);
                (Notice::Refused { command: refusal.command.into(), message: message.clone() }, Err(message))
            }
        };
        self.publish_all();
        self.notify(notice);
        result
    }

    /// Applies a manifest. When it has problems, nothing of it was applied, and they are published with its text.
    pub fn apply(&self, file: &File) {
        let answer = self.lab.borrow_mut().apply(&file.name, &file.text);
        self.manifest_done(file, answer);
    }

    /// Deletes what a manifest describes, or publishes its problems.
    pub fn delete_manifest(&self, file: &File) {
        let answer = self.lab.borrow_mut().delete_manifest(&file.name, &file.text);
        self.manifest_done(file, answer);
    }

    fn manifest_done(&self, file: &File, answer: Result<Done, Vec<Problem>>) {
        let (notice, refused) = match answer {
            Ok(done) => (Notice::Done { command: done.command.into(), output: done.output.into() }, None),
            Err(problems) => (Notice::Problems, Some((Rc::clone(&file.text), Rc::new(problems)))),
        };
        self.publish.dispatch(SessionAction::Refused(refused));
        self.publish_all();
        self.notify(notice);
    }

    /// Begins with another cluster; [`Driver::bring_back`] returns to this one.
    pub fn new_cluster(&self, preset: ClusterPreset) {
        let former = self.lab.replace(Lab::new(preset, SEED));
        *self.former.borrow_mut() = Some(former);
        self.other_cluster(Notice::NewCluster(preset));
    }

    /// Takes the last change of clusters back.
    pub fn bring_back(&self) {
        if let Some(former) = self.former.take() {
            *self.lab.borrow_mut() = former;
            self.other_cluster(Notice::Restored);
        }
    }

    fn other_cluster(&self, notice: Notice) {
        *self.shown.borrow_mut() = None;
        self.publish.dispatch(SessionAction::OtherCluster(self.take_picture()));
        self.publish_all();
        self.notify(notice);
    }

    /// Each check of the placement decision for a node, in order.
    pub fn explain(&self, node: &str, daemonset: &ObjectKey) -> Vec<CheckLine> {
        self.lab.borrow().explain(node, daemonset)
    }

    /// The last picture, for a moment's question.
    pub fn last_picture(&self) -> Rc<Stage> {
        Rc::clone(&self.last.borrow())
    }

    /// Shows a line about what was done.
    pub fn notify(&self, notice: Notice) {
        self.publish.dispatch(SessionAction::Notice(notice));
    }

    /// Closes that line.
    pub fn dismiss(&self) {
        self.publish.dispatch(SessionAction::Dismiss);
    }

    /// The news were read out.
    pub fn news_read(&self) {
        self.publish.dispatch(SessionAction::NewsRead);
    }

    /// The page has drawn the last picture.
    pub fn picture_drawn(&self) {
        if let Some(begun) = self.picture_begun_ms.take() {
            self.budget.borrow_mut().spent(begun, wall_ms());
        }
    }

    /// Publishes everything as it is now.
    pub fn publish_all(&self) {
        self.draw();
        self.list_events();
        self.tell_time();
        self.save(wall_ms());
    }

    /// Remembers the cluster, if it changed.
    pub fn save(&self, now_ms: f64) {
        let version = self.lab.borrow().version();
        if self.saved.get().0 != version {
            storage::write("lab", &self.lab.borrow().save());
        }
        self.saved.set((version, now_ms));
    }

    fn next_frame(self: &Rc<Self>) {
        let driver = Rc::clone(self);
        *self.frame.borrow_mut() = Some(request_animation_frame(move |at_ms| driver.run_frame(at_ms)));
    }

    fn run_frame(self: &Rc<Self>, at_ms: f64) {
        if !self.playing.get() {
            return;
        }
        let due = self.pace.borrow_mut().frame(at_ms, self.speed.get().factor());
        self.run_lab(due);
        self.tell_time();
        let now = wall_ms();
        let changed = self.drawn_version.get() != Some(self.lab.borrow().version());
        if changed && self.budget.borrow().allows(now) {
            self.draw();
        }
        if self.events_budget.borrow().allows(now) {
            self.list_events();
        }
        if now - self.saved.get().1 >= SAVE_EVERY_MS {
            self.save(now);
        }
        self.next_frame();
    }

    /// When there is more to compute than fits into the frame, cluster time falls behind, and the page stays smooth.
    fn run_lab(&self, due_ms: u64) {
        let mut lab = self.lab.borrow_mut();
        let until_ms = lab.now_ms() + due_ms;
        let deadline = wall_ms() + SLICE_MS;
        lab.advance(until_ms, &mut || wall_ms() < deadline);
    }

    fn draw(&self) {
        self.picture_begun_ms.set(Some(wall_ms()));
        self.publish.dispatch(SessionAction::Picture(self.take_picture()));
    }

    fn take_picture(&self) -> Rc<Stage> {
        let mut lab = self.lab.borrow_mut();
        self.drawn_version.set(Some(lab.version()));
        let stage = Rc::new(lab.stage(self.shown.borrow().as_ref()));
        *self.last.borrow_mut() = Rc::clone(&stage);
        stage
    }

    fn list_events(&self) {
        let begun = wall_ms();
        let events = self.lab.borrow().events();
        self.events_budget.borrow_mut().spent(begun, wall_ms());
        self.publish.dispatch(SessionAction::Events(Rc::new(events)));
    }

    fn tell_time(&self) {
        let now = self.lab.borrow().now_ms();
        let clock = self.clock.borrow().clone();
        clock.emit(now);
    }
}
