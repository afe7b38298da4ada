//! One learner's cluster: what can be done with it, and what there is to see.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smol_str::format_smolstr;

use crate::cluster::{Answer, Cluster, Input, Refused, kind_of};
use crate::controllers::daemonset::{Decision, Placement};
use crate::kubectl::print::format::said_name;
use crate::kubectl::resource::Resource;
use crate::object::position::{Position, Span};
use crate::object::{Kind, Object, ObjectKey, SmolStr, Value};
use crate::runtime::events::EventType;

use super::deed::Deed;
use super::doing::Doing;
use super::fields::{Fields, write};
use super::manifest::{Advice, Problem, Severity, Text};
use super::painter::Painter;
use super::picture::checks;
use super::preset::ClusterPreset;
use super::rollout::Progress;
use super::trouble::{is_helpless, trouble_of};
use super::{Action, Explanation, NodeCard, PodChip, Stage};

/// The most nodes that a lab may have.
pub const MOST_NODES: usize = 5_000;
/// How far one step goes at the most, in milliseconds, when nothing happens.
pub const LONGEST_STEP_MS: u64 = 60_000;
/// Stands at the beginning of a saved lab.
const FORMAT: &str = "daemonset-lab 3";
/// Labs that were saved without commands; what they hold means the same.
const FORMER_FORMAT: &str = "daemonset-lab 2";

/// One learner's cluster with its clock.
#[derive(Clone, Debug)]
pub struct Lab {
    seed: u64,
    pub(super) cluster: Cluster,
    pub(super) painter: Painter,
    /// Everything that was done, at its time.
    deeds: Vec<(u64, Deed)>,
}

/// Something was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The command that does the same, if there is one.
    pub command: Option<String>,
    /// What it prints.
    pub output: String,
    /// The machines that joined.
    pub joined: Option<Joined>,
}

/// Machines that joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// How many.
    pub count: usize,
    /// The name of the first.
    pub first: String,
    /// The name of the last.
    pub last: String,
}

impl Done {
    /// Both were done, one after the other: says both.
    #[must_use]
    pub fn and(self, later: &Self) -> Self {
        let command = [&self.command, &later.command].into_iter().flatten().cloned().collect::<Vec<_>>().join(" && ");
        let output = [&self.output, "\n", &later.output].concat();
        Self { command: (!command.is_empty()).then_some(command), output, joined: later.joined.clone().or(self.joined) }
    }
}

/// Something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The command that does the same, if there is one.
    pub command: Option<String>,
    /// What it prints.
    pub message: String,
}

/// One event, as a line of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// Seconds since it was last said.
    pub age_seconds: u64,
    /// Normal or warning.
    pub kind: EventType,
    /// `SuccessfulCreate` …
    pub reason: SmolStr,
    /// `daemonset/kube-proxy`.
    pub object: SmolStr,
    /// The text.
    pub message: String,
    /// How often it was said.
    pub count: u64,
}

/// The events that were said last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    /// How many there are.
    pub count: usize,
    /// The last of them, in the order in which they were last said.
    pub last: Vec<EventLine>,
}

impl Lab {
    /// A fresh cluster.
    pub fn new(preset: ClusterPreset, seed: u64) -> Self {
        let mut lab = Self::empty(seed);
        lab.make(preset);
        lab
    }

    /// A cluster without nodes and without anything else.
    pub fn empty(seed: u64) -> Self {
        let mut cluster = Cluster::new(seed);
        cluster.runtime.store.service_accounts = true;
        Self { seed, cluster, painter: Painter::default(), deeds: Vec::new() }
    }

    fn make(&mut self, preset: ClusterPreset) {
        let mut doing = self.begin_cluster(preset);
        // Objects of different names are not refused.
        let _ = doing.go_on(&mut || true);
        self.finish(doing);
    }

    /// Lets everything happen that is due at this moment: what is done comes after it, now and when it is done again.
    pub(super) fn end_moment(&mut self) {
        self.cluster.run_until(self.now_ms(), &mut || true);
    }

    pub(super) fn remember(&mut self, deed: Deed) {
        self.deeds.push((self.now_ms(), deed));
    }

    /// How many things were done.
    pub(super) fn deed_count(&self) -> usize {
        self.deeds.len()
    }

    /// Lets something speak with the API server, and remembers what it asked for.
    pub(super) fn ask<T>(&mut self, speak: impl FnOnce(&mut Cluster) -> T) -> T {
        self.end_moment();
        let known = self.cluster.inputs().len();
        let answer = speak(&mut self.cluster);
        let inputs = self.cluster.inputs();
        let calls = (known..inputs.len()).filter_map(|at| match inputs.get(at) {
            Some((_, Input::Call(call))) => Some(call.clone()),
            _ => None,
        });
        let calls: Vec<_> = calls.collect();
        if !calls.is_empty() {
            self.remember(Deed::Asked(calls));
        }
        answer
    }

    /// Milliseconds of cluster time.
    pub fn now_ms(&self) -> u64 {
        self.cluster.now_ms()
    }

    /// Lets cluster time pass. Stops early when `keep_going`, asked between events, says so.
    pub fn advance(&mut self, until_ms: u64, keep_going: &mut dyn FnMut() -> bool) {
        self.cluster.run_until(until_ms, keep_going);
    }

    /// Goes on to the next moment at which something was written, at most a minute, and not beyond that time.
    pub fn step(&mut self, limit_ms: u64) {
        let (before, until_ms) = (self.version(), limit_ms.min(self.now_ms() + LONGEST_STEP_MS));
        while self.version() == before && self.cluster.run_next(until_ms) {}
        if self.version() == before {
            self.advance(until_ms, &mut || true);
        }
    }

    /// Changes whenever what there is to see may have changed.
    pub fn version(&self) -> u64 {
        self.cluster.runtime.store.resource_version() + u64::try_from(self.cluster.inputs().len()).unwrap_or(0)
    }

    /// A picture of this moment, for the DaemonSet of that name or else for the first one.
    pub fn stage(&mut self, selected: Option<&ObjectKey>) -> Stage {
        self.stage_within(selected, &mut || true)
    }

    /// The same, but nodes that changed are shown as they are only as long as `keep_going`, asked before each, says so; the
    /// others follow in the next picture.
    pub fn stage_within(&mut self, selected: Option<&ObjectKey>, keep_going: &mut dyn FnMut() -> bool) -> Stage {
        self.painter.paint(&self.cluster, selected, keep_going)
    }

    /// Whether the last picture shows every node as it is.
    pub fn is_painted(&self) -> bool {
        self.painter.is_finished()
    }

    /// Why a node has a pod of a DaemonSet or none, and what is the matter with those that it has.
    pub fn explain(&self, node: &str, daemonset: &ObjectKey) -> Explanation {
        let uid = self.cluster.runtime.store.get(Kind::DaemonSet, daemonset).map(|it| &it.meta.uid);
        let is_own = |pod: &&Arc<Object>| pod.meta.controller.as_ref().is_some_and(|owner| uid == Some(&owner.uid));
        // On a machine that is off nothing goes on, whatever its kubelet did last.
        let pods = if self.cluster.kubelets.is_stopped(node) { &[] } else { self.painter.pods_on(node) };
        let troubles = pods.iter().filter(is_own).filter_map(|pod| trouble_of(&self.cluster, node, pod));
        Explanation { checks: checks(&self.cluster, node, daemonset), troubles: troubles.collect() }
    }

    /// What the rollout of the DaemonSet on the stage waits for, or what its nodes lack; `None` where all is well.
    pub fn progress(&mut self, stage: &Stage) -> Option<Progress> {
        let shown = stage.daemonset.as_ref().filter(|it| !it.deleting)?;
        let cluster = &mut self.cluster;
        let object = Arc::clone(cluster.runtime.store.get(Kind::DaemonSet, &shown.key)?);
        let (daemonsets, runtime, kubelets) = (&mut cluster.daemonsets, &cluster.runtime, &cluster.kubelets);
        let is_helpless = |node: &NodeCard, pod: &PodChip| {
            runtime.store.get(Kind::Pod, &pod.key).is_some_and(|pod| is_helpless(runtime, kubelets, &node.name, pod))
        };
        let rollout = || daemonsets.rollout(runtime, &shown.key);
        let daemonset = object.as_daemonset()?;
        let placement = Placement::of_pod_spec(daemonset.template.at(&["spec"]));
        let should_run = |name: &str| {
            let node = runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name));
            let decision = node.and_then(|it| Some(placement.decide(name, &it.meta.labels, &it.as_node()?.taints)));
            decision.is_some_and(Decision::should_run)
        };
        Progress::of(&daemonset.strategy, rollout, &is_helpless, &should_run, stage)
    }

    /// The events that are kept: how many, and the last of them, at most `most`.
    pub fn events(&self, most: usize) -> EventList {
        let now = self.cluster.runtime.unix();
        if most == 0 {
            return EventList { count: self.cluster.runtime.events.iter(now).count(), last: Vec::new() };
        }
        let mut events: Vec<_> = self.cluster.runtime.events.iter(now).collect();
        events.sort_by_key(|event| event.last);
        let count = events.len();
        let line = |event: &crate::runtime::events::Event| EventLine {
            age_seconds: u64::try_from(now - event.last).unwrap_or(0),
            kind: event.event_type,
            reason: event.reason.into(),
            object: format_smolstr!("{}/{}", event.involved.kind.name().to_ascii_lowercase(), event.involved.key.name),
            message: event.message.to_string(),
            count: event.count,
        };
        EventList { count, last: events.into_iter().skip(count.saturating_sub(most)).map(line).collect() }
    }

    /// Applies every object of a text, or none.
    ///
    /// # Errors
    /// What is wrong with it. Nothing was applied then.
    pub fn apply(&mut self, file: &str, text: &str) -> Result<Done, Vec<Problem>> {
        let command = ["kubectl apply -f ", file].concat();
        self.with_objects(text, command, Deed::Apply, &mut |cluster, object| {
            let word = match cluster.input(Input::Apply(object.clone()))? {
                Answer::Created => "created",
                Answer::Unchanged => "unchanged",
                _ => "configured",
            };
            Ok(format!("{} {word}", said_name(object)))
        })
    }

    /// Deletes every object of a text; what is not there is passed over.
    ///
    /// # Errors
    /// What is wrong with the text. Nothing was deleted then.
    pub fn delete_manifest(&mut self, file: &str, text: &str) -> Result<Done, Vec<Problem>> {
        let command = ["kubectl delete -f ", file].concat();
        self.with_objects(text, command, Deed::Delete, &mut |cluster, object| {
            let kind = kind_of(object)?;
            let namespace = object.str_at(&["metadata", "namespace"]);
            let namespace = match (kind.is_namespaced(), namespace) {
                (false, _) => "",
                (true, "") => "default",
                (true, namespace) => namespace,
            };
            let key = ObjectKey::new(namespace, object.str_at(&["metadata", "name"]));
            cluster.input(Input::delete(kind, key))?;
            let place = if namespace.is_empty() { String::new() } else { format!(" from {namespace} namespace") };
            Ok(format!("{} {:?} deleted{place}", Resource::of(kind).said(), object.str_at(&["metadata", "name"])))
        })
    }

    /// Does something with each object of a text, on a copy of the cluster that is kept only when all went well.
    fn with_objects(
        &mut self,
        text: &str,
        command: String,
        deed: fn(String) -> Deed,
        act: &mut dyn FnMut(&mut Cluster, &Value) -> Result<String, Refused>,
    ) -> Result<Done, Vec<Problem>> {
        let read = Text::read(text);
        let errors: Vec<Problem> = read.problems().into_iter().filter(|it| it.severity == Severity::Error).collect();
        if !errors.is_empty() || read.objects().is_empty() {
            return Err(if errors.is_empty() { vec![nothing_to_apply()] } else { errors });
        }
        self.end_moment();
        let mut copy = self.cluster.clone();
        let mut output = Vec::new();
        for object in read.objects() {
            let said = act(&mut copy, &object.value).map_err(|why| read.refused(object, &why))?;
            output.push(said);
        }
        self.cluster = copy;
        self.remember(deed(text.to_owned()));
        Ok(Done { command: Some(command), output: output.join("\n"), joined: None })
    }

    /// Does something on the stage.
    ///
    /// # Errors
    /// What the API server refuses.
    pub fn act(&mut self, action: &Action) -> Result<Done, Refusal> {
        let mut doing = self.begin(action);
        doing.go_on(&mut || true)?;
        Ok(self.finish(doing))
    }

    /// The lab as text: the seed, the time, and everything that was done.
    pub fn save(&self) -> String {
        let mut text = String::new();
        write(&mut text, &[FORMAT, &self.seed.to_string(), &self.now_ms().to_string()]);
        for (at_ms, deed) in &self.deeds {
            write(&mut text, &[&at_ms.to_string()]);
            deed.write(&mut text);
        }
        text
    }

    /// The lab that was saved: everything is done again. `None` when the text is none that [`Lab::save`] wrote.
    pub fn restore(text: &str) -> Option<Self> {
        let mut replay = Replay::of(text, 0)?;
        replay.go_on(&mut || true);
        Some(replay.lab)
    }

    /// Does something again, at once or, where that may take long, in slices.
    fn redo(&mut self, deed: &Deed) -> Option<Doing> {
        match deed {
            Deed::Preset(preset) => return Some(self.begin_cluster(*preset)),
            Deed::Act(action) => return Some(self.begin(action).again()),
            // What was done then was not refused, so it is not now.
            Deed::Apply(text) => drop(self.apply("", text)),
            Deed::Delete(text) => drop(self.delete_manifest("", text)),
            Deed::Asked(calls) => self.ask(|cluster| calls.iter().for_each(|call| drop(cluster.call(call.clone())))),
        }
        None
    }
}

/// A saved lab on its way back: everything is done again, in as many slices as one likes.
pub struct Replay {
    lab: Lab,
    until_ms: u64,
    left: VecDeque<(u64, Deed)>,
    doing: Option<Doing>,
}

impl Replay {
    /// Begins; time will go on to the moment that was saved, or that one if it is later. `None` when the text is none that
    /// [`Lab::save`] wrote.
    pub fn of(text: &str, seen_ms: u64) -> Option<Self> {
        let mut fields = Fields::of(text);
        if ![FORMAT, FORMER_FORMAT].contains(&fields.next()?) {
            return None;
        }
        let (seed, until_ms) = (fields.number()?, fields.number()?);
        let mut left = VecDeque::new();
        while let Some(at_ms) = fields.number() {
            left.push_back((at_ms, Deed::read(&mut fields)?));
        }
        Some(Self { lab: Lab::empty(seed), until_ms: until_ms.max(seen_ms), left, doing: None })
    }

    /// Goes on until all is done, or `keep_going`, asked between events, says no. Whether all is done.
    pub fn go_on(&mut self, keep_going: &mut dyn FnMut() -> bool) -> bool {
        while keep_going() {
            if let Some(mut doing) = self.doing.take() {
                match doing.go_on(keep_going) {
                    Ok(true) => drop(self.lab.finish(doing)),
                    Ok(false) => self.doing = Some(doing),
                    // What was done then was not refused, so it is not now.
                    Err(_) => {}
                }
                continue;
            }
            let target_ms = self.left.front().map_or(self.until_ms, |(at_ms, _)| *at_ms);
            self.lab.advance(target_ms, keep_going);
            if self.lab.now_ms() < target_ms {
                return false;
            }
            match self.left.pop_front() {
                Some((_, deed)) => self.doing = self.lab.redo(&deed),
                None => return true,
            }
        }
        false
    }

    /// How much of the time has passed again, in percent.
    pub fn percent(&self) -> u64 {
        (self.lab.now_ms() * 100).checked_div(self.until_ms).unwrap_or(100).min(100)
    }

    /// The lab as far as it has come.
    pub fn into_lab(self) -> Lab {
        self.lab
    }
}

/// A text without any object.
fn nothing_to_apply() -> Problem {
    let start = Position { line: 1, column: 1 };
    Problem {
        document: 0,
        span: Span { start, end: Position { line: 1, column: 2 } },
        severity: Severity::Error,
        path: String::new(),
        message: "error: no objects passed to apply".to_owned(),
        advice: Advice::NotAnObject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::image::{Fault, Subject};

    const MANIFEST: &str = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  selector: {matchLabels: {app: agent}}\n  template:\n    metadata: {labels: {app: agent}}\n    spec:\n      containers: [{name: c, image: 'nginx:1'}]\n";

    fn run(lab: &mut Lab, seconds: u64) {
        let until_ms = lab.now_ms() + seconds * 1000;
        lab.advance(until_ms, &mut || true);
    }

    #[test]
    fn an_applied_manifest_appears_on_the_stage_and_every_node_without_a_pod_says_why() {
        let mut lab = Lab::new(ClusterPreset::ControlPlaneAndThree, 1);
        let done = lab.apply("agent.yaml", MANIFEST).expect("applied");
        assert_eq!(done.output, "daemonset.apps/agent created");
        run(&mut lab, 30);
        let stage = lab.stage(None);
        let summary = stage.daemonset.as_ref().expect("a DaemonSet");
        assert_eq!((summary.desired, summary.available, summary.revision), (3, 3, Some(1)));
        let cards: Vec<_> = stage.groups.iter().flat_map(|group| &group.nodes).collect();
        assert_eq!(cards.len(), 4);
        for card in cards {
            assert_eq!(card.pods.is_empty(), card.absence.is_some(), "{card:?}");
        }
    }

    #[test]
    fn every_example_comes_up_on_a_fresh_cluster() {
        for example in crate::lab::examples::EXAMPLES {
            let mut lab = Lab::new(ClusterPreset::MixedPools, 1);
            let logging = Action::SetLabel { node: "linux-1".into(), key: "logging".into(), value: "on".into() };
            lab.act(&logging).expect("labelled");
            lab.apply(example.file, example.text).expect("applied");
            run(&mut lab, 60);
            let summary = lab.stage(None).daemonset.expect("a DaemonSet");
            assert_eq!((summary.desired > 0, summary.available), (true, summary.desired), "{}", example.file);
        }
    }

    #[test]
    fn a_broken_image_stops_an_update_until_it_is_mended() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        lab.apply("agent.yaml", MANIFEST).expect("applied");
        run(&mut lab, 30);
        let subject = Subject::Image("nginx:2".into());
        lab.act(&Action::SetBehaviour { subject: subject.clone(), fault: Some(Fault::NotFound) }).expect("switched");
        lab.apply("agent.yaml", &MANIFEST.replace("nginx:1", "nginx:2")).expect("applied");
        run(&mut lab, 60);
        let numbers = |lab: &mut Lab| lab.stage(None).daemonset.map(|it| (it.up_to_date, it.available));
        assert_eq!(numbers(&mut lab), Some((1, 2)));
        let done = lab.act(&Action::SetBehaviour { subject, fault: None }).expect("switched");
        assert_eq!(done.command, None);
        run(&mut lab, 120);
        assert_eq!(numbers(&mut lab), Some((3, 3)));
    }

    #[test]
    fn a_saved_lab_comes_back_as_it_was() {
        let mut lab = Lab::new(ClusterPreset::ThreeZones, 5);
        lab.apply("agent.yaml", MANIFEST).expect("applied");
        run(&mut lab, 3);
        lab.act(&Action::Cordon { node: "node-a1".into() }).expect("cordoned");
        run(&mut lab, 3);
        let mut restored = Lab::restore(&lab.save()).expect("restored");
        assert_eq!((restored.now_ms(), restored.stage(None)), (lab.now_ms(), lab.stage(None)));
        assert!(Lab::restore("nonsense").is_none());
    }

    #[test]
    fn a_text_with_a_problem_is_refused_whole() {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        let text = format!("{MANIFEST}---\n{}", MANIFEST.replace("selector", "selektor"));
        let problems = lab.apply("agent.yaml", &text).expect_err("refused");
        assert!(problems.iter().any(|it| it.message.contains("selektor")), "{problems:?}");
        assert!(lab.stage(None).daemonset.is_none());
    }

    #[test]
    fn what_the_server_refuses_is_said_at_its_place() {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        lab.apply("agent.yaml", MANIFEST).expect("applied");
        let before = lab.clone();
        for (text, place, message) in [
            (MANIFEST.replace("app: agent", "app: other"), (5, 13), "field is immutable"),
            (MANIFEST.replace("{name: agent}", "{name: agent, namespace: nowhere}"), (3, 36), "namespaces \"nowhere\" not found"),
        ] {
            let problems = lab.apply("agent.yaml", &text).expect_err("refused");
            let start = problems[0].span.start;
            assert_eq!((start.line, start.column), place, "{problems:?}");
            assert!(problems[0].message.contains(message) && problems[0].advice != Advice::None, "{problems:?}");
        }
        assert_eq!(lab.save(), before.save());
    }

    #[test]
    fn a_new_label_moves_pods_and_a_new_node_gets_one() {
        let mut lab = Lab::new(ClusterPreset::ThreeNodes, 1);
        let text = MANIFEST.replace("    spec:\n", "    spec:\n      nodeSelector: {disk: ssd}\n");
        lab.apply("agent.yaml", &text).expect("applied");
        let labels = vec![("disk".into(), "ssd".into())];
        lab.act(&Action::AddNodes { count: 1, labels, stem: "node".into() }).expect("added");
        lab.act(&Action::SetLabel { node: "worker-2".into(), key: "disk".into(), value: "ssd".into() }).expect("labelled");
        run(&mut lab, 30);
        assert_eq!(lab.stage(None).daemonset.map(|it| (it.desired, it.ready)), Some((2, 2)));
        lab.act(&Action::RemoveLabel { node: "worker-2".into(), key: "disk".into() }).expect("labelled");
        run(&mut lab, 30);
        assert_eq!(lab.stage(None).daemonset.map(|it| (it.desired, it.ready)), Some((1, 1)));
    }
}
