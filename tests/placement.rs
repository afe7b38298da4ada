//! The DaemonSet controller's per-node decision against those recorded from Kubernetes 1.36.2.

use daemonset_lab::conformance;
use daemonset_lab::object::Value;

#[test]
fn every_recorded_decision_is_reproduced() {
    let mut cases = 0;
    for line in include_str!("conformance/placement.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let answer = conformance::placement::run(&case);
        for field in ["shouldRun", "shouldContinueRunning"] {
            assert_eq!(answer.at(&[field]), case.at(&["expect", field]), "{field} of {case}");
        }
        cases += 1;
    }
    assert_eq!(cases, 2000);
}
