//! Kinds that are described in a few lines.

use std::fmt::Write as _;

use super::super::print::columns::{joined_labels, selector_text};
use super::{heading, marks, plain};
use crate::cluster::Cluster;
use crate::object::Value;

fn with_marks(object: &Value) -> String {
    let mut text = heading(object);
    marks(&mut text, object);
    text
}

/// A Namespace.
pub fn namespace(_: &Cluster, object: &Value) -> String {
    let mut text = with_marks(object);
    let _ = writeln!(text, "Status:\t{}\n\nNo resource quota.\n\nNo LimitRange resource.", object.str_at(&["status", "phase"]));
    text
}

/// A ConfigMap.
pub fn config_map(_: &Cluster, object: &Value) -> String {
    let mut text = with_marks(object);
    text.push_str("\nData\n====\n");
    for (key, value) in object.fields_at(&["data"]) {
        let _ = write!(text, "{key}:\n----\n{}\n\n", value.as_str().unwrap_or_default());
    }
    text.push_str("\nBinaryData\n====\n\n");
    text
}

/// A Secret; what it holds is not shown.
pub fn secret(_: &Cluster, object: &Value) -> String {
    let mut text = with_marks(object);
    let _ = write!(text, "\nType:\t{}\n\nData\n====\n", object.str_at(&["type"]));
    for (key, value) in object.fields_at(&["data"]) {
        let encoded = value.as_str().unwrap_or_default();
        let bytes = encoded.trim_end_matches('=').len() * 3 / 4;
        let _ = writeln!(text, "{key}:\t{bytes} bytes");
    }
    text
}

/// A PriorityClass.
pub fn priority_class(_: &Cluster, object: &Value) -> String {
    let mut text = format!("Name:\t{}\n", object.str_at(&["metadata", "name"]));
    let global = object.at(&["globalDefault"]).as_bool() == Some(true);
    let _ = writeln!(text, "Value:\t{}\nGlobalDefault:\t{global}", plain(object.at(&["value"])));
    let policy = object.str_at(&["preemptionPolicy"]);
    let _ = writeln!(text, "PreemptionPolicy:\t{}", if policy.is_empty() { "PreemptLowerPriority" } else { policy });
    let _ = writeln!(text, "Description:\t{}", object.str_at(&["description"]));
    super::annotations(&mut text, "Annotations", object.at(&["metadata", "annotations"]));
    text
}

/// A PodDisruptionBudget.
pub fn budget(_: &Cluster, object: &Value) -> String {
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
pub fn service(_: &Cluster, object: &Value) -> String {
    let mut text = with_marks(object);
    let spec = object.at(&["spec"]);
    let kind = match spec.str_at(&["type"]) {
        "" => "ClusterIP",
        kind => kind,
    };
    let _ = writeln!(text, "Selector:\t{}\nType:\t{kind}", joined_labels(spec.at(&["selector"])));
    let _ = writeln!(text, "IP:\t{}", spec.str_at(&["clusterIP"]));
    for port in spec.list_at(&["ports"]) {
        let name = match port.str_at(&["name"]) {
            "" => "<unset>",
            name => name,
        };
        let (protocol, number, target) = (port.str_at(&["protocol"]), plain(port.at(&["port"])), plain(port.at(&["targetPort"])));
        let _ = writeln!(text, "Port:\t{name}\t{number}/{protocol}\nTargetPort:\t{target}/{protocol}");
    }
    let affinity = spec.str_at(&["sessionAffinity"]);
    let _ = writeln!(text, "Session Affinity:\t{}", if affinity.is_empty() { "None" } else { affinity });
    text
}

/// A ServiceAccount.
pub fn service_account(_: &Cluster, object: &Value) -> String {
    let mut text = with_marks(object);
    for title in ["Image pull secrets", "Mountable secrets", "Tokens"] {
        let _ = writeln!(text, "{title}:\t<none>");
    }
    text
}

/// A PersistentVolumeClaim.
pub fn claim(_: &Cluster, object: &Value) -> String {
    let mut text = heading(object);
    let or = |path: &[&str]| object.str_at(path).to_owned();
    let _ = writeln!(text, "StorageClass:\t{}\nStatus:\t{}", or(&["spec", "storageClassName"]), or(&["status", "phase"]));
    let _ = writeln!(text, "Volume:\t{}", or(&["spec", "volumeName"]));
    marks(&mut text, object);
    let modes: Vec<&str> = object.list_at(&["status", "accessModes"]).iter().filter_map(Value::as_str).collect();
    let _ = writeln!(text, "Capacity:\t{}\nAccess Modes:\t{}", or(&["status", "capacity", "storage"]), modes.join(","));
    let _ = writeln!(text, "VolumeMode:\t{}", or(&["spec", "volumeMode"]));
    text
}
