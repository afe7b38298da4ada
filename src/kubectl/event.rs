//! What kubectl reads of events.

use super::client;
use super::select::Info;
use crate::cluster::Cluster;
use crate::object::{Kind, ObjectKey, Value, time};
use crate::runtime::events::Event;

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

/// An event as it is kept, with its number.
type Kept<'a> = (usize, &'a Event);

/// The events about each of these objects, the last one last.
pub fn about<'a>(cluster: &'a Cluster, infos: &[Info]) -> Vec<Vec<Kept<'a>>> {
    let wanted = infos.iter().enumerate();
    let wanted = wanted.filter_map(|(at, it)| Some((it.resource.stored?, client::key(it.resource, &it.namespace, &it.name), at)));
    let mut wanted: Vec<(Kind, ObjectKey, usize)> = wanted.collect();
    wanted.sort();
    let mut found = vec![Vec::new(); infos.len()];
    for (number, event) in cluster.runtime.events.numbered(cluster.runtime.unix()) {
        let about = &event.involved;
        let first = wanted.partition_point(|(kind, key, _)| (kind, key) < (&about.kind, &about.key));
        let same = wanted[first..].iter().take_while(|(kind, key, _)| (kind, key) == (&about.kind, &about.key));
        for (kind, _, at) in same {
            // The node controller calls nodes by their names, not by their UIDs.
            if *kind == Kind::Node || infos[*at].value.str_at(&["metadata", "uid"]) == about.uid {
                found[*at].push((number, event));
            }
        }
    }
    found.iter_mut().for_each(|events| events.sort_by_key(|(_, event)| event.last));
    found
}
