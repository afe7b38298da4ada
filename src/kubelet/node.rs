//! What a kubelet reports about its own machine.
//!
//! Models `pkg/kubelet/nodestatus` and the kubelet's registration of its node.

use crate::object::{SmolStr, Value, map};
use crate::runtime::set_condition;

use super::machine::{Pressure, address_of};

/// Condition, and reason and message when it is false and when it is true.
type Row = (&'static str, [(&'static str, &'static str); 2]);

const CONDITIONS: [Row; 4] = [
    (
        "MemoryPressure",
        [
            ("KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
        ],
    ),
    (
        "DiskPressure",
        [("KubeletHasNoDiskPressure", "kubelet has no disk pressure"), ("KubeletHasDiskPressure", "kubelet has disk pressure")],
    ),
    (
        "PIDPressure",
        [
            ("KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
        ],
    ),
    (
        "Ready",
        [
            (
                "KubeletNotReady",
                "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns \
                 error: cni plugin not initialized",
            ),
            ("KubeletReady", "kubelet is posting ready status"),
        ],
    ),
];

/// The event that a kubelet says when one of its pressures comes or goes.
pub fn pressure_event(pressure: Pressure, is_under: bool) -> &'static str {
    match (pressure, is_under) {
        (Pressure::Memory, false) => "NodeHasSufficientMemory",
        (Pressure::Memory, true) => "NodeHasInsufficientMemory",
        (Pressure::Disk, false) => "NodeHasNoDiskPressure",
        (Pressure::Disk, true) => "NodeHasDiskPressure",
        (Pressure::Pid, false) => "NodeHasSufficientPID",
        (Pressure::Pid, true) => "NodeHasInsufficientPID",
    }
}

/// Sets one of the kubelet's four conditions, with its reason and message.
pub fn set(status: &mut Value, name: &str, is_true: bool, now: &SmolStr) {
    let Some((name, words)) = CONDITIONS.iter().find(|(known, _)| *known == name) else { return };
    let (reason, message) = words[usize::from(is_true)];
    let state = if is_true { "True" } else { "False" };
    set_condition(status, now, name, state, &[("lastHeartbeatTime", now), ("message", message), ("reason", reason)]);
}

/// The conditions of a machine that is well but for its pressures.
pub fn set_ready(status: &mut Value, under: &[Pressure], now: &SmolStr) {
    for (name, _) in CONDITIONS {
        let is_true = name == "Ready" || under.iter().any(|it| it.condition() == name);
        set(status, name, is_true, now);
    }
}

/// Writes a time into conditions that have none yet.
pub fn fill_in_times(status: &mut Value, now: &SmolStr) {
    if status.list_at(&["conditions"]).is_empty() {
        return;
    }
    for condition in status.at_mut(&["conditions"]).make_list() {
        for field in ["lastHeartbeatTime", "lastTransitionTime"] {
            if condition.str_at(&[field]).is_empty() {
                condition.set(&[field], now);
            }
        }
    }
}

/// What a machine has when its node does not say.
pub fn default_capacity() -> Value {
    map! { "cpu" => "4", "memory" => "8Gi", "ephemeral-storage" => "50Gi", "pods" => "110" }
}

/// Fills in what a kubelet reports at its registration and nobody has said: amounts, addresses, system.
pub fn register(status: &mut Value, name: &str, labels: &Value, number: u32) {
    for (resource, amount) in default_capacity().fields_at(&[]) {
        if status.at(&["capacity", resource]).is_null() {
            status.set(&["capacity", resource], amount.clone());
        }
    }
    if status.at(&["allocatable"]).is_null() {
        status.set(&["allocatable"], status.at(&["capacity"]).clone());
    }
    if status.at(&["addresses"]).is_null() {
        let address = |kind: &str, address: &str| map! { "address" => address, "type" => kind };
        status.set(&["addresses"], vec![address("InternalIP", &address_of(number)), address("Hostname", name)]);
    }
    if status.at(&["nodeInfo"]).is_null() {
        let or = |label: &str, default: &'static str| SmolStr::from(labels.get(label).and_then(Value::as_str).unwrap_or(default));
        status.set(
            &["nodeInfo"],
            map! {
                "architecture" => or("kubernetes.io/arch", "amd64"),
                "bootID" => "",
                "containerRuntimeVersion" => "containerd://2.1.4",
                "kernelVersion" => "6.1.0-25-amd64",
                "kubeProxyVersion" => "",
                "kubeletVersion" => "v1.36.2",
                "machineID" => "",
                "operatingSystem" => or("kubernetes.io/os", "linux"),
                "osImage" => "Debian GNU/Linux 12 (bookworm)",
                "systemUUID" => "",
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ready_node_says_what_its_kubelet_says() {
        let mut status = Value::object();
        set_ready(&mut status, &[Pressure::Disk], &"2026-01-01T00:00:00Z".into());
        let conditions: Vec<String> = status
            .list_at(&["conditions"])
            .iter()
            .map(|it| format!("{} {} {}", it.str_at(&["type"]), it.str_at(&["status"]), it.str_at(&["reason"])))
            .collect();
        assert_eq!(
            conditions,
            [
                "MemoryPressure False KubeletHasSufficientMemory",
                "DiskPressure True KubeletHasDiskPressure",
                "PIDPressure False KubeletHasSufficientPID",
                "Ready True KubeletReady"
            ]
        );
    }

    #[test]
    fn registration_keeps_what_is_said_already() {
        let mut status = map! { "capacity" => map! { "cpu" => "2" } };
        register(&mut status, "n", &Value::object(), 258);
        assert_eq!(status.str_at(&["allocatable", "cpu"]), "2");
        assert_eq!(status.list_at(&["addresses"])[0].str_at(&["address"]), "10.0.1.2");
    }
}
