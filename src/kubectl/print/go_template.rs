//! Go templates: fields, variables, `range`, `if`, `with`, `define`, pipelines, and the functions.
//!
//! Models `text/template` over what `encoding/json` reads: all numbers of an object are floats, and those of a template are not.

pub(super) mod functions;
mod lex;
mod parse;

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

/// A template that can be read.
#[derive(Clone, Debug)]
pub struct GoTemplate {
    text: String,
}

/// Those that a template defines with their names, and under the empty name the template itself.
type Templates<'a> = Vec<(&'a str, Vec<Node<'a>>)>;

enum Node<'a> {
    Text(&'a str),
    Print(Pipeline<'a>),
    /// `if`, `range` or `with`: the word, its pipeline, what is done, and what else.
    Block(&'a str, Pipeline<'a>, Vec<Node<'a>>, Vec<Node<'a>>),
    /// Another template: its name, what it is about, where its name stands, and what is written behind it.
    Template(&'a str, Option<Pipeline<'a>>, usize, &'a str),
    Break,
    Continue,
}

/// Variables that are declared or set, and the commands of which each feeds the next.
#[derive(Default)]
struct Pipeline<'a> {
    variables: Vec<&'a str>,
    /// Whether the variables are there already.
    assigns: bool,
    commands: Vec<Command<'a>>,
}

struct Command<'a> {
    operands: Vec<Operand<'a>>,
    at: usize,
    text: &'a str,
}

enum Operand<'a> {
    Literal(Value),
    /// `.a.b`, or `$x.a`: the variable (empty for the dot), the fields behind it, where it stands, and as it is written.
    Path(&'a str, Vec<&'a str>, usize, &'a str),
    Function(&'a str, usize),
    Group(Box<Pipeline<'a>>, Vec<&'a str>),
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
        parse::parse(text).map_err(fail)?;
        Ok(Self { text: text.to_owned() })
    }

    /// Fills the template in.
    ///
    /// # Errors
    /// When it does not go with the object; kubectl shows then how far it came, and all that it had.
    pub fn execute(&self, root: &Value, allow_missing: bool) -> Result<String, Fault> {
        let data = with_floats(root);
        let templates = parse::parse(&self.text).map_err(Fault::client)?;
        let out = String::new();
        let mut engine =
            Engine { text: &self.text, templates: &templates, allow_missing, out, at: (0, ""), name: "output", depth: 0 };
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
struct Scope<'a> {
    dot: Value,
    variables: Vec<(&'a str, Value)>,
}

/// How it goes on behind a node.
#[derive(PartialEq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct Engine<'a> {
    text: &'a str,
    templates: &'a Templates<'a>,
    allow_missing: bool,
    out: String,
    /// What was looked at last: where it stands, and as it is written.
    at: (usize, &'a str),
    name: &'a str,
    depth: usize,
}

impl<'a> Engine<'a> {
    /// Words about what was looked at last. Models `Tree.ErrorContext`.
    fn wrong(&self, words: &str) -> String {
        self.wrong_at(self.at.0, self.at.1, words)
    }

    fn wrong_at(&self, at: usize, what: &str, words: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
        format!("template: output:{line}:{column}: executing {} at <{what}>: {words}", go_quoted(self.name))
    }

    /// Fills in one of the templates.
    fn template(&mut self, name: &str, dot: Value) -> Result<(), String> {
        let Some((known, nodes)) = self.templates.iter().rfind(|(known, _)| *known == name) else {
            return Err(format!("template {} not defined", go_quoted(name)));
        };
        if self.depth == DEEPEST {
            return Err("exceeded maximum template depth (100000)".into());
        }
        let outer = std::mem::replace(&mut self.name, if known.is_empty() { "output" } else { known });
        self.depth += 1;
        let mut scope = Scope { variables: vec![("$", dot.clone())], dot };
        let done = self.run(nodes, &mut scope);
        self.depth -= 1;
        self.name = outer;
        done.map(|_| ())
    }

    fn run(&mut self, nodes: &'a [Node<'a>], scope: &mut Scope<'a>) -> Result<Flow, String> {
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
                Node::Template(name, about, at, written) => {
                    let dot = about.as_ref().map_or(Ok(Value::Null), |pipeline| self.evaluate(pipeline, scope))?;
                    let what = || format!("{{{{template {}{}}}}}", go_quoted(name), written.trim_end());
                    let done = self.template(name, dot);
                    // What is wrong within it says so itself.
                    done.map_err(
                        |words| if words.starts_with("template: ") { words } else { self.wrong_at(*at, &what(), &words) },
                    )?;
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
        condition: &'a Pipeline<'a>,
        [then, otherwise]: [&'a [Node<'a>]; 2],
        scope: &mut Scope<'a>,
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
            Value::List(list) => (0..).map(Value::Int).zip(list.iter().cloned()).collect(),
            Value::Map(map) => map.iter().map(|(key, item)| (Value::from(key), item.clone())).collect(),
            Value::Null => Vec::new(),
            other => return Err(self.wrong(&format!("range can't iterate over {}", go_print(&other)))),
        };
        if entries.is_empty() {
            return self.run(otherwise, scope);
        }
        for (key, item) in entries {
            let known = scope.variables.len();
            match condition.variables[..] {
                [value] => set(scope, value, item.clone(), condition.assigns),
                [index, value] => {
                    set(scope, index, key, condition.assigns);
                    set(scope, value, item.clone(), condition.assigns);
                }
                _ => {}
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
    fn evaluate(&mut self, pipeline: &'a Pipeline<'a>, scope: &mut Scope<'a>) -> Result<Value, String> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, last, scope)?);
        }
        let value = last.unwrap_or_default();
        // A range sets its variables each time.
        if let [name] = pipeline.variables[..] {
            set(scope, name, value.clone(), pipeline.assigns);
        }
        Ok(value)
    }

    fn command(&mut self, command: &'a Command<'a>, last: Option<Value>, scope: &mut Scope<'a>) -> Result<Value, String> {
        let Some((first, rest)) = command.operands.split_first() else { return Ok(Value::Null) };
        if let Operand::Function(name, at) = first {
            self.at = (*at, name);
            return self.function(name, rest, last, scope).map_err(|words| {
                // What is wrong with an argument says so itself.
                if words.starts_with("template: ") { words } else { self.wrong_at(command.at, command.text, &words) }
            });
        }
        let value = self.operand(first, scope)?;
        if rest.is_empty() && last.is_none() {
            return Ok(value);
        }
        let given = command.text.split(' ').next().unwrap_or_default();
        Err(self.wrong(&format!("can't give argument to non-function {given}")))
    }

    /// What a function answers.
    fn function(
        &mut self,
        name: &'a str,
        given: &'a [Operand<'a>],
        last: Option<Value>,
        scope: &mut Scope<'a>,
    ) -> Result<Value, String> {
        let count = given.len() + usize::from(last.is_some());
        let (_, wanted, or_more) = FUNCTIONS.iter().find(|(known, ..)| *known == name).copied().unwrap_or(("", 0, true));
        if count < wanted || (count > wanted && !or_more) {
            let least = if or_more { "at least " } else { "" };
            return Err(self.wrong(&format!("wrong number of args for {name}: want {least}{wanted} got {count}")));
        }
        let mut arguments = Vec::new();
        for operand in given {
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
        call(name, &arguments).map_err(|words| format!("error calling {name}: {words}"))
    }

    fn operand(&mut self, operand: &'a Operand<'a>, scope: &mut Scope<'a>) -> Result<Value, String> {
        match operand {
            Operand::Literal(value) => Ok(value.clone()),
            Operand::Function(name, at) => {
                self.at = (*at, name);
                self.function(name, &[], None, scope)
                    .map_err(|words| if words.starts_with("template: ") { words } else { self.wrong(&words) })
            }
            Operand::Group(inner, fields) => {
                let value = self.evaluate(inner, scope)?;
                self.below(value, fields)
            }
            Operand::Path(name, fields, at, text) => {
                let found = scope.variables.iter().rev().find(|(known, _)| known == name);
                let value = found.map_or(&scope.dot, |(_, value)| value).clone();
                self.at = (*at, text);
                self.below(value, fields)
            }
        }
    }

    fn below(&self, mut value: Value, fields: &[&str]) -> Result<Value, String> {
        for field in fields {
            let words = match &value {
                Value::Map(_) | Value::Null if value.get(field).is_some() || self.allow_missing => {
                    value = value.get(field).cloned().unwrap_or_default();
                    continue;
                }
                Value::Map(_) => format!("map has no entry for key {}", go_quoted(field)),
                Value::Null => format!("nil data; no entry for key {}", go_quoted(field)),
                _ => format!("can't evaluate field {field} in type interface {{}}"),
            };
            return Err(self.wrong(&words));
        }
        Ok(value)
    }
}

/// Declares a variable, or gives the one that is there another value.
fn set<'a>(scope: &mut Scope<'a>, name: &'a str, value: Value, assigns: bool) {
    match scope.variables.iter_mut().rev().find(|(known, _)| assigns && *known == name) {
        Some((_, place)) => *place = value,
        None => scope.variables.push((name, value)),
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
            ("{{eq 1 2 1}} {{ne \"a\" \"b\"}} {{le 2 2}} {{or \"\" .m}}", "true true true map[x-y:z]"),
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
