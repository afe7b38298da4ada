//! Something that is done to a lab in as many slices as one likes: making a cluster, or anything on the stage.
//!
//! It is done to a copy of the cluster, which takes the cluster's place when all of it was done. Meanwhile the lab's own
//! time must stand, or what happened in it is lost.

use crate::apiserver::error::Invalid;
use crate::apiserver::validate;
use crate::cluster::{Cluster, Input};
use crate::kubectl::{self, Context, NoFiles, Output, State};
use crate::object::{Kind, ObjectKey, Value};

use super::deed::Deed;
use super::preset::{add_on_objects, joining_node};
use super::{Action, ClusterPreset, Done, Joined, Lab, MOST_NODES, Refusal};

/// A part of what is being done.
enum Step {
    /// A machine is asked for by that node, which must be one that the API server would take.
    Join(Value),
    /// What no command can do.
    Input(Input),
    /// The words of a command behind `kubectl`, which is run and not waited for.
    Command(Vec<String>),
}

/// Something that is being done.
pub struct Doing {
    cluster: Cluster,
    left: Box<dyn Iterator<Item = Step>>,
    deed: Deed,
    done: Done,
}

impl Doing {
    /// Goes on until all is done, or `keep_going`, asked after each input, says no. Whether all is done.
    ///
    /// # Errors
    /// What the API server refuses; then nothing is to be kept.
    pub fn go_on(&mut self, keep_going: &mut dyn FnMut() -> bool) -> Result<bool, Refusal> {
        for step in self.left.by_ref() {
            let done = match step {
                Step::Join(node) => join(&mut self.cluster, node),
                Step::Input(input) => self.cluster.input(input).map(|_| String::new()).map_err(|refused| refused.to_string()),
                Step::Command(words) => typed(&mut self.cluster, &words),
            };
            self.done.output = done.map_err(|message| Refusal { command: self.done.command.clone(), message })?;
            if !keep_going() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Lab {
    /// Begins to do something on the stage. [`Lab::finish`] keeps it when all is done.
    pub fn begin(&mut self, action: &Action) -> Doing {
        self.end_moment();
        let joined = match action {
            Action::AddNodes { count, stem, .. } => self.joining_names(*count, stem),
            _ => Vec::new(),
        };
        let left = steps_of(action, &joined);
        let ends = joined.first().zip(joined.last());
        let all = ends.map(|(first, last)| Joined { count: joined.len(), first: first.clone(), last: last.clone() });
        let done = Done { command: action.command(), output: String::new(), joined: all };
        Doing { cluster: self.cluster.clone(), left, deed: Deed::Act(action.clone()), done }
    }

    /// Begins to make the first objects of a fresh lab.
    pub fn begin_cluster(&self, preset: ClusterPreset) -> Doing {
        let objects = add_on_objects().into_iter().chain(preset.nodes());
        let left = Box::new(objects.map(|object| Step::Input(Input::Create(object))));
        let done = Done::default();
        Doing { cluster: self.cluster.clone(), left, deed: Deed::Preset(preset), done }
    }

    /// Keeps what was done.
    pub fn finish(&mut self, doing: Doing) -> Done {
        self.cluster = doing.cluster;
        self.remember(doing.deed);
        doing.done
    }

    /// The names that machines would get that join now.
    fn joining_names(&self, count: usize, stem: &str) -> Vec<String> {
        let store = &self.cluster.runtime.store;
        let free = (1..).map(|number: usize| [stem, &number.to_string()].concat());
        let free = free.filter(|name| store.get(Kind::Node, &ObjectKey::cluster_scoped(name.as_str())).is_none());
        free.take(count.min(MOST_NODES.saturating_sub(store.count(Kind::Node)))).collect()
    }
}

/// What an action is: what kubectl can do is done as kubectl does it.
fn steps_of(action: &Action, joined: &[String]) -> Box<dyn Iterator<Item = Step>> {
    if let Some(words) = action.words() {
        return Box::new(std::iter::once(Step::Command(words)));
    }
    let input = match action {
        Action::AddNodes { labels, .. } => {
            let (names, labels) = (joined.to_vec(), labels.clone());
            return Box::new(names.into_iter().map(move |name| Step::Join(joining_node(&name, &labels))));
        }
        Action::StopNode { node } => Input::StopNode(node.clone()),
        Action::StartNode { node } => Input::StartNode(node.clone()),
        Action::SetCondition { node, condition, status } => {
            Input::NodeCondition { node: node.clone(), condition: condition.clone(), status: *status }
        }
        Action::SetBehaviour { subject, fault } => Input::Behaviour { subject: subject.clone(), fault: *fault },
        _ => return Box::new(std::iter::empty()),
    };
    Box::new(std::iter::once(Step::Input(input)))
}

/// A machine that joins registers itself.
fn join(cluster: &mut Cluster, node: Value) -> Result<String, String> {
    let errors = validate::create(Kind::Node, &node);
    if !errors.is_empty() {
        let name = node.text_at(&["metadata", "name"]);
        return Err(Invalid { kind: Kind::Node.name().into(), name, errors }.message());
    }
    cluster.input(Input::Create(node)).map(|_| String::new()).map_err(|refused| refused.to_string())
}

/// What a kubectl command prints when it is run and not waited for.
///
/// # Errors
/// What it prints when it fails.
fn typed(cluster: &mut Cluster, words: &[String]) -> Result<String, String> {
    let mut out = Output::default();
    let state = kubectl::start(words, &mut Context { cluster, files: &NoFiles, stdin: "", out: &mut out }).state();
    let text = out.text().trim_end().to_owned();
    if matches!(state, State::Done(exit) if exit != 0) { Err(text) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_with_an_impossible_name_or_label_does_not_join() {
        let labels = |value: &str| vec![("disk".into(), value.into())];
        for (stem, value, said) in [("Bad Name_", "ssd", "RFC 1123"), ("n", "no good", "a valid label must")] {
            let mut lab = Lab::new(ClusterPreset::OneNode, 1);
            let before = lab.save();
            let refused = lab.act(&Action::AddNodes { count: 2, labels: labels(value), stem: stem.into() }).expect_err(stem);
            assert!(refused.message.starts_with("Node \"") && refused.message.contains(said), "{refused:?}");
            assert_eq!((lab.save(), lab.stage(None).count()), (before, 1));
        }
    }

    #[test]
    fn what_is_done_in_slices_is_the_same_as_what_is_done_at_once() {
        let join = Action::AddNodes { count: 7, labels: vec![("disk".into(), "ssd".into())], stem: "n".into() };
        let mut at_once = Lab::new(ClusterPreset::OneNode, 1);
        at_once.act(&join).expect("joined");
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        let mut doing = lab.begin(&join);
        let mut slices = 1;
        while !doing.go_on(&mut || false).expect("joined") {
            slices += 1;
            assert_eq!(lab.stage(None).count(), 1, "nothing is kept before all is done");
        }
        assert_eq!((lab.finish(doing).joined.map(|it| it.count), slices), (Some(7), 8));
        assert_eq!((lab.save(), lab.stage(None)), (at_once.save(), at_once.stage(None)));
    }
}
