//! What the API server accepts and warns about.

use std::collections::BTreeMap;
use std::fmt;

use crate::apiserver::error::go_quoted;
use crate::object::path::{At, FieldPath};
use crate::object::{Kind, Quantity, Value};

/// A warning; kubectl prints it behind `Warning: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub path: FieldPath,
    /// The words behind the path and a colon.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.text)
    }
}

/// The warnings about an object, in Kubernetes' order. Models `GetWarningsForPodTemplate`.
pub fn warnings(kind: Kind, object: &Value) -> Vec<Warning> {
    let mut warnings = Warnings(Vec::new());
    let spec = At::ROOT.field("spec");
    match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => {
            let template = spec.field("template");
            warnings.pod(object.at(&["spec", "template", "spec"]), &template.field("spec"));
        }
        Kind::Pod => warnings.pod(object.at(&["spec"]), &spec),
        _ => {}
    }
    warnings.0
}

const DEPRECATED_LABELS: &[(&str, &str)] = &[
    ("beta.kubernetes.io/arch", "deprecated since v1.14; use \"kubernetes.io/arch\" instead"),
    ("beta.kubernetes.io/os", "deprecated since v1.14; use \"kubernetes.io/os\" instead"),
    ("failure-domain.beta.kubernetes.io/region", "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead"),
    ("failure-domain.beta.kubernetes.io/zone", "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead"),
    ("beta.kubernetes.io/instance-type", "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead"),
];

/// Volumes that are going away.
const DEPRECATED_VOLUMES: &[(&str, &str)] = &[
    ("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"),
    ("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"),
    ("scaleIO", "deprecated in v1.16, non-functional in v1.22+"),
    ("flocker", "deprecated in v1.22, non-functional in v1.25+"),
    ("storageos", "deprecated in v1.22, non-functional in v1.25+"),
    ("quobyte", "deprecated in v1.22, non-functional in v1.25+"),
    ("glusterfs", "deprecated in v1.25, non-functional in v1.26+"),
    ("cephfs", "deprecated in v1.28, non-functional in v1.31+"),
    ("rbd", "deprecated in v1.28, non-functional in v1.31+"),
];

struct Warnings(Vec<Warning>);

impl Warnings {
    fn push(&mut self, at: &At, text: impl Into<String>) {
        self.0.push(Warning { path: at.to_path(), text: text.into() });
    }

    fn deprecated_label(&mut self, key: &str, at: &At) {
        if let Some((_, text)) = DEPRECATED_LABELS.iter().find(|(label, _)| *label == key) {
            self.push(at, *text);
        }
    }

    /// Models `warningsForPodSpecAndMeta`.
    fn pod(&mut self, spec: &Value, at: &At) {
        let node_selector = at.field("nodeSelector");
        for (key, _) in spec.fields_at(&["nodeSelector"]) {
            self.deprecated_label(key, &node_selector.key(key));
        }
        self.affinity(spec.at(&["affinity", "nodeAffinity"]), &at.field("affinity").field("nodeAffinity"));
        let list = at.field("topologySpreadConstraints");
        for (index, constraint) in spec.list_at(&["topologySpreadConstraints"]).iter().enumerate() {
            self.deprecated_label(constraint.str_at(&["topologyKey"]), &list.index(index).field("topologyKey"));
        }
        self.named_twice(spec, "hostAliases", "ip", "duplicate ip", at);
        self.named_twice(spec, "imagePullSecrets", "name", "duplicate name", at);
        let list = at.field("volumes");
        for (index, volume) in spec.list_at(&["volumes"]).iter().enumerate() {
            self.volume(volume, &list.index(index));
        }
        if spec.at(&["terminationGracePeriodSeconds"]).as_i64().is_some_and(|seconds| seconds < 0) {
            let text = "must be >= 0; negative values are invalid and will be treated as 1";
            self.push(&at.field("terminationGracePeriodSeconds"), text);
        }
        for list in ["initContainers", "containers"] {
            let at = at.field(list);
            for (index, container) in spec.list_at(&[list]).iter().enumerate() {
                self.container(container, &at.index(index));
            }
        }
        self.ports(spec, at);
    }

    fn affinity(&mut self, affinity: &Value, at: &At) {
        let required = at.field("requiredDuringSchedulingIgnoredDuringExecution");
        let terms = required.field("nodeSelectorTerms");
        let path = ["requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"];
        for (index, term) in affinity.list_at(&path).iter().enumerate() {
            self.term(term, &terms.index(index));
        }
        let preferred = at.field("preferredDuringSchedulingIgnoredDuringExecution");
        for (index, term) in affinity.list_at(&["preferredDuringSchedulingIgnoredDuringExecution"]).iter().enumerate() {
            self.term(term.at(&["preference"]), &preferred.index(index).field("preference"));
        }
    }

    fn term(&mut self, term: &Value, at: &At) {
        let list = at.field("matchExpressions");
        for (index, requirement) in term.list_at(&["matchExpressions"]).iter().enumerate() {
            self.deprecated_label(requirement.str_at(&["key"]), &list.index(index).field("key"));
        }
    }

    /// Warns where a list names something that it has named before.
    fn named_twice(&mut self, spec: &Value, list: &str, field: &str, words: &str, at: &At) {
        let at = at.field(list);
        let items = spec.list_at(&[list]);
        for (index, item) in items.iter().enumerate() {
            let (name, at) = (item.str_at(&[field]), at.index(index));
            if name.is_empty() && list == "imagePullSecrets" {
                self.push(&at.field(field), "invalid empty name \"\"");
            } else if items[..index].iter().any(|other| other.str_at(&[field]) == name) {
                self.push(&at.field(field), format!("{words} {}", go_quoted(name)));
            }
        }
    }

    fn volume(&mut self, volume: &Value, at: &At) {
        for (name, text) in DEPRECATED_VOLUMES {
            if !volume.at(&[name]).is_null() {
                self.push(&at.field(name), *text);
            }
        }
        let empty_dir = at.field("emptyDir");
        self.fraction(volume.at(&["emptyDir", "sizeLimit"]), &empty_dir.field("sizeLimit"));
    }

    fn fraction(&mut self, quantity: &Value, at: &At) {
        let Ok(read) = Quantity::read(quantity) else { return };
        if read.milli_value() % 1000 != 0 {
            self.push(at, format!("fractional byte value {} is invalid, must be an integer", go_quoted(&read.to_string())));
        }
    }

    fn container(&mut self, container: &Value, at: &At) {
        let resources = at.field("resources");
        for list in ["limits", "requests"] {
            let at = resources.field(list);
            for name in ["memory", "ephemeral-storage"] {
                self.fraction(container.at(&["resources", list, name]), &at.key(name));
            }
        }
        let at = at.field("env");
        let variables = container.list_at(&["env"]);
        for (index, variable) in variables.iter().enumerate() {
            let name = variable.str_at(&["name"]);
            let before = variables[..index].iter().rev().find(|other| other.str_at(&["name"]) == name);
            // A value that refers to the earlier one extends it.
            let extends = variable.str_at(&["value"]).contains(&format!("$({name})"));
            if before.is_some() && !extends {
                let text = format!("hides previous definition of {}, which may be dropped when using apply", go_quoted(name));
                self.push(&at.index(index), text);
            }
        }
    }

    /// Models `warningsForWeightedPort…`: ports of a pod that are the same, and of a container that differ in their names only.
    fn ports(&mut self, spec: &Value, at: &At) {
        for list in ["initContainers", "containers"] {
            let list_at = at.field(list);
            for (index, container) in spec.list_at(&[list]).iter().enumerate() {
                let container_at = list_at.index(index);
                let ports_at = container_at.field("ports");
                let mut seen: BTreeMap<[String; 4], String> = BTreeMap::new();
                for (index, port) in container.list_at(&["ports"]).iter().enumerate() {
                    let part = |field: &str| port.at(&[field]).to_string();
                    let socket = ["containerPort", "hostPort", "hostIP", "protocol"].map(part);
                    let here = ports_at.index(index);
                    if let Some(first) = seen.get(&socket) {
                        self.push_bare(&here, format!("duplicate port definition with {first}"));
                    } else {
                        seen.insert(socket, here.to_path().to_string());
                    }
                }
            }
        }
    }

    fn push_bare(&mut self, at: &At, text: String) {
        self.push(at, text);
    }
}
