//! What the page and the engine say to each other: plain data, and nothing else.
//!
//! The page asks ([`Request`]) and never waits; the engine reports ([`Report`]). What has an answer carries a number: an
//! [`Errand`] its ticket, a check of a text its version, so that an answer that nobody needs any more can be told from
//! the one that is awaited. Pictures need none: there is never more than one on its way.
//!
//! | the page says | the engine says |
//! | --- | --- |
//! | [`Request::Begin`], once | [`Report::Begun`], and [`Report::Returning`] now and then, as long as the lab of the last visit is made again |
//! | [`Request::Watch`], [`Request::Clock`], [`Request::Step`], [`Request::Rest`] | nothing of its own: the pictures follow |
//! | [`Request::Drawn`], when a picture has been drawn | [`Report::Picture`], when there is something new to see |
//! | [`Request::Errand`] | [`Report::Saved`] if it or a part of it was done, then [`Report::Answer`], then a picture |
//! | [`Request::Check`] | [`Report::Checked`]; only for the last of several texts that came one after the other. Then [`Report::Drifted`], and again whenever that changes |
//! | [`Request::Terminal`] | [`Report::Terminal`], see [`terminal`](super::terminal) |
//!
//! Messages arrive in the order in which they were sent. A report that something was done is never sent before what has to
//! be remembered of it ([`Report::Saved`]), so that nothing that was answered is lost.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::picture::Picture;
use super::terminal::{TerminalReport, TerminalRequest};
use crate::lab::manifest::Problem;
use crate::lab::{Action, ClusterPreset, Done, Drift, Refusal};
use crate::object::{ObjectKey, SmolStr};

/// What the page asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// The lab of the last visit is made again, or a new one. Comes first; what comes before it waits.
    Begin {
        /// What was remembered of it ([`Report::Saved`]).
        saved: Option<String>,
        /// The latest cluster time that was seen, in milliseconds: it goes on from there.
        seen_ms: u64,
    },
    /// What the page shows, from now on.
    Watch(Watched),
    /// The clock runs so many times as fast as the one on the wall; it stands where that is zero.
    Clock(f64),
    /// Time goes on to the next change, at most a minute.
    Step,
    /// Nobody looks at the page (`true`), or somebody does again: meanwhile time stands.
    Rest(bool),
    /// The last picture has been drawn, which took so many milliseconds, so that there may be another.
    Drawn(f64),
    /// Something is done to the cluster.
    Errand(u32, Errand),
    /// What is wrong with that text, which has that version?
    Check(u32, Rc<str>),
    /// Something was done in the terminal.
    Terminal(TerminalRequest),
}

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The DaemonSet that was chosen; else the first one is shown.
    pub daemonset: Option<ObjectKey>,
    /// The node of which each check is explained.
    pub explained: Option<SmolStr>,
    /// Whether the events are listed; else they are only counted.
    pub events: bool,
}

/// Something to be done to the cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Errand {
    /// Every object of a text is applied, or none: the name of its file, and the text.
    Apply(Rc<str>, Rc<str>),
    /// Every object of a text is deleted: the name of its file, and the text.
    Delete(Rc<str>, Rc<str>),
    /// Something is done on the stage, one after the other until something is refused.
    Act(Vec<Action>),
    /// There is another cluster.
    NewCluster(ClusterPreset),
    /// The cluster before the present one is back.
    BringBack,
}

/// What came of an [`Errand`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// It was done.
    Done(Done),
    /// The API server refused it.
    Refused(Refusal),
    /// Nothing of the text was applied or deleted, because of these problems.
    Problems(Vec<Problem>),
}

/// What the engine reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// The lab begins: as that of the last visit, which is on its way (`true`), or as a new one, because nothing was
    /// remembered or it cannot be read.
    Begun(bool),
    /// How much of the last visit's lab has come back, in percent.
    Returning(u64),
    /// What is different since the last picture. The page answers with [`Request::Drawn`].
    Picture(Box<Picture>),
    /// What came of the errand with that ticket.
    Answer(u32, Answer),
    /// What is wrong with the text of that version.
    Checked(u32, Vec<Problem>),
    /// What the cluster has otherwise than the text of that version, which was checked last.
    Drifted(u32, Drift),
    /// What is to be remembered of the lab.
    Saved(String),
    /// Something happened in the terminal.
    Terminal(TerminalReport),
}
