//! The functions that Go templates have, and how values are printed.

use crate::apiserver::error::go_quoted;
use crate::object::{Value, emit};

/// The type that a value has in Go.
pub fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
        _ => "float64",
    }
}

/// Whether a value counts as true.
pub fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Int(number) => *number != 0,
        Value::Float(number) => *number != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::List(list) => list.iter().len() > 0,
        Value::Map(map) => !map.is_empty(),
    }
}

/// What a function answers.
///
/// # Errors
/// In the words of Go's templates.
pub fn call(name: &str, arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
    let get = |at: usize| arguments.get(at).cloned().flatten().unwrap_or_default();
    let all = || (0..arguments.len()).map(get);
    let less = |a: &Value, b: &Value| match (a, b) {
        (Value::String(a), Value::String(b)) => a < b,
        (Value::Int(a), Value::Int(b)) => a < b,
        _ => false,
    };
    let (a, b) = (get(0), get(1));
    Ok(Some(match name {
        "eq" => Value::Bool(all().skip(1).any(|it| it == a)),
        "ne" => Value::Bool(a != b),
        "lt" => Value::Bool(less(&a, &b)),
        "le" => Value::Bool(less(&a, &b) || a == b),
        "gt" => Value::Bool(less(&b, &a)),
        "ge" => Value::Bool(less(&b, &a) || a == b),
        "not" => Value::Bool(!is_true(&a)),
        "and" => all().find(|it| !is_true(it)).unwrap_or_else(|| all().next_back().unwrap_or_default()),
        "or" => all().find(is_true).unwrap_or_else(|| all().next_back().unwrap_or_default()),
        "len" => match &a {
            Value::String(text) => number(text.len()),
            Value::List(list) => number(list.iter().len()),
            Value::Map(map) => number(map.len()),
            _ => return Err("error calling len: len of nil pointer".into()),
        },
        "index" => return index(&a, all().skip(1)),
        "exists" => Value::Bool(index(&a, all().skip(1)).is_ok_and(|it| it.is_some())),
        "html" => escaped(&all().map(|it| go_print_json(&it)).collect::<String>()).into(),
        "slice" => sliced(&a, &all().skip(1).collect::<Vec<_>>())?,
        "print" => all().map(|it| go_print_json(&it)).collect::<String>().into(),
        "println" => (all().map(|it| go_print_json(&it)).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => printf(&go_print(&a), &arguments[1.min(arguments.len())..]).into(),
        "base64decode" => base64(&go_print(&a)).ok_or("error calling base64decode: illegal base64 data")?.into(),
        _ => return Err(format!("function {} not defined", go_quoted(name))),
    }))
}

/// `<`, `>`, `&` and quotes as HTML writes them.
fn escaped(text: &str) -> String {
    let one = |c: char| match c {
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '&' => "&amp;".to_owned(),
        '"' => "&#34;".to_owned(),
        '\'' => "&#39;".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}

/// A part of a text or a list.
fn sliced(value: &Value, bounds: &[Value]) -> Result<Value, String> {
    let bound = |at: usize| bounds.get(at).map(|it| it.as_i64().and_then(|it| usize::try_from(it).ok()));
    let out_of_range = || "error calling slice: index out of range".to_owned();
    let length = match value {
        Value::String(text) => text.len(),
        Value::List(list) => list.iter().len(),
        _ => return Err(format!("error calling slice: can't slice item of type {}", go_type(value))),
    };
    let start = bound(0).map_or(Ok(0), |it| it.ok_or_else(out_of_range))?;
    let end = bound(1).map_or(Ok(length), |it| it.ok_or_else(out_of_range))?;
    match value {
        Value::String(text) => text.get(start..end).map(Value::from).ok_or_else(out_of_range),
        Value::List(list) if start <= end && end <= length => {
            Ok(list.iter().skip(start).take(end - start).cloned().collect::<Vec<_>>().into())
        }
        _ => Err(out_of_range()),
    }
}

fn number(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn index(value: &Value, steps: impl Iterator<Item = Value>) -> Result<Option<Value>, String> {
    let mut value = Some(value.clone());
    for step in steps {
        value = match (value, step) {
            (Some(Value::Map(map)), Value::String(key)) => map.get(&key).cloned(),
            (Some(Value::List(list)), Value::Int(at)) => {
                let found = usize::try_from(at).ok().and_then(|at| list.iter().nth(at).cloned());
                Some(found.ok_or_else(|| format!("error calling index: index out of range: {at}"))?)
            }
            (None | Some(Value::Null), _) => return Err("error calling index: index of untyped nil".into()),
            (Some(other), _) => return Err(format!("error calling index: can't index item of type {}", go_type(&other))),
        };
    }
    Ok(value)
}

/// `%s`, `%v`, `%d`, `%q`, with a width: `%-20s`.
fn printf(format: &str, arguments: &[Option<Value>]) -> String {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| c.is_alphabetic() || c == '%').unwrap_or(rest.len());
        let (spec, after) = rest.split_at(end);
        let verb = after.chars().next();
        rest = after.get(verb.map_or(0, char::len_utf8)..).unwrap_or_default();
        if verb == Some('%') {
            out.push('%');
            continue;
        }
        let Some(value) = arguments.next() else {
            out.push_str("%!");
            out.extend(verb);
            out.push_str("(MISSING)");
            continue;
        };
        let value = value.clone().unwrap_or_default();
        let text = if verb == Some('q') { go_quoted(&go_print(&value)) } else { go_print_json(&value) };
        let width: usize = spec.trim_start_matches('-').parse().unwrap_or_default();
        let blanks = " ".repeat(width.min(1000).saturating_sub(text.chars().count()));
        let left = spec.starts_with('-');
        out.push_str(&if left { text + &blanks } else { blanks + &text });
    }
    out.push_str(rest);
    out
}

fn base64(text: &str) -> Option<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|it| *it == c)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    String::from_utf8(bytes).ok()
}

/// As Go prints what was read from JSON with all numbers as floats.
/// A value as a template prints it.
pub fn go_print_json(value: &Value) -> String {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "so does encoding/json")]
        Value::Int(number) => emit::float(*number as f64),
        Value::List(list) => format!("[{}]", list.iter().map(go_print_json).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => format!(
            "map[{}]",
            map.iter().map(|(key, value)| format!("{key}:{}", go_print_json(value))).collect::<Vec<_>>().join(" ")
        ),
        Value::Null => "<no value>".into(),
        leaf => go_print(leaf),
    }
}

/// As Go's `fmt.Print` writes it: `map[a:b]`, `[a b]`.
pub fn go_print(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => "<nil>".into(),
        Value::Float(number) => emit::float(*number),
        Value::List(list) => format!("[{}]", list.iter().map(go_print).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            format!("map[{}]", map.iter().map(|(key, value)| format!("{key}:{}", go_print(value))).collect::<Vec<_>>().join(" "))
        }
        leaf => leaf.to_string(),
    }
}
