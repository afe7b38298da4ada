//! What `kubectl apply` prints against what Kubernetes 1.36.2 printed.

use daemonset_lab::conformance;
use daemonset_lab::object::Value;

#[test]
fn every_recorded_answer_is_reproduced() {
    let (mut cases, mut differing) = (0, Vec::new());
    for line in include_str!("conformance/validation.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("a case is JSON");
        let answer = conformance::validate::run(&case);
        assert_eq!(answer.at(&["exit"]), case.at(&["exit"]), "{answer}\n{case}");
        if answer.at(&["output"]) != case.at(&["output"]) {
            let text = |value: &Value| value.str_at(&["output"]).to_owned();
            differing.push(format!("{}\n- {}+ {}", case.at(&["id"]), text(&case), text(&answer)));
        }
        cases += 1;
    }
    assert_eq!(cases, 337);
    assert!(differing.is_empty(), "{} differ\n{}", differing.len(), differing.join("\n"));
}
