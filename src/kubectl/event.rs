//! What kubectl reads of events.

use crate::apiserver::Selection;
use crate::cluster::Cluster;
use crate::object::{Kind, Value, time};

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

/// The events about an object, the last one last.
pub fn about(cluster: &Cluster, object: &Value) -> Vec<Value> {
    let [kind, name] = [["kind"], ["name"]]
        .map(|field| if field == ["kind"] { object.str_at(&field) } else { object.str_at(&["metadata", "name"]) });
    let namespace = object.str_at(&["metadata", "namespace"]);
    let fields = smol_str::format_smolstr!("involvedObject.kind={kind},involvedObject.name={name}");
    let by = Selection { fields, ..Selection::default() };
    let namespace = Some(namespace).filter(|it| !it.is_empty());
    let uid = object.str_at(&["metadata", "uid"]);
    let found = cluster.runtime.select(Kind::Event, namespace, &by).unwrap_or_default();
    // The node controller calls nodes by their names, not by their UIDs.
    let same = |event: &&Value| kind == "Node" || event.str_at(&["involvedObject", "uid"]) == uid;
    let mut events: Vec<Value> = found.iter().map(|it| &it.value).filter(same).cloned().collect();
    events.sort_by_key(|event| times(event).1);
    events
}
