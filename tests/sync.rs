//! One sync of the DaemonSet controller against those recorded from Kubernetes 1.36.2.

use std::collections::BTreeSet;

use daemonset_lab::conformance;
use daemonset_lab::object::Value;

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_list().expect("a list").iter().map(|it| it.as_str().expect("a name")).collect()
}

/// The controller walks its nodes in random order: all that it does in every run, nothing that it does in none, and as many.
fn check_choice(answer: &Value, expected: &Value, case: &Value) {
    let (chosen, must) = (names(answer), names(expected.at(&["must"])));
    let allowed: BTreeSet<&str> = must.union(&names(expected.at(&["may"]))).copied().collect();
    let count = i64::try_from(chosen.len()).expect("few");
    assert!(chosen.is_superset(&must) && chosen.is_subset(&allowed), "{chosen:?} instead of {expected} in {case}");
    assert_eq!(answer.as_list().map(<[Value]>::len), Some(chosen.len()), "something is named twice in {answer}");
    assert_eq!(expected.list_at(&["count"])[0].as_i64(), Some(count), "{case}");
}

#[test]
fn every_recorded_sync_is_reproduced() {
    let mut cases = 0;
    for line in include_str!("conformance/sync.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let (answer, expected) = (conformance::sync::run(&case), case.at(&["expect"]));
        check_choice(answer.at(&["create"]), expected.at(&["create"]), &case);
        check_choice(answer.at(&["delete"]), expected.at(&["delete"]), &case);
        let sorted = |events: &Value| {
            let mut lines: Vec<String> = events.as_list().unwrap_or_default().iter().map(ToString::to_string).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(answer.at(&["events"])), sorted(expected.at(&["events"])), "{case}");
        assert_eq!(answer.at(&["status"]), expected.at(&["status"]), "{case}");
        cases += 1;
    }
    assert_eq!(cases, 2000);
}
