//! ControllerRevisions, generations, and what counts as updated.

use daemonset_lab::apiserver::{Call, DeleteOptions, Propagation};
use daemonset_lab::object::{Kind, map};

use super::lab::{Lab, agent, uids};

const NODES: [&str; 3] = ["node-a", "node-b", "node-c"];

/// Number and name of every revision, the lowest number first.
fn revisions(lab: &Lab) -> Vec<(i64, String)> {
    let all = lab.cluster.runtime.store.list(Kind::ControllerRevision);
    let mut all: Vec<_> = all.map(|it| (it.as_revision().expect("a revision").number, it.name().to_string())).collect();
    all.sort();
    all
}

fn delete_with(lab: &mut Lab, propagation: Propagation) {
    let options = DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() };
    lab.call(Call::delete(Kind::DaemonSet, Lab::key(Kind::DaemonSet, "agent"), options)).expect("deleted");
}

#[test]
fn n11_a_daemonset_made_anew_with_another_image_takes_orphans_for_updated() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    let before = uids(&lab.pods());
    delete_with(&mut lab, Propagation::Orphan);
    lab.run(10);
    assert!(lab.get(Kind::DaemonSet, "agent").is_none());
    assert!(lab.pods().iter().all(|pod| pod.meta.controller.is_none()));
    lab.apply(agent("agent:2", "", ""));
    lab.run(120);
    assert_eq!(uids(&lab.pods()), before, "nothing is rolled");
    assert_eq!(lab.status().updated_number_scheduled, 3, "both are of template generation 1");
}

#[test]
fn n12_a_rollback_gives_the_old_revision_a_new_number_and_keeps_its_cause() {
    let caused = |image: &str, cause: &str| {
        let mut daemonset = agent(image, "", "");
        daemonset.set(&["metadata", "annotations"], map! { "kubernetes.io/change-cause" => cause });
        daemonset
    };
    let mut lab = Lab::with(&NODES, caused("agent:1", "first"));
    let first = revisions(&lab)[0].1.clone();
    lab.apply(caused("agent:2", "second"));
    lab.run(60);
    lab.apply(caused("agent:1", "third"));
    lab.run(60);
    let after = revisions(&lab);
    assert_eq!((after.len(), &after[1]), (2, &(3, first.clone())), "1 is 3 now");
    let revision = lab.get(Kind::ControllerRevision, &first).expect("a revision");
    assert_eq!(revision.value.str_at(&["metadata", "annotations", "kubernetes.io/change-cause"]), "first");
}

#[test]
fn n14_revisions_of_live_pods_outlive_the_limit_and_the_current_one_is_not_counted() {
    let with = r#""revisionHistoryLimit":1,"updateStrategy":{"type":"OnDelete"},"#;
    let mut lab = Lab::with(&NODES, agent("agent:1", with, ""));
    for image in ["agent:2", "agent:3"] {
        lab.apply(agent(image, with, ""));
        lab.run(20);
    }
    let numbers = |lab: &Lab| revisions(lab).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
    assert_eq!(numbers(&lab), [1, 3], "the pods are of the first");
    let rolling = r#""revisionHistoryLimit":1,"#;
    for image in ["agent:4", "agent:5", "agent:6"] {
        lab.apply(agent(image, rolling, ""));
        lab.run(90);
    }
    assert_eq!(numbers(&lab), [5, 6], "one more than the limit");
}

#[test]
fn n32_generation_counts_specs_template_generation_templates_and_a_foreground_deletion_only_the_former() {
    let mut lab = Lab::with(&NODES, agent("agent:1", "", ""));
    let generations = |lab: &Lab| {
        let daemonset = lab.daemonset();
        (daemonset.meta.generation, daemonset.as_daemonset().and_then(|it| it.template_generation))
    };
    assert_eq!(generations(&lab), (1, Some(1)));
    lab.patch(Kind::DaemonSet, "agent", map! { "metadata" => map! { "labels" => map! { "a" => "b" } } });
    assert_eq!(generations(&lab), (1, Some(1)));
    lab.patch(Kind::DaemonSet, "agent", map! { "spec" => map! { "minReadySeconds" => 1 } });
    assert_eq!(generations(&lab), (2, Some(1)));
    lab.apply(agent("agent:2", "", ""));
    assert_eq!(generations(&lab), (3, Some(2)));
    lab.run(90);
    delete_with(&mut lab, Propagation::Foreground);
    assert_eq!(generations(&lab), (4, Some(2)));
}
