//! Events: what components say about objects, counted and thinned out as client-go's recorder does.
//!
//! Models `EventCorrelator` of `client-go/tools/record`: similar events are aggregated from the tenth on, equal ones counted,
//! and a source that talks too much about one object is silenced.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::object::{Kind, Object, ObjectKey, SmolStr, Value, map, time};
use crate::persistent::{HashMap, OrdMap, Vector};

/// How many distinct messages of one reason are shown before they are combined.
const SIMILAR_BEFORE_AGGREGATION: usize = 10;
/// Seconds without a similar event after which aggregation begins anew.
const AGGREGATION_WINDOW_SECONDS: i64 = 600;
/// How many events of one type a source may say about an object at once.
const SPAM_BURST: f64 = 25.0;
/// Seconds until one more is allowed.
const SPAM_REFILL_SECONDS: f64 = 300.0;
/// The component that says events with the newer API (`events.k8s.io`): they are neither combined nor filtered, and what is
/// said again becomes a series.
const NEW_API: &str = "default-scheduler";
/// Seconds without the same event after which its series is over.
const SERIES_WINDOW_SECONDS: i64 = 360;
/// How long an event is kept, in seconds.
const TIME_TO_LIVE_SECONDS: i64 = 3600;

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// `daemonset-controller`, `kubelet` …
    pub component: &'static str,
    /// The node, for a kubelet; else empty.
    pub host: SmolStr,
}

/// The object that is spoken about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InvolvedObject {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub key: ObjectKey,
    /// Its UID.
    pub uid: SmolStr,
    /// The part of it, such as `spec.containers{c}`; empty for the whole.
    pub field_path: SmolStr,
}

impl InvolvedObject {
    /// A whole object.
    pub fn of(object: &Object) -> Self {
        Self { kind: object.kind, key: object.key().clone(), uid: object.meta.uid.clone(), field_path: SmolStr::default() }
    }

    /// What tells the object from all others: its UID, or kind and name where it has none.
    fn identity(&self) -> SmolStr {
        if self.uid.is_empty() { smol_str::format_smolstr!("{} {}", self.kind.name(), self.key) } else { self.uid.clone() }
    }
}

/// Whether an event is good or bad news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventType {
    /// All is as it should be.
    Normal,
    /// Somebody should know.
    Warning,
}

impl EventType {
    /// The API's word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Warning => "Warning",
        }
    }
}

/// One stored event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// What it is about.
    pub involved: InvolvedObject,
    /// Normal or warning.
    pub event_type: EventType,
    /// `SuccessfulCreate` …
    pub reason: &'static str,
    /// The text.
    pub message: SmolStr,
    /// Who said it.
    pub source: Source,
    /// When it was first said, in seconds since 1970.
    pub first: i64,
    /// When it was last said, in seconds since 1970.
    pub last: i64,
    /// How often, as far as it was written down.
    pub count: u64,
    /// How often it was said, even when the spam filter swallowed it. The next time that it is written down, this is the count.
    said: u64,
}

/// The events of a cluster and what the recorders remember of them.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    events: Vector<Event>,
    /// How many events went before those.
    forgotten: usize,
    /// By the object that is spoken about, see [`InvolvedObject::identity`].
    talks: HashMap<SmolStr, Arc<Talk>>,
    /// The talks of which only half-spent buckets are left, by the second in which all of those are full again.
    fading: OrdMap<(i64, SmolStr), ()>,
}

/// What the recorders remember of what they said about one object.
#[derive(Clone, Debug, Default)]
struct Talk {
    groups: Vec<(Topic, Group)>,
    buckets: Vec<(EventType, Source, Bucket)>,
}

/// What similar events of one object have in common.
type Topic = (&'static str, EventType, Source);

/// Similar events: all but their messages is the same.
#[derive(Clone, Debug, Default)]
struct Group {
    /// The distinct messages that count towards aggregation; fewer than [`SIMILAR_BEFORE_AGGREGATION`].
    messages: SmallVec<[SmolStr; 1]>,
    last: i64,
    /// The numbers of the events that stand for one message each.
    indices: SmallVec<[usize; 2]>,
    /// The number of the event that stands for all further ones.
    aggregate: Option<usize>,
}

/// How much a source may still say about an object.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: i64,
}

impl Bucket {
    #[allow(clippy::cast_precision_loss, reason = "seconds of a lab's life fit")]
    fn fill(&mut self, now: i64) {
        self.tokens = (self.tokens + (now - self.filled) as f64 / SPAM_REFILL_SECONDS).min(SPAM_BURST);
        self.filled = now;
    }
}

impl Talk {
    /// Whether the spam filter lets one more event pass.
    fn spend(&mut self, source: &Source, event_type: EventType, now: i64) -> bool {
        let known = self.buckets.iter().position(|(of, who, _)| (of, who) == (&event_type, source));
        let index = known.unwrap_or_else(|| {
            self.buckets.push((event_type, source.clone(), Bucket { tokens: SPAM_BURST, filled: now }));
            self.buckets.len() - 1
        });
        let bucket = &mut self.buckets[index].2;
        bucket.fill(now);
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        allowed
    }

    fn group(&mut self, reason: &'static str, event_type: EventType, source: &Source) -> &mut Group {
        let known = self.groups.iter().position(|((why, of, who), _)| (*why, of, who) == (reason, &event_type, source));
        let index = known.unwrap_or_else(|| {
            self.groups.push(((reason, event_type, source.clone()), Group::default()));
            self.groups.len() - 1
        });
        &mut self.groups[index].1
    }

    /// Forgets an event by its number; all before it are forgotten already.
    fn forget(&mut self, number: usize) {
        self.groups.retain_mut(|(_, group)| {
            group.indices.retain(|index| *index > number);
            group.aggregate = group.aggregate.filter(|index| *index > number);
            !group.indices.is_empty() || group.aggregate.is_some()
        });
    }

    /// When all that its sources may say is theirs again, in seconds since 1970.
    #[allow(clippy::cast_possible_truncation, reason = "at most a few thousand seconds")]
    fn full_at(&self) -> i64 {
        let full_at = |bucket: &Bucket| bucket.filled + ((SPAM_BURST - bucket.tokens) * SPAM_REFILL_SECONDS).ceil() as i64;
        self.buckets.iter().map(|(.., bucket)| full_at(bucket)).max().unwrap_or_default()
    }

    /// Whether nothing is remembered that a new talk would not know.
    fn is_over(&mut self, now: i64) -> bool {
        self.buckets.iter_mut().for_each(|(.., bucket)| bucket.fill(now));
        self.groups.is_empty() && self.buckets.iter().all(|(.., bucket)| bucket.tokens >= SPAM_BURST)
    }
}

impl EventLog {
    /// Says something about an object at a time in seconds since 1970.
    pub fn record(
        &mut self,
        now: i64,
        source: Source,
        involved: InvolvedObject,
        event_type: EventType,
        reason: &'static str,
        message: SmolStr,
    ) {
        self.forget(now);
        let new_api = source.component == NEW_API;
        let talk = Arc::make_mut(self.talks.get_or_default(involved.identity()));
        let allowed = new_api || talk.spend(&source, event_type, now);
        let group = talk.group(reason, event_type, &source);
        let quiet_seconds = now - group.last;
        group.last = now;
        let mut aggregated = false;
        if new_api {
            if quiet_seconds > SERIES_WINDOW_SECONDS {
                group.indices.clear();
            }
        } else {
            if quiet_seconds > AGGREGATION_WINDOW_SECONDS {
                group.messages.clear();
            }
            let is_new = !group.messages.contains(&message);
            aggregated = is_new && group.messages.len() + 1 >= SIMILAR_BEFORE_AGGREGATION;
            if is_new && !aggregated {
                group.messages.push(message.clone());
            }
        }
        let (events, forgotten) = (&self.events, self.forgotten);
        let says_so = |index: &usize| {
            let event = index.checked_sub(forgotten).and_then(|it| events.get(it));
            event.is_some_and(|it| it.message == message && it.involved.field_path == involved.field_path)
        };
        let known = if aggregated { group.aggregate } else { group.indices.iter().copied().find(says_so) };
        let message = if aggregated { combined(&message) } else { message };
        let known = known.and_then(|index| self.events.get_mut(index.checked_sub(forgotten)?));
        if let Some(event) = known {
            event.said += 1;
            if allowed {
                event.count = event.said;
                event.last = now;
                event.message = message;
            }
            return;
        }
        let index = forgotten + self.events.len();
        if aggregated {
            group.aggregate = Some(index);
        } else {
            group.indices.push(index);
        }
        let count = u64::from(allowed);
        self.events.push_back(Event { involved, event_type, reason, message, source, first: now, last: now, count, said: 1 });
    }

    /// Drops the events of a namespace that is gone.
    pub fn forget_namespace(&mut self, namespace: &str) {
        for index in 0..self.events.len() {
            let is_in = self.events.get(index).is_some_and(|event| event.involved.key.namespace == namespace);
            if let Some(event) = self.events.get_mut(index).filter(|_| is_in) {
                event.count = 0;
            }
        }
    }

    /// Drops the oldest events whose time is over, with what is remembered of them.
    fn forget(&mut self, now: i64) {
        while let Some(event) = self.events.front().filter(|event| now - event.last > TIME_TO_LIVE_SECONDS) {
            let who = event.involved.identity();
            if let Some(talk) = self.talks.get_mut(&who) {
                Arc::make_mut(talk).forget(self.forgotten);
                self.end_talk(now, who);
            }
            self.events.pop_front();
            self.forgotten += 1;
        }
        while self.fading.first().is_some_and(|((full_at, _), ())| *full_at <= now)
            && let Some(((_, who), ())) = self.fading.pop_first()
        {
            self.end_talk(now, who);
        }
    }

    /// Drops what is remembered of an object when nothing is left of it, or plans to look again.
    fn end_talk(&mut self, now: i64, who: SmolStr) {
        let Some(talk) = self.talks.get_mut(&who).map(Arc::make_mut).filter(|talk| talk.groups.is_empty()) else { return };
        if talk.is_over(now) {
            self.talks.remove(&who);
        } else {
            self.fading.insert((talk.full_at().max(now + 1), who), ());
        }
    }

    /// The events that are still kept, in the order in which they were first said.
    pub fn iter(&self, now: i64) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.is_kept(now))
    }

    /// The events about an object that are still kept, those that were said first coming last. Of what is said in series, the last
    /// series.
    pub fn about(&self, object: &Object, now: i64) -> impl Iterator<Item = &Event> {
        let groups = self.talks.get(&InvolvedObject::of(object).identity()).into_iter().flat_map(|talk| &talk.groups);
        let mut numbers: Vec<usize> =
            groups.flat_map(|(_, group)| group.indices.iter().copied().chain(group.aggregate)).collect();
        numbers.sort_unstable();
        let events = numbers.into_iter().rev().filter_map(|number| self.events.get(number.checked_sub(self.forgotten)?));
        events.filter(move |event| event.is_kept(now))
    }

    /// The same with their numbers, see [`Event::write`].
    pub fn numbered(&self, now: i64) -> impl Iterator<Item = (usize, &Event)> {
        let numbered = self.events.iter().enumerate().filter(move |(_, event)| event.is_kept(now));
        numbered.map(|(index, event)| (self.forgotten + index, event))
    }
}

impl Event {
    /// Whether it was written down, and its time is not over.
    fn is_kept(&self, now: i64) -> bool {
        self.count > 0 && now - self.last <= TIME_TO_LIVE_SECONDS
    }

    /// The namespace that it is in: that of what it is about.
    pub fn namespace(&self) -> &str {
        let namespace = &self.involved.key.namespace;
        if namespace.is_empty() { "default" } else { namespace }
    }

    /// Its name, with a number as in [`Event::write`].
    pub fn name(&self, number: usize) -> SmolStr {
        let nanoseconds = self.first.saturating_mul(1_000_000_000).saturating_add(i64::try_from(number).unwrap_or(0));
        smol_str::format_smolstr!("{}.{nanoseconds:016x}", self.involved.key.name)
    }

    /// As an object of the API, with a number as in [`Event::write`].
    pub fn object(&self, number: usize) -> Object {
        Object::read(Kind::Event, self.write(number))
    }

    /// The event as the API shows it, as `v1 Event`. `number` tells events of the same second apart.
    pub fn write(&self, number: usize) -> Value {
        let InvolvedObject { kind, key, uid, field_path } = &self.involved;
        let count = i64::try_from(self.count).unwrap_or(i64::MAX);
        let (first, last) = (time::format(self.first), time::format(self.last));
        let mut involved = map! { "apiVersion" => kind.api_version(), "kind" => kind.name(), "name" => &key.name, "uid" => uid };
        if !field_path.is_empty() {
            involved.set(&["fieldPath"], field_path);
        }
        if !key.namespace.is_empty() {
            involved.set(&["namespace"], &key.namespace);
        }
        let name = self.name(number);
        let metadata = map! {
            "name" => name.clone(), "namespace" => self.namespace(), "creationTimestamp" => first.clone(),
            "resourceVersion" => smol_str::format_smolstr!("{}", number + 1), "uid" => name,
        };
        let mut event = map! {
            "apiVersion" => "v1", "kind" => "Event", "metadata" => metadata, "involvedObject" => involved,
            "type" => self.event_type.name(),
            "reason" => self.reason, "message" => self.message.clone(),
            "reportingComponent" => self.source.component, "reportingInstance" => &self.source.host,
        };
        if self.source.component == NEW_API {
            let micro = |time: SmolStr| smol_str::format_smolstr!("{}.000000Z", time.trim_end_matches('Z'));
            event.set(&["action"], if self.reason == "Scheduled" { "Binding" } else { "Scheduling" });
            event.set(&["eventTime"], micro(first));
            event.set(&["source"], Value::object());
            for field in ["firstTimestamp", "lastTimestamp"] {
                event.set(&[field], Value::Null);
            }
            if self.count > 1 {
                event.set(&["series"], map! { "count" => count, "lastObservedTime" => micro(last) });
            }
        } else {
            let mut source = map! { "component" => self.source.component };
            if !self.source.host.is_empty() {
                source.set(&["host"], &self.source.host);
            }
            event.set(&["source"], source);
            event.set(&["eventTime"], Value::Null);
            event.set(&["count"], count);
            event.set(&["firstTimestamp"], first);
            event.set(&["lastTimestamp"], last);
        }
        event
    }
}

fn combined(message: &str) -> SmolStr {
    smol_str::format_smolstr!("(combined from similar events): {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(log: &mut EventLog, now: i64, message: String) {
        record_of(log, "uid", now, message);
    }

    fn record_of(log: &mut EventLog, uid: &str, now: i64, message: String) {
        let source = Source { component: "daemonset-controller", host: SmolStr::default() };
        let involved = InvolvedObject {
            kind: Kind::DaemonSet,
            key: ObjectKey::new("default", "agent"),
            uid: uid.into(),
            field_path: SmolStr::default(),
        };
        log.record(now, source, involved, EventType::Normal, "SuccessfulCreate", message.into());
    }

    #[test]
    fn equal_events_are_counted() {
        let mut log = EventLog::default();
        record(&mut log, 0, "a".to_owned());
        record(&mut log, 5, "a".to_owned());
        let events: Vec<&Event> = log.iter(5).collect();
        assert_eq!((events.len(), events[0].count, events[0].first, events[0].last), (1, 2, 0, 5));
    }

    #[test]
    fn from_the_tenth_distinct_message_on_events_are_combined() {
        let mut log = EventLog::default();
        for index in 0..12 {
            record(&mut log, 0, format!("Created pod: {index}"));
        }
        let events: Vec<&Event> = log.iter(0).collect();
        assert_eq!(events.len(), 10);
        assert_eq!(events[9].message, "(combined from similar events): Created pod: 11");
        assert_eq!(events[9].count, 3);
    }

    #[test]
    fn after_twenty_five_events_a_source_is_silenced_for_five_minutes() {
        let mut log = EventLog::default();
        for _ in 0..30 {
            record(&mut log, 0, "a".to_owned());
        }
        assert_eq!(log.iter(0).next().map(|it| it.count), Some(25));
        record(&mut log, 300, "a".to_owned());
        // The recorder goes on counting what it does not send.
        assert_eq!(log.iter(300).next().map(|it| it.count), Some(31));
    }

    #[test]
    fn what_an_object_may_say_is_forgotten_once_it_may_say_all_again() {
        let mut log = EventLog::default();
        for _ in 0..20 {
            record_of(&mut log, "uid", 0, "a".to_owned());
        }
        for (now, talks) in [(1, 2), (3_601, 2), (5_999, 2), (6_000, 1)] {
            record_of(&mut log, "another", now, "b".to_owned());
            assert_eq!(log.talks.len(), talks, "{now}");
        }
        assert!(log.fading.is_empty());
    }

    #[test]
    fn what_was_said_about_an_object_comes_newest_first() {
        let mut log = EventLog::default();
        let object = Object::read(Kind::Pod, map! { "metadata" => map! { "name" => "a", "uid" => "uid" } });
        for index in 0..12 {
            record_of(&mut log, "uid", 0, format!("Created pod: {index}"));
            record_of(&mut log, "another", 0, "b".to_owned());
        }
        record_of(&mut log, "uid", 9, "Created pod: 2".to_owned());
        let said: Vec<&str> = log.about(&object, 9).map(|it| it.message.as_str()).collect();
        assert_eq!(said.len(), 10);
        assert_eq!(said[..2], ["(combined from similar events): Created pod: 11", "Created pod: 8"]);
        let later: Vec<&str> = log.about(&object, 3_605).map(|it| it.message.as_str()).collect();
        assert_eq!(later, ["Created pod: 2"]);
    }

    #[test]
    fn an_event_lives_for_an_hour() {
        let mut log = EventLog::default();
        record(&mut log, 0, "a".to_owned());
        assert_eq!((log.iter(3600).count(), log.iter(3601).count()), (1, 0));
    }
}
