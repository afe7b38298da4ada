//! Something that is done to a lab in as many slices as one likes: making a cluster, or anything on the stage.
//!
//! It is done to a copy of the cluster, which takes the cluster's place when all of it was done. Meanwhile the lab's own
//! time must stand, or what happened in it is lost.

use crate::cluster::{Cluster, Input};
use crate::object::{Kind, ObjectKey, SmolStr, TaintEffect, Value, map};

use super::deed::Deed;
use super::preset::{add_on_objects, joining_node};
use super::{Action, ClusterPreset, Done, Joined, Lab, MOST_NODES, Refusal};

/// An input, and what kubectl prints for it.
type Step = (Input, String);

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
        for (input, output) in self.left.by_ref() {
            if let Err(refused) = self.cluster.input(input) {
                return Err(Refusal { command: self.done.command.clone(), message: refused.to_string() });
            }
            self.done.output = output;
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
        let ends = joined.first().zip(joined.last());
        let all = ends.map(|(first, last)| Joined { count: joined.len(), first: first.clone(), last: last.clone() });
        let done = Done { command: action.command(), output: String::new(), joined: all };
        let left = self.inputs_of(action, joined);
        Doing { cluster: self.cluster.clone(), left, deed: Deed::Act(action.clone()), done }
    }

    /// Begins to make the first objects of a fresh lab.
    pub fn begin_cluster(&self, preset: ClusterPreset) -> Doing {
        let objects = add_on_objects().into_iter().chain(preset.nodes());
        let left = Box::new(objects.map(|object| (Input::Create(object), String::new())));
        let done = Done::default();
        Doing { cluster: self.cluster.clone(), left, deed: Deed::Preset(preset), done }
    }

    /// Keeps what was done.
    pub fn finish(&mut self, doing: Doing) -> Done {
        self.cluster = doing.cluster;
        self.remember(doing.deed);
        doing.done
    }

    fn inputs_of(&self, action: &Action, joined: Vec<String>) -> Box<dyn Iterator<Item = Step>> {
        if let Action::AddNodes { labels, .. } = action {
            let labels = labels.clone();
            return Box::new(joined.into_iter().map(move |name| (Input::Create(joining_node(&name, &labels)), String::new())));
        }
        Box::new(self.input_of(action).into_iter())
    }

    fn input_of(&self, action: &Action) -> Option<Step> {
        let labels = |key: &SmolStr, value: Value| {
            let labels = Value::Map([(key.clone(), value)].into_iter().collect());
            map! { "metadata" => map! { "labels" => labels } }
        };
        Some(match action {
            Action::SetLabel { node, key, value } => patch_node(node, labels(key, Value::from(value)), "labeled"),
            Action::RemoveLabel { node, key } => patch_node(node, labels(key, Value::Null), "unlabeled"),
            Action::SetTaint { node, key, value, effect } => {
                let mut taint = map! { "key" => key, "effect" => effect.as_str() };
                if !value.is_empty() {
                    taint.set(&["value"], value);
                }
                let mut taints = vec![taint];
                taints.extend(self.other_taints(node, key, *effect));
                patch_node(node, map! { "spec" => map! { "taints" => taints } }, "tainted")
            }
            Action::RemoveTaint { node, key, effect } => {
                let taints = self.other_taints(node, key, *effect);
                patch_node(node, map! { "spec" => map! { "taints" => taints } }, "untainted")
            }
            Action::Cordon { node } => patch_node(node, map! { "spec" => map! { "unschedulable" => true } }, "cordoned"),
            Action::Uncordon { node } => {
                patch_node(node, map! { "spec" => map! { "unschedulable" => Value::Null } }, "uncordoned")
            }
            Action::AddNodes { .. } => return None,
            Action::DeleteNode { node } => {
                let line = format!("node {node:?} deleted");
                (Input::delete(Kind::Node, ObjectKey::cluster_scoped(node.clone())), line)
            }
            Action::StopNode { node } => (Input::StopNode(node.clone()), String::new()),
            Action::StartNode { node } => (Input::StartNode(node.clone()), String::new()),
            Action::SetCondition { node, condition, status } => {
                let input = Input::NodeCondition { node: node.clone(), condition: condition.clone(), status: *status };
                (input, String::new())
            }
            Action::SetBehaviour { subject, fault } => {
                (Input::Behaviour { subject: subject.clone(), fault: *fault }, String::new())
            }
            Action::DeletePod { pod } => {
                let line = format!("pod {:?} deleted from {} namespace", pod.name, pod.namespace);
                (Input::delete(Kind::Pod, pod.clone()), line)
            }
            Action::DeleteDaemonSet { daemonset } => {
                let line = format!("daemonset.apps {:?} deleted from {} namespace", daemonset.name, daemonset.namespace);
                (Input::delete(Kind::DaemonSet, daemonset.clone()), line)
            }
        })
    }

    fn other_taints(&self, node: &SmolStr, key: &str, effect: TaintEffect) -> Vec<Value> {
        let stored = self.cluster.runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(node.clone()));
        let taints = stored.map(|it| it.value.list_at(&["spec", "taints"])).unwrap_or_default();
        let other = |it: &&Value| it.str_at(&["key"]) != key || it.str_at(&["effect"]) != effect.as_str();
        taints.iter().filter(other).cloned().collect()
    }

    /// The names that machines would get that join now.
    fn joining_names(&self, count: usize, stem: &str) -> Vec<String> {
        let store = &self.cluster.runtime.store;
        let free = (1..).map(|number: usize| [stem, &number.to_string()].concat());
        let free = free.filter(|name| store.get(Kind::Node, &ObjectKey::cluster_scoped(name.as_str())).is_none());
        free.take(count.min(MOST_NODES.saturating_sub(store.count(Kind::Node)))).collect()
    }
}

fn patch_node(node: &SmolStr, patch: Value, done: &str) -> Step {
    (Input::patch(Kind::Node, ObjectKey::cluster_scoped(node.clone()), patch), format!("node/{node} {done}"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
