//! A small cluster in a test's hands, with one DaemonSet, `agent`.

use std::sync::Arc;

use daemonset_lab::apiserver::{Call, PatchType, Refused};
use daemonset_lab::cluster::{Cluster, Input};
use daemonset_lab::lab::preset;
use daemonset_lab::object::{DaemonSetStatus, Kind, Object, ObjectKey, Value, map};

/// A cluster.
pub struct Lab {
    /// The cluster itself.
    pub cluster: Cluster,
}

/// JSON as a tree.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// The DaemonSet `agent` with an image; `spec` and `pod` are more fields of its spec and of its pods'.
pub fn agent(image: &str, spec: &str, pod: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"agent","namespace":"default"}},"spec":{{{spec}
        "selector":{{"matchLabels":{{"app":"agent"}}}},"template":{{"metadata":{{"labels":{{"app":"agent"}}}},
        "spec":{{{pod}"containers":[{{"name":"c","image":"{image}"}}]}}}}}}}}"#
    ))
}

/// The part of a DaemonSet's spec with the budget of its rolling update.
pub fn budget(max_unavailable: &str, max_surge: &str) -> String {
    format!(r#""updateStrategy":{{"rollingUpdate":{{"maxUnavailable":{max_unavailable},"maxSurge":{max_surge}}}}},"#)
}

impl Lab {
    /// A cluster with these nodes, ready.
    pub fn new(nodes: &[&str]) -> Self {
        let mut lab = Self { cluster: Cluster::new(11) };
        for name in nodes {
            lab.add_node(name);
        }
        lab.run(5);
        lab
    }

    /// A machine joins.
    pub fn add_node(&mut self, name: &str) {
        self.cluster.input(Input::Create(preset::node(name))).expect("created");
    }

    /// With the DaemonSet settled.
    pub fn with(nodes: &[&str], daemonset: Value) -> Self {
        let mut lab = Self::new(nodes);
        lab.apply(daemonset);
        lab.run(60);
        lab
    }

    /// Applies an object.
    pub fn apply(&mut self, object: Value) {
        self.cluster.input(Input::Apply(object)).expect("applied");
    }

    /// Applies an object that is refused; answers the words.
    pub fn refused(&mut self, object: Value) -> String {
        match self.cluster.input(Input::Apply(object)) {
            Err(refused) => refused.to_string(),
            Ok(answer) => panic!("{answer:?}"),
        }
    }

    /// Asks something of the API server.
    pub fn call(&mut self, call: Call) -> Result<daemonset_lab::apiserver::Reply, Refused> {
        self.cluster.call(call)
    }

    /// Lets seconds pass.
    pub fn run(&mut self, seconds: u64) {
        self.run_ms(seconds * 1000);
    }

    /// Lets milliseconds pass.
    pub fn run_ms(&mut self, milliseconds: u64) {
        let until_ms = self.cluster.now_ms() + milliseconds;
        self.cluster.run_until(until_ms, &mut || true);
    }

    /// Lets seconds pass and looks after each thing that happens.
    pub fn watch(&mut self, seconds: u64, look: &mut dyn FnMut(&mut Self)) {
        let until_ms = self.cluster.now_ms() + seconds * 1000;
        while self.cluster.run_next(until_ms) {
            look(self);
        }
        self.cluster.runtime.sleep_until(until_ms);
    }

    /// The key of an object in the namespace `default`, or of a cluster-scoped one.
    pub fn key(kind: Kind, name: &str) -> ObjectKey {
        ObjectKey::new(if kind.is_namespaced() { "default" } else { "" }, name)
    }

    /// A merge patch.
    pub fn patch(&mut self, kind: Kind, name: &str, patch: Value) {
        self.cluster.input(Input::patch(kind, Self::key(kind, name), patch)).expect("patched");
    }

    /// A merge patch of the DaemonSet that changes nothing that matters, but wakes its controller.
    pub fn wake(&mut self) {
        let now = self.cluster.now_ms();
        self.patch(Kind::DaemonSet, "agent", map! { "metadata" => map! { "labels" => map! { "woken" => format!("t{now}") } } });
        self.run(5);
    }

    /// A merge patch of a pod's status.
    pub fn patch_status(&mut self, pod: &str, patch: Value) {
        let mut call = Call::patch(Kind::Pod, Self::key(Kind::Pod, pod), PatchType::Merge, map! { "status" => patch });
        call.status = true;
        self.cluster.call(call).expect("patched");
    }

    /// Deletes an object as `kubectl delete` does.
    pub fn delete(&mut self, kind: Kind, name: &str) {
        self.cluster.input(Input::delete(kind, Self::key(kind, name))).expect("deleted");
    }

    /// Sets a node's label, or takes it away.
    pub fn label(&mut self, node: &str, key: &str, value: Option<&str>) {
        self.patch(Kind::Node, node, map! { "metadata" => map! { "labels" => map! { key => value } } });
    }

    /// Makes a taint the node's only one; nothing takes all away.
    pub fn taint(&mut self, node: &str, taint: Option<(&str, &str)>) {
        let taints = taint.map(|(key, effect)| vec![map! { "key" => key, "effect" => effect }]);
        self.patch(Kind::Node, node, map! { "spec" => map! { "taints" => taints } });
    }

    /// Switches a machine off.
    pub fn stop(&mut self, node: &str) {
        self.cluster.input(Input::StopNode(node.into())).expect("stopped");
    }

    /// An object.
    pub fn get(&self, kind: Kind, name: &str) -> Option<Arc<Object>> {
        self.cluster.runtime.store.get(kind, &Self::key(kind, name)).cloned()
    }

    /// The DaemonSet.
    pub fn daemonset(&self) -> Arc<Object> {
        self.get(Kind::DaemonSet, "agent").expect("the DaemonSet")
    }

    /// Its status.
    pub fn status(&self) -> DaemonSetStatus {
        self.daemonset().as_daemonset().expect("a DaemonSet").status
    }

    /// Every pod.
    pub fn pods(&self) -> Vec<Arc<Object>> {
        self.cluster.runtime.store.list(Kind::Pod).cloned().collect()
    }

    /// The pods that are on a node, or pinned to it.
    pub fn pods_on(&self, node: &str) -> Vec<Arc<Object>> {
        self.pods().into_iter().filter(|pod| pod.as_pod().is_some_and(|it| it.target_node == node)).collect()
    }

    /// The name of the one pod that is on a node.
    pub fn pod_on(&self, node: &str) -> String {
        match self.pods_on(node).as_slice() {
            [pod] => pod.name().to_string(),
            pods => panic!("{} pods on {node}", pods.len()),
        }
    }

    /// Reasons and messages of the events about objects of a kind, in their order.
    pub fn events(&self, kind: Kind) -> Vec<String> {
        let events = self.cluster.runtime.events.iter(self.cluster.runtime.unix()).filter(|it| it.involved.kind == kind);
        events.map(|it| format!("{} {}", it.reason, it.message)).collect()
    }

    /// How often an event of a reason was counted.
    pub fn count(&self, reason: &str) -> u64 {
        let events = self.cluster.runtime.events.iter(self.cluster.runtime.unix()).filter(|it| it.reason == reason);
        events.map(|it| it.count).sum()
    }

    /// The keys and effects of a node's taints.
    pub fn taints(&self, node: &str) -> Vec<String> {
        let node = self.get(Kind::Node, node).expect("a node");
        node.as_node().expect("a node").taints.iter().map(ToString::to_string).collect()
    }
}

/// The image of a pod's first container.
pub fn image(pod: &Object) -> &str {
    pod.value.list_at(&["spec", "containers"])[0].str_at(&["image"])
}

/// Whether a pod is ready.
pub fn is_ready(pod: &Object) -> bool {
    pod.as_pod().is_some_and(|it| it.ready)
}

/// Whether a pod is being deleted.
pub fn is_deleting(pod: &Object) -> bool {
    pod.meta.deleted.is_some()
}

/// The UIDs of pods, sorted.
pub fn uids(pods: &[Arc<Object>]) -> Vec<String> {
    let mut uids: Vec<String> = pods.iter().map(|pod| pod.meta.uid.to_string()).collect();
    uids.sort();
    uids
}
