//! What the API server accepts and warns about.

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
        // What concerns a whole volume has the volume's name in its words.
        if self.text.starts_with("volume ") { f.write_str(&self.text) } else { write!(f, "{}: {}", self.path, self.text) }
    }
}

/// The warnings about an object, in Kubernetes' order. Models `GetWarningsForPodTemplate`.
pub fn warnings(kind: Kind, object: &Value) -> Vec<Warning> {
    let mut warnings = Warnings(Vec::new());
    let spec = At::ROOT.field("spec");
    match kind {
        Kind::DaemonSet | Kind::Deployment | Kind::ReplicaSet => {
            let template = spec.field("template");
            warnings.pod(object.at(&["spec", "template"]), &template);
        }
        Kind::Pod => warnings.pod(object, &At::ROOT),
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

/// Annotations that do nothing any more.
const DEPRECATED_ANNOTATIONS: &[(&str, &str)] = &[
    ("scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

struct Warnings(Vec<Warning>);

impl Warnings {
    fn push(&mut self, at: &At, text: impl Into<String>) {
        self.0.push(Warning { path: at.to_path(), text: text.into() });
    }

    /// Models `warningsForPodSpecAndMeta`.
    fn pod(&mut self, pod: &Value, at: &At) {
        let (spec, at_spec) = (pod.at(&["spec"]), at.field("spec"));
        self.old_labels(spec, &at_spec);
        self.old_annotations(pod.at(&["metadata", "annotations"]), &at.field("metadata").field("annotations"));
        let list = at_spec.field("volumes");
        for (index, volume) in spec.list_at(&["volumes"]).iter().enumerate() {
            self.old_volume(volume, &list.index(index));
        }
        for volume in spec.list_at(&["volumes"]) {
            self.overlaps(volume, &list);
        }
        self.named_twice(spec, "hostAliases", "ip", "duplicate ip", &at_spec);
        self.named_twice(spec, "imagePullSecrets", "name", "duplicate name", &at_spec);
        let list = at_spec.field("imagePullSecrets");
        for (index, secret) in spec.list_at(&["imagePullSecrets"]).iter().enumerate() {
            if secret.str_at(&["name"]).is_empty() {
                self.push(&list.index(index).field("name"), "invalid empty name \"\"");
            }
        }
        let overhead = at_spec.field("overhead");
        for name in BYTES {
            self.fraction(spec.at(&["overhead", name]), &overhead.key(name));
        }
        for list in ["initContainers", "containers"] {
            let at = at_spec.field(list);
            for (index, container) in spec.list_at(&[list]).iter().enumerate() {
                self.container(container, &at.index(index));
            }
        }
        self.ports(spec, &at_spec);
        if spec.at(&["terminationGracePeriodSeconds"]).as_i64().is_some_and(|seconds| seconds < 0) {
            let text = "must be >= 0; negative values are invalid and will be treated as 1";
            self.push(&at_spec.field("terminationGracePeriodSeconds"), text);
        }
        self.pod_affinity(spec.at(&["affinity"]), &at_spec.field("affinity"));
    }

    fn old_labels(&mut self, spec: &Value, at: &At) {
        let node_selector = at.field("nodeSelector");
        for (key, _) in spec.fields_at(&["nodeSelector"]) {
            if let Some(text) = old_label(key) {
                self.push(&node_selector.key(key), text);
            }
        }
        let (affinity, at_affinity) = (spec.at(&["affinity", "nodeAffinity"]), at.field("affinity"));
        let at_affinity = at_affinity.field("nodeAffinity");
        let required = at_affinity.field(REQUIRED);
        let terms = required.field("nodeSelectorTerms");
        for (index, term) in affinity.list_at(&[REQUIRED, "nodeSelectorTerms"]).iter().enumerate() {
            self.old_label_in_term(term, &terms.index(index));
        }
        let preferred = at_affinity.field(PREFERRED);
        for (index, term) in affinity.list_at(&[PREFERRED]).iter().enumerate() {
            self.old_label_in_term(term.at(&["preference"]), &preferred.index(index).field("preference"));
        }
        let list = at.field("topologySpreadConstraints");
        for (index, constraint) in spec.list_at(&["topologySpreadConstraints"]).iter().enumerate() {
            let at = list.index(index);
            let key = constraint.str_at(&["topologyKey"]);
            if let Some(text) = old_label(key) {
                self.push(&at.field("topologyKey"), format!("{key} is {text}"));
            }
            self.null_selector(constraint, &at);
        }
    }

    fn old_label_in_term(&mut self, term: &Value, at: &At) {
        let list = at.field("matchExpressions");
        for (index, requirement) in term.list_at(&["matchExpressions"]).iter().enumerate() {
            let key = requirement.str_at(&["key"]);
            if let Some(text) = old_label(key) {
                self.push(&list.index(index).field("key"), format!("{key} is {text}"));
            }
        }
    }

    fn null_selector(&mut self, holder: &Value, at: &At) {
        if holder.at(&["labelSelector"]).is_null() {
            self.push(&at.field("labelSelector"), "a null labelSelector results in matching no pod");
        }
    }

    fn pod_affinity(&mut self, affinity: &Value, at: &At) {
        for field in ["podAffinity", "podAntiAffinity"] {
            let at = at.field(field);
            let list = at.field(REQUIRED);
            for (index, term) in affinity.list_at(&[field, REQUIRED]).iter().enumerate() {
                self.null_selector(term, &list.index(index));
            }
            let list = at.field(PREFERRED);
            for (index, term) in affinity.list_at(&[field, PREFERRED]).iter().enumerate() {
                self.null_selector(term.at(&["podAffinityTerm"]), &list.index(index).field("podAffinityTerm"));
            }
        }
    }

    fn old_annotations(&mut self, annotations: &Value, at: &At) {
        for (name, text) in DEPRECATED_ANNOTATIONS {
            if !annotations.at(&[name]).is_null() {
                self.push(&at.key(name), *text);
            }
        }
    }

    fn old_volume(&mut self, volume: &Value, at: &At) {
        for (name, text) in DEPRECATED_VOLUMES {
            if !volume.at(&[name]).is_null() {
                let name = if *name == "storageos" { "storageOS" } else { name };
                self.push(&at.field(name), *text);
            }
        }
    }

    /// Models `warningsForOverlappingVirtualPaths` for volumes with one source.
    fn overlaps(&mut self, volume: &Value, at: &At) {
        let name = go_quoted(volume.str_at(&["name"]));
        for (field, kind, of) in
            [("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName"), ("downwardAPI", "DownwardAPI", "")]
        {
            let source = volume.at(&[field]);
            let of = if of.is_empty() { String::new() } else { format!(" {}", go_quoted(source.str_at(&[of]))) };
            let mut seen: Vec<&str> = Vec::new();
            for item in source.list_at(&["items"]) {
                let path = item.str_at(&["path"]).trim_end_matches('/');
                let below = |outer: &str, inner: &str| format!("{outer}/").starts_with(inner);
                let overlap = |other: &&&str| !path.is_empty() && !other.is_empty() && (below(other, path) || below(path, other));
                if let Some(other) = seen.iter().find(overlap) {
                    let text = format!("{kind}{of}): overlapping paths: {} with {}", go_quoted(path), go_quoted(other));
                    self.0.push(Warning { path: at.to_path(), text: format!("volume {name} ({text}") });
                }
                seen.push(path);
            }
        }
    }

    /// Warns where a list names something that it has named before.
    fn named_twice(&mut self, spec: &Value, list: &str, field: &str, words: &str, at: &At) {
        let at = at.field(list);
        let items = spec.list_at(&[list]);
        for (index, item) in items.iter().enumerate() {
            let name = item.str_at(&[field]);
            if items[..index].iter().any(|other| other.str_at(&[field]) == name) {
                self.push(&at.index(index).field(field), format!("{words} {}", go_quoted(name)));
            }
        }
    }

    fn fraction(&mut self, quantity: &Value, at: &At) {
        let Ok(read) = Quantity::read(quantity) else { return };
        if read.milli_value() % 1000 != 0 {
            self.push(at, format!("fractional byte value {} is invalid, must be an integer", go_quoted(&read.to_string())));
        }
    }

    fn container(&mut self, container: &Value, at: &At) {
        let resources = at.field("resources");
        for name in BYTES {
            for list in ["limits", "requests"] {
                self.fraction(container.at(&["resources", list, name]), &resources.field(list).key(name));
            }
        }
        let at = at.field("env");
        let variables = container.list_at(&["env"]);
        for (index, variable) in variables.iter().enumerate() {
            let (name, value) = (variable.str_at(&["name"]), variable.str_at(&["value"]));
            let reference = format!("$({name})");
            // A value that holds the earlier one extends it.
            let hides = !variable.at(&["valueFrom"]).is_null() || value == reference || !value.contains(&reference);
            if hides && variables[..index].iter().any(|other| other.str_at(&["name"]) == name) {
                let text = format!("hides previous definition of {}, which may be dropped when using apply", go_quoted(name));
                self.push(&at.index(index), text);
            }
        }
    }

    /// Ports of all containers that are the same or get into each other's way.
    fn ports(&mut self, spec: &Value, at: &At) {
        let mut seen: Vec<HostPort> = Vec::new();
        for list in ["initContainers", "containers"] {
            let list_at = at.field(list);
            for (index, container) in spec.list_at(&[list]).iter().enumerate() {
                let container_at = list_at.index(index);
                let ports_at = container_at.field("ports");
                for (index, port) in container.list_at(&["ports"]).iter().enumerate() {
                    let here = ports_at.index(index);
                    let new = HostPort::read(port, here.to_path());
                    if !new.address.is_empty() && new.number == 0 {
                        self.push(&here, format!("hostIP set without hostPort: {}", go_port(port)));
                    }
                    for other in &seen {
                        if let Some(words) = new.beside(other) {
                            self.push(&here, format!("{words} port definition with {}", other.path));
                        }
                    }
                    seen.push(new);
                }
            }
        }
    }
}

/// The resources that come in whole bytes.
const BYTES: [&str; 2] = ["memory", "ephemeral-storage"];

fn old_label(key: &str) -> Option<&'static str> {
    DEPRECATED_LABELS.iter().find(|(label, _)| *label == key).map(|(_, text)| *text)
}

/// A port on the host, as far as it may be another's.
struct HostPort<'a> {
    /// The port within the container, and its protocol.
    inner: (i64, &'a str),
    number: i64,
    address: &'a str,
    path: FieldPath,
}

impl<'a> HostPort<'a> {
    fn read(port: &'a Value, path: FieldPath) -> Self {
        let number = |field: &str| port.at(&[field]).as_i64().unwrap_or(0);
        let inner = (number("containerPort"), port.str_at(&["protocol"]));
        Self { inner, number: number("hostPort"), address: port.str_at(&["hostIP"]), path }
    }

    /// What two ports of the same number and protocol are to each other.
    fn beside(&self, other: &Self) -> Option<&'static str> {
        if self.inner != other.inner {
            None
        } else if self.address == other.address && self.number == other.number {
            Some("duplicate")
        } else if self.number == 0 || other.number == 0 {
            Some("overlapping")
        } else if self.number == other.number && self.address.is_empty() != other.address.is_empty() {
            Some("dangerously ambiguous")
        } else {
            None
        }
    }
}

/// A port as Go's `%+v` prints it.
fn go_port(port: &Value) -> String {
    let number = |field: &str| port.at(&[field]).as_i64().unwrap_or(0);
    let text = |field: &str| port.str_at(&[field]);
    format!(
        "{{Name:{} HostPort:{} ContainerPort:{} Protocol:{} HostIP:{}}}",
        text("name"),
        number("hostPort"),
        number("containerPort"),
        text("protocol"),
        text("hostIP"),
    )
}
