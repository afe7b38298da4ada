//! The cluster of a session.

use std::collections::BTreeMap;

use super::markdown::Directive;
use super::normalise::normalise;
use crate::cluster::{Cluster, Input};
use crate::kubectl::{Files, Output, State, manifest};
use crate::object::{Kind, Object, ObjectKey, REVISION_HASH_LABEL, Value};
use crate::shell::{Job, World};

/// How long a command takes to start and to ask, in milliseconds.
const COMMAND_MS: u64 = 80;
/// Nothing may have changed for so long, in milliseconds.
const QUIET_MS: u64 = 3_000;
/// The same while a pod is not bound to a node.
const QUIET_UNBOUND_MS: u64 = 11_000;
/// When a cluster is taken for settled although it is not.
const PATIENCE_MS: u64 = 600_000;
/// When a command that does not end is interrupted.
const COMMAND_PATIENCE_MS: u64 = 3_600_000;
/// The kinds whose changes mean that a cluster has not settled.
const WATCHED: [Kind; 4] = [Kind::DaemonSet, Kind::ControllerRevision, Kind::Pod, Kind::Node];

/// A cluster and the files beside it.
pub struct Lab {
    cluster: Cluster,
    files: Directory,
    owners: Vec<String>,
    hashes: Vec<String>,
}

struct Directory(BTreeMap<String, String>);

impl Files for Directory {
    fn read(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

impl Lab {
    pub fn new() -> Self {
        let mut cluster = Cluster::new(1);
        cluster.kubelets.be_plain();
        Self { cluster, files: Directory(BTreeMap::new()), owners: Vec::new(), hashes: Vec::new() }
    }

    /// Adds a file; `cluster.yaml` has the nodes, which are there and ready at once.
    pub fn add_file(&mut self, name: &str, text: &str) -> Result<(), String> {
        self.files.0.insert(name.to_owned(), text.to_owned());
        if name == "cluster.yaml" {
            let manifest = manifest::read(text);
            if let Some(error) = manifest.errors.first() {
                return Err(error.message(name).to_string());
            }
            for object in &manifest.objects {
                self.cluster.input(Input::Create(object.value.clone())).map_err(|refused| refused.to_string())?;
            }
            self.run_while(|cluster| cluster.runtime.store.list(Kind::Node).any(|it| !is_ready(cluster, it.name())));
            self.settle();
        }
        Ok(())
    }

    /// Lets happen what stands between commands.
    pub fn direct(&mut self, directive: &Directive) {
        match directive {
            Directive::Settle => {}
            Directive::Wait(seconds) => {
                let until = self.cluster.now_ms() + seconds * 1000;
                self.cluster.run_until(until, &mut || true);
                return;
            }
            Directive::Stop(node) => {
                self.switch(Input::StopNode(node.as_str().into()));
                self.run_while(|cluster| taints(cluster, node, "node.kubernetes.io/unreachable") < 2);
            }
            Directive::Start(node) => {
                self.switch(Input::StartNode(node.as_str().into()));
                self.run_while(|cluster| !is_ready(cluster, node) || taints(cluster, node, "node.kubernetes.io/") > 0);
            }
            Directive::Condition(node, condition, status) => {
                let condition = condition.as_str().into();
                self.switch(Input::NodeCondition { node: node.as_str().into(), condition, status: *status });
            }
        }
        self.settle();
    }

    fn switch(&mut self, input: Input) {
        // A machine that is not there cannot be switched, and nothing happens.
        let _ = self.cluster.input(input);
    }

    fn run_while(&mut self, holds: impl Fn(&Cluster) -> bool) {
        let patience = self.cluster.now_ms() + PATIENCE_MS;
        while holds(&self.cluster) && self.cluster.run_next(patience) {}
    }

    /// Lets time pass until nothing has changed for a while.
    fn settle(&mut self) {
        let patience = self.cluster.now_ms() + PATIENCE_MS;
        let mut seen = self.snapshot();
        let mut quiet_since = self.cluster.now_ms();
        loop {
            let unbound = self.cluster.runtime.store.list(Kind::Pod).any(|pod| pod.as_pod().is_some_and(|it| !it.is_bound()));
            let until = quiet_since + if unbound { QUIET_UNBOUND_MS } else { QUIET_MS };
            let version = self.cluster.runtime.store.resource_version();
            if !self.cluster.run_next(until.min(patience)) {
                self.cluster.run_until(until.min(patience), &mut || true);
                return;
            }
            if self.cluster.runtime.store.resource_version() != version {
                let now = self.snapshot();
                if now != seen {
                    seen = now;
                    quiet_since = self.cluster.now_ms();
                }
            }
            self.learn();
        }
    }

    /// Everything that counts as a change, without heartbeats.
    fn snapshot(&self) -> Vec<Value> {
        let store = &self.cluster.runtime.store;
        WATCHED.iter().flat_map(|kind| store.list(*kind)).map(|object| without_heartbeats(object)).collect()
    }

    /// Remembers names and hashes that are hidden later.
    fn learn(&mut self) {
        let store = &self.cluster.runtime.store;
        for daemonset in store.list(Kind::DaemonSet) {
            if !self.owners.iter().any(|it| it == daemonset.name()) {
                self.owners.push(daemonset.name().to_string());
            }
        }
        for object in [Kind::ControllerRevision, Kind::Pod].into_iter().flat_map(|kind| store.list(kind)) {
            let Some(hash) = object.meta.label(REVISION_HASH_LABEL) else { continue };
            if !self.hashes.iter().any(|it| it == hash) {
                self.hashes.push(hash.to_owned());
            }
        }
    }

    /// Runs a command to its end; what it prints, made comparable, and its exit code.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        self.pass(COMMAND_MS);
        let mut out = Output::default();
        let exit = match Job::plain(&self.with_pods(command)) {
            Ok(job) => self.run_job(job, &mut out),
            Err(words) => {
                out.print(crate::kubectl::Stream::Err, &format!("{words}\n"));
                2
            }
        };
        self.learn();
        (normalise(command, &out.text(), &self.owners, &self.hashes), exit)
    }

    fn run_job(&mut self, mut job: Job, out: &mut Output) -> i32 {
        let patience = self.cluster.now_ms() + COMMAND_PATIENCE_MS;
        loop {
            let mut world = World { cluster: &mut self.cluster, files: &self.files, history: &[], out };
            match job.go_on(&mut world) {
                State::Done(exit) => return exit,
                State::Waiting(_) if self.cluster.now_ms() >= patience => return job.interrupt(),
                State::Waiting(until) => {
                    let until = until.unwrap_or(patience).min(patience);
                    if !self.cluster.run_next(until) {
                        self.cluster.run_until(until, &mut || true);
                    }
                    self.learn();
                }
            }
        }
    }

    fn pass(&mut self, milliseconds: u64) {
        let until = self.cluster.now_ms() + milliseconds;
        self.cluster.run_until(until, &mut || true);
    }

    /// Puts the names of pods in: `{agent@worker-1}`.
    fn with_pods(&self, command: &str) -> String {
        let mut text = String::new();
        let mut rest = command;
        while let Some(start) = rest.find('{') {
            let (before, from) = rest.split_at(start);
            text.push_str(before);
            let name = from
                .find('}')
                .and_then(|end| from[1..end].split_once('@').and_then(|(owner, node)| Some((self.pod(owner, node)?, end))));
            if let Some((name, end)) = name {
                text.push_str(&name);
                rest = &from[end + 1..];
            } else {
                text.push('{');
                rest = &from[1..];
            }
        }
        text + rest
    }

    /// The pod of an owner that is bound to a node, or meant for it.
    fn pod(&self, owner: &str, node: &str) -> Option<String> {
        let is_of = |pod: &Object| {
            let stem = pod.name().strip_prefix(owner).and_then(|rest| rest.strip_prefix('-'));
            let bound = pod.value.str_at(&["spec", "nodeName"]);
            let path =
                ["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
            let meant = || {
                let terms = pod.value.list_at(&path);
                let names = terms.iter().flat_map(|it| it.list_at(&["matchFields"])).flat_map(|it| it.list_at(&["values"]));
                names.into_iter().any(|name| name.as_str() == Some(node))
            };
            stem.is_some_and(|end| end.len() == 5) && (bound == node || (bound.is_empty() && meant()))
        };
        self.cluster.runtime.store.list(Kind::Pod).find(|pod| is_of(pod)).map(|pod| pod.name().to_string())
    }
}

fn node<'a>(cluster: &'a Cluster, name: &str) -> Option<&'a Object> {
    cluster.runtime.store.get(Kind::Node, &ObjectKey::cluster_scoped(name)).map(|it| &**it)
}

fn taints(cluster: &Cluster, name: &str, key: &str) -> usize {
    let taints = node(cluster, name).map(|node| node.value.list_at(&["spec", "taints"]));
    // A cordon is no sign of a node's health.
    let counts = |it: &&Value| it.str_at(&["key"]).starts_with(key) && it.str_at(&["key"]) != "node.kubernetes.io/unschedulable";
    taints.map_or(2, |taints| taints.iter().filter(counts).count())
}

fn is_ready(cluster: &Cluster, name: &str) -> bool {
    node(cluster, name).is_none_or(|node| node.as_node().is_some_and(crate::object::NodeView::is_ready))
}

fn without_heartbeats(object: &Object) -> Value {
    let mut value = object.value.clone();
    if object.kind == Kind::Node {
        value.remove(&["metadata", "resourceVersion"]);
        for condition in value.at_mut(&["status", "conditions"]).make_list() {
            condition.remove(&["lastHeartbeatTime"]);
        }
    }
    value
}
