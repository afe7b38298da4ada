//! Clusters to begin with.

use serde::{Deserialize, Serialize};

use crate::kubelet::node;
use crate::object::{Map, SmolStr, TaintEffect, Value, map};

/// The label by which nodes of clusters without zones are grouped.
pub const POOL_LABEL: &str = "lab/pool";
/// The label by which nodes are grouped by zone.
pub const ZONE_LABEL: &str = "topology.kubernetes.io/zone";
/// The label of a control plane's nodes.
pub const CONTROL_PLANE_LABEL: &str = "node-role.kubernetes.io/control-plane";

/// A cluster to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClusterPreset {
    /// One node.
    OneNode,
    /// Three nodes.
    ThreeNodes,
    /// A control plane and three workers.
    ControlPlaneAndThree,
    /// Three zones of three nodes.
    ThreeZones,
    /// A control plane and pools of linux, windows, arm64 and gpu nodes.
    MixedPools,
    /// 100 nodes in three zones.
    Hundred,
    /// 1,000 nodes in three zones.
    Thousand,
    /// 5,000 nodes in three zones, as many as Kubernetes is made for.
    FiveThousand,
}

impl ClusterPreset {
    /// All presets, smallest first.
    pub const ALL: [Self; 8] = [
        Self::OneNode,
        Self::ThreeNodes,
        Self::ControlPlaneAndThree,
        Self::ThreeZones,
        Self::MixedPools,
        Self::Hundred,
        Self::Thousand,
        Self::FiveThousand,
    ];

    /// The name under which it is saved.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneNode => "1",
            Self::ThreeNodes => "3",
            Self::ControlPlaneAndThree => "control-plane",
            Self::ThreeZones => "zones",
            Self::MixedPools => "pools",
            Self::Hundred => "100",
            Self::Thousand => "1000",
            Self::FiveThousand => "5000",
        }
    }

    /// The preset of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.name() == name)
    }

    /// The nodes, Ready from the beginning; each is made when it is asked for.
    pub fn nodes(self) -> Box<dyn Iterator<Item = Value>> {
        let workers = |count| (1..=count).map(|number| node(&format!("worker-{number}")));
        match self {
            Self::OneNode => Box::new(workers(1)),
            Self::ThreeNodes => Box::new(workers(3)),
            Self::ControlPlaneAndThree => Box::new(std::iter::once(control_plane()).chain(workers(3))),
            Self::ThreeZones => Box::new(zones(9)),
            Self::MixedPools => Box::new(mixed_pools().into_iter()),
            Self::Hundred => Box::new(zones(100)),
            Self::Thousand => Box::new(zones(1_000)),
            Self::FiveThousand => Box::new(zones(5_000)),
        }
    }
}

/// So many nodes in three zones, named `node-a1` or, where there are more, `node-a0001`: as they are sorted by their names.
fn zones(count: usize) -> impl Iterator<Item = Value> {
    let digits = count.div_ceil(3).to_string().len();
    let of_zone = move |(index, zone): (usize, &'static str)| {
        let own = (count + 2 - index) / 3;
        (1..=own)
            .map(move |number| labelled(node(&format!("node-{zone}{number:0digits$}")), &[(ZONE_LABEL, &format!("zone-{zone}"))]))
    };
    ["a", "b", "c"].into_iter().enumerate().flat_map(of_zone)
}

/// What kubeadm leaves in a cluster for kube-proxy: its account and its configuration.
pub fn add_on_objects() -> Vec<Value> {
    let metadata = || {
        let labels = map! { "app" => "kube-proxy" };
        map! { "name" => "kube-proxy", "namespace" => "kube-system", "labels" => labels }
    };
    let account = map! {
        "apiVersion" => "v1", "kind" => "ServiceAccount",
        "metadata" => map! { "name" => "kube-proxy", "namespace" => "kube-system" },
    };
    let configuration =
        "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nclusterCIDR: 10.244.0.0/16\nkind: KubeProxyConfiguration\nmode: \"\"\n";
    let kubeconfig = "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    server: https://10.0.0.1:6443\n  name: default\n";
    let data = map! { "config.conf" => configuration, "kubeconfig.conf" => kubeconfig };
    let config = map! { "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => metadata(), "data" => data };
    vec![account, config]
}

fn mixed_pools() -> Vec<Value> {
    let pool = |name: &'static str, count, labels: &'static [(&'static str, &'static str)]| {
        (1..=count).map(move |number| labelled(labelled(node(&format!("{name}-{number}")), labels), &[(POOL_LABEL, name)]))
    };
    let mut nodes = vec![control_plane()];
    nodes.extend(pool("linux", 3, &[]));
    nodes.extend(
        pool("windows", 2, &[("kubernetes.io/os", "windows")]).map(|it| tainted(it, "os", "windows", TaintEffect::NoSchedule)),
    );
    nodes.extend(pool("arm64", 2, &[("kubernetes.io/arch", "arm64")]));
    nodes.extend(
        pool("gpu", 2, &[("accelerator", "nvidia-a100")])
            .map(|it| tainted(it, "nvidia.com/gpu", "present", TaintEffect::NoSchedule)),
    );
    nodes
}

fn control_plane() -> Value {
    let node = labelled(node("control-plane"), &[(CONTROL_PLANE_LABEL, "")]);
    tainted(node, CONTROL_PLANE_LABEL, "", TaintEffect::NoSchedule)
}

/// A node as a machine of 4 processors and 8Gi registers it, ready.
pub fn node(name: &str) -> Value {
    let labels: Map = [
        ("kubernetes.io/arch", Value::from("amd64")),
        ("kubernetes.io/hostname", Value::from(name)),
        ("kubernetes.io/os", Value::from("linux")),
    ]
    .into_iter()
    .collect();
    let mut status = Value::object();
    // The times are filled in when it registers.
    node::set_ready(&mut status, &[], &SmolStr::default());
    let capacity = node::default_capacity();
    status.set(&["capacity"], capacity.clone());
    status.set(&["allocatable"], capacity);
    map! {
        "apiVersion" => "v1",
        "kind" => "Node",
        "metadata" => map! { "name" => name, "labels" => labels },
        "spec" => Value::object(),
        "status" => status,
    }
}

/// A node that has just registered: not ready, and tainted so, until its kubelet reports.
pub fn joining_node(name: &str, labels: &[(SmolStr, SmolStr)]) -> Value {
    let mut node = node(name);
    for (key, value) in labels {
        node.set(&["metadata", "labels", key], value);
    }
    node::set(node.at_mut(&["status"]), "Ready", false, &SmolStr::default());
    tainted(node, "node.kubernetes.io/not-ready", "", TaintEffect::NoSchedule)
}

fn labelled(mut node: Value, labels: &[(&str, &str)]) -> Value {
    for (key, value) in labels {
        node.set(&["metadata", "labels", key], *value);
    }
    node
}

fn tainted(mut node: Value, key: &str, value: &str, effect: TaintEffect) -> Value {
    let mut taint = map! { "key" => key, "effect" => effect.as_str() };
    if !value.is_empty() {
        taint.set(&["value"], value);
    }
    node.at_mut(&["spec", "taints"]).make_list().push(taint);
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_clusters_have_as_many_nodes_as_they_say_in_the_order_of_their_names() {
        for (preset, count, first) in [
            (ClusterPreset::ThreeZones, 9, "node-a1"),
            (ClusterPreset::Hundred, 100, "node-a01"),
            (ClusterPreset::FiveThousand, 5_000, "node-a0001"),
        ] {
            let names: Vec<String> = preset.nodes().map(|node| node.str_at(&["metadata", "name"]).to_owned()).collect();
            assert_eq!((names.len(), names[0].as_str()), (count, first));
            assert!(names.is_sorted());
        }
    }
}
