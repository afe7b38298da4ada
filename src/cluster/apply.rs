//! `kubectl apply`: a three-way merge of what was applied last, what is stored and what is applied now.

use crate::apiserver::admit;
use crate::object::{Kind, Map, ObjectKey, Value};
use crate::runtime::Runtime;

use super::input::{Answer, Refused, kind_of};

/// Where kubectl keeps what was applied last.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Applies an object.
///
/// # Errors
/// What the API server refuses; then nothing was changed.
pub fn apply(runtime: &mut Runtime, value: &Value) -> Result<Answer, Refused> {
    let kind = kind_of(value)?;
    let mut wanted = value.clone();
    if kind.is_namespaced() && wanted.str_at(&["metadata", "namespace"]).is_empty() {
        wanted.set(&["metadata", "namespace"], "default");
    }
    let with_note = annotated(&wanted);
    let key = ObjectKey::new(wanted.str_at(&["metadata", "namespace"]), wanted.str_at(&["metadata", "name"]));
    let Some(stored) = runtime.store.get(kind, &key).cloned() else {
        let object = admit::validate_new(kind, admit::decode(kind, &with_note)?)?;
        runtime.create(kind, object)?;
        return Ok(Answer::Created);
    };
    let last = stored.value.str_at(&["metadata", "annotations", LAST_APPLIED]);
    let last: Value = serde_json::from_str(last).unwrap_or_default();
    let decoded = admit::decode(kind, &with_note)?;
    let merged = three_way(&stored.value, &last, &decoded);
    update(runtime, kind, merged)
}

/// Writes a new version of an object, if it is valid.
///
/// # Errors
/// What the API server refuses; then nothing was changed.
pub fn update(runtime: &mut Runtime, kind: Kind, value: Value) -> Result<Answer, Refused> {
    let key = ObjectKey::new(value.str_at(&["metadata", "namespace"]), value.str_at(&["metadata", "name"]));
    let stored = runtime.store.get(kind, &key).cloned();
    let old = stored.as_ref().map(|it| it.value.clone()).unwrap_or_default();
    let before = stored.map(|it| it.meta.resource_version);
    let valid = admit::validate_update(kind, value, &old)?;
    let written = runtime.update(kind, valid)?;
    Ok(if Some(written.meta.resource_version) == before { Answer::Unchanged } else { Answer::Configured })
}

/// The object with the note of what is applied, as kubectl writes it.
fn annotated(wanted: &Value) -> Value {
    let mut note = wanted.clone();
    note.remove(&["metadata", "annotations", LAST_APPLIED]);
    if note.at(&["metadata", "annotations"]).is_null() {
        note.set(&["metadata", "annotations"], Map::default());
    }
    let mut object = wanted.clone();
    object.set(&["metadata", "annotations", LAST_APPLIED], format!("{note}\n"));
    object
}

/// What is stored, with what is wanted written over it, without what was wanted last and is not any more. Maps are merged field
/// by field; lists are taken whole.
fn three_way(stored: &Value, last: &Value, wanted: &Value) -> Value {
    let (Some(stored), Some(wanted)) = (stored.as_map(), wanted.as_map()) else { return wanted.clone() };
    let mut merged = stored.clone();
    for (key, _) in last.as_map().into_iter().flat_map(Map::iter) {
        if !wanted.contains_key(key) {
            merged.remove(key);
        }
    }
    let null = Value::Null;
    for (key, value) in wanted.iter() {
        if value.is_null() {
            merged.remove(key);
            continue;
        }
        let last = last.get(key).unwrap_or(&null);
        let next = three_way(stored.get(key).unwrap_or(&null), last, value);
        merged.insert(key.clone(), next);
    }
    Value::Map(merged)
}

/// RFC 7386: a field that is `null` is taken away, maps are merged, all else is replaced.
pub fn merge_patch(target: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_map() else { return patch.clone() };
    let mut merged = target.as_map().cloned().unwrap_or_default();
    for (key, value) in patch.iter() {
        if value.is_null() {
            merged.remove(key);
        } else {
            let null = Value::Null;
            let next = merge_patch(merged.get(key).unwrap_or(&null), value);
            merged.insert(key.clone(), next);
        }
    }
    Value::Map(merged)
}
