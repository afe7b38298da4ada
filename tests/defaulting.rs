//! The objects that the API server stores against those recorded from Kubernetes 1.36.2.

use daemonset_lab::conformance;
use daemonset_lab::object::Value;

#[test]
fn every_recorded_object_is_reproduced() {
    let mut cases = 0;
    for line in include_str!("conformance/defaulting.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let answer = conformance::default::run(&case);
        assert_eq!(answer.at(&["object"]).to_string(), case.at(&["object"]).to_string(), "{}", case.at(&["id"]));
        cases += 1;
    }
    assert_eq!(cases, 40);
}
