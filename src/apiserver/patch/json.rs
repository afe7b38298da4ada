//! JSON patches, RFC 6902, as `evanphx/json-patch` applies them.

use crate::apiserver::Refusal;
use crate::object::Value;

use super::unprocessable;

/// The most operations of one patch.
const MOST_OPERATIONS: usize = 10_000;

/// How much all copies of one patch may add, in bytes of JSON (`AccumulatedCopySizeLimit`).
const MOST_COPIED: usize = 3 * 1024 * 1024;
/// How deep what a patch makes may be nested.
const DEEPEST: usize = 128;

/// Applies the operations of a patch one after the other.
///
/// # Errors
/// When the patch is no list of operations, is too long, or an operation cannot be done. Why is the server's secret.
pub fn apply(target: &Value, patch: &Value) -> Result<Value, Refusal> {
    let operations = match patch {
        Value::List(_) => patch.list_at(&[]),
        other => return Err(undecodable(&format!("{} into Go value of type []handlers.jsonPatchOp", json_name(other)))),
    };
    operations.iter().try_for_each(check_types)?;
    if operations.len() > MOST_OPERATIONS {
        let limit = format!("The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {}", operations.len());
        return Err(Refusal::Other { reason: "RequestEntityTooLarge", message: limit });
    }
    let (mut patched, mut copied) = (target.clone(), 0);
    for operation in operations {
        perform(&mut patched, operation, &mut copied).ok_or_else(unprocessable)?;
    }
    Ok(patched)
}

/// What JSON calls a value, as Go's errors do.
fn json_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

fn undecodable(found: &str) -> Refusal {
    Refusal::bad_request(format!("error decoding patch: json: cannot unmarshal {found}"))
}

/// An operation is an object with texts in it. Models what decoding to `jsonPatchOp` finds.
fn check_types(operation: &Value) -> Result<(), Refusal> {
    if !matches!(operation, Value::Map(_) | Value::Null) {
        return Err(undecodable(&format!("{} into Go value of type handlers.jsonPatchOp", json_name(operation))));
    }
    for name in ["from", "op", "path"] {
        let field = operation.at(&[name]);
        if !matches!(field, Value::String(_) | Value::Null) {
            let found = format!("{} into Go struct field jsonPatchOp.{name} of type string", json_name(field));
            return Err(undecodable(&found));
        }
    }
    Ok(())
}

/// Does one operation; `copied` counts what all copies have added so far.
fn perform(target: &mut Value, operation: &Value, copied: &mut usize) -> Option<()> {
    let path = operation.at(&["path"]).as_str()?;
    let value = || operation.get("value").cloned().unwrap_or_default();
    match operation.str_at(&["op"]) {
        "add" => add(target, path, value()),
        "remove" => remove(target, path).map(|_| ()),
        "replace" => {
            if path.is_empty() {
                return add(target, path, value());
            }
            // A field that is not there is set: the library looks for absent items of lists only.
            let (holder, _) = holder(target, path)?;
            if holder.as_map().is_some() {
                return add(target, path, value());
            }
            remove(target, path)?;
            add(target, path, value())
        }
        "move" => {
            let moved = remove(target, operation.at(&["from"]).as_str()?)?;
            add(target, path, moved)
        }
        "copy" => {
            let copy = find(target, operation.at(&["from"]).as_str()?)?.clone();
            *copied = copied.saturating_add(copy.to_string().len());
            (*copied <= MOST_COPIED).then(|| add(target, path, copy))?
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

/// Whether a value and everything in it has a place above the deepest one, when so many steps lead to it.
fn fits(value: &Value, steps: usize) -> bool {
    steps <= DEEPEST
        && match value {
            Value::Map(fields) => fields.iter().all(|(_, field)| fits(field, steps + 1)),
            Value::List(_) => value.list_at(&[]).iter().all(|item| fits(item, steps + 1)),
            _ => true,
        }
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    if !fits(&value, path.matches('/').count()) {
        return None;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn what_is_no_list_of_operations_is_refused_in_the_words_of_the_decoder() {
        for (patch, words) in [
            (Value::object(), "object into Go value of type []handlers.jsonPatchOp"),
            ("x".into(), "string into Go value of type []handlers.jsonPatchOp"),
            (1.into(), "number into Go value of type []handlers.jsonPatchOp"),
            (vec![Value::from(true)].into(), "bool into Go value of type handlers.jsonPatchOp"),
            (vec![Value::from(Vec::new())].into(), "array into Go value of type handlers.jsonPatchOp"),
            (vec![map! { "op" => 5 }].into(), "number into Go struct field jsonPatchOp.op of type string"),
            (
                vec![map! { "op" => "add", "path" => Value::object() }].into(),
                "object into Go struct field jsonPatchOp.path of type string",
            ),
        ] {
            let refused = apply(&Value::object(), &patch).map_err(|it| it.to_string());
            assert_eq!(refused, Err(format!("error decoding patch: json: cannot unmarshal {words}")), "{patch}");
        }
    }

    #[test]
    fn copies_of_copies_are_refused_before_they_grow_too_deep_or_too_large() {
        let copies = |from: &str, path: &str, times: usize| -> Value {
            vec![map! { "op" => "copy", "from" => from, "path" => path }; times].into()
        };
        let target = map! { "inner" => Value::object(), "list" => vec![Value::from("x".repeat(1_000))] };
        for (from, path, times, is_done) in [
            ("", "/inner", 4, true),
            ("", "/inner", 500, false),
            ("/list", "/list/-", 8, true),
            ("/list", "/list/-", 64, false),
            ("/list/0", "/list/-", 2_000, true),
            ("/list/0", "/list/-", 4_000, false),
        ] {
            assert_eq!(apply(&target, &copies(from, path, times)).is_ok(), is_done, "{from} {path} {times}");
        }
    }
}
