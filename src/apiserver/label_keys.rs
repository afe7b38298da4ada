//! `matchLabelKeys` and `mismatchLabelKeys`: what a new pod asks of pods that agree or disagree with it in its own labels.
//!
//! The API server writes them into the selectors when the pod is made, so nothing else needs to know of them.

use crate::object::{Value, map};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// Fills in the selectors of a new pod. Models `applyMatchLabelKeysAndMismatchLabelKeys` and its counterpart for topology spread
/// constraints: a term without a selector selects nothing and stays so.
pub(super) fn fill_in(pod: &mut Value) {
    let labels = pod.at(&["metadata", "labels"]).clone();
    for kind in ["podAffinity", "podAntiAffinity"] {
        for_each(pod, &["spec", "affinity", kind, REQUIRED], |term| of_term(term, &labels));
        for_each(pod, &["spec", "affinity", kind, PREFERRED], |weighted| of_term(weighted.at_mut(&["podAffinityTerm"]), &labels));
    }
    for_each(pod, &["spec", "topologySpreadConstraints"], |constraint| of_term(constraint, &labels));
}

fn for_each(pod: &mut Value, path: &[&str], change: impl FnMut(&mut Value)) {
    if !pod.list_at(path).is_empty() {
        pod.at_mut(path).make_list().iter_mut().for_each(change);
    }
}

fn of_term(term: &mut Value, labels: &Value) {
    if term.at(&["labelSelector"]).is_null() {
        return;
    }
    for (field, operator) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
        let requirement = |key: &Value| {
            let value = labels.at(&[key.as_str()?]);
            (!value.is_null()).then(|| map! { "key" => key.clone(), "operator" => operator, "values" => vec![value.clone()] })
        };
        let requirements: Vec<Value> = term.list_at(&[field]).iter().filter_map(requirement).collect();
        if !requirements.is_empty() {
            term.at_mut(&["labelSelector", "matchExpressions"]).make_list().extend(requirements);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::yaml;

    #[test]
    fn labels_of_the_pod_are_written_into_the_selectors_that_there_are() {
        let cases = [
            ("topologySpreadConstraints: [{labelSelector: {matchLabels: {c: d}}, matchLabelKeys: [a, missing]}]",
             "topologySpreadConstraints: [{labelSelector: {matchLabels: {c: d}, matchExpressions: [{key: a, operator: In, values: [b]}]},
               matchLabelKeys: [a, missing]}]"),
            ("topologySpreadConstraints: [{matchLabelKeys: [a]}]", "topologySpreadConstraints: [{matchLabelKeys: [a]}]"),
            ("affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}, mismatchLabelKeys: [a]}]}}",
             "affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {matchExpressions: [{key: a,
               operator: NotIn, values: [b]}]}, mismatchLabelKeys: [a]}]}}"),
            ("affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {labelSelector: {},
               matchLabelKeys: [a]}}]}}",
             "affinity: {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {labelSelector:
               {matchExpressions: [{key: a, operator: In, values: [b]}]}, matchLabelKeys: [a]}}]}}"),
        ];
        let pod =
            |spec: &str| yaml::parse(&format!("metadata: {{labels: {{a: b}}}}\nspec: {{{spec}}}")).documents.remove(0).value;
        for (before, after) in cases {
            let mut made = pod(before);
            fill_in(&mut made);
            assert_eq!(made, pod(after), "{before}");
        }
    }
}
