//! What the API server accepts and warns about.

use std::fmt;
use std::net::Ipv6Addr;

use super::here::Here;
use super::names;
use super::windows::CONTAINERS;
use crate::apiserver::error::go_quoted;
use crate::object::path::FieldPath;
use crate::object::{Kind, Map, Quantity, Value, label};

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
    let object = Here::root(object);
    let (spec, metadata) = (object.field("spec"), object.field("metadata"));
    let name = metadata.field("name");
    match kind {
        Kind::DaemonSet => warnings.pod(&spec.field("template"), true),
        Kind::Deployment | Kind::ReplicaSet => {
            warnings.no_host_name(&name, "this is used in Pod names and hostnames");
            warnings.pod(&spec.field("template"), true);
        }
        Kind::Pod => {
            warnings.no_host_name(&name, "this is used in the Pod's hostname");
            warnings.pod(&object, false);
        }
        Kind::PersistentVolumeClaim => warnings.claim(&spec),
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
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
const NO_SECCOMP: &str = "non-functional in v1.27+; use the \"seccompProfile\" field instead";
const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

struct Warnings(Vec<Warning>);

impl Warnings {
    fn push(&mut self, here: &Here, text: impl Into<String>) {
        self.0.push(Warning { path: here.path(), text: text.into() });
    }

    fn no_host_name(&mut self, name: &Here, words: &str) {
        let messages = names::dns_label(name.str());
        if !messages.is_empty() {
            let result = "which can result in surprising behavior; a DNS label is recommended";
            self.push(name, format!("{words}, {result}: [{}]", messages.join(" ")));
        }
    }

    /// Models `warningsForPodSpecAndMeta`.
    fn pod(&mut self, pod: &Here, is_template: bool) {
        let spec = pod.field("spec");
        self.old_labels(&spec);
        let metadata = pod.field("metadata");
        let annotations = metadata.field("annotations");
        for (name, text) in DEPRECATED_ANNOTATIONS.iter().filter(|(name, _)| annotations.has(name)) {
            self.push(&annotations.key(name), *text);
        }
        let volumes = spec.field("volumes");
        volumes.items().for_each(|volume| self.old_volume(&volume));
        volumes.items().for_each(|volume| self.overlaps(&volume));
        self.named_twice(&spec.field("hostAliases"), "ip", "duplicate ip");
        self.named_twice(&spec.field("imagePullSecrets"), "name", "duplicate name");
        for secret in spec.field("imagePullSecrets").items().filter(|secret| secret.text("name").is_empty()) {
            self.push(&secret.field("name"), "invalid empty name \"\"");
        }
        for name in BYTES {
            self.fraction(&spec.field("overhead").key(name));
        }
        let context = spec.field("securityContext");
        if !context.has("seccompProfile") && annotations.has(SECCOMP_POD) {
            self.push(&annotations.key(SECCOMP_POD), NO_SECCOMP);
        }
        for list in CONTAINERS {
            for container in spec.field(list).items() {
                self.old_profiles(&annotations, &container, is_template && !context.has("appArmorProfile"));
                self.container(&container);
            }
        }
        self.ports(&spec);
        if spec.number("terminationGracePeriodSeconds") < 0 {
            let text = "must be >= 0; negative values are invalid and will be treated as 1";
            self.push(&spec.field("terminationGracePeriodSeconds"), text);
        }
        self.pod_affinity(&spec.field("affinity"));
        let config = spec.field("dnsConfig");
        config.field("nameservers").items().for_each(|server| self.address(&server));
        spec.field("hostAliases").items().for_each(|alias| self.address(&alias.field("ip")));
    }

    /// Profiles that are said in annotations only.
    fn old_profiles(&mut self, annotations: &Here, container: &Here, of_template: bool) {
        let context = container.field("securityContext");
        let key = format!("{SECCOMP}{}", container.text("name"));
        if !context.has("seccompProfile") && annotations.has(&key) {
            self.push(&annotations.key(&key), NO_SECCOMP);
        }
        let key = format!("{APP_ARMOR}{}", container.text("name"));
        if of_template && !context.has("appArmorProfile") && annotations.has(&key) {
            self.push(&annotations.key(&key), "deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
    }

    /// Models `GetWarningsForIP` for what strict validation lets pass.
    fn address(&mut self, address: &Here) {
        let Ok(read) = address.str().parse::<Ipv6Addr>() else { return };
        let canonical = read.to_string();
        if canonical != address.str() {
            let written = go_quoted(address.str());
            let text = format!("IPv6 address {written} should be in RFC 5952 canonical format ({})", go_quoted(&canonical));
            self.push(address, text);
        }
    }

    /// Models `GetWarningsForPersistentVolumeClaimSpec`.
    fn claim(&mut self, spec: &Here) {
        let resources = spec.field("resources");
        for list in ["requests", "limits"] {
            self.fraction(&resources.field(list).key("storage"));
        }
    }

    fn old_labels(&mut self, spec: &Here) {
        for (key, label) in spec.field("nodeSelector").entries() {
            if let Some(text) = old_label(key) {
                self.push(&label, text);
            }
        }
        let affinity = spec.field("affinity");
        let affinity = affinity.field("nodeAffinity");
        for term in affinity.field(REQUIRED).field("nodeSelectorTerms").items() {
            self.old_labels_in_term(&term, false);
        }
        for term in affinity.field(PREFERRED).items() {
            self.old_labels_in_term(&term.field("preference"), true);
        }
        for constraint in spec.field("topologySpreadConstraints").items() {
            self.old_key(&constraint.field("topologyKey"));
            self.null_selector(&constraint);
        }
    }

    /// Models `GetWarningsForNodeSelectorTerm`.
    fn old_labels_in_term(&mut self, term: &Here, and_values: bool) {
        for requirement in term.field("matchExpressions").items() {
            self.old_key(&requirement.field("key"));
            if !and_values {
                continue;
            }
            for value in requirement.field("values").items() {
                for message in label::value_errors(value.str()) {
                    self.push(&value, format!("{} is invalid, {message}", value.str()));
                }
            }
        }
    }

    fn old_key(&mut self, key: &Here) {
        if let Some(text) = old_label(key.str()) {
            self.push(key, format!("{} is {text}", key.str()));
        }
    }

    fn null_selector(&mut self, holder: &Here) {
        if !holder.has("labelSelector") {
            self.push(&holder.field("labelSelector"), "a null labelSelector results in matching no pod");
        }
    }

    fn pod_affinity(&mut self, affinity: &Here) {
        for field in ["podAffinity", "podAntiAffinity"] {
            let pods = affinity.field(field);
            pods.field(REQUIRED).items().for_each(|term| self.null_selector(&term));
            pods.field(PREFERRED).items().for_each(|term| self.null_selector(&term.field("podAffinityTerm")));
        }
    }

    fn old_volume(&mut self, volume: &Here) {
        let template = volume.field("ephemeral");
        let template = template.field("volumeClaimTemplate");
        for (name, text) in DEPRECATED_VOLUMES {
            // Between these two, Kubernetes looks at claims.
            if *name == "cephfs" && template.is_set() {
                self.claim(&template.field("spec"));
            }
            if volume.has(name) {
                let name = if *name == "storageos" { "storageOS" } else { name };
                self.push(&volume.field(name), *text);
            }
        }
    }

    /// Models `warningsForOverlappingVirtualPaths`.
    fn overlaps(&mut self, volume: &Here) {
        for (field, kind, of) in
            [("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName"), ("downwardAPI", "DownwardAPI", "")]
        {
            let source = volume.field(field);
            let of = if of.is_empty() { String::new() } else { format!(" {}", go_quoted(source.text(of))) };
            let mut seen = Vec::new();
            for item in source.field("items").items() {
                self.overlap(volume, &item, &format!("{kind}{of}"), ("", item.text("path")), &mut seen);
            }
        }
        let projected = volume.field("projected");
        let mut seen = Vec::new();
        for source in projected.field("sources").items() {
            if source.value.as_map().is_none_or(Map::is_empty) {
                self.push(&source, format!("volume {} (Projected) has no sources provided", go_quoted(volume.text("name"))));
            }
            for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret"), ("downwardAPI", "DownwardAPI")] {
                let part = source.field(field);
                let of = if field == "downwardAPI" { String::new() } else { format!(" {}", go_quoted(part.text("name"))) };
                for item in part.field("items").items() {
                    self.overlap(volume, &item, "Projected", (&format!("{kind}{of}"), item.text("path")), &mut seen);
                }
            }
            let token = source.field("serviceAccountToken");
            if token.is_set() {
                self.overlap(volume, &token, "Projected", ("ServiceAccountToken", token.text("path")), &mut seen);
            }
        }
    }

    /// Warns when a file, from one of several sources, lies where another is or below it.
    fn overlap(
        &mut self,
        volume: &Here,
        item: &Here,
        kind: &str,
        (source, path): (&str, &str),
        seen: &mut Vec<(String, String)>,
    ) {
        let path = path.trim_end_matches('/');
        let said = |source: &str, path: &str| {
            let source = if source.is_empty() { String::new() } else { format!(" ({source})") };
            format!("{}{source}", go_quoted(path))
        };
        for (other_source, other) in seen.iter().filter(|(_, other)| overlap(path, other)) {
            let paths = format!("{} with {}", said(source, path), said(other_source, other));
            self.push(item, format!("volume {} ({kind}): overlapping paths: {paths}", go_quoted(volume.text("name"))));
        }
        seen.push((source.to_owned(), path.to_owned()));
    }

    /// Warns where a list names something that it has named before.
    fn named_twice(&mut self, list: &Here, field: &str, words: &str) {
        for (index, item) in list.items().enumerate() {
            let name = item.text(field);
            if list.items().take(index).any(|other| other.text(field) == name) {
                self.push(&item.field(field), format!("{words} {}", go_quoted(name)));
            }
        }
    }

    fn fraction(&mut self, amount: &Here) {
        let Ok(read) = Quantity::read(amount.value) else { return };
        if read.milli_value() % 1000 != 0 {
            let text = format!("fractional byte value {} is invalid, must be an integer", go_quoted(&read.to_string()));
            self.push(amount, text);
        }
    }

    fn container(&mut self, container: &Here) {
        for name in BYTES {
            for list in ["limits", "requests"] {
                self.fraction(&container.field("resources").field(list).key(name));
            }
        }
        let variables = container.field("env");
        for (index, variable) in variables.items().enumerate() {
            let (name, value) = (variable.text("name"), variable.text("value"));
            let reference = format!("$({name})");
            // A value that holds the earlier one extends it.
            let hides = variable.has("valueFrom") || value == reference || !value.contains(&reference);
            if hides && variables.items().take(index).any(|other| other.text("name") == name) {
                let text = format!("hides previous definition of {}, which may be dropped when using apply", go_quoted(name));
                self.push(&variable, text);
            }
        }
    }

    /// Ports of all containers that are the same or get into each other's way.
    fn ports(&mut self, spec: &Here) {
        let mut seen: Vec<HostPort> = Vec::new();
        let mut names: Vec<(String, FieldPath)> = Vec::new();
        let mut same_names = Warnings(Vec::new());
        for list in CONTAINERS {
            for container in spec.field(list).items() {
                for port in container.field("ports").items() {
                    let new = HostPort::read(&port);
                    if !new.address.is_empty() && new.number == 0 {
                        self.push(&port, format!("hostIP set without hostPort: {}", go_port(&port)));
                    }
                    for other in &seen {
                        if let Some(words) = new.beside(other) {
                            self.push(&port, format!("{words} port definition with {}", other.path));
                        }
                    }
                    seen.push(new);
                    let name = port.text("name");
                    if let Some((_, other)) = names.iter().find(|(known, _)| known == name) {
                        let effect = format!("services and probes that select ports by name will use {other}");
                        let text = format!("duplicate port name {} with {other}, {effect}", go_quoted(name));
                        same_names.push(&port, text);
                    } else if !name.is_empty() {
                        names.push((name.to_owned(), port.path()));
                    }
                }
            }
        }
        self.0.append(&mut same_names.0);
    }
}

/// Whether one path lies in the other.
fn overlap(path: &str, other: &str) -> bool {
    let below = |outer: &str, inner: &str| format!("{outer}/").starts_with(&format!("{inner}/"));
    !path.is_empty() && !other.is_empty() && (below(other, path) || below(path, other))
}

/// The resources that come in whole bytes.
const BYTES: [&str; 2] = ["memory", "ephemeral-storage"];

fn old_label(key: &str) -> Option<&'static str> {
    DEPRECATED_LABELS.iter().find(|(label, _)| *label == key).map(|(_, text)| *text)
}

/// A port on the host, as far as it may be another's.
struct HostPort {
    /// The port within the container, and its protocol.
    inner: (i64, String),
    number: i64,
    address: String,
    path: FieldPath,
}

impl HostPort {
    fn read(port: &Here) -> Self {
        let inner = (port.number("containerPort"), port.text("protocol").to_owned());
        Self { inner, number: port.number("hostPort"), address: port.text("hostIP").to_owned(), path: port.path() }
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
fn go_port(port: &Here) -> String {
    let [name, protocol, address] = ["name", "protocol", "hostIP"].map(|field| port.text(field));
    let [host, inner] = ["hostPort", "containerPort"].map(|field| port.number(field));
    format!("{{Name:{name} HostPort:{host} ContainerPort:{inner} Protocol:{protocol} HostIP:{address}}}")
}
