//! The text in front of the learner: what is wrong with it, and what the cluster has otherwise.

use std::rc::Rc;

use super::protocol::Report;
use crate::lab::Drift;
use crate::lab::Lab;
use crate::lab::drift::{Marks, drift, marks};
use crate::lab::manifest::{Problem, Text};

/// A text that was checked.
#[derive(Debug)]
pub(super) struct Front {
    version: u32,
    text: Rc<str>,
    read: Text,
    /// The lab's version, and the objects of the text, when the cluster was looked at last.
    looked: Option<(u64, Marks)>,
    told: Drift,
}

impl Front {
    /// The text of that version.
    pub(super) fn new(version: u32, text: Rc<str>) -> Self {
        let read = Text::read(&text);
        Self { version, text, read, looked: None, told: Drift::default() }
    }

    /// What is wrong with it.
    pub(super) fn problems(&self) -> Vec<Problem> {
        self.read.problems()
    }

    /// There is another cluster.
    pub(super) fn start_afresh(&mut self) {
        self.looked = None;
    }

    /// What there is to report about what the cluster has otherwise.
    pub(super) fn look(&mut self, lab: &Lab) -> Option<Report> {
        let version = lab.version();
        if self.looked.as_ref().is_some_and(|(looked, _)| *looked == version) {
            return None;
        }
        let marks = marks(&lab.cluster, self.read.objects());
        let same = self.looked.as_ref().is_some_and(|(_, known)| *known == marks);
        self.looked = Some((version, marks));
        let drift = if same { return None } else { drift(&lab.cluster, &self.text, &self.read) };
        if self.told == drift {
            return None;
        }
        self.told = drift.clone();
        Some(Report::Drifted(self.version, drift))
    }
}
