//! Any other object: all of its fields, with names in words.

use std::fmt::Write as _;

use super::{View, marks, plain};
use crate::object::Value;

/// Fields of metadata that stand above.
const SHOWN: [&str; 5] = ["name", "namespace", "labels", "annotations", "managedFields"];

/// Describes it.
pub fn describe(_: &View<'_>, object: &Value) -> String {
    let [name, namespace] = ["name", "namespace"].map(|field| object.str_at(&["metadata", field]));
    let mut text = format!("Name:\t{name}\nNamespace:\t{namespace}\n");
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

/// `Creation Timestamp` for `creationTimestamp`. Models `smartLabelFor`, and the camelcase package that it parts words with.
fn title(field: &str) -> String {
    const ACRONYMS: [&str; 5] = ["API", "URL", "UID", "OSB", "GUID"];
    // Names such as those of labels stay as they are.
    if field.contains(|c: char| !c.is_alphabetic() && c != '-') {
        return field.to_owned();
    }
    let word = |word: String| {
        let upper = word.to_uppercase();
        if ACRONYMS.contains(&upper.as_str()) {
            return upper;
        }
        word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
    };
    words(field).into_iter().map(word).collect::<Vec<String>>().join(" ")
}

/// Runs of lower-case letters, of capitals, and of dashes. The last capital before lower-case letters belongs to these.
fn words(field: &str) -> Vec<String> {
    let class = |c: char| (c.is_lowercase(), c.is_uppercase());
    let mut words: Vec<String> = Vec::new();
    let mut before = None;
    for c in field.chars() {
        if before != Some(class(c)) {
            words.push(String::new());
            before = Some(class(c));
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    for at in 1..words.len() {
        let ends_in_capital = words[at - 1].ends_with(char::is_uppercase);
        if ends_in_capital && words[at].starts_with(char::is_lowercase) {
            let capital = words[at - 1].pop().unwrap_or_default();
            words[at].insert(0, capital);
        }
    }
    words.retain(|word| !word.is_empty());
    words
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
            ("clusterIPs", "Cluster I Ps"),
            ("hostIP", "Host IP"),
            ("my-app", "My - App"),
            ("k8s", "k8s"),
        ] {
            assert_eq!(title(field), words);
        }
    }
}
