//! Kinds that are described in a few lines.

use std::fmt::Write as _;

use super::super::print::age;
use super::super::print::columns::{access_modes, joined_labels, selector_text};
use super::template::volume_source;
use super::{View, heading, marks, plain};
use crate::cluster::Cluster;
use crate::object::{Kind, Object, Value};

fn with_marks(object: &Value) -> String {
    let mut text = heading(object);
    marks(&mut text, object);
    text
}

/// A Namespace.
pub fn namespace(_: &View<'_>, object: &Value) -> String {
    let mut text = with_marks(object);
    let _ = writeln!(text, "Status:\t{}\n\nNo resource quota.\n\nNo LimitRange resource.", object.str_at(&["status", "phase"]));
    text
}

/// A ConfigMap.
pub fn config_map(_: &View<'_>, object: &Value) -> String {
    let mut text = with_marks(object);
    text.push_str("\nData\n====\n");
    for (key, value) in object.fields_at(&["data"]) {
        let _ = write!(text, "{key}:\n----\n{}\n\n", value.as_str().unwrap_or_default());
    }
    text.push_str("\nBinaryData\n====\n\n");
    text
}

/// A Secret; what it holds is not shown.
pub fn secret(_: &View<'_>, object: &Value) -> String {
    let mut text = with_marks(object);
    let _ = write!(text, "\nType:\t{}\n\nData\n====\n", object.str_at(&["type"]));
    for (key, value) in object.fields_at(&["data"]) {
        let encoded = value.as_str().unwrap_or_default();
        let bytes = encoded.trim_end_matches('=').len() * 3 / 4;
        let _ = writeln!(text, "{key}:\t{bytes} bytes");
    }
    text
}

/// A PriorityClass. Its annotations stand on one line, and what was applied last is among them.
pub fn priority_class(_: &View<'_>, object: &Value) -> String {
    let mut text = format!("Name:\t{}\n", object.str_at(&["metadata", "name"]));
    let global = object.at(&["globalDefault"]).as_bool() == Some(true);
    let _ = writeln!(text, "Value:\t{}\nGlobalDefault:\t{global}", plain(object.at(&["value"])));
    let policy = object.str_at(&["preemptionPolicy"]);
    let _ = writeln!(text, "PreemptionPolicy:\t{}", if policy.is_empty() { "PreemptLowerPriority" } else { policy });
    let _ = writeln!(text, "Description:\t{}", object.str_at(&["description"]));
    let _ = writeln!(text, "Annotations:\t{}", joined_labels(object.at(&["metadata", "annotations"])));
    text
}

/// A PodDisruptionBudget.
pub fn budget(_: &View<'_>, object: &Value) -> String {
    let mut text = heading(object);
    for (field, title) in [("minAvailable", "Min available"), ("maxUnavailable", "Max unavailable")] {
        if !object.at(&["spec", field]).is_null() {
            let _ = writeln!(text, "{title}:\t{}", plain(object.at(&["spec", field])));
        }
    }
    let _ = writeln!(text, "Selector:\t{}", selector_text(object.at(&["spec", "selector"])));
    text.push_str("Status:\n");
    let number = |field: &str| object.at(&["status", field]).as_i64().unwrap_or_default();
    for (field, title) in [
        ("disruptionsAllowed", "Allowed disruptions"),
        ("currentHealthy", "Current"),
        ("desiredHealthy", "Desired"),
        ("expectedPods", "Total"),
    ] {
        let _ = writeln!(text, "    {title}:\t{}", number(field));
    }
    text
}

/// A Service.
pub fn service(_: &View<'_>, object: &Value) -> String {
    let mut text = with_marks(object);
    let spec = object.at(&["spec"]);
    let kind = match spec.str_at(&["type"]) {
        "" => "ClusterIP",
        kind => kind,
    };
    let _ = writeln!(text, "Selector:\t{}\nType:\t{kind}", joined_labels(spec.at(&["selector"])));
    let words = |field: &str| spec.list_at(&[field]).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",");
    if !spec.str_at(&["ipFamilyPolicy"]).is_empty() {
        let _ = writeln!(text, "IP Family Policy:\t{}", spec.str_at(&["ipFamilyPolicy"]));
    }
    let families = words("ipFamilies");
    let _ = writeln!(text, "IP Families:\t{}", if families.is_empty() { "<none>" } else { families.as_str() });
    let _ = writeln!(text, "IP:\t{}", spec.str_at(&["clusterIP"]));
    let addresses = words("clusterIPs");
    let _ = writeln!(text, "IPs:\t{}", if addresses.is_empty() { "<none>" } else { addresses.as_str() });
    for port in spec.list_at(&["ports"]) {
        let name = match port.str_at(&["name"]) {
            "" => "<unset>",
            name => name,
        };
        let (protocol, number, target) = (port.str_at(&["protocol"]), plain(port.at(&["port"])), plain(port.at(&["targetPort"])));
        let _ = writeln!(text, "Port:\t{name}\t{number}/{protocol}\nTargetPort:\t{target}/{protocol}");
        if let Some(node_port) = port.at(&["nodePort"]).as_i64() {
            let _ = writeln!(text, "NodePort:\t{name}\t{node_port}/{protocol}");
        }
        text.push_str("Endpoints:\t\n");
    }
    let affinity = spec.str_at(&["sessionAffinity"]);
    let _ = writeln!(text, "Session Affinity:\t{}", if affinity.is_empty() { "None" } else { affinity });
    for (field, title) in
        [("externalTrafficPolicy", "External Traffic Policy"), ("internalTrafficPolicy", "Internal Traffic Policy")]
    {
        if !spec.str_at(&[field]).is_empty() {
            let _ = writeln!(text, "{title}:\t{}", spec.str_at(&[field]));
        }
    }
    text
}

/// A ServiceAccount.
pub fn service_account(_: &View<'_>, object: &Value) -> String {
    let mut text = with_marks(object);
    let names: Vec<String> = object.list_at(&["imagePullSecrets"]).iter().map(|it| it.str_at(&["name"]).to_owned()).collect();
    super::lines(&mut text, "Image pull secrets", &names);
    text
}

/// Where a volume, or a claim to one, stands.
fn volume_status(cluster: &Cluster, object: &Value) -> String {
    let deleted = object.at(&["metadata", "deletionTimestamp"]);
    if deleted.is_null() {
        object.str_at(&["status", "phase"]).to_owned()
    } else {
        format!("Terminating (lasts {})", age::since(deleted, cluster.runtime.unix()))
    }
}

fn finalizers(object: &Value) -> String {
    let names: Vec<&str> = object.list_at(&["metadata", "finalizers"]).iter().filter_map(Value::as_str).collect();
    names.join(" ")
}

/// A PersistentVolume.
pub fn volume(view: &View<'_>, object: &Value) -> String {
    let mut text = format!("Name:\t{}\n", object.str_at(&["metadata", "name"]));
    marks(&mut text, object);
    let spec = object.at(&["spec"]);
    let _ = writeln!(text, "Finalizers:\t[{}]\nStorageClass:\t{}", finalizers(object), spec.str_at(&["storageClassName"]));
    let _ = writeln!(text, "Status:\t{}", volume_status(view.cluster, object));
    let claim = spec.at(&["claimRef"]);
    let slash = if claim.is_null() { "" } else { "/" };
    let _ = writeln!(text, "Claim:\t{}{slash}{}", claim.str_at(&["namespace"]), claim.str_at(&["name"]));
    let _ = writeln!(text, "Reclaim Policy:\t{}", spec.str_at(&["persistentVolumeReclaimPolicy"]));
    let _ = writeln!(text, "Access Modes:\t{}", access_modes(object, &["spec", "accessModes"]));
    if !spec.str_at(&["volumeMode"]).is_empty() {
        let _ = writeln!(text, "VolumeMode:\t{}", spec.str_at(&["volumeMode"]));
    }
    let _ = writeln!(text, "Capacity:\t{}", spec.str_at(&["capacity", "storage"]));
    node_affinity(&mut text, spec.at(&["nodeAffinity", "required"]));
    let _ = writeln!(text, "Message:\t{}\nSource:", object.str_at(&["status", "message"]));
    volume_source(&mut text, spec);
    text
}

/// On which nodes a volume can be reached.
fn node_affinity(text: &mut String, required: &Value) {
    let terms = required.list_at(&["nodeSelectorTerms"]);
    if terms.is_empty() {
        text.push_str("Node Affinity:\t<none>\n");
        return;
    }
    text.push_str("Node Affinity:\n  Required Terms:\n");
    for (number, term) in terms.iter().enumerate() {
        let one = |it: &Value| {
            let values: Vec<&str> = it.list_at(&["values"]).iter().filter_map(Value::as_str).collect();
            let operator = it.str_at(&["operator"]).to_ascii_lowercase();
            let values = if values.is_empty() { String::new() } else { format!(" [{}]", values.join(", ")) };
            format!("{} {operator}{values}", it.str_at(&["key"]))
        };
        let words: Vec<String> = term.list_at(&["matchExpressions"]).iter().map(one).collect();
        super::lines(text, &format!("    Term {number}"), &words);
    }
}

/// A PersistentVolumeClaim.
pub fn claim(view: &View<'_>, object: &Value) -> String {
    let mut text = heading(object);
    let or = |path: &[&str]| object.str_at(path).to_owned();
    let _ =
        writeln!(text, "StorageClass:\t{}\nStatus:\t{}", or(&["spec", "storageClassName"]), volume_status(view.cluster, object));
    let _ = writeln!(text, "Volume:\t{}", or(&["spec", "volumeName"]));
    marks(&mut text, object);
    let _ = writeln!(text, "Finalizers:\t[{}]\nCapacity:\t{}", finalizers(object), or(&["status", "capacity", "storage"]));
    let _ = writeln!(text, "Access Modes:\t{}", access_modes(object, &["status", "accessModes"]));
    let _ = writeln!(text, "VolumeMode:\t{}", or(&["spec", "volumeMode"]));
    let name = object.str_at(&["metadata", "name"]);
    let uses = |pod: &&std::sync::Arc<Object>| {
        let volumes = pod.value.list_at(&["spec", "volumes"]);
        volumes.iter().any(|it| it.str_at(&["persistentVolumeClaim", "claimName"]) == name)
    };
    let pods = view.cluster.runtime.store.list_in(Kind::Pod, object.str_at(&["metadata", "namespace"])).filter(uses);
    super::lines(&mut text, "Used By", &pods.map(|pod| pod.name().to_string()).collect::<Vec<_>>());
    text
}
