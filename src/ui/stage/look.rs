//! How states look: names of classes in the style sheet, and words.

use crate::i18n::{Strings, duration};
use crate::lab::{HUES, NodeCard, NodeReady, PodChip, PodState, Revision};

/// The class that gives a state its shape and glyph.
pub fn state_class(state: PodState) -> &'static str {
    match state {
        PodState::Pending => "s-pending",
        PodState::Creating => "s-creating",
        PodState::Running => "s-running",
        PodState::Ready { .. } => "s-ready",
        PodState::Available => "s-available",
        PodState::Terminating => "s-terminating",
        PodState::Broken => "s-broken",
        PodState::Succeeded => "s-succeeded",
    }
}

/// The class that gives a revision its hue.
pub fn hue_class(revision: Option<Revision>) -> &'static str {
    const CLASSES: [&str; HUES as usize] = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"];
    revision.and_then(|revision| CLASSES.get(usize::from(revision.hue)).copied()).unwrap_or("hue-none")
}

/// The class of a node's dot.
pub fn dot_class(node: &NodeCard) -> &'static str {
    match node.ready {
        _ if node.stopped => "off",
        NodeReady::NotReady { .. } => "bad",
        NodeReady::Unknown => "off",
        NodeReady::Ready if node.cordoned || !node.pressures.is_empty() => "warn",
        NodeReady::Ready => "ok",
    }
}

/// Whether the node looks switched off.
pub fn is_off(node: &NodeCard) -> bool {
    node.stopped || !matches!(node.ready, NodeReady::Ready)
}

/// The node's state in words: `ready`, `cordoned · not ready · 12s`.
pub fn node_status(node: &NodeCard, words: &Strings) -> String {
    let mut parts = Vec::new();
    if node.stopped {
        parts.push(words.node.stopped.to_owned());
    }
    if node.cordoned {
        parts.push(words.node.cordoned.to_owned());
    }
    parts.extend(node.pressures.iter().map(ToString::to_string));
    match node.ready {
        NodeReady::NotReady { since_seconds } => parts.push((words.node.not_ready)(&duration(since_seconds))),
        NodeReady::Unknown => parts.push(words.node.joining.to_owned()),
        NodeReady::Ready if parts.is_empty() => parts.push(words.node.ready.to_owned()),
        NodeReady::Ready => {}
    }
    parts.join(" · ")
}

/// The pod's state in words: kubectl's STATUS, and what it does not say.
pub fn pod_status(pod: &PodChip, words: &Strings) -> String {
    let state = (words.pod.state)(pod.state);
    let restarts = if pod.restarts > 0 { (words.pod.restarts)(pod.restarts) } else { String::new() };
    joined(&[&pod.status, &state, &restarts])
}

/// The parts that are not empty, with a point between them.
fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ")
}

/// The node in one sentence: its name, its state, its pods or why it has none.
pub fn node_sentence(node: &NodeCard, words: &Strings) -> String {
    let mut sentence = joined(&[&node.name, &node_status(node, words)]);
    for pod in &node.pods {
        sentence = joined(&[&sentence, &[&pod.key.name, " ", &pod_status(pod, words)].concat()]);
    }
    if let Some(absence) = &node.absence {
        sentence = joined(&[&sentence, &(words.node.absence)(absence).title]);
    }
    sentence
}

/// The pod that matters most where there is room for one: a broken one, else one that changes, else the oldest.
pub fn main_pod(node: &NodeCard) -> Option<&PodChip> {
    let weight = |pod: &&PodChip| match pod.state {
        PodState::Broken => 3,
        PodState::Available | PodState::Succeeded => 0,
        PodState::Terminating => 1,
        _ => 2,
    };
    // The first of equals: `max_by_key` takes the last.
    node.pods.iter().rev().max_by_key(weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;
    use crate::lab::Usage;
    use crate::object::ObjectKey;

    fn node(ready: NodeReady, cordoned: bool, stopped: bool, states: &[PodState]) -> NodeCard {
        let chip = |(index, state): (usize, &PodState)| PodChip {
            key: ObjectKey::new("d", format!("p{index}")),
            revision: None,
            state: *state,
            status: "Running".into(),
            restarts: 0,
            image: "".into(),
        };
        NodeCard {
            name: "n".into(),
            ready,
            cordoned,
            stopped,
            pressures: vec![],
            pods: states.iter().enumerate().map(chip).collect(),
            other_pods: 0,
            absence: None,
            taints: vec![],
            labels: vec![],
            cpu: Usage::default(),
            memory: Usage::default(),
        }
    }

    #[test]
    fn a_nodes_state_names_everything_that_is_not_as_usual() {
        let late = NodeReady::NotReady { since_seconds: 12 };
        let cases = [
            (NodeReady::Ready, false, false, "ready", "ok"),
            (NodeReady::Ready, true, false, "cordoned", "warn"),
            (late, false, false, "not ready · 12s", "bad"),
            (late, true, true, "switched off · cordoned · not ready · 12s", "off"),
            (NodeReady::Ready, false, true, "switched off", "off"),
            (NodeReady::Unknown, false, false, "joining", "off"),
        ];
        for (ready, cordoned, stopped, status, dot) in cases {
            let node = node(ready, cordoned, stopped, &[]);
            assert_eq!(node_status(&node, Lang::En.strings()), status);
            assert_eq!(dot_class(&node), dot, "{status}");
        }
    }

    #[test]
    fn a_pods_state_says_what_kubectl_does_not() {
        let mut pod = node(NodeReady::Ready, false, false, &[PodState::Ready { available_in_seconds: 6 }]).pods.remove(0);
        assert_eq!(pod_status(&pod, Lang::En.strings()), "Running · available in 6 s");
        pod.restarts = 2;
        assert_eq!(pod_status(&pod, Lang::En.strings()), "Running · available in 6 s · 2 restarts");
        pod.state = PodState::Terminating;
        pod.status = "Terminating".into();
        assert_eq!(pod_status(&pod, Lang::En.strings()), "Terminating · 2 restarts");
    }

    #[test]
    fn a_broken_pod_matters_most_and_a_settled_one_least() {
        let main =
            |states: &[PodState]| main_pod(&node(NodeReady::Ready, false, false, states)).map(|pod| pod.key.name.to_string());
        assert_eq!(main(&[]), None);
        assert_eq!(main(&[PodState::Available, PodState::Available]).as_deref(), Some("p0"));
        assert_eq!(main(&[PodState::Terminating, PodState::Creating]).as_deref(), Some("p1"));
        assert_eq!(main(&[PodState::Creating, PodState::Broken]).as_deref(), Some("p1"));
    }
}
