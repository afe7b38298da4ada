//! What a pod asks for as a whole.
//!
//! Models `PodRequests` and `PodLimits` of `k8s.io/component-helpers/resource`.

use std::collections::BTreeMap;

use super::{Map, Quantity, SmolStr, Value};

/// Amounts by resource name, such as `cpu` or `example.com/gpu`.
pub type ResourceList = BTreeMap<SmolStr, Quantity>;

/// Reads a list of amounts; what is no quantity is left out.
pub fn read_resource_list(value: &Value) -> ResourceList {
    let amounts = value.as_map().into_iter().flat_map(Map::iter);
    amounts.filter_map(|(name, amount)| Some((name.clone(), Quantity::read(amount).ok()?))).collect()
}

/// What the scheduler sets aside for a pod: the sum of its containers and sidecars, or what its init containers need
/// while they run if that is more; then what is said for the pod as a whole; then its overhead.
pub fn pod_requests(spec: &Value) -> ResourceList {
    let mut total = container_requests(spec);
    override_with_pod_level(&mut total, spec, "requests");
    add(&mut total, &read_resource_list(spec.at(&["overhead"])));
    total
}

/// What the containers of a pod ask for together.
pub fn container_requests(spec: &Value) -> ResourceList {
    sum_of_containers(spec, "requests")
}

/// The most that a pod may use. Its overhead counts only for resources that are limited at all.
pub fn pod_limits(spec: &Value) -> ResourceList {
    let mut total = sum_of_containers(spec, "limits");
    override_with_pod_level(&mut total, spec, "limits");
    for (name, overhead) in read_resource_list(spec.at(&["overhead"])) {
        if let Some(limit) = total.get_mut(&name).filter(|limit| !limit.is_zero()) {
            limit.add(&overhead);
        }
    }
    total
}

fn sum_of_containers(spec: &Value, kind: &str) -> ResourceList {
    let read = |container: &Value| read_resource_list(container.at(&["resources", kind]));
    let mut total = ResourceList::new();
    for container in spec.list_at(&["containers"]) {
        add(&mut total, &read(container));
    }
    // Sidecars started so far run beside each later init container, and beside the containers.
    let (mut sidecars, mut peak) = (ResourceList::new(), ResourceList::new());
    for container in spec.list_at(&["initContainers"]) {
        let own = read(container);
        if container.str_at(&["restartPolicy"]) == "Always" {
            add(&mut total, &own);
            add(&mut sidecars, &own);
            raise(&mut peak, &sidecars);
        } else {
            let mut together = sidecars.clone();
            add(&mut together, &own);
            raise(&mut peak, &together);
        }
    }
    raise(&mut total, &peak);
    total
}

fn override_with_pod_level(total: &mut ResourceList, spec: &Value, kind: &str) {
    let is_supported = |name: &str| name == "cpu" || name == "memory" || name.starts_with("hugepages-");
    let pod_level = read_resource_list(spec.at(&["resources", kind]));
    total.extend(pod_level.into_iter().filter(|(name, _)| is_supported(name)));
}

fn add(total: &mut ResourceList, amounts: &ResourceList) {
    for (name, amount) in amounts {
        total.entry(name.clone()).or_default().add(amount);
    }
}

fn raise(total: &mut ResourceList, amounts: &ResourceList) {
    for (name, amount) in amounts {
        let present = total.entry(name.clone()).or_insert_with(|| amount.clone());
        if *present < *amount {
            present.clone_from(amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(list: &ResourceList) -> String {
        list.iter().map(|(name, amount)| format!("{name}={amount}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_pod_asks_for_its_containers_or_its_hungriest_init_container() {
        let cases = [
            (r#"{"containers":[{},{}]}"#, ""),
            (
                r#"{"containers":[{"resources":{"requests":{"cpu":"100m","memory":"64Mi"}}},{"resources":{"requests":{"cpu":"1"}}}]}"#,
                "cpu=1100m memory=64Mi",
            ),
            (
                r#"{"initContainers":[{"resources":{"requests":{"cpu":"3"}}}],"containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}]}"#,
                "cpu=3 memory=1Gi",
            ),
            (
                r#"{"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},{"resources":{"requests":{"cpu":"3"}}}],
                    "containers":[{"resources":{"requests":{"cpu":"1"}}}]}"#,
                "cpu=4",
            ),
            (
                r#"{"initContainers":[{"resources":{"requests":{"cpu":"3"}}},{"restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}}],
                    "containers":[{"resources":{"requests":{"cpu":"1"}}}]}"#,
                "cpu=3",
            ),
            (
                r#"{"overhead":{"cpu":"250m"},"resources":{"requests":{"cpu":"2","pods":"1"}},"containers":[{"resources":{"requests":{"cpu":"1"}}}]}"#,
                "cpu=2250m",
            ),
        ];
        for (spec, expected) in cases {
            let spec: Value = serde_json::from_str(spec).expect("JSON");
            assert_eq!(texts(&pod_requests(&spec)), expected, "{spec}");
        }
    }

    #[test]
    fn overhead_counts_only_for_resources_that_are_limited() {
        let spec = r#"{"overhead":{"cpu":"250m","memory":"1Gi"},"containers":[{"resources":{"limits":{"cpu":"1"}}}]}"#;
        assert_eq!(texts(&pod_limits(&serde_json::from_str(spec).expect("JSON"))), "cpu=1250m");
    }
}
