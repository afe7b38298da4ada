//! What is measured natively and in the browser: a whole rolling update, from the apply to the last pod that is available, every event
//! simulated.

use daemonset_lab::cluster::{Cluster, Input};
use daemonset_lab::lab::preset;
use daemonset_lab::object::{Kind, ObjectKey, Value};

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn daemonset(image: &str) -> Value {
    json(&format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"agent","namespace":"default"}},"spec":{{
        "selector":{{"matchLabels":{{"app":"agent"}}}},"updateStrategy":{{"rollingUpdate":{{"maxUnavailable":"10%"}}}},
        "template":{{"metadata":{{"labels":{{"app":"agent"}}}},"spec":{{"containers":[{{"name":"c","image":"{image}"}}]}}}}}}}}"#
    ))
}

/// A cluster in which a DaemonSet has been rolled out. `between` is called after each second of cluster time.
pub fn settled(nodes: usize, between: &mut dyn FnMut()) -> Cluster {
    let mut cluster = Cluster::new(1);
    for index in 0..nodes {
        cluster.input(Input::Create(preset::node(&format!("node-{index}")))).expect("created");
    }
    cluster.input(Input::Apply(daemonset("agent:1"))).expect("applied");
    until_available(&mut cluster, nodes, 1, between);
    cluster
}

/// Rolls the second revision out.
pub fn update(cluster: &mut Cluster, nodes: usize, between: &mut dyn FnMut()) {
    cluster.input(Input::Apply(daemonset("agent:2"))).expect("applied");
    until_available(cluster, nodes, 2, between);
}

fn until_available(cluster: &mut Cluster, nodes: usize, generation: i64, between: &mut dyn FnMut()) {
    let wanted = i64::try_from(nodes).expect("fits");
    let key = ObjectKey::new("default", "agent");
    loop {
        let until_ms = cluster.now_ms() + 1_000;
        cluster.run_until(until_ms, &mut || true);
        between();
        let object = cluster.runtime.store.get(Kind::DaemonSet, &key).expect("stored");
        let status = object.as_daemonset().expect("a DaemonSet").status;
        if status.observed_generation == generation
            && status.number_available == wanted
            && status.updated_number_scheduled == wanted
        {
            return;
        }
    }
}
