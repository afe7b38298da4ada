//! Go templates, in the part that people use with kubectl: fields, `range`, `if`, `with`, pipelines, and the usual functions.
//!
//! Models `text/template` over what `encoding/json` reads: all numbers are floats.

mod functions;
mod parse;

use crate::apiserver::error::go_quoted;
use crate::kubectl::fault::Fault;
use crate::object::Value;
use functions::{call, go_print_json, go_type, is_true};
use parse::{parse_nodes, pieces};

pub use functions::go_print;

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
