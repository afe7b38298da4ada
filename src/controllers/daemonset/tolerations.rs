//! The tolerations that every daemon pod gets without asking.
//!
//! Models `AddOrUpdateDaemonPodTolerations` of `pkg/controller/daemon/util`.

use crate::object::{Value, map};

/// Key and effect of the automatic tolerations, in the order in which they are appended. All are `Exists`.
const AUTOMATIC: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// The seventh, for pods in the host's network.
const HOST_NETWORK: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// The tolerations of a pod that is made from this pod spec: the template's own first, then the automatic ones. One of the
/// template's that has the same key, effect, operator and value is replaced where it stands, and so loses its
/// `tolerationSeconds`.
pub fn with_automatic(pod_spec: &Value) -> Vec<Value> {
    let mut tolerations = pod_spec.list_at(&["tolerations"]).to_vec();
    let host_network = pod_spec.at(&["hostNetwork"]).as_bool() == Some(true);
    for (key, effect) in AUTOMATIC.into_iter().chain(host_network.then_some(HOST_NETWORK)) {
        let automatic = map! { "key" => key, "operator" => "Exists", "effect" => effect };
        match tolerations.iter_mut().find(|own| is_same(own, key, effect)) {
            Some(own) => *own = automatic,
            None => tolerations.push(automatic),
        }
    }
    tolerations
}

/// Models `Toleration.MatchToleration` against an automatic toleration.
fn is_same(own: &Value, key: &str, effect: &str) -> bool {
    own.str_at(&["key"]) == key
        && own.str_at(&["effect"]) == effect
        && own.str_at(&["operator"]) == "Exists"
        && own.str_at(&["value"]).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(spec: &str) -> Vec<String> {
        let spec: Value = serde_json::from_str(spec).expect("JSON");
        with_automatic(&spec).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn six_are_appended_and_a_seventh_with_host_network() {
        assert_eq!(added("{}").len(), 6);
        let with_host_network = added(r#"{"hostNetwork":true}"#);
        assert_eq!(with_host_network.len(), 7);
        assert!(with_host_network[6].contains("network-unavailable"));
    }

    #[test]
    fn an_equal_one_is_replaced_in_place_and_loses_its_seconds() {
        let own = r#"{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":60}"#;
        let tolerations = added(&format!(r#"{{"tolerations":[{own}]}}"#));
        assert_eq!(tolerations.len(), 6);
        assert_eq!(tolerations[0], r#"{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists"}"#);
    }

    #[test]
    fn one_that_differs_in_operator_or_effect_stays_in_front() {
        let own = r#"{"key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":60}"#;
        let tolerations = added(&format!(r#"{{"tolerations":[{own}]}}"#));
        assert_eq!(tolerations.len(), 7);
        assert!(tolerations[0].contains("tolerationSeconds"));
    }
}
