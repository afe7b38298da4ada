//! Whether what a manager applies has the shape that the schema says.
//!
//! Models the validation of `structured-merge-diff/typed`, which server-side apply does before anything else. It knows less of a value than
//! the decoder does, such as whether a quantity can be read, and more of lists: an item must say its keys, and not say another's.

use crate::object::schema::{self, Base, Field, Shape, Type};
use crate::object::{Kind, ObjectKey, Value};

use super::Refusal;
use super::ownership::{Parts, key_default, key_of};
use super::patch::go_print;

/// The most faults that a refusal names.
const MOST_SAID: usize = 100;

/// Checks what is applied at an address.
///
/// # Errors
/// When it has fields that the schema has not, values of other types, or items that cannot be told apart; with all of them.
pub(super) fn check(kind: Kind, key: &ObjectKey, said: &Value) -> Result<(), Refusal> {
    let managed = said.at(&["metadata", "managedFields"]);
    if !managed.is_null() {
        return Err(Refusal::bad_request("metadata.managedFields must be nil"));
    }
    let mut faults = Vec::new();
    fields(schema::of(kind), said, "", &mut faults);
    let words = match &faults[..] {
        [] => return Ok(()),
        [fault] => fault.clone(),
        faults => faults.iter().take(MOST_SAID).fold("errors:".to_owned(), |words, fault| words + "\n  " + fault),
    };
    let namespace = if kind.is_namespaced() { key.namespace.as_str() } else { "" };
    // The group of the core is empty, and its slash is written all the same.
    let slash = if kind.api_version().contains('/') { "" } else { "/" };
    let what = format!("{namespace}/{}; {slash}{}, Kind={}", key.name, kind.api_version(), kind.name());
    Err(Refusal::Other { reason: "", message: format!("failed to create typed patch object ({what}): {words}") })
}

fn fields(of: &Type, value: &Value, at: &str, faults: &mut Vec<String>) {
    for (name, value) in value.fields_at(&[]) {
        let at = format!("{at}.{name}");
        let Some(field) = of.field(name) else {
            // The rest of the struct is not looked at.
            faults.push(format!("{at}: field not declared in schema"));
            return;
        };
        match (field.shape, value) {
            (_, Value::Null) => {}
            (Shape::One, _) => one(field, value, &at, faults),
            (Shape::List, Value::List(items)) => list(field, items.iter(), &at, faults),
            (Shape::Map, Value::Map(entries)) => {
                entries.iter().for_each(|(key, value)| one(field, value, &format!("{at}.{key}"), faults));
            }
            (Shape::List, _) => faults.push(wrong("list", value, &at)),
            (Shape::Map, _) => faults.push(wrong("map", value, &at)),
        }
    }
}

fn list<'a>(field: &Field, items: impl Iterator<Item = &'a Value>, at: &str, faults: &mut Vec<String>) {
    let parts = Parts::of(Some(field));
    let mut known: Vec<String> = Vec::new();
    for (index, item) in items.enumerate() {
        let key = match &parts {
            Parts::Keyed(part) => keyed(field, part, item),
            Parts::Set => scalar(item),
            _ => Ok(format!("[{index}]")),
        };
        match key {
            Ok(key) => {
                let item_at = format!("{at}{key}");
                if known.contains(&key) {
                    faults.push(format!("{at}: duplicate entries for key {key}"));
                }
                one(field, item, &item_at, faults);
                known.push(key);
            }
            Err(words) => {
                // Without its key, an item's parts have no place; the rest of the list is not looked at.
                faults.push(format!("{at}: element {index}: {words}"));
                return;
            }
        }
    }
}

/// By what an item of a list with keys is known.
fn keyed(field: &Field, part: &Type, item: &Value) -> Result<String, String> {
    match item {
        Value::Map(_) => {}
        Value::Null => return Err("associative list with keys may not have a null element".into()),
        _ => return Err("associative list with keys may not have non-map elements".into()),
    }
    let is_missing = |key: &&&str| item.get(key).is_none() && key_default(part, key).is_none();
    match field.list_keys.iter().find(is_missing) {
        Some(key) => Err(format!(
            "associative list with keys has an element that omits key field {key:?} (and doesn't have default value)"
        )),
        None => Ok(key_of(field, item)),
    }
}

/// By what an item of a set is known.
fn scalar(item: &Value) -> Result<String, String> {
    match item {
        Value::Map(_) => Err("associative list without keys has an element that's a map type".into()),
        Value::List(_) => Err("not supported: associative list with lists as elements".into()),
        Value::Null => Err("associative list without keys has an element that's an explicit null".into()),
        item => Ok(format!("[={item}]")),
    }
}

/// Checks a value without its list or map.
fn one(field: &Field, value: &Value, at: &str, faults: &mut Vec<String>) {
    let is_scalar = !matches!(value, Value::Map(_) | Value::List(_));
    let wanted = match (field.base, value) {
        (_, Value::Null)
        | (Base::Any, _)
        | (Base::String | Base::Bytes, Value::String(_))
        | (Base::Bool, Value::Bool(_))
        | (Base::Int32 | Base::Int64, Value::Int(_) | Value::Float(_)) => return,
        (Base::Struct(_), Value::Map(_)) => return field.part().map_or((), |part| fields(part, value, at, faults)),
        (Base::Time | Base::MicroTime | Base::Quantity | Base::IntOrString, _) if is_scalar => return,
        (Base::String | Base::Bytes, _) => "string",
        (Base::Bool, _) => "boolean",
        (Base::Int32 | Base::Int64, _) => "numeric (int or float)",
        (Base::Struct(_), _) => "map",
        (Base::Time | Base::MicroTime | Base::Quantity | Base::IntOrString, _) => "any scalar",
    };
    faults.push(wrong(wanted, value, at));
}

/// What is said of a value of another type, in the words of the walker: a number is known by its Go type, a string by its Go syntax.
fn wrong(wanted: &str, value: &Value, at: &str) -> String {
    let found = match (wanted, value) {
        ("numeric (int or float)", Value::String(_)) => "string".to_owned(),
        ("numeric (int or float)", Value::Bool(_)) => "bool".to_owned(),
        ("numeric (int or float)", Value::List(_)) => "[]interface {}".to_owned(),
        ("numeric (int or float)", _) => "map[string]interface {}".to_owned(),
        ("string", _) => format!("&value.valueUnstructured{{Value:{}}}", go_syntax(value)),
        _ => format!("&{{{}}}", go_print(value)),
    };
    format!("{at}: expected {wanted}, got {found}")
}

/// A value as Go's `%#v` prints it.
fn go_syntax(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::List(items) => format!("[]interface {{}}{{{}}}", all(items.iter().map(go_syntax).collect())),
        Value::Map(_) => {
            let entry = |(key, value): (&_, &Value)| format!("{}:{}", Value::from(key), go_syntax(value));
            let mut entries: Vec<String> = value.fields_at(&[]).map(entry).collect();
            entries.sort_unstable();
            format!("map[string]interface {{}}{{{}}}", all(entries))
        }
        value => value.to_string(),
    }
}
