//! `kubectl apply`: a three-way merge of what was applied last, what is stored and what is applied now.

use crate::apiserver::call::CLIENT_SIDE_APPLY;
use crate::apiserver::patch::three_way;
use crate::apiserver::{Call, PatchType, Refusal, Refused, Verb};
use crate::object::{Kind, Map, Object, ObjectKey, Value, schema};
use crate::runtime::Runtime;

use super::input::{Answer, kind_of};

/// Where kubectl keeps what was applied last.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Applies an object, in the name of kubectl that applies on the client.
///
/// # Errors
/// What the API server refuses; then nothing was changed.
pub fn apply(runtime: &mut Runtime, value: &Value) -> Result<Answer, Refused> {
    let kind = kind_of(value)?;
    let mut wanted = value.clone();
    if kind.is_namespaced() && wanted.str_at(&["metadata", "namespace"]).is_empty() {
        wanted.set(&["metadata", "namespace"], "default");
    }
    let key = ObjectKey::new(wanted.str_at(&["metadata", "namespace"]), wanted.str_at(&["metadata", "name"]));
    let Some(stored) = runtime.store.get(kind, &key).cloned() else {
        runtime.call(&Call::create(kind, key.namespace, annotated(&wanted)).by(CLIENT_SIDE_APPLY).strict())?;
        return Ok(Answer::Created);
    };
    let Some(patch) = patch_for(kind, &wanted, &stored)? else { return Ok(Answer::Unchanged) };
    runtime.call(&Call::new(kind, key, Verb::Patch(PatchType::Strategic, patch)).by(CLIENT_SIDE_APPLY).strict())?;
    Ok(Answer::Configured)
}

/// What `kubectl apply` sends so that a stored object becomes what is wanted: a strategic merge patch that also takes away what
/// was applied last and is not wanted any more. Nothing when there is nothing to say. The namespace of what is wanted must be
/// filled in.
///
/// # Errors
/// When the two cannot be compared, because a list's items lack the key that tells them apart.
pub fn patch_for(kind: Kind, wanted: &Value, stored: &Object) -> Result<Option<Value>, Refusal> {
    let last = stored.value.str_at(&["metadata", "annotations", LAST_APPLIED]);
    let last: Value = serde_json::from_str(last).unwrap_or_default();
    let patch = three_way(&last, &annotated(wanted), &stored.value, schema::of(kind))?;
    Ok(patch.as_map().is_some_and(|fields| !fields.is_empty()).then_some(patch))
}

/// The object with the note of what is applied, as `kubectl apply` and `kubectl create --save-config` send it.
pub fn annotated(wanted: &Value) -> Value {
    let mut note = wanted.clone();
    note.remove(&["metadata", "annotations", LAST_APPLIED]);
    if note.at(&["metadata", "annotations"]).is_null() {
        note.set(&["metadata", "annotations"], Map::default());
    }
    let mut object = wanted.clone();
    object.set(&["metadata", "annotations", LAST_APPLIED], format!("{note}\n"));
    object
}
