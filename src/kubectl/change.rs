//! Changing objects that are there: as a merge patch from what they are to what they shall be.

use super::client::{self, DryRun, send};
use super::fault::Fault;
use super::process::Context;
use super::select::Info;
use crate::apiserver::{Call, PatchType};
use crate::object::{Map, Value};

/// The merge patch (RFC 7386) that makes one tree another; nothing when they are the same.
pub fn merge_diff(old: &Value, new: &Value) -> Option<Value> {
    let (Some(before), Some(after)) = (old.as_map(), new.as_map()) else {
        return (old != new).then(|| new.clone());
    };
    let mut patch = Map::default();
    for (key, _) in before.iter().filter(|(key, _)| !after.contains_key(key)) {
        patch.insert(key.clone(), Value::Null);
    }
    for (key, value) in after.iter() {
        let changed = match before.get(key) {
            Some(old) => merge_diff(old, value),
            None => Some(value.clone()),
        };
        if let Some(changed) = changed {
            patch.insert(key.clone(), changed);
        }
    }
    (!patch.is_empty()).then_some(Value::Map(patch))
}

/// Makes an object what it shall be, unless it is only tried on the client. Answers the object as it is then.
///
/// # Errors
/// What the API server refuses.
pub fn send_change(ctx: &mut Context<'_>, info: &Info, new: Value, dry_run: DryRun) -> Result<Value, Fault> {
    if dry_run == DryRun::Client {
        return Ok(new);
    }
    let patch = merge_diff(&info.value, &new).unwrap_or_else(Value::object);
    let key = client::key(info.resource, &info.namespace, &info.name);
    let call = Call::patch(client::stored(info.resource)?, key, PatchType::Merge, patch);
    send(ctx, call.dry_run(dry_run == DryRun::Server))
}

/// Parts a command's arguments into resources and what is to be changed: `KEY=VALUE` or `KEY-`.
///
/// # Errors
/// When a resource stands behind a change.
pub fn resources_and_pairs<'a>(args: &'a [String], what: &str) -> Result<(Vec<String>, Vec<&'a str>), Fault> {
    let is_pair = |arg: &str| (arg.contains('=') && !arg.starts_with('=')) || (arg.ends_with('-') && arg != "-");
    let (mut resources, mut pairs) = (Vec::new(), Vec::new());
    for arg in args {
        match (is_pair(arg), pairs.is_empty()) {
            (true, _) => pairs.push(arg.as_str()),
            (false, true) => resources.push(arg.clone()),
            (false, false) => {
                return Err(Fault::client(format!("all resources must be specified before {what} changes: {arg}")));
            }
        }
    }
    Ok((resources, pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apiserver::patch::merge_patch;
    use crate::object::map;

    #[test]
    fn a_merge_diff_leads_from_one_tree_to_the_other() {
        let old = map! { "a" => 1, "b" => map! { "c" => 1, "d" => vec![1.into()] } };
        let new = map! { "b" => map! { "c" => 1, "d" => vec![2.into()] }, "e" => Value::object() };
        let patch = merge_diff(&old, &new).unwrap();
        assert_eq!(patch.to_string(), r#"{"a":null,"b":{"d":[2]},"e":{}}"#);
        assert_eq!(merge_patch(&old, &patch), new);
        assert_eq!(merge_diff(&old, &old), None);
    }
}
