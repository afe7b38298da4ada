//! KYAML: YAML in braces, in which every text stands in quotes. Models the encoder of `sigs.k8s.io/yaml/kyaml`.

use crate::apiserver::error::go_quoted;
use crate::object::Value;

/// Writes a document.
pub fn kyaml(value: &Value) -> String {
    let mut out = "---\n".to_owned();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn indent(depth: usize, out: &mut String) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Map(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (key, value) in map.iter() {
                indent(depth + 1, out);
                if is_plain(key) {
                    out.push_str(key);
                } else {
                    quoted(key, None, out);
                }
                out.push_str(": ");
                write(value, depth + 1, out);
                out.push_str(",\n");
            }
            indent(depth, out);
            out.push('}');
        }
        // Objects stand close together.
        Value::List(list) if list.iter().len() > 0 && list.iter().all(|it| matches!(it, Value::Map(_) | Value::List(_))) => {
            for (number, item) in list.iter().enumerate() {
                out.push_str(if number == 0 { "[" } else { ", " });
                write(item, depth, out);
            }
            out.push(']');
        }
        Value::List(list) if list.iter().len() > 0 => {
            out.push_str("[\n");
            for item in list {
                indent(depth + 1, out);
                write(item, depth + 1, out);
                out.push_str(",\n");
            }
            indent(depth, out);
            out.push(']');
        }
        Value::String(text) => quoted(text, Some(depth + 1), out),
        leaf => out.push_str(&leaf.to_string()),
    }
}

/// Whether a key needs no quotes: YAML could take it for nothing but a text. What begins with a digit may be a number or a date.
fn is_plain(key: &str) -> bool {
    let is_letter = |c: char| c == '_' || c.is_alphanumeric();
    let lower = key.to_ascii_lowercase();
    let is_word = ["null", "true", "t", "false", "f", "y", "yes", "on", "n", "no", "off"].contains(&lower.as_str());
    let is_number = key.starts_with(|c: char| c.is_ascii_digit());
    let letters = key.starts_with(is_letter) && key.ends_with(is_letter);
    letters && key.chars().all(|c| is_letter(c) || "-./".contains(c)) && !is_word && !is_number
}

/// Writes a text; where there is a depth, its lines stand below each other.
fn quoted(text: &str, depth: Option<usize>, out: &mut String) {
    let lines = depth.filter(|_| text.contains('\n'));
    out.push('"');
    if lines.is_some() {
        out.push_str("\\\n");
    }
    for c in text.chars() {
        if let Some(depth) = lines.filter(|_| out.ends_with('\n')) {
            indent(depth, out);
            out.push(if c.is_whitespace() && c != '\n' { '\\' } else { ' ' });
        }
        let quoted = go_quoted(c.encode_utf8(&mut [0; 4]));
        out.push_str(&quoted[1..quoted.len() - 1]);
        if c == '\n' && lines.is_some() {
            out.push_str("\\\n");
        }
    }
    if let Some(depth) = lines {
        if !out.ends_with('\n') {
            out.push_str("\\\n");
        }
        indent(depth, out);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn texts_of_several_lines_stand_below_each_other_and_keys_are_quoted_where_they_must_be() {
        let value = map! {
            "a" => map! { "kubernetes.io/a-b" => "x\n  \"y\"", "1" => "end\n", "on" => true, "a b" => "2", "2024-01-01" => 1 },
            "b" => vec![1.into(), "t\r".into()],
            "c" => vec![map! { "d" => Value::object() }, map! { "e" => Value::Null }],
        };
        let lines = [
            "---",
            "{",
            "  a: {",
            "    \"1\": \"\\",
            "       end\\n\\",
            "      \",",
            "    \"2024-01-01\": 1,",
            "    \"a b\": \"2\",",
            "    kubernetes.io/a-b: \"\\",
            "       x\\n\\",
            "      \\  \\\"y\\\"\\",
            "      \",",
            "    \"on\": true,",
            "  },",
            "  b: [",
            "    1,",
            "    \"t\\r\",",
            "  ],",
            "  c: [{",
            "    d: {},",
            "  }, {",
            "    e: null,",
            "  }],",
            "}",
            "",
        ];
        assert_eq!(kyaml(&value), lines.join("\n"));
    }
}
