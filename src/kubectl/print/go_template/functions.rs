//! The functions that Go templates have, and how values are printed.

use std::cmp::Ordering;

use crate::apiserver::error::go_quoted;
pub use crate::apiserver::patch::go_print;
use crate::object::{Value, emit};

/// The functions: their names, how many arguments they take, and whether more are welcome.
pub(super) const FUNCTIONS: [(&str, usize, bool); 16] = [
    ("and", 1, true),
    ("base64decode", 1, false),
    ("eq", 1, true),
    ("exists", 1, true),
    ("ge", 2, false),
    ("gt", 2, false),
    ("index", 1, true),
    ("le", 2, false),
    ("len", 1, false),
    ("lt", 2, false),
    ("ne", 2, false),
    ("not", 1, false),
    ("or", 1, true),
    ("print", 0, true),
    ("printf", 1, true),
    ("println", 0, true),
];

/// The type that a value has in Go.
pub fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
        Value::Int(_) => "int",
        Value::Float(_) => "float64",
        Value::Null => "<nil>",
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
/// In the words of Go's templates, without the function's name.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let null = Value::Null;
    let [a, b] = [0, 1].map(|at| arguments.get(at).unwrap_or(&null));
    let rest = arguments.get(1..).unwrap_or_default();
    Ok(match name {
        "eq" if rest.is_empty() => return Err("missing argument for comparison".into()),
        "eq" => {
            let mut found = false;
            for it in rest {
                found = found || equal(a, it)?;
            }
            Value::Bool(found)
        }
        "ne" => Value::Bool(!equal(a, b)?),
        "lt" | "le" | "gt" | "ge" => {
            let (wanted, or_equal) =
                (if name.starts_with('l') { Ordering::Less } else { Ordering::Greater }, name.ends_with('e'));
            Value::Bool(order(a, b)?.is_some_and(|it| it == wanted || (or_equal && it.is_eq())))
        }
        "not" => Value::Bool(!is_true(a)),
        "len" => match a {
            Value::String(text) => number(text.len()),
            Value::List(list) => number(list.iter().len()),
            Value::Map(map) => number(map.len()),
            Value::Null => return Err("len of nil pointer".into()),
            other => return Err(format!("len of type {}", go_type(other))),
        },
        "index" => index(a, rest)?,
        "exists" => Value::Bool(index(a, rest).is_ok_and(|it| !it.is_null())),
        "print" => printed(arguments).into(),
        "println" => (arguments.iter().map(go_print).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => match a {
            Value::String(format) => printf(format, rest).into(),
            other => return Err(format!("wrong type for value; expected string; got {}", go_type(other))),
        },
        _ => base64(&go_print(a)).ok_or("illegal base64 data at input byte 0")?.into(),
    })
}

/// As `fmt.Sprint` does: a blank stands between two of which neither is a text.
fn printed(values: &[Value]) -> String {
    let mut text = String::new();
    for (number, value) in values.iter().enumerate() {
        let is_text = |at: usize| matches!(values.get(at), Some(Value::String(_)));
        if number > 0 && !is_text(number) && !is_text(number - 1) {
            text.push(' ');
        }
        text.push_str(&go_print(value));
    }
    text
}

fn equal(a: &Value, b: &Value) -> Result<bool, String> {
    match (a, b) {
        (Value::Null, _) | (_, Value::Null) => Ok(a == b),
        (Value::Map(_), Value::Map(_)) | (Value::List(_), Value::List(_)) => {
            Err(format!("non-comparable type {}: {}", go_print(a), go_type(a)))
        }
        _ if go_type(a) == go_type(b) => Ok(a == b),
        _ => Err("incompatible types for comparison".into()),
    }
}

fn order(a: &Value, b: &Value) -> Result<Option<Ordering>, String> {
    match (a, b) {
        (Value::Null | Value::Map(_) | Value::List(_), _) | (_, Value::Null | Value::Map(_) | Value::List(_)) => {
            Err("invalid type for comparison".into())
        }
        (Value::String(a), Value::String(b)) => Ok(a.partial_cmp(b)),
        (Value::Int(a), Value::Int(b)) => Ok(a.partial_cmp(b)),
        (Value::Float(a), Value::Float(b)) => Ok(a.partial_cmp(b)),
        (Value::Bool(_), Value::Bool(_)) => Err("invalid type for comparison".into()),
        _ => Err("incompatible types for comparison".into()),
    }
}

/// An index into something of a length.
fn place(index: &Value, length: usize) -> Result<usize, String> {
    match index {
        Value::Int(at) => {
            let found = usize::try_from(*at).ok().filter(|at| *at <= length);
            found.ok_or_else(|| format!("index out of range: {at}"))
        }
        Value::Null => Err("cannot index slice/array with nil".into()),
        other => Err(format!("cannot index slice/array with type {}", go_type(other))),
    }
}

fn number(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn index(value: &Value, steps: &[Value]) -> Result<Value, String> {
    if value.is_null() {
        return Err("index of untyped nil".into());
    }
    let mut value = value.clone();
    for step in steps {
        value = match (&value, step) {
            (Value::Map(map), Value::String(key)) => map.get(key).cloned().unwrap_or_default(),
            (Value::Map(_), other) => return Err(format!("value has type {}; should be string", go_type(other))),
            (Value::List(_), step) => {
                let items = value.list_at(&[]);
                let found = items.get(place(step, items.len())?).cloned();
                found.ok_or("reflect: slice index out of range")?
            }
            (Value::String(text), step) => {
                let found = text.as_bytes().get(place(step, text.len())?).map(|byte| Value::Int((*byte).into()));
                found.ok_or("reflect: string index out of range")?
            }
            (Value::Null, _) => return Err("index of nil pointer".into()),
            (other, _) => return Err(format!("can't index item of type {}", go_type(other))),
        };
    }
    Ok(value)
}

/// `%s`, `%v`, `%d`, `%q`, `%t`, `%.2f`, `%T`, with a width: `%-20s`.
fn printf(format: &str, arguments: &[Value]) -> String {
    let mut out = String::new();
    let mut arguments = arguments.iter();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(|c: char| !"+-# 0123456789.".contains(c)).unwrap_or(rest.len());
        let (spec, after) = rest.split_at(end);
        let Some(verb) = after.chars().next() else {
            out.push_str("%!(NOVERB)");
            rest = "";
            break;
        };
        rest = &after[verb.len_utf8()..];
        if verb == '%' {
            out.push('%');
            continue;
        }
        match arguments.next() {
            Some(value) => out.push_str(&formatted(spec, verb, value)),
            None => out.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
        }
    }
    out.push_str(rest);
    let ends = if arguments.len() > 0 { ")" } else { "" };
    for (number, more) in arguments.enumerate() {
        out.extend([if number == 0 { "%!(EXTRA " } else { ", " }, go_type(more), "=", &go_print(more)]);
    }
    out + ends
}

fn formatted(spec: &str, verb: char, value: &Value) -> String {
    let (sizes, precision) =
        spec.split_once('.').map_or((spec, None), |(sizes, rest)| (sizes, Some(rest.parse().unwrap_or(0_usize))));
    let text = match (verb, value) {
        ('T', value) => go_type(value).to_owned(),
        ('v', value) => go_print(value),
        ('s', Value::String(text)) => text.chars().take(precision.unwrap_or(usize::MAX)).collect(),
        ('s', Value::Map(_) | Value::List(_)) => go_print(value),
        ('q', Value::String(text)) => go_quoted(text),
        ('d', Value::Int(number)) => number.to_string(),
        ('t', Value::Bool(flag)) => flag.to_string(),
        ('f', Value::Float(number)) => format!("{number:.*}", precision.unwrap_or(6).min(100)),
        ('g', Value::Float(number)) => emit::float(*number),
        (verb, Value::Null) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", go_type(value), go_print(value)),
    };
    let left = sizes.contains('-');
    let digits = sizes.trim_start_matches(['-', '+', '#', ' ']);
    let width: usize = digits.parse().unwrap_or_default();
    let missing = width.min(1000).saturating_sub(text.chars().count());
    if digits.starts_with('0') && !left && matches!(value, Value::Int(_) | Value::Float(_)) {
        return "0".repeat(missing) + &text;
    }
    let blanks = " ".repeat(missing);
    if left { text + &blanks } else { blanks + &text }
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
