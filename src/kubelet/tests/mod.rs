//! Whole lives of pods, told by what was said about them and by what `kubectl get pods` would show.

use crate::cluster::{Cluster, Input};
use crate::object::{Kind, ObjectKey, Value, map};

/// A machine of 4 processors, a pod that names it, and what happens.
struct Life {
    cluster: Cluster,
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("default", name)
}

impl Life {
    fn new() -> Self {
        let mut cluster = Cluster::new(3);
        cluster.input(Input::Create(crate::lab::preset::node("n1"))).expect("created");
        let mut life = Self { cluster };
        life.run(1);
        life
    }

    /// A life with the pod `p` whose spec is this.
    fn of(spec: &str) -> Self {
        let mut life = Self::new();
        life.create("p", spec);
        life
    }

    fn create(&mut self, name: &str, spec: &str) {
        let mut spec = json(spec);
        spec.set(&["nodeName"], "n1");
        self.apply(map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => map! { "name" => name }, "spec" => spec });
    }

    fn apply(&mut self, value: Value) {
        self.cluster.input(Input::Apply(value)).expect("applied");
    }

    fn run(&mut self, seconds: u64) {
        self.run_ms(seconds * 1000);
    }

    fn run_ms(&mut self, ms: u64) {
        let until_ms = self.cluster.now_ms() + ms;
        self.cluster.run_until(until_ms, &mut || true);
    }

    fn delete(&mut self, name: &str) {
        self.cluster.input(Input::delete(Kind::Pod, key(name))).expect("deleted");
    }

    fn status(&self, name: &str) -> Value {
        self.cluster.runtime.store.get(Kind::Pod, &key(name)).map(|it| it.value.at(&["status"]).clone()).unwrap_or_default()
    }

    fn is_gone(&self, name: &str) -> bool {
        self.cluster.runtime.store.get(Kind::Pod, &key(name)).is_none()
    }

    /// `phase state/restarts/ready` of a pod's containers, init containers first.
    fn shows(&self, name: &str) -> String {
        let status = self.status(name);
        let mut text = status.str_at(&["phase"]).to_owned();
        for list in ["initContainerStatuses", "containerStatuses"] {
            for it in status.list_at(&[list]) {
                let waiting = it.str_at(&["state", "waiting", "reason"]);
                let ended = it.str_at(&["state", "terminated", "reason"]);
                let state = if it.at(&["state", "running"]).is_null() { format!("{waiting}{ended}") } else { "up".to_owned() };
                let ready = if it.at(&["ready"]).as_bool() == Some(true) { "ready" } else { "-" };
                text = format!("{text} {state}/{}/{ready}", it.at(&["restartCount"]));
            }
        }
        text
    }

    fn condition(&self, name: &str, condition: &str) -> String {
        let status = self.status(name);
        let found = status.list_at(&["conditions"]).iter().find(|it| it.str_at(&["type"]) == condition).cloned();
        found.map_or_else(String::new, |it| {
            let parts = ["status", "reason", "message"].map(|field| it.str_at(&[field]).to_owned());
            parts.join(" ").trim_end().to_owned()
        })
    }

    /// What the kubelet said about a pod: `Reason: message`, in the order in which it was said first.
    fn said(&self, name: &str) -> Vec<String> {
        let runtime = &self.cluster.runtime;
        let about =
            runtime.events.iter(runtime.unix()).filter(|it| it.involved.key == key(name) && it.source.component == "kubelet");
        about.map(|it| format!("{}: {}", it.reason, it.message)).collect()
    }

    fn said_of(&self, name: &str, reason: &str) -> Vec<String> {
        let prefix = format!("{reason}: ");
        self.said(name).into_iter().filter_map(|it| it.strip_prefix(&prefix).map(str::to_owned)).collect()
    }

    fn count(&self, name: &str, message: &str) -> u64 {
        let runtime = &self.cluster.runtime;
        let all = runtime.events.iter(runtime.unix()).filter(|it| it.involved.key == key(name) && it.message == message);
        all.map(|it| it.count).sum()
    }
}

mod machines;
mod plain;
mod pods;
