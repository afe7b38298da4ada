//! Pod templates, containers, volumes and tolerations.

use std::fmt::Write as _;

use super::super::print::age;
use super::{annotations, labels, lines, plain};
use crate::object::{Quantity, Value, sort_few};

/// What is under `Pod Template:`, with raw tabs.
pub fn pod_template(template: &Value) -> String {
    let mut text = "Pod Template:\n".to_owned();
    let spec = template.at(&["spec"]);
    labels(&mut text, "  Labels", template.at(&["metadata", "labels"]));
    if template.at(&["metadata", "annotations"]).as_map().is_some_and(|it| !it.is_empty()) {
        annotations(&mut text, "  Annotations", template.at(&["metadata", "annotations"]));
    }
    if !spec.str_at(&["serviceAccountName"]).is_empty() {
        let _ = writeln!(text, "  Service Account:\t{}", spec.str_at(&["serviceAccountName"]));
    }
    if !spec.list_at(&["initContainers"]).is_empty() {
        containers(&mut text, "Init Containers", spec.list_at(&["initContainers"]), &[], None, "  ");
    }
    containers(&mut text, "Containers", spec.list_at(&["containers"]), &[], None, "  ");
    volumes(&mut text, spec.list_at(&["volumes"]), "  ");
    spread(&mut text, spec, "  ");
    if !spec.str_at(&["priorityClassName"]).is_empty() {
        let _ = writeln!(text, "  Priority Class Name:\t{}", spec.str_at(&["priorityClassName"]));
    }
    labels(&mut text, "  Node-Selectors", spec.at(&["nodeSelector"]));
    tolerations(&mut text, "  Tolerations", spec.list_at(&["tolerations"]));
    text
}

/// Topology spread constraints, where there are any.
pub fn spread(text: &mut String, spec: &Value, space: &str) {
    let constraints = spec.list_at(&["topologySpreadConstraints"]);
    if constraints.is_empty() {
        return;
    }
    let one = |it: &Value| {
        let selector = super::super::print::columns::selector_text(it.at(&["labelSelector"]));
        let (key, when, skew) = (it.str_at(&["topologyKey"]), it.str_at(&["whenUnsatisfiable"]), plain(it.at(&["maxSkew"])));
        let selector =
            if it.at(&["labelSelector"]).is_null() { String::new() } else { format!(" when selector {selector} is applied") };
        format!("{key}:{when} when max skew {skew} is exceeded{selector}")
    };
    let mut values: Vec<String> = constraints.iter().map(one).collect();
    values.sort_unstable();
    lines(text, &format!("{space}Topology Spread Constraints"), &values);
}

/// Containers with what is known of their states. `pod` resolves variables that stand for fields.
pub fn containers(text: &mut String, title: &str, containers: &[Value], statuses: &[Value], pod: Option<&Value>, space: &str) {
    let _ = writeln!(text, "{space}{title}:");
    let name_indent = if space.is_empty() { "" } else { " " };
    for container in containers {
        let name = container.str_at(&["name"]);
        let status = statuses.iter().find(|it| it.str_at(&["name"]) == name);
        let _ = writeln!(text, "  {name_indent}{name}:");
        basics(text, container, status);
        for (field, title) in [("command", "Command"), ("args", "Args")] {
            command(text, title, container.list_at(&[field]));
        }
        if let Some(status) = status {
            container_status(text, status);
        }
        resources(text, container, "    ");
        for (field, title) in [("livenessProbe", "Liveness"), ("readinessProbe", "Readiness"), ("startupProbe", "Startup")] {
            if let probe @ Value::Map(_) = container.at(&[field]) {
                let _ = writeln!(text, "    {title}:\t{}", probe_text(probe));
            }
        }
        environment(text, container, pod);
        mounts(text, container);
    }
}

fn basics(text: &mut String, container: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        let _ = writeln!(text, "    Container ID:\t{}", status.str_at(&["containerID"]));
    }
    let _ = writeln!(text, "    Image:\t{}", container.str_at(&["image"]));
    if let Some(status) = status {
        let _ = writeln!(text, "    Image ID:\t{}", status.str_at(&["imageID"]));
    }
    for (field, title) in [("containerPort", "Port"), ("hostPort", "Host Port")] {
        let port = |it: &Value| {
            let protocol = it.str_at(&["protocol"]);
            let protocol = if protocol.is_empty() { "TCP" } else { protocol };
            let name = it.str_at(&["name"]);
            let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
            format!("{}/{protocol}{name}", it.at(&[field]).as_i64().unwrap_or_default())
        };
        let ports: Vec<String> = container.list_at(&["ports"]).iter().map(port).collect();
        let _ = match ports.len() {
            0 => writeln!(text, "    {title}:\t<none>"),
            1 => writeln!(text, "    {title}:\t{}", ports[0]),
            _ => writeln!(text, "    {title}s:\t{}", ports.join(", ")),
        };
    }
    let profile = container.at(&["securityContext", "seccompProfile"]);
    if !profile.is_null() {
        let _ = writeln!(text, "    SeccompProfile:\t{}", profile.str_at(&["type"]));
        if profile.str_at(&["type"]) == "Localhost" {
            let _ = writeln!(text, "      LocalhostProfile:\t{}", profile.str_at(&["localhostProfile"]));
        }
    }
}

fn command(text: &mut String, title: &str, words: &[Value]) {
    if words.is_empty() {
        return;
    }
    let _ = writeln!(text, "    {title}:");
    for line in words.iter().flat_map(|word| word.as_str().unwrap_or_default().split('\n')) {
        let _ = writeln!(text, "      {line}");
    }
}

fn container_status(text: &mut String, status: &Value) {
    state(text, "State", status.at(&["state"]));
    if !status.at(&["lastState", "terminated"]).is_null() {
        state(text, "Last State", status.at(&["lastState"]));
    }
    let ready = if status.at(&["ready"]).as_bool() == Some(true) { "True" } else { "False" };
    let restarts = status.at(&["restartCount"]).as_i64().unwrap_or_default();
    let _ = writeln!(text, "    Ready:\t{ready}\n    Restart Count:\t{restarts}");
}

fn state(text: &mut String, title: &str, state: &Value) {
    let (running, terminated) = (state.at(&["running"]), state.at(&["terminated"]));
    if !running.is_null() {
        let _ = writeln!(text, "    {title}:\tRunning\n      Started:\t{}", age::rfc1123(running.at(&["startedAt"])));
    } else if !terminated.is_null() {
        let _ = writeln!(text, "    {title}:\tTerminated");
        for (field, name) in [("reason", "Reason"), ("message", "Message")] {
            if !terminated.str_at(&[field]).is_empty() {
                let _ = writeln!(text, "      {name}:\t{}", terminated.str_at(&[field]));
            }
        }
        let _ = writeln!(text, "      Exit Code:\t{}", terminated.at(&["exitCode"]).as_i64().unwrap_or_default());
        if let Some(signal) = terminated.at(&["signal"]).as_i64().filter(|it| *it > 0) {
            let _ = writeln!(text, "      Signal:\t{signal}");
        }
        let [started, finished] = ["startedAt", "finishedAt"].map(|field| age::rfc1123(terminated.at(&[field])));
        let _ = writeln!(text, "      Started:\t{started}\n      Finished:\t{finished}");
    } else {
        let _ = writeln!(text, "    {title}:\tWaiting");
        let reason = state.str_at(&["waiting", "reason"]);
        if !reason.is_empty() {
            let _ = writeln!(text, "      Reason:\t{reason}");
        }
    }
}

/// What is asked for and allowed, of a container or a pod.
pub fn resources(text: &mut String, container: &Value, space: &str) {
    for (field, title) in [("limits", "Limits"), ("requests", "Requests")] {
        let amounts = container.at(&["resources", field]);
        if amounts.as_map().is_some_and(|it| !it.is_empty()) {
            let _ = writeln!(text, "{space}{title}:");
        }
        for (name, amount) in amounts.fields_at(&[]) {
            let _ = writeln!(text, "{space}  {name}:\t{}", plain(amount));
        }
    }
}

fn probe_text(probe: &Value) -> String {
    let number = |field: &str, default: i64| probe.at(&[field]).as_i64().unwrap_or(default);
    let numbers = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        number("initialDelaySeconds", 0),
        number("timeoutSeconds", 0),
        number("periodSeconds", 0),
        number("successThreshold", 0),
        number("failureThreshold", 0)
    );
    let (http, tcp, grpc) = (probe.at(&["httpGet"]), probe.at(&["tcpSocket"]), probe.at(&["grpc"]));
    if !probe.at(&["exec"]).is_null() {
        let words: Vec<&str> = probe.list_at(&["exec", "command"]).iter().filter_map(Value::as_str).collect();
        format!("exec [{}] {numbers}", words.join(" "))
    } else if !http.is_null() {
        let scheme = http.str_at(&["scheme"]).to_ascii_lowercase();
        let path = http.str_at(&["path"]);
        let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
        format!("http-get {scheme}://{}:{}{slash}{path} {numbers}", http.str_at(&["host"]), plain(http.at(&["port"])))
    } else if !tcp.is_null() {
        format!("tcp-socket {}:{} {numbers}", tcp.str_at(&["host"]), plain(tcp.at(&["port"])))
    } else if !grpc.is_null() {
        format!("grpc <pod>:{} {} {numbers}", plain(grpc.at(&["port"])), grpc.str_at(&["service"]))
    } else {
        format!("unknown {numbers}")
    }
}

fn optional(value: &Value) -> bool {
    value.at(&["optional"]).as_bool() == Some(true)
}

fn environment(text: &mut String, container: &Value, pod: Option<&Value>) {
    let sources = container.list_at(&["envFrom"]);
    if !sources.is_empty() {
        text.push_str("    Environment Variables from:\n");
    }
    for source in sources {
        let (kind, of) = if source.at(&["secretRef"]).is_null() {
            ("ConfigMap", source.at(&["configMapRef"]))
        } else {
            ("Secret", source.at(&["secretRef"]))
        };
        let prefix = source.str_at(&["prefix"]);
        let with = if prefix.is_empty() { String::new() } else { format!(" with prefix '{prefix}'") };
        let _ = writeln!(text, "      {}\t{kind}{with}\tOptional: {}", of.str_at(&["name"]), optional(of));
    }
    let variables = container.list_at(&["env"]);
    text.push_str(if variables.is_empty() { "    Environment:\t<none>\n" } else { "    Environment:\n" });
    for variable in variables {
        let name = variable.str_at(&["name"]);
        let from = variable.at(&["valueFrom"]);
        let [field, resource, secret, map] =
            ["fieldRef", "resourceFieldRef", "secretKeyRef", "configMapKeyRef"].map(|it| from.at(&[it]));
        let value = if from.is_null() {
            variable.str_at(&["value"]).split('\n').collect::<Vec<_>>().join("\n      \t")
        } else if !field.is_null() {
            let path = field.str_at(&["fieldPath"]);
            format!("{} ({}:{path})", resolved(pod, path), field.str_at(&["apiVersion"]))
        } else if !resource.is_null() {
            format!("{} ({})", amount(container, resource), resource.str_at(&["resource"]))
        } else if !secret.is_null() {
            format!(
                "<set to the key '{}' in secret '{}'>\tOptional: {}",
                secret.str_at(&["key"]),
                secret.str_at(&["name"]),
                optional(secret)
            )
        } else {
            format!(
                "<set to the key '{}' of config map '{}'>\tOptional: {}",
                map.str_at(&["key"]),
                map.str_at(&["name"]),
                optional(map)
            )
        };
        let _ = writeln!(text, "      {name}:\t{value}");
    }
}

/// The fields of metadata are looked up; the others kubectl does not know.
fn resolved(pod: Option<&Value>, path: &str) -> String {
    let Some(pod) = pod else { return String::new() };
    match path {
        "metadata.name" | "metadata.namespace" | "metadata.uid" => pod.str_at(&path.split('.').collect::<Vec<_>>()).to_owned(),
        _ => match path.strip_suffix("']").and_then(|path| path.split_once("['")) {
            Some(("metadata.labels", key)) => pod.str_at(&["metadata", "labels", key]).to_owned(),
            Some(("metadata.annotations", key)) => pod.str_at(&["metadata", "annotations", key]).to_owned(),
            _ => String::new(),
        },
    }
}

/// An amount as a container sees it: in the units that it asks for, rounded up. Models `ExtractContainerResourceValue`.
fn amount(container: &Value, reference: &Value) -> String {
    let path = reference.str_at(&["resource"]);
    let steps: Vec<&str> = path.splitn(2, '.').collect();
    let milli = |value: &Value| Quantity::read(value).map_or(0, |it| it.milli_value());
    let unit = |value: &Value| if path.ends_with("cpu") { milli(value) } else { milli(value).div_euclid(1000) };
    let divisor = match unit(reference.at(&["divisor"])) {
        0 if path.ends_with("cpu") => 1000,
        divisor => divisor.max(1),
    };
    let whole = unit(container.at(&["resources"]).at(&steps));
    match whole.saturating_add(divisor - 1).div_euclid(divisor) {
        0 if ["limits.cpu", "limits.memory"].contains(&path) => "node allocatable".into(),
        amount => amount.to_string(),
    }
}

fn mounts(text: &mut String, container: &Value) {
    let mut mounts: Vec<&Value> = container.list_at(&["volumeMounts"]).iter().collect();
    sort_few(&mut mounts, |a, b| a.str_at(&["mountPath"]) < b.str_at(&["mountPath"]));
    text.push_str(if mounts.is_empty() { "    Mounts:\t<none>\n" } else { "    Mounts:\n" });
    for mount in mounts {
        let mut flags = if mount.at(&["readOnly"]).as_bool() == Some(true) { "ro" } else { "rw" }.to_owned();
        let path = mount.str_at(&["subPath"]);
        if !path.is_empty() {
            let _ = write!(flags, ",path=\"{path}\"");
        }
        let _ = writeln!(text, "      {} from {} ({flags})", mount.str_at(&["mountPath"]), mount.str_at(&["name"]));
    }
}

/// How a kind of volume is described: its field, its words, and its fields with their names and what stands where there is none.
type VolumeRow = (&'static str, &'static str, &'static [(&'static str, &'static str, &'static str)]);

#[rustfmt::skip]
const VOLUMES: &[VolumeRow] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path", "path", ""), ("HostPathType", "type", "")]),
    ("emptyDir", "EmptyDir (a temporary directory that shares a pod's lifetime)", &[("Medium", "medium", ""), ("SizeLimit", "sizeLimit", "<unset>")]),
    ("secret", "Secret (a volume populated by a Secret)", &[("SecretName", "secretName", ""), ("Optional", "optional", "false")]),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", &[("Name", "name", ""), ("Optional", "optional", "false")]),
    ("persistentVolumeClaim", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)", &[("ClaimName", "claimName", ""), ("ReadOnly", "readOnly", "false")]),
    ("nfs", "NFS (an NFS mount that lasts the lifetime of a pod)", &[("Server", "server", ""), ("Path", "path", ""), ("ReadOnly", "readOnly", "false")]),
    ("csi", "CSI (a Container Storage Interface (CSI) volume source)", &[("Driver", "driver", ""), ("FSType", "fsType", ""), ("ReadOnly", "readOnly", "false")]),
    ("image", "Image (a container image or OCI artifact)", &[("Reference", "reference", ""), ("PullPolicy", "pullPolicy", "")]),
    ("projected", "Projected (a volume that contains injected data from multiple sources)", &[]),
    ("downwardAPI", "DownwardAPI (a volume populated by information about the pod)", &[]),
];

/// The volumes of a pod.
pub fn volumes(text: &mut String, volumes: &[Value], space: &str) {
    if volumes.is_empty() {
        let _ = writeln!(text, "{space}Volumes:\t<none>");
        return;
    }
    let _ = writeln!(text, "{space}Volumes:");
    let name_indent = if space.is_empty() { "" } else { " " };
    for volume in volumes {
        let _ = writeln!(text, "  {name_indent}{}:", volume.str_at(&["name"]));
        volume_source(text, volume);
    }
}

/// What a volume is made of.
pub fn volume_source(text: &mut String, volume: &Value) {
    let Some((field, words, fields)) = VOLUMES.iter().find(|(field, ..)| !volume.at(&[field]).is_null()) else {
        text.push_str("  <unknown>\n");
        return;
    };
    let _ = writeln!(text, "    Type:\t{words}");
    let source = volume.at(&[field]);
    for (name, path, none) in *fields {
        let value = plain(source.at(&[path]));
        let _ = writeln!(text, "    {name}:\t{}", if value.is_empty() { none } else { value.as_str() });
    }
    source.list_at(&["sources"]).iter().for_each(|it| projected(text, it));
    if *field == "downwardAPI" {
        text.push_str("    Items:\n");
        for item in source.list_at(&["items"]) {
            for of in [["fieldRef", "fieldPath"], ["resourceFieldRef", "resource"]] {
                if !item.str_at(&of).is_empty() {
                    let _ = writeln!(text, "      {} -> {}", item.str_at(&of), item.str_at(&["path"]));
                }
            }
        }
    }
    if *field == "csi" {
        labels(text, "    VolumeAttributes", source.at(&["volumeAttributes"]));
    }
}

fn projected(text: &mut String, source: &Value) {
    for (field, name) in [("secret", "SecretName"), ("configMap", "ConfigMapName")] {
        let of = source.at(&[field]);
        if !of.is_null() {
            let _ = writeln!(text, "    {name}:\t{}\n    Optional:\t{}", of.str_at(&["name"]), optional(of));
        }
    }
    if !source.at(&["downwardAPI"]).is_null() {
        text.push_str("    DownwardAPI:\ttrue\n");
    }
    let token = source.at(&["serviceAccountToken"]);
    if !token.is_null() {
        let _ = writeln!(text, "    TokenExpirationSeconds:\t{}", plain(token.at(&["expirationSeconds"])));
    }
}

/// Tolerations, in the order of their keys.
pub fn tolerations(text: &mut String, title: &str, tolerations: &[Value]) {
    let mut sorted: Vec<&Value> = tolerations.iter().collect();
    sort_few(&mut sorted, |a, b| a.str_at(&["key"]) < b.str_at(&["key"]));
    let one = |it: &&Value| {
        let [key, value, effect] = ["key", "value", "effect"].map(|field| it.str_at(&[field]));
        let mut words = key.to_owned();
        if !value.is_empty() {
            let _ = write!(words, "={value}");
        }
        if !effect.is_empty() {
            let _ = write!(words, ":{effect}");
        }
        if it.str_at(&["operator"]) == "Exists" && value.is_empty() {
            words.push_str(if words.is_empty() { "op=Exists" } else { " op=Exists" });
        }
        if let Some(seconds) = it.at(&["tolerationSeconds"]).as_i64() {
            let _ = write!(words, " for {seconds}s");
        }
        words
    };
    lines(text, title, &sorted.iter().map(one).collect::<Vec<_>>());
}
