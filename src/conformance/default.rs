//! `dslab default`: the object that the API server stores for a manifest.

use fastrand::Rng;

use crate::apiserver::{Request, Store, decode, default, namespace};
use crate::object::{Kind, Value, map, yaml};

/// Answers a case `{"id", "manifest"}` on a cluster without nodes; what differs from cluster to cluster is left out.
pub fn run(case: &Value) -> Value {
    let object = yaml::parse(case.str_at(&["manifest"])).documents.first().and_then(|document| stored(&document.value));
    map! { "id" => case.at(&["id"]).clone(), "object" => object }
}

fn stored(manifest: &Value) -> Option<Value> {
    let kind = Kind::find(manifest.str_at(&["apiVersion"]), manifest.str_at(&["kind"]))?;
    let mut object = decode::decode(kind, manifest).value;
    default::default(kind, &mut object);
    if kind.is_namespaced() && object.at(&["metadata", "namespace"]).is_null() {
        object.set(&["metadata", "namespace"], "default");
    }
    let (mut store, mut rng) = (Store::default(), Rng::with_seed(0));
    let mut request = Request { now: 0, rng: &mut rng };
    if kind.is_namespaced() {
        store.create(Kind::Namespace, namespace(object.str_at(&["metadata", "namespace"])), &mut request).ok()?;
    }
    let mut object = store.create(kind, object, &mut request).ok()?.value.clone();
    for field in ["uid", "creationTimestamp", "resourceVersion"] {
        object.remove(&["metadata", field]);
    }
    if kind == Kind::DaemonSet {
        // The controller has seen it, and found no node.
        object.set(&["status", "observedGeneration"], object.at(&["metadata", "generation"]).clone());
    }
    Some(object)
}
