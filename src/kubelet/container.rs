//! A container and what comes next for it.

use crate::object::SmolStr;

use super::backoff::Backoff;
use super::probe::{NEVER, ProbeState};

/// A container as its kubelet sees it.
#[derive(Clone, Debug)]
pub struct Container {
    /// What it is doing.
    pub state: State,
    /// How its last run ended.
    pub last: Option<Ended>,
    /// How often it was started again.
    pub restarts: u32,
    /// Whether it counts as ready.
    pub ready: bool,
    /// Whether its startup probe passed, or there is none and it runs.
    pub started: bool,
    /// The number of its present run, which makes its ID; 0 before the first one.
    pub run: u64,
    /// Its probes.
    pub probes: [ProbeState; 3],
    /// What comes next.
    pub next: Next,
    /// When, in milliseconds; [`NEVER`] when nothing does.
    pub at_ms: u64,
    /// The pause between pulls.
    pub pulls: Backoff,
    /// The pause between restarts.
    pub crashes: Backoff,
}

/// What a container is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It does not run, and will.
    Waiting {
        /// `ContainerCreating`, `CrashLoopBackOff` …
        reason: &'static str,
        /// The text; may be empty.
        message: SmolStr,
    },
    /// It runs since this time, in milliseconds of cluster time.
    Running {
        /// Milliseconds of cluster time.
        since_ms: u64,
    },
    /// It has ended.
    Terminated(Ended),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code.
    pub code: u8,
    /// `Completed`, `Error`, `OOMKilled`.
    pub reason: &'static str,
    /// When it began, in milliseconds of cluster time.
    pub started_ms: u64,
    /// When it ended, in milliseconds of cluster time.
    pub finished_ms: u64,
    /// The number of the run.
    pub run: u64,
}

/// What comes next for a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is started when its turn comes.
    Start,
    /// Its image has arrived, or not; the pull began at this time and its own part took so long, in milliseconds.
    Pulled {
        /// When it was asked for.
        asked_ms: u64,
        /// How long the pull alone takes.
        own_ms: u64,
    },
    /// The image could not be pulled: show that there is a pause.
    ShowPullBackoff,
    /// Look whether the pause between pulls is over.
    PullAgain,
    /// Its process ends.
    Exit {
        /// Exit code.
        code: u8,
        /// `OOMKilled`, or empty for what the code says.
        reason: &'static str,
    },
    /// The hook after its start is over; then its process may end by itself, at a time in milliseconds, with a code and a reason.
    Hooked {
        /// When, with what, and why.
        exit: Option<(u64, u8, &'static str)>,
    },
    /// Its process ends because the kubelet wanted that.
    Killed {
        /// Exit code.
        code: u8,
        /// What for.
        then: Then,
    },
    /// The kubelet notices that it has ended.
    Restart,
    /// Nothing.
    Rest,
}

/// What a container was ended for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// The hook after its start failed.
    HookFailed,
    /// Its spec is another one.
    Replace,
}

impl Default for Container {
    fn default() -> Self {
        Self {
            state: State::Waiting { reason: "ContainerCreating", message: SmolStr::default() },
            last: None,
            restarts: 0,
            ready: false,
            started: false,
            run: 0,
            probes: [ProbeState::default(); 3],
            next: Next::Start,
            at_ms: 0,
            pulls: Backoff::default(),
            crashes: Backoff::default(),
        }
    }
}

impl Container {
    /// When something is due, in milliseconds.
    pub fn due_ms(&self) -> u64 {
        self.probes.iter().fold(self.at_ms, |due_ms, probe| due_ms.min(probe.due_ms))
    }

    /// Whether it runs, and since when.
    pub fn running_since_ms(&self) -> Option<u64> {
        if let State::Running { since_ms } = self.state { Some(since_ms) } else { None }
    }

    /// How it ended, if it has.
    pub fn ended(&self) -> Option<&Ended> {
        if let State::Terminated(ended) = &self.state { Some(ended) } else { None }
    }

    /// Whether it has ended well.
    pub fn has_succeeded(&self) -> bool {
        self.ended().is_some_and(|it| it.code == 0)
    }

    /// It waits for something.
    pub fn wait(&mut self, reason: &'static str, message: SmolStr) {
        if let State::Terminated(ended) = self.state {
            self.last = Some(ended);
        }
        self.state = State::Waiting { reason, message };
    }

    /// It runs.
    pub fn run(&mut self, run: u64, now_ms: u64) {
        if let State::Terminated(ended) = self.state {
            self.last = Some(ended);
        }
        self.restarts += u32::from(self.last.is_some());
        (self.run, self.state) = (run, State::Running { since_ms: now_ms });
        self.rest();
    }

    /// Its process has ended.
    pub fn end(&mut self, code: u8, reason: &'static str, now_ms: u64) {
        let Some(started_ms) = self.running_since_ms() else { return };
        let reason = match (reason, code) {
            ("", 0) => "Completed",
            ("", _) => "Error",
            (reason, _) => reason,
        };
        self.state = State::Terminated(Ended { code, reason, started_ms, finished_ms: now_ms, run: self.run });
        (self.ready, self.started) = (false, false);
        self.probes = [ProbeState::default(); 3];
        self.rest();
    }

    /// Something comes next at a time, in milliseconds.
    pub fn schedule(&mut self, next: Next, at_ms: u64) {
        (self.next, self.at_ms) = (next, at_ms);
    }

    /// Nothing comes next.
    pub fn rest(&mut self) {
        self.schedule(Next::Rest, NEVER);
    }
}
