//! The columns of `kubectl get`, by kind.
//!
//! Models `pkg/printers/internalversion/printers.go`.

use super::age;
use super::pod_status::{self, PodStatus};
use crate::kubectl::event::{Kept, Said};
use crate::kubectl::resource;
use crate::object::{LabelSelector, SmolStr, Value, time};
use smol_str::format_smolstr;

/// What stands in a column.
#[derive(Clone, Copy, Debug)]
pub enum Cell {
    /// The name, with its resource before it where several are listed.
    Name,
    /// How old the object is.
    Age,
    /// A number; 0 where there is none.
    Number(&'static [&'static str]),
    /// A text; where there is none, another.
    Text(&'static [&'static str], &'static str),
    /// How many entries a map or list has.
    Count(&'static [&'static str]),
    /// A part of what is worked out for a pod.
    OfPod(fn(&PodStatus) -> &SmolStr),
    /// A part of what is printed of an event, at a time.
    OfEvent(fn(&Said<'_>, i64) -> SmolStr),
    /// Something that is worked out, at a time.
    Of(fn(&Value, i64) -> SmolStr),
}

/// What a row is about.
#[derive(Debug)]
pub enum Row<'a> {
    /// An object.
    Object(&'a Value),
    /// An event that is not kept as an object.
    Event(Kept<'a>),
}

/// What is worked out once for the cells of a row, and what is likely to be the same in the next one.
#[derive(Debug, Default)]
pub struct Known<'a> {
    pod: Option<PodStatus>,
    event: Option<Said<'a>>,
    /// The last time when something came into being, and how long ago that is.
    age: (SmolStr, SmolStr),
}

impl Known<'_> {
    /// What is known when another row begins.
    #[must_use]
    pub fn in_next_row(self) -> Self {
        Self { age: self.age, ..Self::default() }
    }

    fn age(&mut self, created: &Value, now: i64) -> &str {
        let text = created.as_str().unwrap_or_default();
        if text.is_empty() || self.age.0 != text {
            self.age = (text.into(), age::since(created, now));
        }
        &self.age.1
    }
}

static NOTHING: Value = Value::Null;

impl<'a> Row<'a> {
    /// The object; nothing for an event that is kept in another way.
    pub fn object(&self) -> &'a Value {
        if let Row::Object(object) = self { object } else { &NOTHING }
    }

    /// The namespace that it is in.
    pub fn namespace(&self) -> &'a str {
        match self {
            Row::Object(object) => object.str_at(&["metadata", "namespace"]),
            Row::Event((_, event)) => event.namespace(),
        }
    }

    fn event(&self) -> Said<'a> {
        match self {
            Row::Object(object) => Said::of_object(object),
            Row::Event(kept) => Said::of(*kept),
        }
    }
}

/// A column: its head, what stands in it, whether only `-o wide` shows it.
#[derive(Clone, Copy, Debug)]
pub struct Column(pub &'static str, pub Cell, pub bool);

use Cell::{Age, Count, Name, Number, Of, OfEvent, OfPod, Text};

const fn always(head: &'static str, cell: Cell) -> Column {
    Column(head, cell, false)
}

const fn wide(head: &'static str, cell: Cell) -> Column {
    Column(head, cell, true)
}

const NONE: &str = "<none>";
const NAME: Column = always("NAME", Name);
const AGE: Column = always("AGE", Age);

#[rustfmt::skip]
const TABLE: &[(&str, &[Column])] = &[
    ("ConfigMap", &[NAME, always("DATA", Of(data_count)), AGE]),
    ("ControllerRevision", &[NAME, always("CONTROLLER", Of(controller)), always("REVISION", Number(&["revision"])), AGE]),
    ("DaemonSet", &[
        NAME,
        always("DESIRED", Number(&["status", "desiredNumberScheduled"])),
        always("CURRENT", Number(&["status", "currentNumberScheduled"])),
        always("READY", Number(&["status", "numberReady"])),
        always("UP-TO-DATE", Number(&["status", "updatedNumberScheduled"])),
        always("AVAILABLE", Number(&["status", "numberAvailable"])),
        always("NODE SELECTOR", Of(node_selector)),
        AGE,
        wide("CONTAINERS", Of(containers)), wide("IMAGES", Of(images)), wide("SELECTOR", Of(selector)),
    ]),
    ("Deployment", &[
        NAME,
        always("READY", Of(ready_replicas)),
        always("UP-TO-DATE", Number(&["status", "updatedReplicas"])),
        always("AVAILABLE", Number(&["status", "availableReplicas"])),
        AGE,
        wide("CONTAINERS", Of(containers)), wide("IMAGES", Of(images)), wide("SELECTOR", Of(selector)),
    ]),
    ("Event", &[
        always("LAST SEEN", OfEvent(|it, now| seen(it.times.1, now))),
        always("TYPE", OfEvent(|it, _| it.kind.into())),
        always("REASON", OfEvent(|it, _| it.reason.into())),
        always("OBJECT", OfEvent(event_object)),
        wide("SUBOBJECT", OfEvent(|it, _| it.part.into())),
        wide("SOURCE", OfEvent(event_source)),
        always("MESSAGE", OfEvent(|it, _| it.message.into())),
        wide("FIRST SEEN", OfEvent(|it, now| seen(it.times.0, now))),
        wide("COUNT", OfEvent(|it, _| format_smolstr!("{}", it.count))),
        wide("NAME", OfEvent(|it, _| it.name())),
    ]),
    ("Lease", &[NAME, always("HOLDER", Text(&["spec", "holderIdentity"], "")), AGE]),
    ("Namespace", &[NAME, always("STATUS", Text(&["status", "phase"], "")), AGE]),
    ("Node", &[
        NAME,
        always("STATUS", Of(node_status)),
        always("ROLES", Of(node_roles)),
        AGE,
        always("VERSION", Text(&["status", "nodeInfo", "kubeletVersion"], "")),
        wide("INTERNAL-IP", Of(|node, _| node_address(node, "InternalIP"))),
        wide("EXTERNAL-IP", Of(|node, _| node_address(node, "ExternalIP"))),
        wide("OS-IMAGE", Text(&["status", "nodeInfo", "osImage"], "<unknown>")),
        wide("KERNEL-VERSION", Of(node_kernel)),
        wide("CONTAINER-RUNTIME", Text(&["status", "nodeInfo", "containerRuntimeVersion"], "<unknown>")),
    ]),
    ("PersistentVolume", &[
        NAME,
        always("CAPACITY", Text(&["spec", "capacity", "storage"], "")),
        always("ACCESS MODES", Of(|it, _| access_modes(it, &["spec", "accessModes"]))),
        always("RECLAIM POLICY", Text(&["spec", "persistentVolumeReclaimPolicy"], "")),
        always("STATUS", Of(volume_status)),
        always("CLAIM", Of(volume_claim)),
        always("STORAGECLASS", Text(&["spec", "storageClassName"], "")),
        always("VOLUMEATTRIBUTESCLASS", Text(&["spec", "volumeAttributesClassName"], "<unset>")),
        always("REASON", Text(&["status", "reason"], "")),
        AGE,
        wide("VOLUMEMODE", Text(&["spec", "volumeMode"], "<unset>")),
    ]),
    ("PersistentVolumeClaim", &[
        NAME,
        always("STATUS", Of(volume_status)),
        always("VOLUME", Text(&["spec", "volumeName"], "")),
        always("CAPACITY", Text(&["status", "capacity", "storage"], "")),
        always("ACCESS MODES", Of(|it, _| access_modes(it, &["status", "accessModes"]))),
        always("STORAGECLASS", Text(&["spec", "storageClassName"], "")),
        always("VOLUMEATTRIBUTESCLASS", Text(&["spec", "volumeAttributesClassName"], "<unset>")),
        AGE,
        wide("VOLUMEMODE", Text(&["spec", "volumeMode"], "<unset>")),
    ]),
    ("Pod", &[
        NAME,
        always("READY", OfPod(|pod| &pod.ready)),
        always("STATUS", OfPod(|pod| &pod.status)),
        always("RESTARTS", OfPod(|pod| &pod.restarts)),
        AGE,
        wide("IP", Text(&["status", "podIP"], NONE)),
        wide("NODE", Text(&["spec", "nodeName"], NONE)),
        wide("NOMINATED NODE", Text(&["status", "nominatedNodeName"], NONE)),
        wide("READINESS GATES", Of(readiness_gates)),
    ]),
    ("PodDisruptionBudget", &[
        NAME,
        always("MIN AVAILABLE", Of(|it, _| plain_or(it.at(&["spec", "minAvailable"]), "N/A"))),
        always("MAX UNAVAILABLE", Of(|it, _| plain_or(it.at(&["spec", "maxUnavailable"]), "N/A"))),
        always("ALLOWED DISRUPTIONS", Number(&["status", "disruptionsAllowed"])),
        AGE,
    ]),
    ("PriorityClass", &[
        NAME,
        always("VALUE", Number(&["value"])),
        always("GLOBAL-DEFAULT", Of(|it, _| if it.at(&["globalDefault"]).as_bool() == Some(true) { "true" } else { "false" }.into())),
        AGE,
        always("PREEMPTIONPOLICY", Text(&["preemptionPolicy"], "PreemptLowerPriority")),
    ]),
    ("ReplicaSet", &[
        NAME,
        always("DESIRED", Of(|it, _| format_smolstr!("{}", replicas(it)))),
        always("CURRENT", Number(&["status", "replicas"])),
        always("READY", Number(&["status", "readyReplicas"])),
        AGE,
        wide("CONTAINERS", Of(containers)), wide("IMAGES", Of(images)), wide("SELECTOR", Of(selector)),
    ]),
    ("Secret", &[NAME, always("TYPE", Text(&["type"], "")), always("DATA", Count(&["data"])), AGE]),
    ("Service", &[
        NAME,
        always("TYPE", Text(&["spec", "type"], "ClusterIP")),
        always("CLUSTER-IP", Text(&["spec", "clusterIP"], NONE)),
        always("EXTERNAL-IP", Of(|_, _| NONE.into())),
        always("PORT(S)", Of(service_ports)),
        AGE,
        wide("SELECTOR", Of(|it, _| joined_labels(it.at(&["spec", "selector"])))),
    ]),
    ("ServiceAccount", &[NAME, AGE]),
];

const OTHERS: &[Column] = &[NAME, always("CREATED AT", Text(&["metadata", "creationTimestamp"], ""))];

/// The columns of a kind.
pub fn of(kind: &str) -> &'static [Column] {
    TABLE.iter().find(|(name, _)| *name == kind).map_or(OTHERS, |(_, columns)| columns)
}

impl Cell {
    /// Writes what stands in a row, at a time in seconds since 1970. What is worked out is kept for the row's other cells.
    pub fn write<'a>(self, row: &Row<'a>, now: i64, known: &mut Known<'a>, out: &mut String) {
        let object = row.object();
        match self {
            Name => out.push_str(object.str_at(&["metadata", "name"])),
            Age => out.push_str(known.age(object.at(&["metadata", "creationTimestamp"]), now)),
            Number(path) => out.push_str(&plain_or(object.at(path), "0")),
            Text(path, other) => out.push_str(match object.str_at(path) {
                "" => other,
                found => found,
            }),
            Count(path) => out.push_str(&format_smolstr!("{}", length(object.at(path)))),
            OfPod(part) => out.push_str(part(known.pod.get_or_insert_with(|| pod_status::read(object, now)))),
            OfEvent(part) => out.push_str(&part(known.event.get_or_insert_with(|| row.event()), now)),
            Of(read) => out.push_str(&read(object, now)),
        }
    }
}

fn text(value: &Value, path: &[&str]) -> SmolStr {
    value.str_at(path).into()
}

fn length(value: &Value) -> usize {
    value.as_map().map_or_else(|| value.as_list().map_or(0, <[Value]>::len), crate::object::Map::len)
}

fn plain_or(value: &Value, other: &str) -> SmolStr {
    match value {
        Value::Null => other.into(),
        Value::String(text) => text.clone(),
        value => format_smolstr!("{value}"),
    }
}

fn data_count(object: &Value, _: i64) -> SmolStr {
    format_smolstr!("{}", length(object.at(&["data"])) + length(object.at(&["binaryData"])))
}

/// `daemonset.apps/agent` of the owner that controls an object.
fn controller(object: &Value, _: i64) -> SmolStr {
    let owners = object.list_at(&["metadata", "ownerReferences"]);
    let Some(owner) = owners.iter().find(|it| it.at(&["controller"]).as_bool() == Some(true)) else { return NONE.into() };
    let found = resource::of_object(owner.str_at(&["apiVersion"]), owner.str_at(&["kind"]));
    let said = found.map_or_else(|| owner.str_at(&["kind"]).to_ascii_lowercase(), resource::Resource::said);
    format_smolstr!("{said}/{}", owner.str_at(&["name"]))
}

/// `a=b,c=d`, or `<none>`.
pub fn joined_labels(labels: &Value) -> SmolStr {
    let parts: Vec<String> =
        labels.fields_at(&[]).map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
    if parts.is_empty() { NONE.into() } else { parts.join(",").into() }
}

fn node_selector(object: &Value, _: i64) -> SmolStr {
    joined_labels(object.at(&["spec", "template", "spec", "nodeSelector"]))
}

fn of_containers(object: &Value, field: &str) -> SmolStr {
    let containers = object.list_at(&["spec", "template", "spec", "containers"]);
    let parts: Vec<&str> = containers.iter().map(|it| it.str_at(&[field])).collect();
    parts.join(",").into()
}

fn containers(object: &Value, _: i64) -> SmolStr {
    of_containers(object, "name")
}

fn images(object: &Value, _: i64) -> SmolStr {
    of_containers(object, "image")
}

/// A label selector as kubectl prints it.
pub fn selector_text(selector: &Value) -> SmolStr {
    match LabelSelector::read(selector) {
        Ok(selector) if selector.requirements().is_empty() => NONE.into(),
        Ok(selector) => format_smolstr!("{selector}"),
        Err(_) => "<error>".into(),
    }
}

fn selector(object: &Value, _: i64) -> SmolStr {
    selector_text(object.at(&["spec", "selector"]))
}

fn replicas(object: &Value) -> i64 {
    object.at(&["spec", "replicas"]).as_i64().unwrap_or(1)
}

fn ready_replicas(object: &Value, _: i64) -> SmolStr {
    format_smolstr!("{}/{}", object.at(&["status", "readyReplicas"]).as_i64().unwrap_or_default(), replicas(object))
}

fn seen(time: Option<i64>, now: i64) -> SmolStr {
    time.map_or_else(|| "<unknown>".into(), |then| age::human(now - then))
}

fn event_object(event: &Said<'_>, _: i64) -> SmolStr {
    format_smolstr!("{}/{}", event.about.0.to_ascii_lowercase(), event.about.1)
}

fn event_source(event: &Said<'_>, _: i64) -> SmolStr {
    match event.source {
        (component, "") => component.into(),
        (component, host) => format_smolstr!("{component}, {host}"),
    }
}

fn node_status(node: &Value, _: i64) -> SmolStr {
    let ready = node.list_at(&["status", "conditions"]).iter().find(|it| it.str_at(&["type"]) == "Ready");
    let mut status = match ready.map(|it| it.str_at(&["status"])) {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node.at(&["spec", "unschedulable"]).as_bool() == Some(true) {
        status.push_str(",SchedulingDisabled");
    }
    status.into()
}

/// The roles that a node's labels give it.
pub fn node_roles(node: &Value, _: i64) -> SmolStr {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in node.fields_at(&["metadata", "labels"]) {
        let role = match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => role,
            None if key == "kubernetes.io/role" => value.as_str().unwrap_or_default(),
            None => "",
        };
        if !role.is_empty() && !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.sort_unstable();
    if roles.is_empty() { NONE.into() } else { roles.join(",").into() }
}

fn node_address(node: &Value, kind: &str) -> SmolStr {
    let addresses = node.list_at(&["status", "addresses"]);
    addresses.iter().find(|it| it.str_at(&["type"]) == kind).map_or(NONE.into(), |it| text(it, &["address"]))
}

fn node_kernel(node: &Value, _: i64) -> SmolStr {
    let info = node.at(&["status", "nodeInfo"]);
    match (info.str_at(&["kernelVersion"]), info.str_at(&["architecture"])) {
        ("", _) => "<unknown>".into(),
        (kernel, "") => kernel.into(),
        (kernel, architecture) => format_smolstr!("{kernel} ({architecture})"),
    }
}

fn readiness_gates(pod: &Value, _: i64) -> SmolStr {
    let gates = pod.list_at(&["spec", "readinessGates"]);
    if gates.is_empty() {
        return NONE.into();
    }
    let conditions = pod.list_at(&["status", "conditions"]);
    let is_true = |gate: &&Value| {
        let wanted = gate.str_at(&["conditionType"]);
        conditions.iter().any(|it| it.str_at(&["type"]) == wanted && it.str_at(&["status"]) == "True")
    };
    format_smolstr!("{}/{}", gates.iter().filter(is_true).count(), gates.len())
}

/// The short names of access modes.
pub fn access_modes(object: &Value, path: &[&str]) -> SmolStr {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let modes = object.list_at(path);
    let present = SHORT.iter().filter(|(mode, _)| modes.iter().any(|it| it.as_str() == Some(mode)));
    let parts: Vec<&str> = present.map(|(_, short)| *short).collect();
    parts.join(",").into()
}

fn volume_status(object: &Value, _: i64) -> SmolStr {
    if object.at(&["metadata", "deletionTimestamp"]).is_null() {
        text(object, &["status", "phase"])
    } else {
        "Terminating".into()
    }
}

fn volume_claim(object: &Value, _: i64) -> SmolStr {
    let claim = object.at(&["spec", "claimRef"]);
    if claim.is_null() { "".into() } else { format_smolstr!("{}/{}", claim.str_at(&["namespace"]), claim.str_at(&["name"])) }
}

fn service_ports(service: &Value, _: i64) -> SmolStr {
    let port = |it: &Value| {
        let protocol = it.str_at(&["protocol"]);
        let protocol = if protocol.is_empty() { "TCP" } else { protocol };
        let number = it.at(&["port"]).as_i64().unwrap_or_default();
        match it.at(&["nodePort"]).as_i64() {
            Some(node_port) if node_port > 0 => format!("{number}:{node_port}/{protocol}"),
            _ => format!("{number}/{protocol}"),
        }
    };
    let ports: Vec<String> = service.list_at(&["spec", "ports"]).iter().map(port).collect();
    if ports.is_empty() { NONE.into() } else { ports.join(",").into() }
}

/// When an object came into being, in seconds since 1970; 0 where nothing says so.
pub fn created(object: &Value) -> i64 {
    time::read(object.at(&["metadata", "creationTimestamp"])).unwrap_or_default()
}
