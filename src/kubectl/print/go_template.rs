//! Go templates, in the part that people use with kubectl: fields, `range`, `if`, `with`, pipelines, and the usual functions.
//!
//! Models `text/template` over what `encoding/json` reads: all numbers are floats.

use crate::apiserver::error::go_quoted;
use crate::kubectl::fault::Fault;
use crate::object::{Value, emit};

/// No template needs more, and each may lead deeper.
const MOST_BRACKETS: usize = 500;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct GoTemplate {
    text: String,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Print(Pipeline),
    /// `if`, `range` or `with`: the word, its pipeline, what is done, and what else.
    Block(String, Pipeline, Vec<Node>, Vec<Node>),
}

/// Variables that are set, and the commands of which each feeds the next.
#[derive(Clone, Debug, Default)]
struct Pipeline {
    variables: Vec<String>,
    commands: Vec<Vec<Operand>>,
}

#[derive(Clone, Debug)]
enum Operand {
    Literal(Value),
    /// `.a.b`, or `$x.a`: the variable (empty for the dot) and the fields behind it.
    Path(Option<String>, Vec<String>),
    Function(String),
    Group(Box<Pipeline>, Vec<String>),
}

struct Scope {
    dot: Option<Value>,
    variables: Vec<(String, Option<Value>)>,
}

impl GoTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fail = |words: String| Fault::client(format!("error parsing template {text}, template: output:1: {words}"));
        if text.matches("{{").count().max(text.matches('(').count()) > MOST_BRACKETS {
            return Err(fail("too many actions".into()));
        }
        let mut tokens = pieces(text).map_err(fail)?.into_iter().peekable();
        let mut nodes = Vec::new();
        let end = parse_nodes(&mut tokens, &mut nodes).map_err(fail)?;
        if let Some(word) = end {
            return Err(fail(format!("unexpected {{{{{word}}}}}")));
        }
        Ok(Self { text: text.to_owned(), nodes })
    }

    /// Fills the template in.
    ///
    /// # Errors
    /// When it does not go with the object.
    pub fn execute(&self, root: &Value, allow_missing: bool) -> Result<String, Fault> {
        let mut out = String::new();
        let mut scope = Scope { dot: Some(root.clone()), variables: vec![("$".into(), Some(root.clone()))] };
        run(&self.nodes, &mut scope, allow_missing, &mut out).map_err(|words| {
            Fault::client(format!("error executing template {}: template: output:1: {words}", go_quoted(&self.text)))
        })?;
        Ok(out)
    }
}

enum Piece {
    Text(String),
    Action(String),
}

/// Parts a template at its braces; `{{-` and `-}}` take the blanks beside them away.
fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut trim = false;
    while let Some(start) = rest.find("{{") {
        let (mut before, after) = (&rest[..start], &rest[start + 2..]);
        if trim {
            before = before.trim_start();
        }
        let trims_before = after.starts_with("- ");
        if trims_before {
            before = before.trim_end();
        }
        pieces.push(Piece::Text(before.to_owned()));
        let end = action_end(after).ok_or("unclosed action")?;
        let inside = after[..end].trim_start_matches("- ");
        trim = inside.ends_with(" -");
        let inside = if trim { &inside[..inside.len() - 2] } else { inside };
        if !inside.trim_start().starts_with("/*") {
            pieces.push(Piece::Action(inside.trim().to_owned()));
        }
        rest = &after[end + 2..];
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

/// Where `}}` stands, outside of quotes.
fn action_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '`' => quote = Some(c),
            None if text[at..].starts_with("}}") => return Some(at),
            Some(_) | None => {}
        }
    }
    None
}

type Pieces = std::iter::Peekable<std::vec::IntoIter<Piece>>;

/// Reads up to `end` or `else`, and answers that.
fn parse_nodes(pieces: &mut Pieces, nodes: &mut Vec<Node>) -> Result<Option<String>, String> {
    while let Some(piece) = pieces.next() {
        let action = match piece {
            Piece::Text(text) => {
                nodes.push(Node::Text(text));
                continue;
            }
            Piece::Action(action) => action,
        };
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((&action, ""));
        match word {
            "end" | "else" => return Ok(Some(action)),
            "if" | "range" | "with" => nodes.push(parse_block(word, rest, pieces)?),
            _ => nodes.push(Node::Print(pipeline(&action)?)),
        }
    }
    Ok(None)
}

fn parse_block(word: &str, condition: &str, pieces: &mut Pieces) -> Result<Node, String> {
    let condition = pipeline(condition)?;
    let (mut then, mut otherwise) = (Vec::new(), Vec::new());
    let end = parse_nodes(pieces, &mut then)?.ok_or("unexpected EOF")?;
    if let Some(rest) = end.strip_prefix("else") {
        match rest.trim().split_once(char::is_whitespace) {
            Some((word @ ("if" | "with"), condition)) => otherwise.push(parse_block(word, condition, pieces)?),
            _ => {
                parse_nodes(pieces, &mut otherwise)?.ok_or("unexpected EOF")?;
            }
        }
    }
    Ok(Node::Block(word.to_owned(), condition, then, otherwise))
}

fn pipeline(text: &str) -> Result<Pipeline, String> {
    let mut words = words(text)?.into_iter().peekable();
    let result = read_pipeline(&mut words)?;
    if words.peek().is_some() {
        return Err("unexpected right paren".into());
    }
    if result.commands.iter().any(Vec::is_empty) || result.commands.is_empty() {
        return Err("missing value for command".into());
    }
    Ok(result)
}

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

fn read_pipeline(words: &mut Words) -> Result<Pipeline, String> {
    let mut pipeline = Pipeline { variables: Vec::new(), commands: vec![Vec::new()] };
    while let Some(word) = words.peek().cloned() {
        if word == ")" {
            break;
        }
        words.next();
        match word.as_str() {
            "|" => pipeline.commands.push(Vec::new()),
            ":=" | "=" => {
                // What stood before are the names of variables.
                let names = pipeline.commands.pop().unwrap_or_default();
                pipeline.variables =
                    names.into_iter().filter_map(|it| if let Operand::Path(name, _) = it { name } else { None }).collect();
                pipeline.commands.push(Vec::new());
            }
            "," => {}
            word => {
                let operand = operand(word, words)?;
                if let Some(command) = pipeline.commands.last_mut() {
                    command.push(operand);
                }
            }
        }
    }
    Ok(pipeline)
}

fn fields(path: &str) -> Vec<String> {
    path.split('.').filter(|field| !field.is_empty()).map(str::to_owned).collect()
}

fn operand(word: &str, words: &mut Words) -> Result<Operand, String> {
    Ok(match word.chars().next() {
        Some('(') => {
            let inner = read_pipeline(words)?;
            if words.next().as_deref() != Some(")") {
                return Err("unclosed left paren".into());
            }
            let behind = words.next_if(|it| it.starts_with('.') && it.len() > 1).unwrap_or_default();
            Operand::Group(Box::new(inner), fields(&behind))
        }
        Some('"' | '`') => Operand::Literal(unquoted(word).into()),
        Some('.') => Operand::Path(None, fields(word)),
        Some('$') => {
            let (name, path) = word.split_once('.').unwrap_or((word, ""));
            Operand::Path(Some(name.to_owned()), fields(path))
        }
        Some('0'..='9' | '-' | '+') => {
            Operand::Literal(Value::Int(word.parse().map_err(|_| format!("bad number syntax: {}", go_quoted(word)))?))
        }
        _ => match word {
            "true" | "false" => Operand::Literal(Value::Bool(word == "true")),
            "nil" => Operand::Literal(Value::Null),
            _ if FUNCTIONS.contains(&word) => Operand::Function(word.to_owned()),
            _ => return Err(format!("function {} not defined", go_quoted(word))),
        },
    })
}

const FUNCTIONS: [&str; 17] = [
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "html",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
];

fn unquoted(word: &str) -> String {
    let inner = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
    if word.starts_with('`') {
        return inner.to_owned();
    }
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// Parts an action into words: quoted strings, parentheses, pipes, and what stands between blanks.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '|' | ',' => 1,
            ':' if rest.starts_with(":=") => 2,
            '"' | '`' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == first && !escaped;
                    escaped = *c == '\\' && !escaped && first == '"';
                    ends
                });
                end.map(|(at, _)| at + 1).ok_or("unterminated quoted string")?
            }
            _ => rest
                .find(|c: char| c.is_whitespace() || "()|,\"`".contains(c) || c == ':')
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

fn run(nodes: &[Node], scope: &mut Scope, allow_missing: bool, out: &mut String) -> Result<(), String> {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Print(pipeline) => {
                let value = evaluate(pipeline, scope, allow_missing)?;
                if pipeline.variables.is_empty() {
                    out.push_str(&value.as_ref().map_or_else(|| "<no value>".into(), go_print_json));
                }
            }
            Node::Block(word, condition, then, otherwise) => {
                let known = scope.variables.len();
                block(word, condition, [then, otherwise], scope, allow_missing, out)?;
                scope.variables.truncate(known);
            }
        }
    }
    Ok(())
}

fn block(
    word: &str,
    condition: &Pipeline,
    [then, otherwise]: [&[Node]; 2],
    scope: &mut Scope,
    allow_missing: bool,
    out: &mut String,
) -> Result<(), String> {
    let value = evaluate(condition, scope, allow_missing)?;
    if word != "range" {
        let holds = value.as_ref().is_some_and(is_true);
        let outer = scope.dot.clone();
        if holds && word == "with" {
            scope.dot = value;
        }
        let done = run(if holds { then } else { otherwise }, scope, allow_missing, out);
        scope.dot = outer;
        return done;
    }
    let entries: Vec<(Value, Value)> = match value {
        Some(Value::List(list)) => {
            list.iter().enumerate().map(|(at, item)| (Value::Int(i64::try_from(at).unwrap_or_default()), item.clone())).collect()
        }
        Some(Value::Map(map)) => map.iter().map(|(key, item)| (Value::from(key), item.clone())).collect(),
        None | Some(Value::Null) => Vec::new(),
        Some(other) => return Err(format!("range can't iterate over {}", go_print(&other))),
    };
    if entries.is_empty() {
        return run(otherwise, scope, allow_missing, out);
    }
    let outer = scope.dot.clone();
    for (key, item) in entries {
        let known = scope.variables.len();
        match &condition.variables[..] {
            [value] => scope.variables.push((value.clone(), Some(item.clone()))),
            [index, value] => {
                scope.variables.push((index.clone(), Some(key)));
                scope.variables.push((value.clone(), Some(item.clone())));
            }
            _ => {}
        }
        scope.dot = Some(item);
        run(then, scope, allow_missing, out)?;
        scope.variables.truncate(known);
    }
    scope.dot = outer;
    Ok(())
}

/// What a pipeline comes to; nothing where a field is missing.
fn evaluate(pipeline: &Pipeline, scope: &mut Scope, allow_missing: bool) -> Result<Option<Value>, String> {
    let mut last: Option<Option<Value>> = None;
    for command in &pipeline.commands {
        let Some((first, rest)) = command.split_first() else { return Err("missing value for command".into()) };
        let mut arguments = Vec::new();
        for operand in rest {
            arguments.push(value_of(operand, scope, allow_missing)?);
        }
        arguments.extend(last.take());
        last = Some(match first {
            Operand::Function(name) => call(name, &arguments)?,
            operand => value_of(operand, scope, allow_missing)?,
        });
    }
    let value = last.flatten();
    if let [name] = &pipeline.variables[..] {
        match scope.variables.iter_mut().rev().find(|(known, _)| known == name) {
            Some((_, place)) => place.clone_from(&value),
            None => scope.variables.push((name.clone(), value.clone())),
        }
    }
    Ok(value)
}

fn value_of(operand: &Operand, scope: &mut Scope, allow_missing: bool) -> Result<Option<Value>, String> {
    let (start, path) = match operand {
        Operand::Literal(value) => return Ok(Some(value.clone())),
        Operand::Function(name) => return call(name, &[]),
        Operand::Group(inner, path) => (evaluate(inner, scope, allow_missing)?, path),
        Operand::Path(None, path) => (scope.dot.clone(), path),
        Operand::Path(Some(name), path) => match scope.variables.iter().rev().find(|(known, _)| known == name) {
            Some((_, value)) => (value.clone(), path),
            None => return Err(format!("undefined variable {}", go_quoted(name))),
        },
    };
    let mut value = start;
    for field in path {
        value = match value {
            Some(Value::Map(map)) => match map.get(field) {
                Some(found) => Some(found.clone()),
                None if allow_missing => None,
                None => return Err(format!("map has no entry for key {}", go_quoted(field))),
            },
            None | Some(Value::Null) => return Err(format!("nil pointer evaluating interface {{}}.{field}")),
            Some(other) => return Err(format!("can't evaluate field {field} in type {}", go_type(&other))),
        };
    }
    Ok(value)
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
        _ => "float64",
    }
}

fn is_true(value: &Value) -> bool {
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

fn call(name: &str, arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
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
        "print" | "html" => all().map(|it| go_print_json(&it)).collect::<String>().into(),
        "println" => (all().map(|it| go_print_json(&it)).collect::<Vec<_>>().join(" ") + "\n").into(),
        "printf" => printf(&go_print(&a), &arguments[1.min(arguments.len())..]).into(),
        "base64decode" => base64(&go_print(&a)).ok_or("error calling base64decode: illegal base64 data")?.into(),
        _ => return Err(format!("function {} not defined", go_quoted(name))),
    }))
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
fn go_print_json(value: &Value) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_in() {
        let json = r#"{"items":[{"n":"a","v":1},{"n":"b","v":2000001000}],"m":{"x-y":"z"},"e":[]}"#;
        let root: Value = serde_json::from_str(json).expect("valid JSON");
        let cases = [
            ("{{range .items}}{{.n}} {{.v}}{{\"\\n\"}}{{end}}", "a 1\nb 2.000001e+09\n"),
            ("{{.nothing}}|{{len .items}}|{{index .m \"x-y\"}}", "<no value>|2|z"),
            ("{{range $i, $it := .items}}{{$i}}={{$it.n}} {{end}}", "0=a 1=b "),
            ("{{range .e}}x{{else}}none{{end}}", "none"),
            ("{{if eq (index .items 0).n \"a\"}}yes{{else}}no{{end}}", "yes"),
            ("{{with .m}}{{.}}{{end}} {{printf \"%-4s|%v\" \"ab\" .e}}", "map[x-y:z] ab  |[]"),
            ("a {{- .e -}} b{{/* not shown */}}", "a[]b"),
            ("{{$n := len .items}}{{$n}}{{if and .m (not .e)}}!{{end}}", "2!"),
        ];
        for (template, expected) in cases {
            let filled = GoTemplate::parse(template).and_then(|it| it.execute(&root, true));
            assert_eq!(filled.as_deref(), Ok(expected), "{template}");
        }
        for bad in ["{{", "{{range .items}}", "{{foo}}", "{{end}}", "{{.a | }}"] {
            assert!(GoTemplate::parse(bad).is_err(), "{bad}");
        }
    }
}
