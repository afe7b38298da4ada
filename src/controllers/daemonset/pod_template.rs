//! The pod that is made for a node.
//!
//! Models `CreatePodTemplate`, `ReplaceDaemonSetPodNodeNameNodeAffinity` and `GetPodFromTemplate`.

use crate::object::{Kind, Object, REVISION_HASH_LABEL, TEMPLATE_GENERATION_LABEL, Value, map};

use super::tolerations;

/// What all pods of one revision have in common. The pod of a node is this, pinned to the node.
#[derive(Clone, Debug)]
pub struct PodTemplate {
    pod: Value,
}

impl PodTemplate {
    /// Prepares the pods of a DaemonSet: its template, the labels of the revision, the automatic tolerations, the owner.
    /// `template_generation` is empty when the DaemonSet has none.
    pub fn of(daemonset: &Object, template: &Value, hash: &str, template_generation: &str) -> Self {
        let mut metadata = map! {
            "namespace" => &daemonset.key().namespace,
            "generateName" => format!("{}-", daemonset.name()),
            "ownerReferences" => vec![owner_reference(daemonset)],
        };
        for field in ["labels", "annotations", "finalizers"] {
            let given = template.at(&["metadata", field]);
            if !given.is_null() {
                metadata.set(&[field], given.clone());
            }
        }
        metadata.set(&["labels", REVISION_HASH_LABEL], hash);
        if !template_generation.is_empty() {
            metadata.set(&["labels", TEMPLATE_GENERATION_LABEL], template_generation);
        }
        let mut spec = template.at(&["spec"]).clone();
        spec.set(&["tolerations"], tolerations::with_automatic(&spec));
        Self { pod: map! { "apiVersion" => "v1", "kind" => "Pod", "metadata" => metadata, "spec" => spec } }
    }

    /// The pod for a node, as it is sent to the API server.
    pub fn pod_for(&self, node: &str) -> Value {
        let mut pod = self.pod.clone();
        pin_to_node(pod.at_mut(&["spec"]), node);
        pod
    }
}

/// The owner reference of an object's controller.
pub fn owner_reference(owner: &Object) -> Value {
    map! {
        "apiVersion" => Kind::api_version(owner.kind),
        "kind" => owner.kind.name(),
        "name" => owner.name(),
        "uid" => &owner.meta.uid,
        "controller" => true,
        "blockOwnerDeletion" => true,
    }
}

/// Replaces the required node affinity of a pod spec by the one term that names the node; all else of the affinity stays.
pub fn pin_to_node(spec: &mut Value, node: &str) {
    let name = map! { "key" => "metadata.name", "operator" => "In", "values" => vec![Value::from(node)] };
    let terms = vec![map! { "matchFields" => vec![name] }];
    let required = "requiredDuringSchedulingIgnoredDuringExecution";
    spec.set(&["affinity", "nodeAffinity", required, "nodeSelectorTerms"], terms);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn required_terms_are_replaced_and_all_other_affinity_is_kept() {
        let mut spec: Value = serde_json::from_str(
            r#"{"affinity":{"podAffinity":{"x":1},"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[1],
            "requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{},{}]}}}}"#,
        )
        .expect("JSON");
        pin_to_node(&mut spec, "n");
        assert_eq!(
            spec.to_string(),
            concat!(
                r#"{"affinity":{"nodeAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[1],"#,
                r#""requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchFields":"#,
                r#"[{"key":"metadata.name","operator":"In","values":["n"]}]}]}},"podAffinity":{"x":1}}}"#
            )
        );
    }
}
