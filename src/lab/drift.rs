//! What the cluster has otherwise than a text says: what applying the text would change, found out on a copy of the cluster.

use serde::{Deserialize, Serialize};

use crate::cluster::apply::LAST_APPLIED;
use crate::cluster::{Cluster, Input};
use crate::kubectl::manifest::Sendable;
use crate::kubectl::print::format::said_name;
use crate::object::path::{FieldPath, Step};
use crate::object::position::{Position, Span};
use crate::object::{Object, ObjectKey, SmolStr, TEMPLATE_GENERATION_ANNOTATION, Value};

use super::manifest::Text;

/// So many differences are told; the others are only counted.
const MOST_TOLD: usize = 4;
/// A value is told up to so many characters.
const LONGEST_VALUE: usize = 80;
/// What the API server writes into `metadata` by itself.
const SYSTEM: [&str; 4] = ["generation", "managedFields", "resourceVersion", "uid"];

/// What the cluster has otherwise than a text; empty where it has the same. Objects that it never had are gone, too: who shows it must
/// know whether the text was applied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The first differences, in the order of the text.
    pub told: Vec<Difference>,
    /// How many there are besides those.
    pub others: usize,
    /// The text with the cluster's values, where it can be had by changing single values.
    pub adopted: Option<String>,
}

/// One thing that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Difference {
    /// The cluster does not have the object, or deletes it: `daemonset.apps/agent`.
    Gone(SmolStr),
    /// A field has another value.
    Field {
        /// The field, as Kubernetes names it.
        path: SmolStr,
        /// The value in the text; `None` where the field is not there.
        text: Option<SmolStr>,
        /// The value in the cluster; `None` where the field is not there.
        cluster: Option<SmolStr>,
    },
}

/// By what one can tell that the objects of a text are as they were: `None` for each that is not there.
pub type Marks = Vec<Option<Mark>>;

/// By what one can tell that an object is as it was: its UID, its version, and what of its metadata can be written without another
/// generation.
pub type Mark = (SmolStr, u64, [Value; 4]);

/// What of the metadata can be written without another generation.
const METADATA: [&str; 4] = ["annotations", "finalizers", "labels", "ownerReferences"];

/// The objects of a text as they are now. What only tells of an object's state, as its status does, makes no difference where
/// the object has a generation.
pub fn marks(cluster: &Cluster, objects: &[Sendable]) -> Marks {
    let mark = |object: &Sendable| {
        let stored = stored(cluster, object)?;
        let version = match u64::try_from(stored.meta.generation) {
            Ok(0) | Err(_) => stored.meta.resource_version,
            Ok(generation) => generation,
        };
        let metadata = stored.value.at(&["metadata"]);
        Some((stored.meta.uid.clone(), version, METADATA.map(|field| metadata.at(&[field]).clone())))
    };
    objects.iter().map(mark).collect()
}

fn key_of(object: &Sendable) -> ObjectKey {
    let namespace = match object.value.str_at(&["metadata", "namespace"]) {
        _ if !object.kind.is_namespaced() => "",
        "" => "default",
        namespace => namespace,
    };
    ObjectKey::new(namespace, object.value.str_at(&["metadata", "name"]))
}

fn stored<'a>(cluster: &'a Cluster, object: &Sendable) -> Option<&'a std::sync::Arc<Object>> {
    cluster.runtime.store.get(object.kind, &key_of(object)).filter(|it| it.meta.deleted.is_none())
}

/// A difference with its place in the object and both values.
struct Found<'a> {
    object: &'a Sendable,
    path: FieldPath,
    cluster: Value,
    text: Value,
}

/// What the cluster has otherwise than a text says.
pub fn drift(cluster: &Cluster, text: &str, read: &Text) -> Drift {
    let (gone, found) = differences(cluster, read);
    let adopted = if gone.is_empty() && !found.is_empty() { adopt(text, read, &found) } else { None };
    // A text that would not do is not offered.
    let adopted = adopted.filter(|text| {
        let read = Text::read(text);
        let (gone, found) = differences(cluster, &read);
        read.is_sendable() && gone.is_empty() && found.is_empty()
    });
    let fields = found.iter().map(|it| Difference::Field {
        path: it.path.to_string().into(),
        text: shown(&it.text),
        cluster: shown(&it.cluster),
    });
    let mut told: Vec<Difference> = gone.into_iter().map(Difference::Gone).chain(fields).collect();
    let others = told.len().saturating_sub(MOST_TOLD);
    told.truncate(MOST_TOLD);
    Drift { told, others, adopted }
}

fn differences<'a>(cluster: &Cluster, read: &'a Text) -> (Vec<SmolStr>, Vec<Found<'a>>) {
    let (mut gone, mut found) = (Vec::new(), Vec::new());
    for object in read.objects() {
        let Some(before) = stored(cluster, object) else {
            gone.push(said_name(&object.value).into());
            continue;
        };
        let mut copy = cluster.clone();
        // What is refused changes nothing, and is told when it is applied.
        if copy.input(Input::Apply(object.value.clone())).is_err() {
            continue;
        }
        if let Some(after) = stored(&copy, object) {
            compare(object, &mut Vec::new(), &before.value, &after.value, &mut found);
        }
    }
    (gone, found)
}

/// Walks through two trees, to the smallest parts that are different.
fn compare<'a>(object: &'a Sendable, at: &mut Vec<Step>, cluster: &Value, text: &Value, found: &mut Vec<Found<'a>>) {
    if cluster == text || is_system(at) {
        return;
    }
    match (cluster, text) {
        (Value::Map(a), Value::Map(b)) => {
            let mut names: Vec<SmolStr> = a.iter().chain(b.iter()).map(|(name, _)| name.clone()).collect();
            names.sort();
            names.dedup();
            for name in names {
                at.push(Step::Field(name.clone()));
                compare(object, at, cluster.at(&[&name]), text.at(&[&name]), found);
                at.pop();
            }
        }
        (Value::List(a), Value::List(b)) if a.iter().len() == b.iter().len() => {
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                at.push(Step::Index(index));
                compare(object, at, a, b, found);
                at.pop();
            }
        }
        _ => found.push(Found { object, path: FieldPath(at.clone()), cluster: cluster.clone(), text: text.clone() }),
    }
}

fn is_system(at: &[Step]) -> bool {
    let name = |index: usize| match at.get(index) {
        Some(Step::Field(name)) => name.as_str(),
        _ => "",
    };
    match (name(0), name(1)) {
        ("status", _) => true,
        ("metadata", field) if SYSTEM.contains(&field) => true,
        ("metadata", "annotations") => [LAST_APPLIED, TEMPLATE_GENERATION_ANNOTATION].contains(&name(2)),
        _ => false,
    }
}

/// A value in a few characters; `None` where there is none.
fn shown(value: &Value) -> Option<SmolStr> {
    if value.is_null() {
        return None;
    }
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut short: String = text.chars().take(LONGEST_VALUE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Some(short.into())
}

/// The text with the cluster's values in place of its own.
fn adopt(text: &str, read: &Text, found: &[Found<'_>]) -> Option<String> {
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    for it in found {
        let (place, whole) = read.positions(it.object.document)?.nearest(&it.path);
        if !whole {
            return None;
        }
        edits.push(if it.cluster.is_null() {
            let (start, end) = (offset(text, place.key?.start)?, offset(text, place.value.end)?);
            without_lines(text, start, end)?
        } else {
            let Span { start, end } = place.value;
            (offset(text, start)?, offset(text, end)?, scalar(&it.cluster)?)
        });
    }
    edits.sort();
    let mut adopted = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end, value) in edits {
        adopted.push_str(text.get(done..start)?);
        adopted.push_str(&value);
        done = end;
    }
    adopted.push_str(text.get(done..)?);
    Some(adopted)
}

/// Takes the lines out in which something stands alone.
fn without_lines(text: &str, start: usize, end: usize) -> Option<(usize, usize, String)> {
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let next = text.get(end..)?.find('\n').map_or(text.len(), |at| end + at + 1);
    let alone = [text.get(line..start)?, text.get(end..next)?].iter().all(|around| around.trim().is_empty());
    alone.then(|| (line, next, String::new()))
}

/// The place in bytes.
fn offset(text: &str, place: Position) -> Option<usize> {
    let mut begin = 0;
    for _ in 1..place.line {
        begin += text.get(begin..)?.find('\n')? + 1;
    }
    let line = text.get(begin..)?;
    let column = line.char_indices().map(|(at, _)| at).chain([line.len()]).nth(place.column.checked_sub(1)?)?;
    Some(begin + column)
}

/// A single value as it is written; `None` for one that has parts.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
            let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain) && !text.ends_with(':');
            // The shorter ones may mean something else: yes, on, null.
            Some(if is_plain && text.len() > 5 { text.to_string() } else { value.to_string() })
        }
        Value::Map(_) | Value::List(_) | Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Action, ClusterPreset, Lab};

    const MANIFEST: &str = "# mine
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      # what it runs
      containers:
      - name: c
        image: nginx:1.25 # the old one
";

    fn agent() -> ObjectKey {
        ObjectKey::new("default", "agent")
    }

    fn drift_of(lab: &Lab, text: &str) -> Drift {
        drift(&lab.cluster, text, &Text::read(text))
    }

    /// A lab to which two texts were applied, one after the other.
    fn lab(second: &str) -> Lab {
        let mut lab = Lab::new(ClusterPreset::OneNode, 1);
        for text in [MANIFEST, second] {
            lab.apply("a", text).expect("applied");
            lab.advance(lab.now_ms() + 30_000, &mut || true);
            assert_eq!(drift_of(&lab, text), Drift::default(), "what was just applied is what the cluster has");
        }
        lab
    }

    #[test]
    fn after_an_undo_the_text_can_take_the_former_image_and_keeps_its_comments() {
        let newer = MANIFEST.replace("1.25", "1.26");
        let mut lab = lab(&newer);
        lab.act(&Action::UndoDaemonSet { daemonset: agent() }).expect("undone");
        let drift = drift_of(&lab, &newer);
        let field = Difference::Field {
            path: "spec.template.spec.containers[0].image".into(),
            text: Some("nginx:1.26".into()),
            cluster: Some("nginx:1.25".into()),
        };
        assert_eq!((drift.told, drift.others), (vec![field], 0));
        assert_eq!(drift.adopted.as_deref(), Some(MANIFEST));
    }

    #[test]
    fn a_field_that_the_cluster_lacks_goes_with_its_line() {
        let newer = MANIFEST.replace("      containers", "      hostNetwork: true\n      containers");
        let mut lab = lab(&newer);
        lab.act(&Action::UndoDaemonSet { daemonset: agent() }).expect("undone");
        let drift = drift_of(&lab, &newer);
        assert!(matches!(&drift.told[..], [Difference::Field { cluster: None, .. }, ..]), "{drift:?}");
        assert_eq!(drift.adopted.as_deref(), Some(MANIFEST));
    }

    #[test]
    fn what_cannot_be_written_by_changing_single_values_is_only_told() {
        let newer = MANIFEST.replace("name: c\n", "name: c\n        command: [a, b]\n");
        let mut lab = lab(&newer);
        lab.apply("a", &MANIFEST.replace("name: c\n", "name: c\n        command: [a]\n")).expect("applied");
        let drift = drift_of(&lab, &newer);
        assert_eq!((drift.told.len(), drift.adopted), (1, None));
    }

    #[test]
    fn a_deleted_object_is_gone_and_what_others_add_is_no_difference() {
        let mut lab = lab(MANIFEST);
        lab.act(&Action::RestartDaemonSet { daemonset: agent() }).expect("restarted");
        assert_eq!(drift_of(&lab, MANIFEST), Drift::default());
        lab.act(&Action::DeleteDaemonSet { daemonset: agent() }).expect("deleted");
        let drift = drift_of(&lab, MANIFEST);
        assert_eq!(drift.told, [Difference::Gone("daemonset.apps/agent".into())]);
    }

    #[test]
    fn marks_change_with_the_spec_and_not_with_the_status() {
        let mut lab = lab(MANIFEST);
        let read = Text::read(MANIFEST);
        let before = marks(&lab.cluster, read.objects());
        let pod = lab.stage(None).nodes().next().expect("a node").pods[0].key.clone();
        lab.act(&Action::DeletePod { pod }).expect("deleted");
        lab.advance(lab.now_ms() + 30_000, &mut || true);
        assert_eq!(marks(&lab.cluster, read.objects()), before);
        lab.act(&Action::RestartDaemonSet { daemonset: agent() }).expect("restarted");
        assert_ne!(marks(&lab.cluster, read.objects()), before);
    }
}
