//! What changed on the stage, for those who listen to the page.

use crate::i18n::Strings;
use crate::lab::{NodeCard, NodeReady, PodState, Stage};
use crate::object::SmolStr;

/// Changes since they were last read out. Many of a kind become one sentence.
#[derive(Clone, Default)]
pub struct News {
    ready: Vec<(SmolStr, SmolStr)>,
    broken: Vec<(SmolStr, SmolStr)>,
    created: usize,
    deleted: usize,
    lost: Vec<SmolStr>,
    back: Vec<SmolStr>,
    joined: Vec<SmolStr>,
    left: Vec<SmolStr>,
    /// Available and desired at the end.
    numbers: Option<(i64, i64)>,
}

fn is_up(state: PodState) -> bool {
    matches!(state, PodState::Ready { .. } | PodState::Available)
}

impl News {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        let lists = [self.lost.len(), self.back.len(), self.joined.len(), self.left.len(), self.ready.len(), self.broken.len()];
        self.created + self.deleted + lists.iter().sum::<usize>() == 0
    }

    /// Adds what is different in the second picture.
    pub fn add(&mut self, before: &Stage, after: &Stage) {
        for change in before.changes(after) {
            match (change.before, change.after) {
                (Some(before), Some(after)) => self.add_node(before, after),
                (None, Some(after)) => self.joined.push(after.name.clone()),
                (Some(before), None) => self.left.push(before.name.clone()),
                (None, None) => {}
            }
        }
        self.numbers = after.daemonset.as_ref().map(|daemonset| (daemonset.available, daemonset.desired));
    }

    fn add_node(&mut self, before: &NodeCard, after: &NodeCard) {
        match (before.ready == NodeReady::Ready, after.ready == NodeReady::Ready) {
            (true, false) => self.lost.push(after.name.clone()),
            (false, true) => self.back.push(after.name.clone()),
            _ => {}
        }
        for pod in &after.pods {
            let was = before.pods.iter().find(|known| known.key == pod.key).map(|known| known.state);
            let entry = || (after.name.clone(), pod.key.name.clone());
            if is_up(pod.state) && !was.is_some_and(is_up) {
                self.ready.push(entry());
            } else if pod.state == PodState::Broken && was != Some(PodState::Broken) {
                self.broken.push(entry());
            } else if was.is_none() {
                self.created += 1;
            }
        }
        self.deleted += before.pods.iter().filter(|pod| !after.pods.iter().any(|left| left.key == pod.key)).count();
    }

    /// The sentences to read out: one of each kind, with a name where it is about one thing only.
    pub fn say(&self, words: &Strings) -> String {
        let news = &words.news;
        let mut said = Vec::new();
        let mut nodes = |names: &[SmolStr], one: fn(&str) -> String, many: fn(usize) -> String| match names {
            [] => {}
            [name] => said.push(one(name)),
            names => said.push(many(names.len())),
        };
        nodes(&self.joined, news.node_joined, news.nodes_joined);
        nodes(&self.left, news.node_left, news.nodes_left);
        nodes(&self.lost, news.node_lost, news.nodes_lost);
        nodes(&self.back, news.node_back, news.nodes_back);
        let mut pods = |pods: &[(SmolStr, SmolStr)], one: fn(&str, &str) -> String, many: fn(usize) -> String| match pods {
            [] => {}
            [(node, pod)] => said.push(one(node, pod)),
            pods => said.push(many(pods.len())),
        };
        pods(&self.broken, news.pod_broken, news.pods_broken);
        pods(&self.ready, news.pod_ready, news.pods_ready);
        if self.created > 0 {
            said.push((news.pods_created)(self.created));
        }
        if self.deleted > 0 {
            said.push((news.pods_deleted)(self.deleted));
        }
        if let (Some((available, desired)), false) = (self.numbers, said.is_empty()) {
            said.push((news.available)(available, desired));
        }
        said.join(news.between)
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::i18n::Lang;
    use crate::lab::{DaemonSetSummary, GroupBy, NodeGroup, PodChip, Usage};
    use crate::object::ObjectKey;

    fn node(name: &str, ready: bool, pods: &[(&str, PodState)]) -> Rc<NodeCard> {
        Rc::new(NodeCard {
            name: name.into(),
            ready: if ready { NodeReady::Ready } else { NodeReady::NotReady { since_seconds: 1 } },
            cordoned: false,
            stopped: false,
            pressures: vec![],
            pods: pods
                .iter()
                .map(|(name, state)| PodChip {
                    key: ObjectKey::new("d", *name),
                    revision: None,
                    state: *state,
                    status: "".into(),
                    restarts: 0,
                    image: "".into(),
                })
                .collect(),
            other_pods: 0,
            absence: None,
            taints: vec![],
            labels: vec![],
            cpu: Usage::default(),
            memory: Usage::default(),
        })
    }

    fn stage(nodes: Vec<Rc<NodeCard>>) -> Stage {
        let summary = DaemonSetSummary {
            key: ObjectKey::new("d", "agent"),
            desired: 7,
            current: 7,
            ready: 5,
            up_to_date: 7,
            available: 5,
            misscheduled: 0,
            former: vec![],
            has_former: false,
            revision: None,
            bar: vec![],
            deleting: false,
        };
        let groups = vec![NodeGroup { by: GroupBy::All, nodes }];
        Stage { now_ms: 0, daemonset: Some(Rc::new(summary)), daemonsets: Rc::default(), groups }
    }

    fn said(before: Vec<Rc<NodeCard>>, after: Vec<Rc<NodeCard>>) -> String {
        let mut news = News::default();
        news.add(&stage(before), &stage(after));
        news.say(Lang::En.strings())
    }

    #[test]
    fn a_pod_that_became_ready_is_named_with_its_node() {
        let before = vec![node("n1", true, &[("p1", PodState::Running)])];
        let after = vec![node("n1", true, &[("p1", PodState::Available)])];
        assert_eq!(said(before, after), "n1: p1 is ready. 5 of 7 available.");
    }

    #[test]
    fn many_pods_become_one_sentence() {
        let before = vec![node("n1", true, &[("p1", PodState::Running)]), node("n2", true, &[])];
        let after = vec![node("n1", true, &[("p1", PodState::Available)]), node("n2", true, &[("p2", PodState::Available)])];
        assert_eq!(said(before, after), "2 pods are ready. 5 of 7 available.");
    }

    #[test]
    fn nodes_that_join_leave_and_fall_silent_are_named() {
        let before = vec![node("n1", true, &[]), node("n2", true, &[])];
        let after = vec![node("n1", false, &[]), node("n3", true, &[])];
        assert_eq!(said(before, after), "n3 joined. n2 left. n1 is not ready. 5 of 7 available.");
    }

    #[test]
    fn what_stays_the_same_is_no_news() {
        let nodes = vec![node("n1", true, &[("p1", PodState::Ready { available_in_seconds: 5 })])];
        let later = vec![node("n1", true, &[("p1", PodState::Available)])];
        assert_eq!(said(nodes.clone(), nodes.clone()), "");
        assert_eq!(said(nodes, later), "");
    }

    #[test]
    fn pods_that_come_and_go_are_counted() {
        let before = vec![node("n1", true, &[("p1", PodState::Terminating)])];
        let after = vec![node("n1", true, &[("p2", PodState::Creating)])];
        assert_eq!(said(before, after), "1 pod was created. 1 pod is gone. 5 of 7 available.");
    }
}
