//! What the page knows about the lab: the last picture, and what the learner chose.

use std::rc::Rc;

use yew::Reducible;

use crate::lab::EventLine;
use crate::lab::Stage;
use crate::lab::manifest::Problem;
use crate::object::SmolStr;

use super::{News, Notice, Speed};

/// The state of a session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// The last picture.
    pub stage: Rc<Stage>,
    /// The cluster's events, oldest first.
    pub events: Rc<Vec<EventLine>>,
    /// Whether the clock runs.
    pub playing: bool,
    /// How fast.
    pub speed: Speed,
    /// The node that is explained.
    pub selected: Option<SmolStr>,
    /// What was done last, with a number that is different for each.
    pub notice: Option<(u32, Rc<Notice>)>,
    /// The text that was refused last, and why.
    pub refused: Option<(Rc<str>, Rc<Vec<Problem>>)>,
    /// What changed on the stage and was not read out yet.
    pub news: News,
    notices: u32,
}

/// What can happen to a session.
pub enum SessionAction {
    /// There is a new picture.
    Picture(Rc<Stage>),
    /// There is a picture of another cluster, which is no news.
    OtherCluster(Rc<Stage>),
    /// There are events.
    Events(Rc<Vec<EventLine>>),
    /// The clock was started or stopped.
    Play(bool),
    /// Another speed was chosen.
    Speed(Speed),
    /// A node was selected, or none.
    Select(Option<SmolStr>),
    /// Something was done.
    Notice(Notice),
    /// A text was refused, or none is any more.
    Refused(Option<(Rc<str>, Rc<Vec<Problem>>)>),
    /// The line about it was closed.
    Dismiss,
    /// The news were read out.
    NewsRead,
}

impl Session {
    fn see(&mut self, stage: Rc<Stage>) {
        let nodes = || stage.groups.iter().flat_map(|group| &group.nodes);
        if self.selected.as_ref().is_some_and(|selected| !nodes().any(|node| node.name == *selected)) {
            self.selected = None;
        }
        self.stage = stage;
    }
}

impl Reducible for Session {
    type Action = SessionAction;

    fn reduce(self: Rc<Self>, action: SessionAction) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        match action {
            SessionAction::Picture(stage) => {
                next.news.add(&next.stage, &stage);
                next.see(stage);
            }
            SessionAction::OtherCluster(stage) => {
                next.news = News::default();
                next.see(stage);
            }
            SessionAction::Events(events) => next.events = events,
            SessionAction::Play(playing) => next.playing = playing,
            SessionAction::Speed(speed) => next.speed = speed,
            SessionAction::Select(selected) => next.selected = selected,
            SessionAction::Notice(notice) => {
                next.notices += 1;
                next.notice = Some((next.notices, Rc::new(notice)));
            }
            SessionAction::Refused(refused) => next.refused = refused,
            SessionAction::Dismiss => next.notice = None,
            SessionAction::NewsRead => next.news = News::default(),
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{ClusterPreset, Lab};

    fn after(actions: impl IntoIterator<Item = SessionAction>) -> Rc<Session> {
        actions.into_iter().fold(Rc::default(), Session::reduce)
    }

    fn picture() -> Rc<Stage> {
        Rc::new(Lab::new(ClusterPreset::ThreeZones, 1).stage(None))
    }

    #[test]
    fn a_node_that_left_is_no_longer_selected() {
        let (with, without) = (picture(), Rc::new(Stage::default()));
        let name = with.groups[0].nodes[0].name.clone();
        let select = || vec![SessionAction::Picture(with.clone()), SessionAction::Select(Some(name.clone()))];
        assert_eq!(after(select()).selected, Some(name.clone()));
        let mut left = select();
        left.push(SessionAction::Picture(without));
        assert_eq!(after(left).selected, None);
    }

    #[test]
    fn each_notice_has_a_number_of_its_own_even_if_it_says_the_same() {
        let once = after([SessionAction::Notice(Notice::Restored)]);
        let twice = once.clone().reduce(SessionAction::Notice(Notice::Restored));
        assert_ne!(once.notice, twice.notice);
        assert!(twice.reduce(SessionAction::Dismiss).notice.is_none());
    }

    #[test]
    fn another_cluster_is_no_news() {
        let session = after([SessionAction::Picture(Rc::new(Stage::default())), SessionAction::OtherCluster(picture())]);
        assert!(session.news.is_empty());
    }
}
