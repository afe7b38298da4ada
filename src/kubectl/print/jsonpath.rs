//! JSONPath templates: `{range .items[*]}{.metadata.name}{"\n"}{end}`.
//!
//! Models `k8s.io/client-go/util/jsonpath`, with its words for what is wrong.

mod parse;

use super::json;
use crate::object::Value;
use parse::{Parsed, Parser};

/// No template needs more, and each may lead deeper.
const MOST_BRACKETS: usize = 500;

/// A template that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    actions: Vec<Action>,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    /// Text outside of braces.
    Text(String),
    /// Values are found and printed.
    Print(Vec<Step>),
    /// What follows, up to the end, is done for each of the values.
    Range(Vec<Step>, Vec<Action>),
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Text(String),
    Number(i64),
    Field(String),
    /// All entries.
    Wildcard,
    /// Start, end and step.
    Slice(Option<i64>, Option<i64>, Option<i64>, bool),
    Filter(Vec<Step>, Option<(String, Vec<Step>)>),
    Union(Vec<Vec<Step>>),
    /// All values below.
    Recursive,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In the words of client-go, as kubectl shows them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fail = |words: String| format!("error parsing jsonpath {text}, {words}");
        if text.matches(['{', '(', '[']).count() > MOST_BRACKETS {
            return Err(fail("too many brackets".into()));
        }
        let mut parser = Parser { text };
        let mut open: Vec<(Vec<Step>, Vec<Action>)> = Vec::new();
        let mut actions = Vec::new();
        while !parser.text.is_empty() {
            let cut = parser.text.find('{').unwrap_or(parser.text.len());
            let (before, rest) = parser.text.split_at(cut);
            if !before.is_empty() {
                actions.push(Action::Text(before.to_owned()));
            }
            parser.text = rest.strip_prefix('{').unwrap_or(rest);
            if rest.is_empty() {
                break;
            }
            match parser.action().map_err(fail)? {
                Parsed::Print(steps) => actions.push(Action::Print(steps)),
                Parsed::Range(steps) => open.push((steps, std::mem::take(&mut actions))),
                Parsed::End => {
                    let Some((steps, outer)) = open.pop() else { return Err("not in range, nothing to end".into()) };
                    let body = std::mem::replace(&mut actions, outer);
                    actions.push(Action::Range(steps, body));
                }
            }
        }
        // A range without an end goes on to the end of the text.
        while let Some((steps, outer)) = open.pop() {
            let body = std::mem::replace(&mut actions, outer);
            actions.push(Action::Range(steps, body));
        }
        Ok(Self { actions })
    }

    /// Reads what `--sort-by`, custom columns and `wait` take, in which braces and the first dot may be missing.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn parse_relaxed(text: &str) -> Result<Self, String> {
        let inner = match (text.strip_prefix('{'), text.ends_with('}')) {
            (Some(rest), true) => &rest[..rest.len() - 1],
            (None, false) => text,
            _ => "{",
        };
        let field = inner.strip_prefix('.').unwrap_or(inner);
        let bad = text.is_empty() || inner.contains(['{', '}']) || (field.is_empty() && inner != ".");
        if bad {
            return Err(
                "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'"
                    .into(),
            );
        }
        Self::parse(&format!("{{.{field}}}"))
    }

    /// Fills the template in. Fields that are not there are passed over if that is allowed.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn execute(&self, root: &Value, allow_missing: bool) -> Result<String, String> {
        let mut out = String::new();
        let engine = Engine { root, allow_missing };
        engine.run(&self.actions, root, &mut out)?;
        Ok(out)
    }

    /// The values that a template of one path finds.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn find(&self, root: &Value, allow_missing: bool) -> Result<Vec<Value>, String> {
        let engine = Engine { root, allow_missing };
        let mut found = Vec::new();
        for action in &self.actions {
            if let Action::Print(steps) = action {
                found.extend(engine.walk(steps, root)?);
            }
        }
        Ok(found)
    }
}

struct Engine<'a> {
    root: &'a Value,
    allow_missing: bool,
}

impl Engine<'_> {
    fn run(&self, actions: &[Action], here: &Value, out: &mut String) -> Result<(), String> {
        for action in actions {
            match action {
                Action::Text(text) => out.push_str(text),
                Action::Print(steps) => {
                    for (number, value) in self.walk(steps, here)?.iter().enumerate() {
                        if number > 0 {
                            out.push(' ');
                        }
                        out.push_str(&shown(value));
                    }
                }
                Action::Range(steps, body) => {
                    for value in self.walk(steps, here)? {
                        self.run(body, &value, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn walk(&self, steps: &[Step], here: &Value) -> Result<Vec<Value>, String> {
        let mut values = vec![here.clone()];
        for step in steps {
            let mut next = Vec::new();
            match step {
                Step::Text(text) => next.push(Value::from(text.as_str())),
                Step::Number(number) => next.push(Value::Int(*number)),
                Step::Union(parts) => {
                    for part in parts {
                        for value in &values {
                            next.extend(self.walk(part, value)?);
                        }
                    }
                }
                step => {
                    for value in &values {
                        self.step(step, value, &mut next)?;
                    }
                }
            }
            values = next;
        }
        Ok(values)
    }

    fn step(&self, step: &Step, value: &Value, next: &mut Vec<Value>) -> Result<(), String> {
        match step {
            Step::Field(name) => match value.get(name) {
                Some(Value::Null) => {}
                Some(found) => next.push(found.clone()),
                None if self.allow_missing => {}
                None => return Err(format!("{name} is not found")),
            },
            Step::Wildcard => match value {
                Value::List(list) => next.extend(list.iter().cloned()),
                Value::Map(map) => next.extend(map.iter().map(|(_, value)| value.clone())),
                _ => {}
            },
            Step::Slice(start, end, step, is_slice) => slice(value, [*start, *end, *step], *is_slice, next)?,
            Step::Filter(left, right) => {
                let Some(items) = value.as_list() else {
                    return if self.allow_missing {
                        Ok(())
                    } else {
                        Err(format!("{} is not array or slice and cannot be filtered", shown(value)))
                    };
                };
                for item in items {
                    if self.holds(left, right.as_ref(), item)? {
                        next.push(item.clone());
                    }
                }
            }
            Step::Recursive => below(value, next),
            Step::Text(_) | Step::Number(_) | Step::Union(_) => {}
        }
        Ok(())
    }

    fn holds(&self, left: &[Step], right: Option<&(String, Vec<Step>)>, item: &Value) -> Result<bool, String> {
        let relaxed = Engine { root: self.root, allow_missing: true };
        let left = relaxed.walk(left, item)?;
        let Some((operator, right)) = right else { return Ok(!left.is_empty()) };
        let right = relaxed.walk(right, item)?;
        let (Some(left), Some(right)) = (left.first(), right.first()) else { return Ok(false) };
        // A word such as true may stand for a boolean.
        let equal = left == right || (matches!(left, Value::Bool(_)) && shown(left) == shown(right));
        let less = match (left, right) {
            (Value::Int(a), Value::Int(b)) => a < b,
            (Value::String(a), Value::String(b)) => a < b,
            _ => false,
        };
        Ok(match operator.as_str() {
            "==" => equal,
            "!=" => !equal,
            "<" => less,
            "<=" => less || equal,
            ">" => !less && !equal,
            _ => !less,
        })
    }
}

fn slice(value: &Value, [start, end, step]: [Option<i64>; 3], is_slice: bool, next: &mut Vec<Value>) -> Result<(), String> {
    let Some(items) = value.as_list() else {
        return if value.is_null() { Ok(()) } else { Err(format!("{} is not array or slice", shown(value))) };
    };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64| if index < 0 { index + length } else { index };
    if !is_slice {
        let index = start.unwrap_or_default();
        let found = usize::try_from(from_end(index)).ok().and_then(|at| items.get(at));
        next.push(found.cloned().ok_or_else(|| format!("array index out of bounds: index {index}, length {length}"))?);
        return Ok(());
    }
    let start = from_end(start.unwrap_or_default());
    if start < 0 || (start >= length && length > 0 && start > length) {
        return Err(format!("array index out of bounds: index {start}, length {length}"));
    }
    let end = from_end(end.unwrap_or(length)).clamp(0, length);
    let step = step.unwrap_or(1);
    if step <= 0 {
        return Err("step must be > 0".into());
    }
    let (start, step) = (usize::try_from(start).unwrap_or_default(), usize::try_from(step).unwrap_or(1));
    let end = usize::try_from(end).unwrap_or_default();
    next.extend(items.iter().take(end).skip(start).step_by(step).cloned());
    Ok(())
}

/// A value and all that is below it.
fn below(value: &Value, found: &mut Vec<Value>) {
    found.push(value.clone());
    match value {
        Value::List(list) => list.iter().for_each(|item| below(item, found)),
        Value::Map(map) => map.iter().for_each(|(_, item)| below(item, found)),
        _ => {}
    }
}

/// A value as a template prints it: words as they are, anything else as JSON.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Null => String::new(),
        value => json::compact(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> Result<String, String> {
        let json = r#"{"items":[{"n":"a","v":1,"ok":true},{"n":"b","v":2}],"m":{"a.b/c":"x"},"none":null,"s":[1,2,3]}"#;
        let root: Value = serde_json::from_str(json).expect("valid JSON");
        Template::parse(template)?.execute(&root, true)
    }

    #[test]
    fn templates_are_filled_in() {
        let cases = [
            ("{.items[*].n}", "a b"),
            ("{range .items[*]}{.n}={.v}{\"\\n\"}{end}.", "a=1\nb=2\n."),
            ("{.items[?(@.n==\"b\")].v}", "2"),
            ("{.items[?(@.v>1)].n}", "b"),
            ("{.items[?(@.ok)].n} {.items[?(@.ok==true)].n}", "a a"),
            ("{.items[-1].n}{.s[0:2]}{.s[1:]}", "b1 22 3"),
            ("{.m.a\\.b/c}|{.m['a.b/c']}|{.nothing}|{.none}", "x|x||"),
            ("{.items[0]}", r#"{"n":"a","ok":true,"v":1}"#),
            ("{..n}", "a b"),
            ("{.items[0,1].n} {.items[0]['n','v']}", "a b a 1"),
            ("plain", "plain"),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_client_go_says_it() {
        let cases = [
            ("{.items[0", "error parsing jsonpath {.items[0, unterminated array"),
            ("{.items", "error parsing jsonpath {.items, unclosed action"),
            ("{foo}", "error parsing jsonpath {foo}, unrecognized identifier foo"),
            ("{%}", "error parsing jsonpath {%}, unrecognized character in action: U+0025 '%'"),
            ("{.items[x]}", "error parsing jsonpath {.items[x]}, invalid array index x"),
            ("{.items[5].n}", "array index out of bounds: index 5, length 2"),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template), Err(expected.to_owned()), "{template}");
        }
    }

    #[test]
    fn braces_may_be_missing_where_only_a_path_is_wanted() {
        for text in [".a.b", "a.b", "{.a.b}", "{a.b}"] {
            assert_eq!(Template::parse_relaxed(text), Template::parse("{.a.b}"));
        }
        assert!(Template::parse_relaxed("{.a").is_err() && Template::parse_relaxed("").is_err());
    }
}
