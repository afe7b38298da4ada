//! What the engine reports.

use gloo::utils::document;
use yew::AttrValue;

use super::app::App;
use super::engine::Awaited;
use super::message::Msg;
use super::notice::Notice;
use super::storage;
use super::surroundings::find;
use crate::lab::desk::{Answer, Report, Request, wire};
use crate::lab::{Done, LONGEST_STEP_MS, Refusal};

/// How long a pod that is gone fades, in milliseconds; the style sheet says the same.
const FADE_MS: u32 = 300;
/// So long news are gathered before they are said, in milliseconds.
const GATHER_MS: u32 = 2500;

impl App {
    /// Begins to speak with the engine: what the last visit left, and what is to be seen.
    pub(super) fn begin(&mut self) {
        let seen_ms = storage::read("seen").and_then(|seen| seen.parse().ok()).unwrap_or(0);
        self.engine.ask(&Request::Begin { saved: storage::read("lab"), seen_ms });
        self.engine.ask(&Request::Rest(document().hidden()));
        self.begin_terminal();
        self.watch();
        self.engine.ask(&Request::Clock(self.model.factor()));
        self.check();
    }

    /// Takes in what the engine reports. Whether the page has to be drawn again.
    pub(super) fn hear(&mut self, bytes: &[u8]) -> bool {
        match wire::decode(bytes) {
            Some(Report::Picture(picture)) => {
                self.model.seen_ms = Some(picture.now_ms);
                self.coming = Some(picture);
                self.await_frame();
                return false;
            }
            Some(Report::Begun(restored)) => {
                if restored {
                    return false;
                }
                self.model.leave_cluster();
                if storage::read("lab").is_some() {
                    self.model.notify(Notice::Unreadable);
                }
                self.remember();
            }
            Some(Report::Returning(percent)) => self.model.returning = Some(percent),
            Some(Report::Saved(saved)) => {
                self.memory.keep("lab", saved);
                // It says itself when it was saved; until another picture comes, nothing later was seen.
                self.model.seen_ms = None;
                return self.remember();
            }
            Some(Report::Checked(version, problems)) => {
                if version != self.model.version {
                    return false;
                }
                self.model.checked(problems);
                self.underline();
            }
            Some(Report::Drifted(version, drift)) => {
                if version != self.model.version {
                    return false;
                }
                self.model.drift = drift.into();
            }
            Some(Report::Answer(ticket, answer)) => {
                let Some(awaited) = self.engine.answered(ticket) else { return false };
                let in_form = self.model.popover.as_mut().is_some_and(|opened| opened.hear(ticket));
                self.answered(awaited, answer, in_form);
            }
            Some(Report::Terminal(report)) => return self.hear_terminal(report),
            // The engine is another version of this program: the page was replaced while it was open.
            None => self.model.lost = true,
        }
        true
    }

    /// Draws the picture that has come. Whether there is anything new to see on it but the time.
    pub(super) fn draw_coming(&mut self) -> bool {
        let Some(picture) = self.coming.take() else { return false };
        let news = !picture.is_empty() || self.model.arriving;
        let stepped = self.stepping.is_some_and(|from_ms| news || picture.now_ms >= from_ms + LONGEST_STEP_MS);
        if stepped {
            self.stepping = None;
        }
        self.model.see(*picture);
        let idle = stepped && !news;
        if idle {
            self.model.notify(Notice::Idle);
        }
        self.tell_time();
        self.remember_soon();
        if !self.model.gone.is_empty() && self.fading.is_none() {
            self.fading = Some(self.later(FADE_MS, Msg::Faded));
        }
        if !self.model.news.is_empty() && self.announcing.is_none() {
            self.announcing = Some(self.later(GATHER_MS, Msg::Announce));
        }
        self.watch();
        if news || idle {
            self.drawing = true;
        } else {
            self.engine.ask(&Request::Drawn(0.0));
        }
        news || idle
    }

    /// Takes an answer in, for which the form that is open may have waited.
    fn answered(&mut self, awaited: Awaited, answer: Answer, in_form: bool) {
        match (awaited, answer) {
            (Awaited::Manifest(file, _, applied), Answer::Done(done)) => {
                self.then.to_stage = find(".dsbar.empty :focus").is_some();
                self.model.files.apply(file, applied);
                self.model.refused = None;
                self.check();
                self.report(told(done));
            }
            (Awaited::Manifest(_, text, _), Answer::Problems(problems)) => {
                self.model.refused = Some((text, problems));
                self.check();
                self.model.notify(Notice::Problems);
            }
            (Awaited::Action(action), Answer::Done(done)) => {
                if in_form {
                    self.close(true);
                }
                self.then.show_nodes = done.joined.clone().or(self.then.show_nodes.take());
                let notice = if done.command.is_some() { told(done) } else { Notice::Machines(action, done.joined) };
                self.report(notice);
            }
            (_, Answer::Refused(refusal)) => self.refused(refusal, in_form),
            (Awaited::NewCluster(preset), _) => {
                self.model.leave_cluster();
                self.model.notify(Notice::NewCluster(preset));
            }
            (Awaited::BringBack, _) => {
                self.model.files.return_to_cluster();
                self.model.shown = None;
                self.model.notify(Notice::Restored);
            }
            // What is no text has no problems.
            (Awaited::Action(_), Answer::Problems(_)) => {}
        }
        self.remember_soon();
    }

    /// A form that waits says why it was refused; else the line about what was done last does.
    fn refused(&mut self, refusal: Refusal, in_form: bool) {
        let message = AttrValue::from(refusal.message);
        if in_form {
            self.model.notice = None;
            self.refuse(message);
        } else {
            self.report(Notice::Refused { command: refusal.command.unwrap_or_default().into(), message });
        }
    }

    /// Says what was done above the dock, and in the terminal.
    fn report(&mut self, notice: Notice) {
        self.echo(&notice);
        self.model.notify(notice);
    }
}

fn told(done: Done) -> Notice {
    Notice::Done { command: done.command.unwrap_or_default().into(), output: done.output.into() }
}
