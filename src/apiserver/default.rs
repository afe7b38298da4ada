//! Filling in what was left out, as the API server does before it validates and stores an object.
//!
//! Models `SetDefaults_*` of `pkg/apis/core/v1`, `pkg/apis/apps/v1` and their generated callers. It works on what
//! [`super::decode`] returns.

use crate::object::{ImageReference, Kind, Quantity, Value, container_requests, map};

/// Fills in the defaults of an object of a kind.
pub fn default(kind: Kind, object: &mut Value) {
    match kind {
        Kind::DaemonSet => daemonset(object.at_mut(&["spec"])),
        Kind::Deployment => deployment(object.at_mut(&["spec"])),
        Kind::ReplicaSet => {
            let spec = object.at_mut(&["spec"]);
            fill(spec, &["replicas"], 1);
            pod_spec(spec.at_mut(&["template", "spec"]));
        }
        Kind::Pod => pod(object.at_mut(&["spec"])),
        Kind::Namespace => namespace(object),
        Kind::Secret => fill(object, &["type"], "Opaque"),
        Kind::PersistentVolume => {
            fill(object, &["spec", "persistentVolumeReclaimPolicy"], "Retain");
            fill(object, &["spec", "volumeMode"], "Filesystem");
            fill(object, &["status", "phase"], "Pending");
            within(object, &["spec", "capacity"], resource_list);
            volume_source(object.at_mut(&["spec"]));
        }
        Kind::PersistentVolumeClaim => {
            fill(object, &["spec", "volumeMode"], "Filesystem");
            fill(object, &["status", "phase"], "Pending");
            within(object, &["spec", "resources"], resources);
        }
        Kind::PriorityClass => fill(object, &["preemptionPolicy"], "PreemptLowerPriority"),
        Kind::Service => service(object.at_mut(&["spec"])),
        Kind::Node => {
            let capacity = object.at(&["status", "capacity"]).clone();
            if !capacity.is_null() {
                fill(object, &["status", "allocatable"], capacity);
            }
            for list in ["capacity", "allocatable"] {
                within(object, &["status", list], resource_list);
            }
        }
        Kind::StorageClass => {
            fill(object, &["reclaimPolicy"], "Delete");
            fill(object, &["volumeBindingMode"], "Immediate");
        }
        Kind::ConfigMap
        | Kind::ControllerRevision
        | Kind::Event
        | Kind::Lease
        | Kind::PodDisruptionBudget
        | Kind::ServiceAccount => {}
    }
}

/// Writes a value where there is none.
fn fill(object: &mut Value, path: &[&str], value: impl Into<Value>) {
    if object.at(path).is_null() {
        object.set(path, value);
    }
}

/// Calls for the part below a path, if there is one. What is complete already stays shared: all pods of a template have one tree of
/// containers.
fn within(object: &mut Value, path: &[&str], change: impl FnOnce(&mut Value)) {
    let before = object.at(path);
    if before.is_null() {
        return;
    }
    let mut after = before.clone();
    change(&mut after);
    if after != *before {
        object.set(path, after);
    }
}

/// Calls for every item of the list below a path. What is complete already stays shared.
fn each(object: &mut Value, path: &[&str], mut change: impl FnMut(&mut Value)) {
    for index in 0..object.list_at(path).len() {
        let before = &object.list_at(path)[index];
        let mut after = before.clone();
        change(&mut after);
        if after != *before {
            object.at_mut(path).make_list()[index] = after;
        }
    }
}

fn daemonset(spec: &mut Value) {
    fill(spec, &["revisionHistoryLimit"], 10);
    let strategy = spec.at_mut(&["updateStrategy"]);
    fill(strategy, &["type"], "RollingUpdate");
    if strategy.str_at(&["type"]) == "RollingUpdate" {
        fill(strategy, &["rollingUpdate", "maxUnavailable"], 1);
        fill(strategy, &["rollingUpdate", "maxSurge"], 0);
    }
    pod_spec(spec.at_mut(&["template", "spec"]));
}

fn deployment(spec: &mut Value) {
    fill(spec, &["replicas"], 1);
    fill(spec, &["revisionHistoryLimit"], 10);
    fill(spec, &["progressDeadlineSeconds"], 600);
    let strategy = spec.at_mut(&["strategy"]);
    fill(strategy, &["type"], "RollingUpdate");
    if strategy.str_at(&["type"]) == "RollingUpdate" {
        fill(strategy, &["rollingUpdate", "maxUnavailable"], "25%");
        fill(strategy, &["rollingUpdate", "maxSurge"], "25%");
    }
    pod_spec(spec.at_mut(&["template", "spec"]));
}

fn namespace(object: &mut Value) {
    fill(object, &["status", "phase"], "Active");
    let name = object.at(&["metadata", "name"]).clone();
    fill(object, &["metadata", "labels", "kubernetes.io/metadata.name"], name);
    let finalizers = object.at_mut(&["spec", "finalizers"]).make_list();
    if !finalizers.contains(&"kubernetes".into()) {
        finalizers.push("kubernetes".into());
    }
}

fn service(spec: &mut Value) {
    fill(spec, &["sessionAffinity"], "None");
    fill(spec, &["type"], "ClusterIP");
    if spec.str_at(&["sessionAffinity"]) == "ClientIP" {
        fill(spec, &["sessionAffinityConfig", "clientIP", "timeoutSeconds"], 10_800);
    }
    if spec.str_at(&["type"]) != "ExternalName" {
        fill(spec, &["internalTrafficPolicy"], "Cluster");
    }
    if matches!(spec.str_at(&["type"]), "NodePort" | "LoadBalancer") {
        fill(spec, &["externalTrafficPolicy"], "Cluster");
    }
    if spec.str_at(&["type"]) == "LoadBalancer" {
        fill(spec, &["allocateLoadBalancerNodePorts"], true);
    }
    each(spec, &["ports"], |port| {
        fill(port, &["protocol"], "TCP");
        let number = port.at(&["port"]).clone();
        if matches!(port.at(&["targetPort"]), Value::Null | Value::Int(0)) {
            port.set(&["targetPort"], number);
        }
    });
}

/// What a pod gets besides the defaults of a template's spec.
fn pod(spec: &mut Value) {
    pod_spec(spec);
    fill(spec, &["enableServiceLinks"], true);
    let host_network = spec.at(&["hostNetwork"]).as_bool() == Some(true);
    for list in ["initContainers", "containers"] {
        each(spec, &[list], |container| {
            requests_from_limits(container.at_mut(&["resources"]));
            if host_network {
                each(container, &["ports"], host_port);
            }
        });
    }
    if spec.fields_at(&["resources", "limits"]).next().is_some() {
        requests_from_containers(spec);
        requests_from_limits(spec.at_mut(&["resources"]));
    }
}

/// What the containers ask for together is what a pod with limits of its own asks for, where it says nothing itself. Models
/// `defaultPodRequests`, which leaves a pod without such limits alone.
fn requests_from_containers(spec: &mut Value) {
    let asked = container_requests(spec);
    for name in ["cpu", "memory"] {
        if let Some(quantity) = asked.get(name) {
            fill(spec, &["resources", "requests", name], quantity.to_string());
        }
    }
}

fn requests_from_limits(resources: &mut Value) {
    let limits: Vec<_> = resources.fields_at(&["limits"]).collect();
    let limits: Vec<_> = limits.into_iter().map(|(name, limit)| (name.clone(), limit.clone())).collect();
    for (name, limit) in limits {
        fill(resources, &["requests", &name], limit);
    }
}

fn host_port(port: &mut Value) {
    let number = port.at(&["containerPort"]).clone();
    fill(port, &["hostPort"], number);
}

/// Fills in a pod template's spec.
pub fn pod_spec(spec: &mut Value) {
    drop_disabled(spec);
    fill(spec, &["dnsPolicy"], "ClusterFirst");
    fill(spec, &["restartPolicy"], "Always");
    fill(spec, &["schedulerName"], "default-scheduler");
    fill(spec, &["securityContext"], Value::object());
    fill(spec, &["terminationGracePeriodSeconds"], 30);
    // Two names of one field.
    let account = ["serviceAccountName", "serviceAccount"].into_iter().map(|name| spec.at(&[name])).find(|it| !it.is_null());
    if let Some(account) = account.cloned() {
        spec.set(&["serviceAccountName"], account.clone());
        spec.set(&["serviceAccount"], account);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, &[list], container);
    }
    each(spec, &["volumes"], volume);
    within(spec, &["resources"], resources);
    within(spec, &["overhead"], resource_list);
}

/// Takes away what Kubernetes 1.36 knows and has switched off. Models `DropDisabledTemplateFields` with the gates as they come:
/// GenericWorkload, ContainerStopSignals, ClusterTrustBundleProjection and PodCertificateRequest are off.
fn drop_disabled(spec: &mut Value) {
    spec.remove(&["schedulingGroup"]);
    for list in ["initContainers", "containers"] {
        each(spec, &[list], |container| {
            within(container, &["lifecycle"], |lifecycle| {
                lifecycle.remove(&["stopSignal"]);
            });
        });
    }
    each(spec, &["volumes"], |volume| {
        each(volume, &["projected", "sources"], |source| {
            source.remove(&["clusterTrustBundle"]);
            source.remove(&["podCertificate"]);
        });
    });
}

fn container(container: &mut Value) {
    let policy = pull_policy(container.str_at(&["image"]));
    fill(container, &["imagePullPolicy"], policy);
    fill(container, &["terminationMessagePath"], "/dev/termination-log");
    fill(container, &["terminationMessagePolicy"], "File");
    within(container, &["resources"], resources);
    each(container, &["ports"], |port| fill(port, &["protocol"], "TCP"));
    each(container, &["env"], |env| {
        within(env, &["valueFrom", "fieldRef"], field_ref);
        within(env, &["valueFrom", "fileKeyRef"], |file| fill(file, &["optional"], false));
    });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        within(container, &[probe], |probe| {
            for (field, seconds) in
                [("failureThreshold", 3), ("periodSeconds", 10), ("successThreshold", 1), ("timeoutSeconds", 1)]
            {
                fill(probe, &[field], seconds);
            }
            within(probe, &["httpGet"], http_get);
            within(probe, &["grpc"], |grpc| fill(grpc, &["service"], ""));
        });
    }
    for hook in ["postStart", "preStop"] {
        within(container, &["lifecycle", hook, "httpGet"], http_get);
    }
}

fn http_get(action: &mut Value) {
    fill(action, &["path"], "/");
    fill(action, &["scheme"], "HTTP");
}

fn field_ref(field: &mut Value) {
    fill(field, &["apiVersion"], "v1");
}

/// What is called `latest` may be another image every time.
fn pull_policy(image: &str) -> &'static str {
    let is_latest = ImageReference::parse(image).is_some_and(|image| image.tag == "latest");
    if is_latest { "Always" } else { "IfNotPresent" }
}

fn resources(resources: &mut Value) {
    for list in ["limits", "requests"] {
        within(resources, &[list], resource_list);
    }
}

/// Quantities are rounded up to thousandths.
fn resource_list(list: &mut Value) {
    let Some(entries) = list.as_map() else { return };
    let rounded = entries.iter().filter_map(|(name, value)| {
        let quantity = Quantity::read(value).ok()?;
        let (_, scale) = quantity.unscaled();
        let exact = Quantity::milli(quantity.milli_value());
        (scale < -3 && exact != quantity).then(|| (name.clone(), exact.to_string()))
    });
    for (name, value) in rounded.collect::<Vec<_>>() {
        list.set(&[&name], value);
    }
}

fn volume(volume: &mut Value) {
    let has_source = volume.as_map().is_some_and(|fields| fields.iter().any(|(name, _)| name != "name"));
    if !has_source {
        volume.set(&["emptyDir"], Value::object());
    }
    volume_source(volume);
    within(volume, &["configMap"], default_mode);
    within(volume, &["secret"], default_mode);
    within(volume, &["downwardAPI"], |source| {
        default_mode(source);
        each(source, &["items"], |item| within(item, &["fieldRef"], field_ref));
    });
    within(volume, &["projected"], |source| {
        default_mode(source);
        each(source, &["sources"], |source| {
            within(source, &["serviceAccountToken"], |token| fill(token, &["expirationSeconds"], 3600));
            within(source, &["downwardAPI"], |source| each(source, &["items"], |item| within(item, &["fieldRef"], field_ref)));
        });
    });
    within(volume, &["ephemeral", "volumeClaimTemplate", "spec"], |spec| {
        fill(spec, &["volumeMode"], "Filesystem");
        within(spec, &["resources"], resources);
    });
    within(volume, &["image"], |image| {
        let policy = pull_policy(image.str_at(&["reference"]));
        fill(image, &["pullPolicy"], policy);
    });
}

fn default_mode(source: &mut Value) {
    fill(source, &["defaultMode"], 0o644);
}

/// The sources that pods' volumes and persistent volumes have in common.
fn volume_source(volume: &mut Value) {
    within(volume, &["hostPath"], |source| fill(source, &["type"], ""));
    within(volume, &["iscsi"], |source| fill(source, &["iscsiInterface"], "default"));
    for (source, defaults) in [
        ("rbd", map! { "pool" => "rbd", "user" => "admin", "keyring" => "/etc/ceph/keyring" }),
        ("azureDisk", map! { "cachingMode" => "ReadWrite", "kind" => "Shared", "fsType" => "ext4", "readOnly" => false }),
        ("scaleIO", map! { "storageMode" => "ThinProvisioned", "fsType" => "xfs" }),
    ] {
        within(volume, &[source], |source| {
            for (name, value) in defaults.fields_at(&[]) {
                fill(source, &[name], value.clone());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_may_change_are_always_pulled() {
        for (image, policy) in [
            ("nginx", "Always"),
            ("nginx:latest", "Always"),
            ("nginx:1.29", "IfNotPresent"),
            ("registry:5000/nginx", "Always"),
            ("not an image", "IfNotPresent"),
        ] {
            assert_eq!(pull_policy(image), policy, "{image}");
        }
    }

    #[test]
    fn defaults_follow_from_what_is_said() {
        let cases = [
            (
                Kind::Pod,
                "{spec: {resources: {limits: {cpu: 2, memory: 1Gi}}, containers: [{resources: {requests: {cpu: 500m}}}]}}",
                "requests",
                r#"{"cpu":"500m","memory":"1Gi"}"#,
            ),
            (
                Kind::Pod,
                "{spec: {resources: {requests: {cpu: 1}}, containers: [{resources: {requests: {cpu: 500m, memory: 1Mi}}}]}}",
                "requests",
                r#"{"cpu":1}"#,
            ),
            (
                Kind::Pod,
                "{spec: {resources: {limits: {cpu: 2}, requests: {cpu: 1}}, containers: [{resources: {requests: {cpu: 500m, memory: 1Mi}}}]}}",
                "requests",
                r#"{"cpu":1,"memory":"1Mi"}"#,
            ),
            (Kind::Node, "{status: {capacity: {cpu: 0.0001}}}", "allocatable", r#"{"cpu":"1m"}"#),
            (
                Kind::Service,
                "{spec: {sessionAffinity: ClientIP}}",
                "sessionAffinityConfig",
                r#"{"clientIP":{"timeoutSeconds":10800}}"#,
            ),
            (Kind::Service, "{spec: {type: ExternalName}}", "internalTrafficPolicy", "null"),
            (Kind::Service, "{spec: {type: LoadBalancer}}", "externalTrafficPolicy", "\"Cluster\""),
        ];
        for (kind, manifest, field, expected) in cases {
            let mut object = crate::object::yaml::parse(manifest).documents.remove(0).value;
            default(kind, &mut object);
            let part = ["status", "spec"].map(|part| object.at(&[part, field]).clone());
            let part =
                part.into_iter().find(|it| !it.is_null()).unwrap_or_else(|| object.at(&["spec", "resources", field]).clone());
            assert_eq!(part.to_string(), expected, "{manifest}");
        }
    }

    #[test]
    fn a_pod_gets_more_than_its_template() {
        let container = map! { "name" => "c", "image" => "nginx",
        "resources" => map! { "limits" => map! { "cpu" => "1" } },
        "ports" => vec![map! { "containerPort" => 80 }] };
        let mut spec = map! { "hostNetwork" => true, "containers" => vec![container] };
        let mut template = spec.clone();
        pod_spec(&mut template);
        pod(&mut spec);
        let first = |spec: &Value| spec.list_at(&["containers"])[0].clone();
        assert_eq!(first(&spec).at(&["resources", "requests", "cpu"]).as_str(), Some("1"));
        assert_eq!(first(&spec).list_at(&["ports"])[0].at(&["hostPort"]).as_i64(), Some(80));
        assert!(first(&template).at(&["resources", "requests"]).is_null());
        assert!(first(&template).list_at(&["ports"])[0].at(&["hostPort"]).is_null());
    }
}
