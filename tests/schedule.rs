//! The scheduler's decisions against those recorded from Kubernetes 1.36.2.

use daemonset_lab::conformance;
use daemonset_lab::object::Value;

#[test]
fn every_recorded_decision_is_reproduced_to_the_letter() {
    let mut cases = 0;
    for line in include_str!("conformance/scheduler.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let answer = conformance::schedule::run(&case);
        let expect = case.at(&["expect"]);
        for field in ["bound", "node", "reason", "message", "nominatedNode", "victims"] {
            let is_free_choice = field == "node" && expect.at(&[field]).is_null();
            if !is_free_choice {
                assert_eq!(answer.at(&[field]), expect.at(&[field]), "{field} of {case}");
            }
        }
        cases += 1;
    }
    assert_eq!(cases, 500);
}
