//! JSON merge patches, RFC 7386.

use crate::object::Value;

/// What a patch makes of a value: a field that is `null` is taken away, maps are merged, all else is replaced.
pub fn merge_patch(target: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_map() else { return patch.clone() };
    let mut merged = target.as_map().cloned().unwrap_or_default();
    for (name, value) in patch.iter() {
        if value.is_null() {
            merged.remove(name);
        } else {
            let next = merge_patch(merged.get(name).unwrap_or(&Value::Null), value);
            merged.insert(name.clone(), next);
        }
    }
    Value::Map(merged)
}
