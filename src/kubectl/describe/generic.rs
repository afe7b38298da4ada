//! Any other object: all of its fields, with names in words.

use std::fmt::Write as _;

use super::{heading, marks, plain};
use crate::cluster::Cluster;
use crate::object::Value;

/// Fields of metadata that stand above.
const SHOWN: [&str; 5] = ["name", "namespace", "labels", "annotations", "managedFields"];

/// Describes it.
pub fn describe(_: &Cluster, object: &Value) -> String {
    let mut text = heading(object);
    marks(&mut text, object);
    let mut rest = object.clone();
    for field in SHOWN {
        rest.remove(&["metadata", field]);
    }
    fields(&mut text, &rest, 0);
    text
}

fn fields(text: &mut String, value: &Value, depth: usize) {
    let indentation = "  ".repeat(depth);
    for (name, value) in value.fields_at(&[]) {
        let title = title(name);
        let _ = match value {
            Value::Map(_) => {
                let _ = writeln!(text, "{indentation}{title}:");
                fields(text, value, depth + 1);
                continue;
            }
            Value::List(list) => {
                let _ = writeln!(text, "{indentation}{title}:");
                for item in list {
                    if matches!(item, Value::Map(_)) {
                        fields(text, item, depth + 1);
                    } else {
                        let _ = writeln!(text, "{indentation}  {}", plain(item));
                    }
                }
                continue;
            }
            Value::Null => writeln!(text, "{indentation}{title}:\t<nil>"),
            leaf => writeln!(text, "{indentation}{title}:\t{}", plain(leaf)),
        };
    }
}

/// `Creation Timestamp` for `creationTimestamp`. Models `smartLabelFor`.
fn title(field: &str) -> String {
    // Names such as those of labels stay as they are.
    if field.contains(|c: char| !c.is_alphanumeric()) {
        return field.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    let mut before_is_upper = true;
    for c in field.chars() {
        if words.is_empty() || (c.is_uppercase() && !before_is_upper) {
            words.push(String::new());
        }
        before_is_upper = c.is_uppercase();
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let word = |word: &String| match word.to_ascii_lowercase().as_str() {
        short @ ("api" | "ip" | "id" | "uid" | "url" | "http") => short.to_ascii_uppercase(),
        _ => word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect(),
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_in_words() {
        for (field, words) in [
            ("creationTimestamp", "Creation Timestamp"),
            ("apiVersion", "API Version"),
            ("uid", "UID"),
            ("a.b/c", "a.b/c"),
            ("spec", "Spec"),
        ] {
            assert_eq!(title(field), words);
        }
    }
}
