//! What kubectl reads of events.

use std::cmp::Ordering;

use smol_str::format_smolstr;

use super::client;
use super::print::age;
use super::select::Info;
use crate::cluster::Cluster;
use crate::object::{Kind, ObjectKey, SmolStr, Value, time};
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
pub type Kept<'a> = (usize, &'a Event);

/// The events of a namespace, or of all, in the order of namespaces and names.
pub fn all<'a>(cluster: &'a Cluster, namespace: &str) -> Vec<Kept<'a>> {
    let kept = cluster.runtime.events.numbered(cluster.runtime.unix());
    let mut found: Vec<Kept<'a>> = kept.filter(|(_, it)| namespace.is_empty() || it.namespace() == namespace).collect();
    found.sort_by(|one, other| one.1.namespace().cmp(other.1.namespace()).then_with(|| by_name(*one, *other)));
    found
}

/// The order of the names of two events, which need not be written for it as a rule.
fn by_name(one: Kept<'_>, other: Kept<'_>) -> Ordering {
    let [name, other_name] = [one, other].map(|(_, event)| event.involved.key.name.as_bytes());
    let common = name.len().min(other_name.len());
    match name[..common].cmp(&other_name[..common]) {
        Ordering::Equal if name.len() == other_name.len() => one.0.cmp(&other.0),
        // What stands behind the objects' names counts where one of them begins with the other.
        Ordering::Equal => one.1.name(one.0).cmp(&other.1.name(other.0)),
        order => order,
    }
}

/// The first and the last time of something, in seconds since 1970.
type Times = (Option<i64>, Option<i64>);

/// What is printed of an event, whether it was read as an object or is kept as it was said.
#[derive(Clone, Debug)]
pub struct Said<'a> {
    /// When it was first and last said, in seconds since 1970.
    pub times: Times,
    /// How often.
    pub count: i64,
    /// `Normal` or `Warning`.
    pub kind: &'a str,
    /// Why.
    pub reason: &'a str,
    /// The text.
    pub message: &'a str,
    /// Kind and name of what it is about.
    pub about: (&'a str, &'a str),
    /// The part of that; empty for the whole.
    pub part: &'a str,
    /// Component and host of who said it.
    pub source: (&'a str, &'a str),
    /// Its namespace.
    pub namespace: &'a str,
    named: Named<'a>,
}

/// What an event's name is read from.
#[derive(Clone, Copy, Debug)]
enum Named<'a> {
    Object(&'a Value),
    Kept(Kept<'a>),
}

impl<'a> Said<'a> {
    /// Reads an event's tree.
    pub fn of_object(event: &'a Value) -> Self {
        let (first, last, count) = times(event);
        let about = event.at(&["involvedObject"]);
        Self {
            times: (first, last),
            count,
            kind: event.str_at(&["type"]),
            reason: event.str_at(&["reason"]),
            message: event.str_at(&["message"]).trim(),
            about: (about.str_at(&["kind"]), about.str_at(&["name"])),
            part: about.str_at(&["fieldPath"]),
            source: source(event),
            namespace: event.str_at(&["metadata", "namespace"]),
            named: Named::Object(event),
        }
    }

    /// The same of an event as it is kept.
    pub fn of(kept: Kept<'a>) -> Self {
        let event = kept.1;
        let about = &event.involved;
        Self {
            times: (Some(event.first), Some(event.last)),
            count: i64::try_from(event.count).unwrap_or(i64::MAX),
            kind: event.event_type.name(),
            reason: event.reason,
            message: event.message.trim(),
            about: (about.kind.name(), &about.key.name),
            part: &about.field_path,
            source: (event.source.component, &event.source.host),
            namespace: event.namespace(),
            named: Named::Kept(kept),
        }
    }

    /// Its name.
    pub fn name(&self) -> SmolStr {
        match self.named {
            Named::Object(event) => event.text_at(&["metadata", "name"]),
            Named::Kept((number, event)) => event.name(number),
        }
    }

    /// `12s`, or `5s (x3 over 12s)`; of what was said once the first time counts, or the last.
    pub fn ago(&self, now: i64, once: fn(Times) -> Option<i64>) -> SmolStr {
        let ago = |time: Option<i64>| time.map_or_else(|| "<unknown>".into(), |then| age::human(now - then));
        let (first, last) = self.times;
        if self.count > 1 {
            format_smolstr!("{} (x{} over {})", ago(last), self.count, ago(first))
        } else {
            ago(once(self.times))
        }
    }
}

/// The events about each of these objects, the last one last.
pub fn about<'a>(cluster: &'a Cluster, infos: &[Info]) -> Vec<Vec<Kept<'a>>> {
    let wanted = infos.iter().enumerate();
    let wanted = wanted.filter_map(|(at, it)| Some((it.resource.stored?, client::key(it.resource, &it.namespace, &it.name), at)));
    let mut wanted: Vec<(Kind, ObjectKey, usize)> = wanted.collect();
    wanted.sort();
    let mut found = vec![Vec::new(); infos.len()];
    let mut first = 0;
    for (number, event) in cluster.runtime.events.numbered(cluster.runtime.unix()) {
        let about = &event.involved;
        // Much of what is said about an object is said at once.
        if wanted.get(first).is_none_or(|(kind, key, _)| (kind, key) != (&about.kind, &about.key)) {
            first = wanted.partition_point(|(kind, key, _)| (kind, key) < (&about.kind, &about.key));
        }
        let same = wanted[first..].iter().take_while(|(kind, key, _)| (kind, key) == (&about.kind, &about.key));
        for (kind, _, at) in same {
            // The node controller calls nodes by their names, not by their UIDs.
            if *kind == Kind::Node || infos[*at].value.str_at(&["metadata", "uid"]) == about.uid {
                found[*at].push((number, event));
            }
        }
    }
    for events in &mut found {
        events.sort_by_key(|(_, event)| event.last);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::events::{EventLog, EventType, InvolvedObject, Source};

    #[test]
    fn events_are_in_the_order_of_their_names_without_them_being_written() {
        let mut log = EventLog::default();
        for (second, name) in ["a", "a-b", "a.b", "a.zz", "ab", "b", "a0", "a.18", "b", "a"].into_iter().enumerate() {
            let key = ObjectKey::new("default", name);
            let about = InvolvedObject { kind: Kind::Pod, key, uid: name.into(), field_path: SmolStr::default() };
            let source = Source { component: "kubelet", host: SmolStr::default() };
            let now = 1_750_000_000 + i64::try_from(second).unwrap_or_default();
            log.record(now, source, about, EventType::Normal, "Reason", smol_str::format_smolstr!("{second}"));
        }
        let kept: Vec<Kept<'_>> = log.numbered(1_750_000_010).collect();
        assert_eq!(kept.len(), 10);
        for (one, other) in kept.iter().flat_map(|one| kept.iter().map(move |other| (*one, *other))) {
            assert_eq!(by_name(one, other), one.1.name(one.0).cmp(&other.1.name(other.0)), "{one:?} {other:?}");
        }
    }
}
