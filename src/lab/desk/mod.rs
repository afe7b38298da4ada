//! The engine's side of the page: owns the lab, does what the page asks for, and reports what there is to see.
//!
//! The page and the engine are two programs that only share plain data. Everything that takes time is here: cluster time,
//! applying, explaining, checking a text, making a saved lab again, taking pictures. The page draws what it is told, and so
//! it never waits.
//!
//! # How it runs
//! Whoever owns a [`Desk`] hands it requests as they come ([`Desk::take`]), lets it go on ([`Desk::go_on`]), and passes its
//! reports on. It goes on in slices of a few milliseconds, between which requests are taken: however busy it is, an answer
//! is never far. It has no clock of its own: it asks the one it is given.
//!
//! # The terminal
//! A command that waits sees every moment in which something changes ([`Terminal::advance`]), however fast the clock runs.
//!
//! # Pictures
//! What there is to see travels as differences ([`Picture`]), and one at a time: the next one is taken when the page has
//! drawn the last. A fast page sees every frame, a slow one sees fewer, and nothing piles up between them.

mod easel;
mod front;
pub mod pace;
mod picture;
mod protocol;
pub mod terminal;
pub mod wire;

use std::collections::VecDeque;
use std::rc::Rc;

pub use easel::FEW_NODES;
pub use picture::Picture;
pub use protocol::{Answer, Errand, Report, Request, Watched};

use self::easel::Easel;
use self::front::Front;
use self::pace::{Pace, slice};
use self::terminal::{Copies, TerminalRequest};
use super::terminal::{History, Prompt, Terminal};
use super::{ClusterPreset, Doing, Done, Lab, Replay};

/// How long the cluster runs before a picture or a request may have its turn, in milliseconds.
const SLICE_MS: f64 = 8.0;

/// What was done is saved at most this often, in milliseconds.
const SAVED_EVERY_MS: f64 = 100.0;

/// Where there is nothing to do but to let time pass, it is done so often, in milliseconds.
const TICK_MS: f64 = 12.0;

/// The seed of a new cluster, so that everybody who does the same sees the same.
const SEED: u64 = 1;

/// The cluster that a first visit finds.
const FIRST_CLUSTER: ClusterPreset = ClusterPreset::ThreeZones;

/// What there is to do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Next {
    /// More: it wants to go on as soon as requests had their turn.
    Now,
    /// Something in so many milliseconds.
    In(f64),
    /// Nothing until the next request.
    Asked,
}

/// Owns the lab.
pub struct Desk {
    lab: Lab,
    /// The cluster before the present one, for taking a change of clusters back.
    former: Option<Lab>,
    /// The lab of the last visit, as long as it is on its way back.
    replay: Option<Replay>,
    /// Whether the page has begun.
    begun: bool,
    errands: VecDeque<(u32, Errand)>,
    /// The errand that is being done.
    job: Option<Job>,
    text: Option<(u32, Rc<str>)>,
    /// The text that was checked last.
    front: Option<Front>,
    factor: f64,
    resting: bool,
    /// Whether the clock is to go to the next change, once nothing else is being done.
    step: bool,
    pace: Pace,
    easel: Easel,
    returned_percent: Option<u64>,
    terminal: Terminal,
    /// What was done in the terminal and is not answered yet.
    typed: VecDeque<TerminalRequest>,
    files: Copies,
    /// What the page knows the terminal to wait for.
    prompt: Prompt,
    /// How many deeds are in what was last saved.
    deeds: usize,
    /// Until when, in milliseconds on the wall, nothing is saved again.
    saved_until_ms: f64,
    /// Answers that wait until what they speak of is saved.
    unsaved: Vec<Report>,
    reports: Vec<Report>,
}

/// An errand on its way.
struct Job {
    ticket: u32,
    errand: Errand,
    /// Of several actions, the number of the one that is being done, and what came of those before it.
    next: usize,
    done: Option<Done>,
    doing: Option<Doing>,
}

impl Job {
    fn new(ticket: u32, errand: Errand) -> Self {
        Self { ticket, errand, next: 0, done: None, doing: None }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self::new()
    }
}

impl Desk {
    /// Waits for the page.
    pub fn new() -> Self {
        let lab = Lab::new(FIRST_CLUSTER, SEED);
        Self {
            // A first visit leaves nothing to be remembered as long as nothing is done.
            deeds: lab.deed_count(),
            lab,
            former: None,
            replay: None,
            begun: false,
            errands: VecDeque::new(),
            job: None,
            text: None,
            front: None,
            factor: 0.0,
            resting: false,
            step: false,
            pace: Pace::default(),
            easel: Easel::default(),
            returned_percent: None,
            terminal: Terminal::new(History::default()).for_scrollback(),
            typed: VecDeque::new(),
            files: Copies::default(),
            prompt: Prompt::Ready,
            saved_until_ms: f64::NEG_INFINITY,
            unsaved: Vec::new(),
            reports: Vec::new(),
        }
    }

    /// Takes a request in. What takes time is done in the slices that follow.
    pub fn take(&mut self, request: Request) {
        match request {
            Request::Begin { saved, seen_ms } => {
                self.replay = saved.and_then(|saved| Replay::of(&saved, seen_ms));
                self.begun = true;
                self.reports.push(Report::Begun(self.replay.is_some()));
            }
            Request::Watch(watched) => self.easel.watch(watched),
            Request::Clock(factor) => {
                self.factor = factor;
                self.pace.stop();
                self.easel.await_next();
            }
            Request::Step => self.step = true,
            Request::Rest(resting) => {
                self.resting = resting;
                // Whoever leaves may not come back.
                self.saved_until_ms = f64::NEG_INFINITY;
                self.pace.stop();
            }
            Request::Drawn(took_ms) => self.easel.drawn(took_ms),
            Request::Errand(ticket, errand) => self.errands.push_back((ticket, errand)),
            Request::Check(version, text) => self.text = Some((version, text)),
            Request::Terminal(request) => self.take_typed(request),
        }
    }

    /// Goes on for a slice. The function tells the time on the wall, in milliseconds from any moment on.
    pub fn go_on(&mut self, wall: &dyn Fn() -> f64) -> Next {
        if let Some((version, text)) = self.text.take() {
            let front = Front::new(version, text);
            self.reports.push(Report::Checked(version, front.problems()));
            self.front = Some(front);
        }
        if !self.begun {
            return Next::Asked;
        }
        if self.replay.is_some() {
            self.go_on_returning(wall);
            return Next::Now;
        }
        self.work(wall);
        self.save(wall());
        // What is being done is done to the cluster of this moment.
        while self.job.is_none()
            && let Some(request) = self.typed.pop_front()
        {
            self.serve_terminal(request);
        }
        if self.job.is_none() && std::mem::take(&mut self.step) {
            self.terminal.step(&mut self.lab, &self.files);
            self.easel.await_next();
        }
        let behind = self.run_clock(wall);
        self.save(wall());
        self.report_terminal();
        // The page hears what was done before it hears what that changed.
        if !self.is_unsaved() {
            self.reports.extend(self.front.as_mut().and_then(|front| front.look(&self.lab)));
        }
        if self.picture_in(wall()) == Some(0.0) {
            let picture = self.easel.picture(&mut self.lab, wall);
            self.reports.push(Report::Picture(Box::new(picture)));
        }
        self.next(behind, wall())
    }

    /// Nothing that was known of the cluster holds any more.
    fn start_afresh(&mut self) {
        self.easel.start_afresh();
        if let Some(front) = &mut self.front {
            front.start_afresh();
        }
    }

    /// What there is to report since the last time.
    pub fn reports(&mut self) -> Vec<Report> {
        std::mem::take(&mut self.reports)
    }

    /// Whether nothing stands before what was typed.
    fn is_free(&self) -> bool {
        self.begun && self.replay.is_none() && self.job.is_none() && self.errands.is_empty()
    }

    fn is_running(&self) -> bool {
        self.factor > 0.0 && !self.resting
    }

    fn next(&self, behind: bool, now_ms: f64) -> Next {
        let picture = self.picture_in(now_ms);
        let tick = self.is_running().then_some(TICK_MS);
        let saving = self.is_unsaved().then(|| (self.saved_until_ms - now_ms).max(0.0));
        if behind || self.job.is_some() || !self.errands.is_empty() {
            return Next::Now;
        }
        match picture.into_iter().chain(tick).chain(saving).reduce(f64::min) {
            Some(pause) if pause > 0.0 => Next::In(pause),
            Some(_) => Next::Now,
            None => Next::Asked,
        }
    }

    fn go_on_returning(&mut self, wall: &dyn Fn() -> f64) {
        let Some(mut replay) = self.replay.take() else { return };
        if replay.go_on(&mut slice(wall, SLICE_MS)) {
            self.lab = replay.into_lab();
            self.deeds = self.lab.deed_count();
            self.easel.await_next();
            return;
        }
        let percent = Some(replay.percent());
        if self.returned_percent != percent {
            self.returned_percent = percent;
            self.reports.push(Report::Returning(replay.percent()));
        }
        self.replay = Some(replay);
    }

    /// Lets cluster time pass. When there is more to compute than fits into a slice, cluster time falls behind the wall's,
    /// and requests are heard all the same. Whether it did.
    fn run_clock(&mut self, wall: &dyn Fn() -> f64) -> bool {
        // What is being done is done to the cluster of this moment.
        if !self.is_running() || self.job.is_some() {
            self.pace.stop();
            return false;
        }
        let begun = wall();
        let until_ms = self.lab.now_ms() + self.pace.pass(begun, self.factor);
        self.terminal.advance(&mut self.lab, &self.files, until_ms, &mut slice(wall, SLICE_MS));
        self.lab.now_ms() < until_ms
    }

    /// Does a slice of what was asked for.
    fn work(&mut self, wall: &dyn Fn() -> f64) {
        let job = self.job.take().or_else(|| self.errands.pop_front().map(|(ticket, errand)| Job::new(ticket, errand)));
        let Some(mut job) = job else { return };
        match self.go_on_with(&mut job, &mut slice(wall, SLICE_MS)) {
            Some(answer) => self.report_done(job.ticket, answer),
            None => self.job = Some(job),
        }
    }

    /// The answer, once there is one.
    fn go_on_with(&mut self, job: &mut Job, keep_going: &mut dyn FnMut() -> bool) -> Option<Answer> {
        let manifest = |result: Result<Done, _>| result.map_or_else(Answer::Problems, Answer::Done);
        match &mut job.errand {
            Errand::Apply(file, text) => Some(manifest(self.lab.apply(file, text))),
            Errand::Delete(file, text) => Some(manifest(self.lab.delete_manifest(file, text))),
            Errand::Act(actions) => loop {
                let Some(action) = actions.get(job.next) else { break Some(Answer::Done(job.done.take().unwrap_or_default())) };
                let mut doing = job.doing.take().unwrap_or_else(|| self.lab.begin(action));
                match doing.go_on(keep_going) {
                    Err(refusal) => break Some(Answer::Refused(refusal)),
                    Ok(false) => {
                        job.doing = Some(doing);
                        break None;
                    }
                    Ok(true) => {
                        let done = self.lab.finish(doing);
                        job.next += 1;
                        job.done = Some(match job.done.take() {
                            Some(before) => before.and(&done),
                            None => done,
                        });
                    }
                }
            },
            Errand::NewCluster(preset) => {
                let mut lab = Lab::empty(SEED);
                let mut doing = job.doing.take().unwrap_or_else(|| lab.begin_cluster(*preset));
                match doing.go_on(keep_going) {
                    Err(refusal) => return Some(Answer::Refused(refusal)),
                    Ok(false) => {
                        job.doing = Some(doing);
                        return None;
                    }
                    Ok(true) => {}
                }
                let done = lab.finish(doing);
                self.leave_terminal();
                self.former = Some(std::mem::replace(&mut self.lab, lab));
                self.start_afresh();
                Some(Answer::Done(done))
            }
            Errand::BringBack => {
                self.leave_terminal();
                if let Some(former) = self.former.take() {
                    self.lab = former;
                    self.start_afresh();
                }
                Some(Answer::Done(Done::default()))
            }
        }
    }

    /// What is to be remembered goes before the answer, and the picture follows it. Of several actions some may have been done
    /// before one was refused.
    fn report_done(&mut self, ticket: u32, answer: Answer) {
        if matches!(answer, Answer::Done(_)) {
            // Another cluster may have as many deeds as the one before.
            self.deeds = usize::MAX;
        }
        self.unsaved.push(Report::Answer(ticket, answer));
        self.easel.await_next();
    }

    /// In how many milliseconds a picture may be taken; it follows the answers that wait.
    fn picture_in(&self, now_ms: f64) -> Option<f64> {
        if self.unsaved.is_empty() { self.easel.due_in(&self.lab, now_ms) } else { None }
    }

    /// Whether something was done that is not saved.
    fn is_unsaved(&self) -> bool {
        self.deeds != self.lab.deed_count()
    }

    /// Saves what was done, and lets the answers go that waited for it. A lab with a long past is a long text, so what is done
    /// at short intervals is saved together.
    fn save(&mut self, now_ms: f64) {
        if self.is_unsaved() {
            if now_ms < self.saved_until_ms {
                return;
            }
            self.saved_until_ms = now_ms + SAVED_EVERY_MS;
            self.deeds = self.lab.deed_count();
            self.reports.push(Report::Saved(self.lab.save()));
        }
        self.reports.append(&mut self.unsaved);
    }
}

#[cfg(test)]
mod tests;
