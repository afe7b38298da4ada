//! Events as the API server shows them.

use crate::cluster::Cluster;
use crate::object::{SmolStr, Value, map, time};
use crate::runtime::events::{Event, EventType};

/// The one component that records its events with the newer API.
const NEWER_RECORDER: &str = "default-scheduler";

/// The events of a namespace (all, when it is empty), in the order of their names.
pub fn list(cluster: &Cluster, api_version: &str, namespace: &str) -> Vec<Value> {
    let now = cluster.runtime.unix();
    let mut events: Vec<Value> = Vec::new();
    for (number, event) in cluster.runtime.events.iter(now).enumerate() {
        let value = tree(cluster, number, event, api_version);
        if ["", value.str_at(&["metadata", "namespace"])].contains(&namespace) {
            events.push(value);
        }
    }
    events.sort_by_cached_key(|it| [it.str_at(&["metadata", "namespace"]), it.str_at(&["metadata", "name"])].map(SmolStr::new));
    events
}

fn tree(cluster: &Cluster, number: usize, event: &Event, api_version: &str) -> Value {
    let involved = &event.involved;
    let namespace = if involved.key.namespace.is_empty() { "default" } else { &involved.key.namespace };
    // Names end with the nanoseconds of the first time; what was said in the same second is told apart by its number.
    let nanos = event.first.saturating_mul(1_000_000_000).saturating_add(i64::try_from(number).unwrap_or_default());
    let first = time::format(event.first);
    let newer = event.source.component == NEWER_RECORDER;
    let mut about = map! {
        "apiVersion" => involved.kind.api_version(), "kind" => involved.kind.name(), "name" => &involved.key.name, "uid" => &involved.uid,
    };
    if !involved.key.namespace.is_empty() {
        about.set(&["namespace"], &involved.key.namespace);
    }
    if !involved.field_path.is_empty() {
        about.set(&["fieldPath"], &involved.field_path);
    }
    let stored = cluster.runtime.store.get(involved.kind, &involved.key);
    if let Some(version) = stored.map(|it| it.meta.resource_version) {
        about.set(&["resourceVersion"], smol_str::format_smolstr!("{version}"));
    }
    let mut value = map! {
        "apiVersion" => api_version,
        "kind" => "Event",
        "metadata" => map! {
            "name" => smol_str::format_smolstr!("{}.{nanos:016x}", involved.key.name),
            "namespace" => namespace,
            "creationTimestamp" => &first,
            "resourceVersion" => smol_str::format_smolstr!("{}", number + 1),
            "uid" => smol_str::format_smolstr!("{:08x}-0000-4000-8000-{:012x}", event.first & 0xffff_ffff, number),
        },
        "involvedObject" => about,
        "reason" => event.reason,
        "message" => &event.message,
        "type" => if event.event_type == EventType::Normal { "Normal" } else { "Warning" },
        "reportingComponent" => event.source.component,
        "reportingInstance" => &event.source.host,
    };
    if newer {
        value.set(&["eventTime"], smol_str::format_smolstr!("{}.000000Z", first.trim_end_matches('Z')));
        value.set(&["firstTimestamp"], Value::Null);
        value.set(&["lastTimestamp"], Value::Null);
        value.set(&["source"], Value::object());
        value.set(&["reportingInstance"], "default-scheduler-control-plane");
        value.set(&["action"], if event.reason == "Preempted" { "Preempting" } else { "Binding" });
        if event.count > 1 {
            let last = time::format(event.last);
            let observed = smol_str::format_smolstr!("{}.000000Z", last.trim_end_matches('Z'));
            value.set(&["series"], map! { "count" => count(event), "lastObservedTime" => observed });
        }
    } else {
        value.set(&["eventTime"], Value::Null);
        value.set(&["firstTimestamp"], first);
        value.set(&["lastTimestamp"], time::format(event.last));
        value.set(&["count"], count(event));
        let mut source = map! { "component" => event.source.component };
        if !event.source.host.is_empty() {
            source.set(&["host"], &event.source.host);
        }
        value.set(&["source"], source);
    }
    value
}

fn count(event: &Event) -> i64 {
    i64::try_from(event.count).unwrap_or(i64::MAX)
}

/// First and last time and how often, read from an event's tree; times in seconds since 1970.
pub fn times(event: &Value) -> (Option<i64>, Option<i64>, i64) {
    let at = |path: &[&str]| time::read(event.at(path));
    let first = at(&["firstTimestamp"]).or_else(|| at(&["eventTime"]));
    let last = at(&["series", "lastObservedTime"]).or_else(|| at(&["lastTimestamp"])).or(first);
    let count = event.at(&["series", "count"]).as_i64().or_else(|| event.at(&["count"]).as_i64()).unwrap_or(1);
    (first, last, count)
}

/// Who said it: component and host.
pub fn source(event: &Value) -> (&str, &str) {
    let component = event.str_at(&["source", "component"]);
    let component = if component.is_empty() { event.str_at(&["reportingComponent"]) } else { component };
    (component, event.str_at(&["source", "host"]))
}

/// The events about an object.
pub fn about(cluster: &Cluster, object: &Value) -> Vec<Value> {
    let uid = object.str_at(&["metadata", "uid"]);
    let (kind, name) = (object.str_at(&["kind"]), object.str_at(&["metadata", "name"]));
    let now = cluster.runtime.unix();
    let same = |event: &Event| {
        let involved = &event.involved;
        involved.kind.name() == kind && involved.key.name == name && (involved.uid == uid || kind == "Node")
    };
    let events = cluster.runtime.events.iter(now).enumerate().filter(|(_, event)| same(event));
    let mut events: Vec<Value> = events.map(|(number, event)| tree(cluster, number, event, "v1")).collect();
    events.sort_by_key(|event| times(event).1);
    events
}
