//! JSON as Go writes it: with four blanks, or on one line; `<`, `>` and `&` are written as escapes.

use crate::object::Value;

/// On one line.
pub fn compact(value: &Value) -> String {
    let mut out = String::new();
    write(value, None, &mut out);
    out
}

/// With four blanks of indentation, and without a line break at the end.
pub fn indented(value: &Value) -> String {
    let mut out = String::new();
    write(value, Some(0), &mut out);
    out
}

/// Writes an item of a list that is a field of a document, with four blanks of indentation.
pub fn write_item(item: &Value, is_last: bool, out: &mut String) {
    out.push_str("        ");
    write(item, Some(2), out);
    out.push_str(if is_last { "\n" } else { ",\n" });
}

fn line(depth: Option<usize>, out: &mut String) {
    if let Some(depth) = depth {
        out.push('\n');
        out.extend(std::iter::repeat_n("    ", depth));
    }
}

fn write(value: &Value, depth: Option<usize>, out: &mut String) {
    let inner = depth.map(|depth| depth + 1);
    match value {
        Value::Map(map) if !map.is_empty() => {
            for (number, (key, value)) in map.iter().enumerate() {
                out.push(if number == 0 { '{' } else { ',' });
                line(inner, out);
                quoted(key, out);
                out.push_str(if depth.is_some() { ": " } else { ":" });
                write(value, inner, out);
            }
            line(depth, out);
            out.push('}');
        }
        Value::List(list) if list.iter().len() > 0 => {
            for (number, value) in list.iter().enumerate() {
                out.push(if number == 0 { '[' } else { ',' });
                line(inner, out);
                write(value, inner, out);
            }
            line(depth, out);
            out.push(']');
        }
        Value::String(text) => quoted(text, out),
        leaf => out.push_str(&leaf.to_string()),
    }
}

fn quoted(text: &str, out: &mut String) {
    // Most texts are as plain as names are.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')) {
        return out.extend(["\"", text, "\""]);
    }
    for c in Value::from(text).to_string().chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
}

/// A value as Go's `%#v` prints what was read from JSON.
pub fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::String(text) => crate::apiserver::error::go_quoted(text),
        Value::List(list) => format!("[]interface {{}}{{{}}}", list.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let fields =
                map.iter().map(|(key, value)| format!("{}:{}", crate::apiserver::error::go_quoted(key), go_syntax(value)));
            format!("map[string]interface {{}}{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        leaf => leaf.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let value = map! { "a" => vec![1.into(), map! { "b" => "<&>" }], "c" => Value::object() };
        assert_eq!(compact(&value), r#"{"a":[1,{"b":"\u003c\u0026\u003e"}],"c":{}}"#);
        let lines = "{\n    \"a\": [\n        1,\n        {\n            \"b\": \"\\u003c\\u0026\\u003e\"\n        }\n    ],\n    \"c\": {}\n}";
        assert_eq!(indented(&value), lines);
        let go = r#"map[string]interface {}{"a":[]interface {}{1, map[string]interface {}{"b":"<&>"}}, "c":map[string]interface {}{}}"#;
        assert_eq!(go_syntax(&value), go);
    }
}
