//! Deletions in a whole cluster, in all their ways.

use crate::apiserver::{Call, DeleteOptions, PatchType, Propagation, Verb};
use crate::cluster::{Cluster, Input};
use crate::object::{Kind, ObjectKey, Value, map, yaml};

const OWNER: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: owner, namespace: default}}";

fn read(manifest: &str) -> Value {
    yaml::parse(manifest).documents.remove(0).value
}

fn key(name: &str) -> ObjectKey {
    ObjectKey::new("default", name)
}

/// A cluster with a ConfigMap that owns Secrets; each is given by its name and whether it blocks its owner.
fn owned(dependents: &[(&str, bool)]) -> Cluster {
    let mut cluster = Cluster::new(1);
    cluster.input(Input::Create(read(OWNER))).expect("created");
    let owner = cluster.runtime.store.get(Kind::ConfigMap, &key("owner")).expect("stored").meta.uid.clone();
    for (name, blocks) in dependents {
        let reference = map! {
            "apiVersion" => "v1", "kind" => "ConfigMap", "name" => "owner", "uid" => owner.clone(), "blockOwnerDeletion" => *blocks,
        };
        let mut secret = read("{apiVersion: v1, kind: Secret, metadata: {namespace: default}}");
        secret.set(&["metadata", "name"], *name);
        secret.set(&["metadata", "ownerReferences"], vec![reference]);
        cluster.call(Call::create(Kind::Secret, "default", secret)).expect("created");
    }
    pass(&mut cluster, 1);
    cluster
}

fn pass(cluster: &mut Cluster, seconds: u64) {
    let until_ms = cluster.now_ms() + seconds * 1000;
    cluster.run_until(until_ms, &mut || true);
}

fn delete(cluster: &mut Cluster, propagation: Propagation) {
    let options = DeleteOptions { propagation: Some(propagation), grace_seconds: None };
    cluster.call(Call::delete(Kind::ConfigMap, key("owner"), options)).expect("deleted");
}

fn patch(cluster: &mut Cluster, name: &str, patch: &str) {
    let verb = Verb::Patch(PatchType::Merge, read(patch));
    cluster.call(Call::new(Kind::Secret, key(name), verb)).expect("patched");
}

fn secrets(cluster: &Cluster) -> usize {
    cluster.runtime.store.count(Kind::Secret)
}

#[test]
fn in_the_background_the_owner_goes_first() {
    let mut cluster = owned(&[("a", true), ("b", false)]);
    delete(&mut cluster, Propagation::Background);
    assert!(cluster.runtime.store.get(Kind::ConfigMap, &key("owner")).is_none());
    assert_eq!(secrets(&cluster), 2);
    pass(&mut cluster, 1);
    assert_eq!(secrets(&cluster), 0);
}

#[test]
fn in_the_foreground_the_owner_waits_for_those_that_block_it() {
    let mut cluster = owned(&[("blocks", true), ("does-not", false)]);
    for name in ["blocks", "does-not"] {
        patch(&mut cluster, name, "{metadata: {finalizers: [example.com/hold]}}");
    }
    delete(&mut cluster, Propagation::Foreground);
    pass(&mut cluster, 1);
    let owner = cluster.runtime.store.get(Kind::ConfigMap, &key("owner")).expect("waits").clone();
    assert_eq!(owner.value.list_at(&["metadata", "finalizers"]), ["foregroundDeletion".into()]);
    assert!(cluster.runtime.store.list(Kind::Secret).all(|it| it.meta.deleted.is_some()));
    patch(&mut cluster, "blocks", "{metadata: {finalizers: null}}");
    pass(&mut cluster, 1);
    assert!(cluster.runtime.store.get(Kind::ConfigMap, &key("owner")).is_none());
    assert_eq!(secrets(&cluster), 1);
}

#[test]
fn orphans_stay_and_lose_their_owner() {
    let mut cluster = owned(&[("a", true), ("b", false)]);
    delete(&mut cluster, Propagation::Orphan);
    pass(&mut cluster, 1);
    assert!(cluster.runtime.store.get(Kind::ConfigMap, &key("owner")).is_none());
    assert_eq!(secrets(&cluster), 2);
    assert!(cluster.runtime.store.list(Kind::Secret).all(|it| it.value.list_at(&["metadata", "ownerReferences"]).is_empty()));
}

#[test]
fn an_object_whose_owner_never_was_is_collected_and_one_with_another_owner_only_forgets_it() {
    let mut cluster = owned(&[("a", true)]);
    let absent = "{apiVersion: v1, kind: ConfigMap, name: nobody, uid: none}";
    let lost = read(&format!(
        "{{apiVersion: v1, kind: Secret, metadata: {{name: lost, namespace: default, ownerReferences: [{absent}]}}}}"
    ));
    cluster.call(Call::create(Kind::Secret, "default", lost)).expect("created");
    let stored = cluster.runtime.store.get(Kind::Secret, &key("a")).expect("stored").clone();
    let mut references = stored.value.list_at(&["metadata", "ownerReferences"]).to_vec();
    references.push(read(absent));
    let both = map! { "metadata" => map! { "ownerReferences" => references } };
    cluster.call(Call::patch(Kind::Secret, key("a"), PatchType::Merge, both)).expect("patched");
    pass(&mut cluster, 1);
    assert!(cluster.runtime.store.get(Kind::Secret, &key("lost")).is_none());
    let kept = cluster.runtime.store.get(Kind::Secret, &key("a")).expect("kept");
    assert_eq!(kept.value.list_at(&["metadata", "ownerReferences"]).len(), 1);
}

#[test]
fn a_namespace_goes_when_all_that_is_in_it_has_gone() {
    let mut cluster = Cluster::new(1);
    cluster
        .call(Call::create(Kind::Namespace, "", read("{apiVersion: v1, kind: Namespace, metadata: {name: x}}")))
        .expect("created");
    pass(&mut cluster, 1);
    let has = |cluster: &Cluster, kind, name: &str| cluster.runtime.store.get(kind, &ObjectKey::new("x", name)).is_some();
    assert!(has(&cluster, Kind::ServiceAccount, "default") && has(&cluster, Kind::ConfigMap, "kube-root-ca.crt"));
    let held = "{apiVersion: v1, kind: Secret, metadata: {name: held, finalizers: [example.com/hold]}}";
    cluster.call(Call::create(Kind::Secret, "x", read(held))).expect("created");
    let namespace = ObjectKey::cluster_scoped("x");
    cluster.call(Call::delete(Kind::Namespace, namespace.clone(), DeleteOptions::default())).expect("marked");
    pass(&mut cluster, 6);
    assert!(!has(&cluster, Kind::ServiceAccount, "default") && has(&cluster, Kind::Secret, "held"));
    let stored = cluster.runtime.store.get(Kind::Namespace, &namespace).expect("waits");
    let said: Vec<&str> = stored.value.list_at(&["status", "conditions"]).iter().map(|it| it.str_at(&["message"])).collect();
    assert_eq!(
        said[3..],
        [
            "Some resources are remaining: secrets. has 1 resource instances",
            "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
        ]
    );
    let free = Call::patch(Kind::Secret, ObjectKey::new("x", "held"), PatchType::Merge, read("{metadata: {finalizers: null}}"));
    cluster.call(free).expect("patched");
    pass(&mut cluster, 30);
    assert!(cluster.runtime.store.get(Kind::Namespace, &namespace).is_none());
}
