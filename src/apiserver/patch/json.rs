//! JSON patches, RFC 6902, as `evanphx/json-patch` applies them.

use crate::apiserver::Refusal;
use crate::object::Value;

use super::unprocessable;

/// The most operations of one patch.
const MOST_OPERATIONS: usize = 10_000;

/// Applies the operations of a patch one after the other.
///
/// # Errors
/// When the patch is no list of operations, is too long, or an operation cannot be done. Why is the server's secret.
pub fn apply(target: &Value, patch: &Value) -> Result<Value, Refusal> {
    let Some(operations) = patch.as_list().filter(|list| list.iter().all(|it| it.as_map().is_some())) else {
        let found = match patch {
            Value::List(_) => "string into Go value of type handlers.jsonPatchOp",
            _ => "object into Go value of type []handlers.jsonPatchOp",
        };
        return Err(Refusal::bad_request(format!("error decoding patch: json: cannot unmarshal {found}")));
    };
    if operations.len() > MOST_OPERATIONS {
        let limit = format!("The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {}", operations.len());
        return Err(Refusal::Other { reason: "RequestEntityTooLarge", message: limit });
    }
    let mut patched = target.clone();
    for operation in operations {
        perform(&mut patched, operation).ok_or_else(unprocessable)?;
    }
    Ok(patched)
}

fn perform(target: &mut Value, operation: &Value) -> Option<()> {
    let path = operation.at(&["path"]).as_str()?;
    let value = || operation.get("value").cloned().unwrap_or_default();
    match operation.str_at(&["op"]) {
        "add" => add(target, path, value()),
        "remove" => remove(target, path).map(|_| ()),
        "replace" => {
            if path.is_empty() {
                *target = value();
                return Some(());
            }
            // A field that is not there is set: the library looks for absent items of lists only.
            let (holder, step) = holder(target, path)?;
            if let Value::Map(fields) = holder {
                fields.insert(step, value());
                return Some(());
            }
            remove(target, path)?;
            add(target, path, value())
        }
        "move" => {
            let moved = remove(target, operation.at(&["from"]).as_str()?)?;
            add(target, path, moved)
        }
        "copy" => {
            let copied = find(target, operation.at(&["from"]).as_str()?)?.clone();
            add(target, path, copied)
        }
        // What is absent is as good as null.
        "test" => (*find(target, path).unwrap_or(&Value::Null) == value()).then_some(()),
        _ => None,
    }
}

/// The steps of a JSON pointer.
fn steps(path: &str) -> Option<Vec<String>> {
    if path.is_empty() {
        return Some(Vec::new());
    }
    Some(path.strip_prefix('/')?.split('/').map(|step| step.replace("~1", "/").replace("~0", "~")).collect())
}

fn find<'a>(target: &'a Value, path: &str) -> Option<&'a Value> {
    steps(path)?.iter().try_fold(target, |value, step| match value {
        Value::Map(fields) => fields.get(step),
        Value::List(_) => value.list_at(&[]).get(index(step, value.list_at(&[]).len())?),
        _ => None,
    })
}

/// An item's number; negative ones count from the end.
fn index(step: &str, length: usize) -> Option<usize> {
    let number: isize = step.parse().ok()?;
    if number < 0 { length.checked_sub(number.unsigned_abs()) } else { Some(number.unsigned_abs()) }
}

/// The map or list that holds the last step of a path, and that step.
fn holder<'a>(target: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let mut steps = steps(path)?;
    let last = steps.pop()?;
    let inner = steps.iter().try_fold(target, |here, step| inside(here, step))?;
    Some((inner, last))
}

fn inside<'a>(holder: &'a mut Value, step: &str) -> Option<&'a mut Value> {
    let place = match holder {
        Value::Map(fields) if fields.contains_key(step) => None,
        Value::List(_) => Some(index(step, holder.list_at(&[]).len())?),
        _ => return None,
    };
    match place {
        Some(index) => holder.make_list().get_mut(index),
        None => Some(holder.make_map().entry(step)),
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    if path.is_empty() {
        *target = value;
        return Some(());
    }
    let (holder, step) = holder(target, path)?;
    match holder {
        Value::Map(fields) => {
            fields.insert(step, value);
        }
        Value::List(_) => {
            let items = holder.make_list();
            let index = if step == "-" { items.len() } else { index(&step, items.len() + 1)? };
            if index > items.len() {
                return None;
            }
            items.insert(index, value);
        }
        _ => return None,
    }
    Some(())
}

fn remove(target: &mut Value, path: &str) -> Option<Value> {
    let (holder, step) = holder(target, path)?;
    match holder {
        Value::Map(fields) => fields.remove(&step),
        Value::List(_) => {
            let items = holder.make_list();
            let index = index(&step, items.len()).filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
}
