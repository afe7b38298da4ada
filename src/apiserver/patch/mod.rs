//! Patches: the three kinds that the API server accepts, and the one that `kubectl apply` makes.

mod diff;
mod json;
mod merge;
mod strategic;

pub use diff::three_way;
pub use json::apply as json_patch;
pub use merge::merge_patch;
pub use strategic::apply as strategic_merge_patch;

use crate::object::schema::{Field, Shape, Type};
use crate::object::{Value, emit};

use super::Refusal;

/// What a strategic merge patch knows about a field's value.
#[derive(Clone, Copy, Default)]
struct Meaning {
    /// The type of the value, or of a list's items; `None` for maps with free keys.
    of: Option<&'static Type>,
    /// What tells a list's items apart; empty for lists of scalars.
    merge_key: &'static str,
    /// Whether a list is merged, rather than replaced.
    merges: bool,
    /// Whether a patch names the fields that are to stay.
    retains_keys: bool,
}

/// Models `LookupPatchMetadata`.
fn meaning(of: Option<&'static Type>, name: &str) -> Result<Meaning, Refusal> {
    let Some(of) = of else { return Ok(Meaning::default()) };
    let Some(field) = of.field(name) else {
        return Err(broken(format!("unable to find api field in struct {} for the json field {name:?}", of.name)));
    };
    let Field { shape, merge_key, patch_strategy, .. } = field;
    Ok(Meaning {
        of: field.part().filter(|_| *shape != Shape::Map),
        merge_key,
        merges: patch_strategy.split(',').any(|it| it == "merge"),
        retains_keys: patch_strategy.split(',').any(|it| it == "retainKeys"),
    })
}

/// A fault that the API server answers without a reason.
fn broken(message: String) -> Refusal {
    Refusal::Other { reason: "", message }
}

/// A fault whose words the API server keeps to itself.
fn unprocessable() -> Refusal {
    let message = "the server rejected our request due to an error in our request".into();
    Refusal::Other { reason: "Invalid", message }
}

/// A value as Go's `%v` prints it.
pub fn go_print(value: &Value) -> String {
    let mut text = String::new();
    print(value, &mut text);
    text
}

fn print(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("<nil>"),
        Value::String(string) => text.push_str(string),
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { " " } else { "" });
                print(item, text);
            }
            text.push(']');
        }
        Value::Map(fields) => {
            text.push_str("map[");
            for (index, (name, field)) in fields.iter().enumerate() {
                text.push_str(if index > 0 { " " } else { "" });
                text.push_str(name);
                text.push(':');
                print(field, text);
            }
            text.push(']');
        }
        Value::Float(number) => text.push_str(&emit::float(*number)),
        other => text.push_str(&other.to_string()),
    }
}

#[cfg(test)]
mod tests;
