//! Go templates: fields, variables, `range`, `if`, `with`, `define`, pipelines, and the functions.
//!
//! Models `text/template` over what `encoding/json` reads: all numbers of an object are floats, and those of a template are not.

pub(super) mod functions;
mod lex;
mod parse;

use std::collections::BTreeMap;

use super::json;
use crate::apiserver::error::go_quoted;
use crate::kubectl::fault::Fault;
use crate::object::Value;
use functions::{FUNCTIONS, call, is_true};

pub use functions::go_print;

/// No template needs more, and each may lead deeper.
const MOST_BRACKETS: usize = 500;

/// So deep templates may use each other.
const DEEPEST: usize = 100;

/// A template that was read.
#[derive(Clone, Debug)]
pub struct GoTemplate {
    text: String,
    templates: Templates,
}

/// Those that a template defines, by their names, and under the empty name the template itself.
type Templates = BTreeMap<String, Vec<Node>>;

#[derive(Clone, Debug)]
enum Node {
    Text(String),
    Print(Pipeline),
    /// `if`, `range` or `with`: the word, its pipeline, what is done, and what else.
    Block(String, Pipeline, Vec<Node>, Vec<Node>),
    /// Another template: its name, and what it is about.
    Template(String, Option<Pipeline>, Place),
    Break,
    Continue,
}

/// A part of a template, as it is named when it goes wrong.
#[derive(Clone, Debug, Default)]
struct Place {
    at: usize,
    text: String,
}

/// Variables that are declared or set, and the commands of which each feeds the next.
#[derive(Clone, Debug, Default)]
struct Pipeline {
    variables: Vec<String>,
    /// Whether the variables are there already.
    assigns: bool,
    commands: Vec<Command>,
}

#[derive(Clone, Debug)]
struct Command {
    operands: Vec<Operand>,
    place: Place,
}

#[derive(Clone, Debug)]
enum Operand {
    Literal(Value),
    /// `.a.b`, or `$x.a`: the variable (none for the dot), the fields behind it, and where it stands.
    Path(Option<String>, Vec<String>, usize),
    Function(String, usize),
    Group(Box<Pipeline>, Vec<String>),
}

impl Pipeline {
    fn written(&self) -> String {
        let commands: Vec<&str> = self.commands.iter().map(|command| command.place.text.as_str()).collect();
        commands.join(" | ")
    }
}

impl Command {
    /// Whether it begins with a value that has no fields.
    fn is_plain(&self) -> bool {
        !matches!(self.operands.first(), Some(Operand::Path(_, fields, _)) if !fields.is_empty())
    }
}

impl GoTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let fail = |words: String| Fault::client(format!("error parsing template {text}, {words}"));
        if text.matches("{{").count().max(text.matches('(').count()) > MOST_BRACKETS {
            return Err(fail("template: output:1: too many actions".into()));
        }
        Ok(Self { text: text.to_owned(), templates: parse::parse(text).map_err(fail)? })
    }

    /// Fills the template in.
    ///
    /// # Errors
    /// When it does not go with the object; kubectl shows then how far it came, and all that it had.
    pub fn execute(&self, root: &Value, allow_missing: bool) -> Result<String, Fault> {
        let data = with_floats(root);
        let mut engine =
            Engine { template: self, allow_missing, out: String::new(), at: Place::default(), name: "output", depth: 0 };
        let Err(words) = engine.template("", data.clone()) else { return Ok(engine.out) };
        Err(Fault::plain(format!(
            "{}Error executing template: {words}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{}\n\
             \traw data was:\n\t\t{}\n\tobject given to template engine was:\n\t\t{}\n\nerror: error executing template {}: {words}",
            engine.out,
            self.text,
            json::compact(root),
            go_print(&data),
            go_quoted(&self.text)
        )))
    }
}

/// A value as it is when all numbers are read as floats.
fn with_floats(value: &Value) -> Value {
    match value {
        #[allow(clippy::cast_precision_loss, reason = "so does encoding/json")]
        Value::Int(number) => Value::Float(*number as f64),
        Value::List(list) => list.iter().map(with_floats).collect(),
        Value::Map(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), with_floats(value))).collect()),
        value => value.clone(),
    }
}

/// What is known where a part of a template stands.
struct Scope {
    dot: Value,
    variables: Vec<(String, Value)>,
}

/// How it goes on behind a node.
#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Engine<'a> {
    template: &'a GoTemplate,
    allow_missing: bool,
    out: String,
    /// What was looked at last.
    at: Place,
    name: &'a str,
    depth: usize,
}

impl<'a> Engine<'a> {
    /// Words about what was looked at last. Models `Tree.ErrorContext`.
    fn wrong(&self, words: &str) -> String {
        let before = self.template.text.get(..self.at.at).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        format!("template: output:{line}:{column}: executing {} at <{}>: {words}", go_quoted(self.name), self.at.text)
    }

    fn look_at(&mut self, at: usize, text: String) {
        self.at = Place { at, text };
    }

    /// Fills in one of the templates.
    fn template(&mut self, name: &str, dot: Value) -> Result<(), String> {
        let Some((known, nodes)) = self.template.templates.get_key_value(name) else {
            return Err(self.wrong(&format!("template {} not defined", go_quoted(name))));
        };
        if self.depth == DEEPEST {
            return Err(self.wrong("exceeded maximum template depth (100000)"));
        }
        let outer = std::mem::replace(&mut self.name, if known.is_empty() { "output" } else { known });
        self.depth += 1;
        let mut scope = Scope { variables: vec![("$".into(), dot.clone())], dot };
        let done = self.run(nodes, &mut scope);
        self.depth -= 1;
        self.name = outer;
        done.map(|_| ())
    }

    fn run(&mut self, nodes: &'a [Node], scope: &mut Scope) -> Result<Flow, String> {
        for node in nodes {
            match node {
                Node::Text(text) => self.out.push_str(text),
                Node::Print(pipeline) => {
                    let value = self.evaluate(pipeline, scope)?;
                    if pipeline.variables.is_empty() {
                        self.out.push_str(&if value.is_null() { "<no value>".to_owned() } else { go_print(&value) });
                    }
                }
                Node::Block(word, condition, then, otherwise) => {
                    let known = scope.variables.len();
                    let outer = scope.dot.clone();
                    let flow = self.block(word, condition, [then, otherwise], scope)?;
                    scope.variables.truncate(known);
                    scope.dot = outer;
                    if flow != Flow::On {
                        return Ok(flow);
                    }
                }
                Node::Template(name, about, place) => {
                    let dot = about.as_ref().map_or(Ok(Value::Null), |pipeline| self.evaluate(pipeline, scope))?;
                    self.at = place.clone();
                    self.template(name, dot)?;
                }
                Node::Break => return Ok(Flow::Break),
                Node::Continue => return Ok(Flow::Continue),
            }
        }
        Ok(Flow::On)
    }

    fn block(
        &mut self,
        word: &str,
        condition: &'a Pipeline,
        [then, otherwise]: [&'a [Node]; 2],
        scope: &mut Scope,
    ) -> Result<Flow, String> {
        let value = self.evaluate(condition, scope)?;
        if word != "range" {
            let holds = is_true(&value);
            if holds && word == "with" {
                scope.dot = value;
            }
            return self.run(if holds { then } else { otherwise }, scope);
        }
        let entries: Vec<(Value, Value)> = match value {
            Value::List(list) => {
                let keys = (0..).map(Value::Int);
                keys.zip(list.iter().cloned()).collect()
            }
            Value::Map(map) => map.iter().map(|(key, item)| (Value::from(key), item.clone())).collect(),
            Value::Null => Vec::new(),
            other => return Err(self.wrong(&format!("range can't iterate over {}", go_print(&other)))),
        };
        if entries.is_empty() {
            return self.run(otherwise, scope);
        }
        for (key, item) in entries {
            let known = scope.variables.len();
            let mut values = [key, item.clone()].into_iter().skip(usize::from(condition.variables.len() < 2));
            for name in &condition.variables {
                set(scope, name, values.next().unwrap_or_default(), condition.assigns);
            }
            scope.dot = item;
            let flow = self.run(then, scope)?;
            scope.variables.truncate(known);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::On)
    }

    /// What a pipeline comes to; null where a field is missing.
    fn evaluate(&mut self, pipeline: &Pipeline, scope: &mut Scope) -> Result<Value, String> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, last, scope)?);
        }
        let value = last.unwrap_or_default();
        // A range sets its variables each time.
        if let [name] = &pipeline.variables[..] {
            set(scope, name, value.clone(), pipeline.assigns);
        }
        Ok(value)
    }

    fn command(&mut self, command: &Command, last: Option<Value>, scope: &mut Scope) -> Result<Value, String> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::Null) };
        let Operand::Function(name, at) = first else {
            let value = self.operand(first, scope)?;
            if !rest.is_empty() || last.is_some() {
                let of_fields = matches!(first, Operand::Path(_, fields, _) if !fields.is_empty());
                let words = match first {
                    Operand::Path(_, fields, _) if of_fields => {
                        format!("{} is not a method but has arguments", fields.last().map_or("", String::as_str))
                    }
                    _ => format!(
                        "can't give argument to non-function {}",
                        command.place.text.split(' ').next().unwrap_or_default()
                    ),
                };
                return Err(self.wrong(&words));
            }
            return Ok(value);
        };
        self.look_at(*at, name.clone());
        let given = rest.len() + usize::from(last.is_some());
        let (_, wanted, or_more) = FUNCTIONS.iter().find(|(known, ..)| known == name).copied().unwrap_or(("", 0, true));
        if given < wanted || (given > wanted && !or_more) {
            let least = if or_more { "at least " } else { "" };
            return Err(self.wrong(&format!("wrong number of args for {name}: want {least}{wanted} got {given}")));
        }
        let mut arguments = Vec::new();
        for operand in rest {
            let value = self.operand(operand, scope)?;
            // These look no further than they need to.
            if (name == "and" && !is_true(&value)) || (name == "or" && is_true(&value)) {
                return Ok(value);
            }
            arguments.push(value);
        }
        arguments.extend(last);
        if name == "and" || name == "or" {
            return Ok(arguments.pop().unwrap_or_default());
        }
        call(name, &arguments).map_err(|words| {
            self.at = command.place.clone();
            self.wrong(&format!("error calling {name}: {words}"))
        })
    }

    fn operand(&mut self, operand: &Operand, scope: &mut Scope) -> Result<Value, String> {
        match operand {
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Function(name, at) => {
                let place = Place { at: *at, text: name.clone() };
                self.command(&Command { operands: vec![operand.clone()], place }, None, scope)
            }
            Operand::Group(inner, fields) => {
                let value = self.evaluate(inner, scope)?;
                self.below(value, fields)
            }
            Operand::Path(variable, fields, at) => {
                let (name, value) = match variable {
                    None => ("", scope.dot.clone()),
                    Some(name) => {
                        let found = scope.variables.iter().rev().find(|(known, _)| known == name);
                        (name.as_str(), found.map(|(_, value)| value.clone()).unwrap_or_default())
                    }
                };
                self.look_at(*at, format!("{name}.{}", fields.join(".")));
                self.below(value, fields)
            }
        }
    }

    fn below(&self, value: Value, fields: &[String]) -> Result<Value, String> {
        fields.iter().try_fold(value, |value, field| match &value {
            Value::Map(map) => match map.get(field) {
                Some(found) => Ok(found.clone()),
                None if self.allow_missing => Ok(Value::Null),
                None => Err(self.wrong(&format!("map has no entry for key {}", go_quoted(field)))),
            },
            Value::Null if self.allow_missing => Ok(Value::Null),
            Value::Null => Err(self.wrong(&format!("nil data; no entry for key {}", go_quoted(field)))),
            _ => Err(self.wrong(&format!("can't evaluate field {field} in type interface {{}}"))),
        })
    }
}

/// Declares a variable, or gives the one that is there another value.
fn set(scope: &mut Scope, name: &str, value: Value, assigns: bool) {
    match scope.variables.iter_mut().rev().find(|(known, _)| assigns && known == name) {
        Some((_, place)) => *place = value,
        None => scope.variables.push((name.to_owned(), value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, String> {
        let json = r#"{"items":[{"n":"a","v":1},{"n":"b","v":2000001000}],"m":{"x-y":"z"},"e":[],"t":true}"#;
        let root: Value = serde_json::from_str(json).expect("valid JSON");
        GoTemplate::parse(template).and_then(|it| it.execute(&root, true)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn templates_are_filled_in() {
        let cases = [
            ("{{range .items}}{{.n}} {{.v}}{{\"\\n\"}}{{end}}", "a 1\nb 2.000001e+09\n"),
            (
                "{{.nothing}}|{{.nothing.more}}|{{len .items}}|{{index .m \"x-y\"}}|{{index .m \"no\"}}",
                "<no value>|<no value>|2|z|<no value>",
            ),
            ("{{range $i, $it := .items}}{{$i}}={{$it.n}} {{end}}", "0=a 1=b "),
            ("{{range $it := .items}}{{if eq $it.n \"b\"}}{{break}}{{end}}{{$it.n}}{{end}}", "a"),
            ("{{range .items}}{{if eq .n \"a\"}}{{continue}}{{end}}{{.n}}{{end}}", "b"),
            ("{{range $k, $v := .m}}{{$k}}:{{$v}}{{end}}{{range .e}}x{{else}}none{{end}}", "x-y:znone"),
            ("{{if eq (index .items 0).n \"a\"}}yes{{else}}no{{end}}", "yes"),
            ("{{if .e}}1{{else if .m}}2{{else}}3{{end}}{{with .e}}1{{else with .m}}{{.}}{{end}}", "2map[x-y:z]"),
            ("{{with .m}}{{.}}{{end}} {{printf \"%-4s|%v\" \"ab\" .e}}", "map[x-y:z] ab  |[]"),
            ("a {{- .e -}} b{{/* not shown */}}{{- /* nor this */ -}} c", "a[]bc"),
            ("{{$n := len .items}}{{$n}}{{if and .m (not .e)}}{{$n = 7}}!{{end}}{{$n}}", "2!7"),
            ("{{define \"T\"}}<{{.}}>{{end}}{{template \"T\" .m}}{{block \"B\" 1}}[{{.}}]{{end}}", "<map[x-y:z]>[1]"),
            ("{{range .items}}{{if lt .v 2.0}}{{printf \"%.1f %5.0f|%03d\" .v .v 7}}{{end}}{{end}}", "1.0     1|007"),
            (
                "{{printf \"%d %s %q %t\" .t \"x\" \"y\" .t}} {{printf \"%v\"}} {{printf \"a\" 1}}",
                "%!d(bool=true) x \"y\" true %!v(MISSING) a%!(EXTRA int=1)",
            ),
            (
                "{{print \"a\" 1 2 \"b\"}} {{println 1 \"c\"}}{{1.5}} {{3}} {{true}} {{\"x\" | printf \"%s-%s\" \"y\"}}",
                "a1 2b 1 c\n1.5 3 true y-x",
            ),
            (
                "{{eq 1 2 1}} {{ne \"a\" \"b\"}} {{le 2 2}} {{or \"\" .m}} {{html \"<\"}} {{js \"'\"}} {{urlquery \"a b\"}} {{slice \"abcd\" 1 3}}",
                "true true true map[x-y:z] &lt; \\' a+b bc",
            ),
            ("{{base64decode \"aGk=\"}}{{exists .m \"x-y\"}}{{$.t}}{{ `raw` }}", "hitruetrueraw"),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn a_template_that_cannot_be_read_says_where_it_goes_wrong() {
        let cases = [
            ("{{", "1: unclosed action"),
            ("a\n{{foo}}", "2: function \"foo\" not defined"),
            ("{{range .items}}", "1: unexpected EOF"),
            ("{{end}}", "1: unexpected {{end}}"),
            ("{{if}}x{{end}}", "1: missing value for if"),
            ("{{}}", "1: missing value for command"),
            ("{{$x}}", "1: undefined variable \"$x\""),
            ("{{break}}", "1: {{break}} outside {{range}}"),
            ("{{(.a}}", "1: unclosed left paren"),
            ("{{.a | 1}}", "1: non executable command in pipeline stage 2"),
            ("{{\"a}}", "1: unterminated quoted string"),
            ("{{.a!}}", "1: bad character U+0021 '!'"),
            ("{{a-b}}", "1: bad character U+002D '-'"),
            ("{{1x}}", "1: bad number syntax: \"1x\""),
        ];
        for (template, expected) in cases {
            let words = format!("error: error parsing template {template}, template: output:{expected}");
            assert_eq!(filled(template), Err(words), "{template}");
        }
    }

    #[test]
    fn a_template_that_does_not_go_with_the_object_shows_all_that_it_had() {
        let cases = [
            ("{{.m.x.y}}{{.t.b.c}}", "1:14: executing \"output\" at <.t.b.c>: can't evaluate field b in type interface {}"),
            ("x{{range .t}}{{end}}", "1:9: executing \"output\" at <.t>: range can't iterate over true"),
            ("\n{{index .items 5}}", "2:2: executing \"output\" at <index .items 5>: error calling index: index out of range: 5"),
            (
                "{{range .items}}{{eq .v 1}}{{end}}",
                "1:18: executing \"output\" at <eq .v 1>: error calling eq: incompatible types for comparison",
            ),
            ("{{len}}", "1:2: executing \"output\" at <len>: wrong number of args for len: want 1 got 0"),
            ("{{template \"T\"}}", "1:11: executing \"output\" at <{{template \"T\"}}>: template \"T\" not defined"),
            (
                "{{define \"T\"}}{{len .t}}{{end}}{{template \"T\" .}}",
                "1:16: executing \"T\" at <len .t>: error calling len: len of type bool",
            ),
            ("{{define \"T\"}}{{template \"T\"}}{{end}}{{template \"T\"}}", "exceeded maximum template depth (100000)"),
        ];
        for (template, expected) in cases {
            let shown = filled(template).expect_err(template);
            assert!(
                shown.contains("Error executing template: template: output:") && shown.contains("\traw data was:\n\t\t{\"e\":[]"),
                "{shown}"
            );
            let last = shown.lines().last().unwrap_or_default();
            assert!(last.starts_with("error: error executing template ") && last.ends_with(expected), "{template}: {last}");
        }
    }
}
