//! Who owns what: deletion in its three ways, adoption, release, and revisions that are there twice.

use super::*;
use crate::apiserver::{Call, DeleteOptions, PatchType, Propagation};
use crate::object::REVISION_HASH_LABEL;

fn settled(nodes: usize) -> Cluster {
    let mut cluster = cluster(nodes);
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    cluster
}

fn delete(cluster: &mut Cluster, propagation: Propagation) {
    let options = DeleteOptions { propagation: Some(propagation), grace_seconds: None };
    cluster.call(Call::delete(Kind::DaemonSet, key(), options)).expect("deleted");
}

fn uids(cluster: &Cluster, kind: Kind) -> Vec<String> {
    let mut uids: Vec<String> = cluster.runtime.store.list_in(kind, "default").map(|it| it.meta.uid.to_string()).collect();
    uids.sort_unstable();
    uids
}

fn patch(cluster: &mut Cluster, kind: Kind, key: ObjectKey, patch: Value) {
    cluster.call(Call::patch(kind, key, PatchType::Merge, patch)).expect("patched");
}

#[test]
fn a_daemonset_deleted_in_the_foreground_is_frozen_until_its_pods_are_gone() {
    let mut cluster = settled(3);
    let before = status(&cluster);
    delete(&mut cluster, Propagation::Foreground);
    let stored = cluster.runtime.store.get(Kind::DaemonSet, &key()).expect("waits").clone();
    assert_eq!((stored.meta.generation, stored.meta.deleted), (2, Some(cluster.runtime.unix())));
    // One node is new: nothing is made for it.
    cluster.input(Input::Create(node("late"))).expect("created");
    let mut seconds = 0;
    while cluster.runtime.store.get(Kind::DaemonSet, &key()).is_some() {
        assert_eq!(status(&cluster), before);
        assert!(seconds < 120, "it never goes");
        run(&mut cluster, 1);
        seconds += 1;
    }
    assert_eq!((cluster.runtime.store.count(Kind::Pod), cluster.runtime.store.count(Kind::ControllerRevision)), (0, 0));
}

#[test]
fn orphans_live_on_and_the_same_daemonset_takes_them_back() {
    let mut cluster = settled(2);
    let (pods, revisions) = (uids(&cluster, Kind::Pod), uids(&cluster, Kind::ControllerRevision));
    delete(&mut cluster, Propagation::Orphan);
    run(&mut cluster, 60);
    assert!(cluster.runtime.store.get(Kind::DaemonSet, &key()).is_none());
    assert!(cluster.runtime.store.list(Kind::Pod).all(|it| it.meta.controller.is_none()));
    cluster.input(Input::Apply(daemonset("nginx:1", "1"))).expect("applied");
    run(&mut cluster, 60);
    assert_eq!((uids(&cluster, Kind::Pod), uids(&cluster, Kind::ControllerRevision)), (pods, revisions));
    assert!(cluster.runtime.store.list(Kind::Pod).all(|it| it.meta.controller.is_some()));
    assert_eq!(status(&cluster).updated_number_scheduled, 2);
}

#[test]
fn orphans_count_as_updated_by_their_template_generation() {
    let mut cluster = settled(2);
    let pods = uids(&cluster, Kind::Pod);
    delete(&mut cluster, Propagation::Orphan);
    run(&mut cluster, 60);
    cluster.input(Input::Apply(daemonset("nginx:2", "1"))).expect("applied");
    run(&mut cluster, 120);
    assert_eq!(uids(&cluster, Kind::Pod), pods);
    assert_eq!(status(&cluster).updated_number_scheduled, 2);
}

#[test]
fn a_pod_that_is_relabelled_is_replaced_and_when_it_comes_back_the_younger_one_dies() {
    let mut cluster = settled(1);
    let pod = cluster.runtime.store.list(Kind::Pod).next().expect("a pod").clone();
    let label = |app: &str| map! { "metadata" => map! { "labels" => map! { "app" => app } } };
    patch(&mut cluster, Kind::Pod, pod.key().clone(), label("other"));
    run(&mut cluster, 60);
    assert_eq!(cluster.runtime.store.count(Kind::Pod), 2);
    let released = cluster.runtime.store.get(Kind::Pod, pod.key()).expect("lives on");
    assert!(released.value.at(&["metadata", "ownerReferences"]).is_null());
    patch(&mut cluster, Kind::Pod, pod.key().clone(), label("agent"));
    run(&mut cluster, 60);
    assert_eq!(uids(&cluster, Kind::Pod), [pod.meta.uid.to_string()]);
}

#[test]
fn a_pod_that_is_relabelled_and_back_before_the_controller_looks_is_not_released() {
    let mut cluster = settled(1);
    let pod = cluster.runtime.store.list(Kind::Pod).next().expect("a pod").clone();
    for app in ["other", "agent"] {
        let label = map! { "metadata" => map! { "labels" => map! { "app" => app } } };
        patch(&mut cluster, Kind::Pod, pod.key().clone(), label);
    }
    let version = |cluster: &Cluster| cluster.runtime.store.get(Kind::Pod, pod.key()).map(|it| it.meta.resource_version);
    let before = version(&cluster);
    run(&mut cluster, 60);
    assert_eq!(version(&cluster), before);
}

#[test]
fn of_equal_revisions_the_highest_stays_and_the_pods_get_its_hash() {
    let mut cluster = settled(2);
    let revision = cluster.runtime.store.list(Kind::ControllerRevision).next().expect("a revision").clone();
    let mut twin = revision.value.clone();
    for field in ["uid", "resourceVersion", "creationTimestamp", "ownerReferences"] {
        twin.remove(&["metadata", field]);
    }
    twin.set(&["metadata", "name"], "twin");
    twin.set(&["metadata", "labels", REVISION_HASH_LABEL], "twin");
    twin.set(&["revision"], 7);
    cluster.call(Call::create(Kind::ControllerRevision, "default", twin)).expect("created");
    let pods = uids(&cluster, Kind::Pod);
    run(&mut cluster, 60);
    let left: Vec<String> = cluster.runtime.store.list(Kind::ControllerRevision).map(|it| it.name().to_string()).collect();
    assert_eq!(left, ["twin"]);
    assert_eq!(uids(&cluster, Kind::Pod), pods);
    assert!(cluster.runtime.store.list(Kind::Pod).all(|it| it.meta.label(REVISION_HASH_LABEL) == Some("twin")));
}
