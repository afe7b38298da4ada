//! Events: what components say about objects, counted and thinned out as client-go's recorder does.
//!
//! Models `EventCorrelator` of `client-go/tools/record`: similar events are aggregated from the tenth on, equal ones counted,
//! and a source that talks too much about one object is silenced.

use crate::persistent::{OrdMap, Vector};

use crate::object::{Kind, Object, ObjectKey, SmolStr};

/// How many distinct messages of one reason are shown before they are combined.
const SIMILAR_BEFORE_AGGREGATION: usize = 10;
/// Seconds without a similar event after which aggregation begins anew.
const AGGREGATION_WINDOW_SECONDS: i64 = 600;
/// How many events of one type a source may say about an object at once.
const SPAM_BURST: f64 = 25.0;
/// Seconds until one more is allowed.
const SPAM_REFILL_SECONDS: f64 = 300.0;
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
}

/// Whether an event is good or bad news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventType {
    /// All is as it should be.
    Normal,
    /// Somebody should know.
    Warning,
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
    /// How often.
    pub count: u64,
}

/// The events of a cluster and what the recorders remember of them.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    events: Vector<Event>,
    groups: OrdMap<GroupKey, Group>,
    buckets: OrdMap<(SmolStr, EventType, Source), Bucket>,
}

/// The object's UID first: that is where keys differ.
type GroupKey = (SmolStr, &'static str, EventType, Source, ObjectKey, Kind);

#[derive(Clone, Debug, Default)]
struct Group {
    messages: OrdMap<SmolStr, ()>,
    last: i64,
    indices: OrdMap<SmolStr, usize>,
    aggregate: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: i64,
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
        let allowed = self.spend(&source, &involved, event_type, now);
        let group = self.groups.get_or_default((
            involved.uid.clone(),
            reason,
            event_type,
            source.clone(),
            involved.key.clone(),
            involved.kind,
        ));
        if now - group.last > AGGREGATION_WINDOW_SECONDS {
            group.messages = OrdMap::new();
            group.aggregate = None;
        }
        group.last = now;
        group.messages.insert(message.clone(), ());
        let aggregated = group.messages.len() >= SIMILAR_BEFORE_AGGREGATION;
        if aggregated {
            group.messages.remove(&message);
        }
        if !allowed {
            return;
        }
        let key = smol_str::format_smolstr!("{}{}", involved.field_path, message);
        let known = if aggregated { group.aggregate } else { group.indices.get(&key).copied() };
        if let Some(event) = known.and_then(|index| self.events.get_mut(index)) {
            event.count += 1;
            event.last = now;
            if aggregated {
                event.message = combined(&message);
            }
            return;
        }
        let index = self.events.len();
        if aggregated {
            group.aggregate = Some(index);
        } else {
            group.indices.insert(key, index);
        }
        let message = if aggregated { combined(&message) } else { message };
        self.events.push_back(Event { involved, event_type, reason, message, source, first: now, last: now, count: 1 });
    }

    #[allow(clippy::cast_precision_loss, reason = "seconds of a lab's life fit")]
    fn spend(&mut self, source: &Source, involved: &InvolvedObject, event_type: EventType, now: i64) -> bool {
        let key = (involved.uid.clone(), event_type, source.clone());
        let bucket = self.buckets.get_or_insert_with(key, || Bucket { tokens: SPAM_BURST, filled: now });
        bucket.tokens = (bucket.tokens + (now - bucket.filled) as f64 / SPAM_REFILL_SECONDS).min(SPAM_BURST);
        bucket.filled = now;
        let allowed = bucket.tokens >= 1.0;
        if allowed {
            bucket.tokens -= 1.0;
        }
        allowed
    }

    /// The events that are still kept, in the order in which they were first said.
    pub fn iter(&self, now: i64) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().filter(move |event| now - event.last <= TIME_TO_LIVE_SECONDS)
    }
}

fn combined(message: &str) -> SmolStr {
    smol_str::format_smolstr!("(combined from similar events): {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(log: &mut EventLog, now: i64, message: String) {
        let source = Source { component: "daemonset-controller", host: SmolStr::default() };
        let involved = InvolvedObject {
            kind: Kind::DaemonSet,
            key: ObjectKey::new("default", "agent"),
            uid: "uid".into(),
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
        assert_eq!(log.iter(300).next().map(|it| it.count), Some(26));
    }

    #[test]
    fn an_event_lives_for_an_hour() {
        let mut log = EventLog::default();
        record(&mut log, 0, "a".to_owned());
        assert_eq!((log.iter(3600).count(), log.iter(3601).count()), (1, 0));
    }
}
