//! JSONPath templates: `{range .items[*]}{.metadata.name}{"\n"}{end}`.
//!
//! Models `k8s.io/client-go/util/jsonpath`, with its words for what is wrong.

mod parse;

use std::cmp::Ordering;

use super::go_template::functions::{self, go_print};
use super::json;
use crate::object::Value;
use parse::Parser;

/// No template needs more, and each may lead deeper.
const MOST_BRACKETS: usize = 500;

/// A template that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    actions: Vec<Action>,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    /// What stands between braces is found and printed, or text outside of them.
    Print(Vec<Step>),
    /// What follows, up to the end, is done for each of the values.
    Range(Vec<Step>, Vec<Action>),
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Text(String),
    /// A number or a boolean.
    Literal(Value),
    Field(String),
    /// All entries.
    Wildcard,
    /// Start, end and step; whether the end is only that of a single index.
    Slice(Option<i64>, Option<i64>, Option<i64>, bool),
    Filter(Vec<Step>, Option<(String, Vec<Step>)>),
    Union(Vec<Vec<Step>>),
    /// All values below.
    Recursive,
    /// A word that has no meaning where it stands.
    Word(String),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.matches(['{', '(', '[']).count() > MOST_BRACKETS {
            return Err("too many brackets".into());
        }
        let mut parser = Parser { text };
        let mut open: Vec<(Vec<Step>, Vec<Action>)> = Vec::new();
        let mut actions = Vec::new();
        while !parser.text.is_empty() {
            let cut = parser.text.find('{').unwrap_or(parser.text.len());
            let (before, rest) = parser.text.split_at(cut);
            if !before.is_empty() {
                actions.push(Action::Print(vec![Step::Text(before.to_owned())]));
            }
            let Some(rest) = rest.strip_prefix('{') else { break };
            parser.text = rest;
            let mut steps = parser.action()?;
            match steps.first() {
                Some(Step::Word(word)) if word == "range" => {
                    steps.remove(0);
                    open.push((steps, std::mem::take(&mut actions)));
                }
                Some(Step::Word(word)) if word == "end" && !open.is_empty() => close(&mut open, &mut actions),
                _ => actions.push(Action::Print(steps)),
            }
        }
        // A range without an end goes on to the end of the text.
        while !open.is_empty() {
            close(&mut open, &mut actions);
        }
        Ok(Self { actions })
    }

    /// Reads what `--sort-by`, custom columns and `wait` take, in which braces and the first dot may be missing.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn parse_relaxed(text: &str) -> Result<Self, String> {
        Self::parse(&relaxed(text)?)
    }

    /// Fills the template in. Fields that are not there are passed over if that is allowed.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn execute(&self, root: &Value, allow_missing: bool) -> Result<String, String> {
        let mut out = String::new();
        Engine { allow_missing }.run(&self.actions, root, &mut |found| {
            let words: Vec<String> = found.iter().map(shown).collect();
            out.push_str(&words.join(" "));
        })?;
        Ok(out)
    }

    /// Fills the template in with lists of JSON.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn execute_as_json(&self, root: &Value, allow_missing: bool) -> Result<String, String> {
        let mut out = String::new();
        Engine { allow_missing }.run(&self.actions, root, &mut |found| out += &(json::indented(&Value::from(found)) + "\n"))?;
        Ok(out)
    }

    /// The values that a template of one path finds.
    ///
    /// # Errors
    /// In the words of client-go.
    pub fn find(&self, root: &Value, allow_missing: bool) -> Result<Vec<Value>, String> {
        let mut all = Vec::new();
        Engine { allow_missing }.run(&self.actions, root, &mut |found| all.extend(found))?;
        Ok(all)
    }
}

/// Ends the innermost range.
fn close(open: &mut Vec<(Vec<Step>, Vec<Action>)>, actions: &mut Vec<Action>) {
    if let Some((steps, outer)) = open.pop() {
        let body = std::mem::replace(actions, outer);
        actions.push(Action::Range(steps, body));
    }
}

/// A path as a template, in whose writing braces and the first dot may be missing. Models `RelaxedJSONPathExpression`.
///
/// # Errors
/// In the words of kubectl.
pub fn relaxed(text: &str) -> Result<String, String> {
    let inner = match (text.strip_prefix('{'), text.ends_with('}')) {
        (Some(rest), true) => &rest[..rest.len() - 1],
        (None, false) => text,
        _ => "{",
    };
    if inner.is_empty() || inner.contains(['{', '}']) {
        return Err(
            "unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'".into()
        );
    }
    let field = inner.strip_prefix('.').filter(|rest| !rest.is_empty()).unwrap_or(inner);
    Ok(format!("{{.{field}}}"))
}

struct Engine {
    allow_missing: bool,
}

impl Engine {
    /// Hands out what each action finds.
    fn run(&self, actions: &[Action], here: &Value, out: &mut dyn FnMut(Vec<Value>)) -> Result<(), String> {
        for action in actions {
            match action {
                Action::Print(steps) => out(self.walk(steps, here)?),
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
        steps.iter().try_fold(vec![here.clone()], |values, step| self.step(step, &values))
    }

    fn step(&self, step: &Step, values: &[Value]) -> Result<Vec<Value>, String> {
        let mut next = Vec::new();
        match step {
            Step::Text(text) => next.push(Value::from(text.as_str())),
            Step::Literal(literal) => next.resize(values.len(), literal.clone()),
            Step::Field(name) => {
                next.extend(values.iter().filter_map(|value| value.get(name).cloned()));
                if next.is_empty() && !values.is_empty() && !self.allow_missing {
                    return Err(format!("{name} is not found"));
                }
            }
            Step::Wildcard => values.iter().for_each(|value| next.extend(entries(value))),
            Step::Slice(start, end, step, alone) => {
                for value in values.iter().filter(|value| !value.is_null()) {
                    // An empty part ends it all.
                    if !slice(value, [*start, *end, *step], *alone, &mut next)? {
                        break;
                    }
                }
            }
            Step::Filter(left, right) => {
                for value in values {
                    let Some(items) = value.as_list() else {
                        return Err(format!("{} is not array or slice and cannot be filtered", go_print(value)));
                    };
                    for item in items {
                        if self.holds(left, right.as_ref(), item)? {
                            next.push(item.clone());
                        }
                    }
                }
            }
            Step::Union(parts) => {
                for part in parts {
                    next.extend(part.iter().try_fold(values.to_vec(), |values, step| self.step(step, &values))?);
                }
            }
            Step::Recursive => values.iter().for_each(|value| below(value, &mut next)),
            Step::Word(word) if word == "end" => return Err("not in range, nothing to end".into()),
            Step::Word(word) => return Err(format!("unrecognized identifier {word}")),
        }
        Ok(next)
    }

    fn holds(&self, left: &[Step], right: Option<&(String, Vec<Step>)>, item: &Value) -> Result<bool, String> {
        let left = self.walk(left, item);
        let Some((operator, right)) = right else {
            // What cannot be followed to its end is there, too.
            return Ok(left.map_or(self.allow_missing, |found| !found.is_empty()));
        };
        let (left, right) = (left?, self.walk(right, item)?);
        if left.len() > 1 || right.len() > 1 {
            return Err("can only compare one element at a time".into());
        }
        let (Some(left), Some(right)) = (left.first(), right.first()) else { return Ok(false) };
        let order = match (left, right) {
            (Value::Int(a), Value::Int(b)) => a.partial_cmp(b),
            (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
            (Value::String(a), Value::String(b)) => a.partial_cmp(b),
            (Value::Bool(a), Value::Bool(b)) if ["==", "!="].contains(&operator.as_str()) => a.partial_cmp(b),
            (Value::Bool(_), Value::Bool(_)) | (Value::Map(_) | Value::List(_) | Value::Null, _) => {
                return Err("invalid type for comparison".into());
            }
            _ => return Err("incompatible types for comparison".into()),
        };
        Ok(match operator.as_str() {
            "==" => order == Some(Ordering::Equal),
            "!=" => order != Some(Ordering::Equal),
            "<" => order == Some(Ordering::Less),
            "<=" => order.is_some_and(Ordering::is_le),
            ">" => order == Some(Ordering::Greater),
            ">=" => order.is_some_and(Ordering::is_ge),
            _ => return Err(format!("unrecognized filter operator {operator}")),
        })
    }
}

/// The part of a list from a start to an end; whether there is any.
fn slice(value: &Value, [start, end, step]: [Option<i64>; 3], alone: bool, next: &mut Vec<Value>) -> Result<bool, String> {
    let Some(items) = value.as_list() else { return Err(format!("{} is not array or slice", go_type(value))) };
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64, to_end: bool| if index < 0 || to_end { index + length } else { index };
    let start = from_end(start.unwrap_or_default(), false);
    let end = end.map_or(length, |end| from_end(end, end == 0 && alone));
    if start == end {
        return Ok(false);
    }
    let outside = |index: i64| Err(format!("array index out of bounds: index {index}, length {length}"));
    if start >= length || start < 0 {
        return outside(start);
    }
    if end > length || end < 0 {
        return outside(end - 1);
    }
    if start > end {
        return Err(format!("starting index {start} is greater than ending index {end}"));
    }
    let step = usize::try_from(step.unwrap_or(1)).ok().filter(|step| *step > 0).ok_or("step must be > 0")?;
    let [start, end] = [start, end].map(|index| usize::try_from(index).unwrap_or_default());
    next.extend(items[start..end].iter().step_by(step).cloned());
    Ok(true)
}

/// What is in a value; of a text, its bytes.
fn entries(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.iter().cloned().collect(),
        Value::Map(map) => map.iter().map(|(_, value)| value.clone()).collect(),
        Value::String(text) => text.bytes().map(|byte| Value::Int(byte.into())).collect(),
        _ => Vec::new(),
    }
}

/// A value in which there is something, and all of the same kind that is below it.
fn below(value: &Value, found: &mut Vec<Value>) {
    let entries = entries(value);
    if !entries.is_empty() {
        found.push(value.clone());
        for entry in &entries {
            below(entry, found);
        }
    }
}

/// The type that a value has in Go when whole numbers are kept.
fn go_type(value: &Value) -> &'static str {
    if let Value::Int(_) = value { "int64" } else { functions::go_type(value) }
}

/// A value as a template prints it: words as they are, anything else as JSON.
pub fn shown(value: &Value) -> String {
    match value {
        Value::List(_) | Value::Map(_) => json::compact(value),
        value => go_print(value),
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
            ("{.items[?(@.v>1)].n}{.items[?(@.v<=1)].n}", "ba"),
            ("{.items[?(@.ok)].n} {.items[?(@.ok==true)].n}", "a a"),
            ("{.items[-1].n}{.s[0:2]}{.s[1:]}{.s[::2]}", "b1 22 31 3"),
            ("{.m.a\\.b/c}|{.m['a\\.b/c']}|{.nothing}|{.none}", "x|x||<nil>"),
            // A dot parts the name in brackets, too.
            ("{.m['a.b/c']}|{.}|{@.s[0]}|{$.s[]}", "||1|1"),
            ("{.items[0]}", r#"{"n":"a","ok":true,"v":1}"#),
            ("{..n}{.items[?(@.n in \"b\")].n}", "a ba b"),
            ("{.items[0,1].n} {.items[0]['n','v']}", "a b a 1"),
            ("{.s[1:1]}{.items.n}{range .items}{.}{end}plain", "plain"),
            ("{.v.v}{.items[?(@.nope==1)]}{'a'}{1.5}{true}", "a1.5true"),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template).as_deref(), Ok(expected), "{template}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_as_client_go_says_it() {
        let cases = [
            ("{.items[0", "unterminated array"),
            ("{.items", "unclosed action"),
            ("{foo}", "unrecognized identifier foo"),
            ("{end}", "not in range, nothing to end"),
            ("{%}", "unrecognized character in action: U+0025 '%'"),
            ("{.items[x]}", "invalid array index x"),
            ("{.items[5].n}", "array index out of bounds: index 5, length 2"),
            ("{.items[-5].n}", "array index out of bounds: index -3, length 2"),
            ("{.s[:5]}", "array index out of bounds: index 4, length 3"),
            ("{.s[2:1]}", "starting index 2 is greater than ending index 1"),
            ("{.s[0][0]}{.m}", "int64 is not array or slice"),
            ("{.m[0]}", "map[string]interface {} is not array or slice"),
            ("{.m[?(@.x)]}", "map[a.b/c:x] is not array or slice and cannot be filtered"),
            ("{.items[?(@.v==\"1\")]}", "incompatible types for comparison"),
            ("{.items[?(@.n=~\"a\")]}", "unrecognized character in action: U+007E '~'"),
            ("{.items[?(@.v=1)]}", "unrecognized filter operator ="),
            ("{.items[?(@.v==1]}", "unterminated filter"),
            ("{....n}", "invalid multiple recursive descent"),
            ("{\"\\q\"}", "unquote string \"\\q\" error invalid syntax"),
        ];
        for (template, expected) in cases {
            assert_eq!(filled(template), Err(expected.to_owned()), "{template}");
        }
    }

    #[test]
    fn each_action_is_a_list_of_json_of_its_own() {
        let root = crate::object::map! { "a" => 1 };
        let filled = Template::parse("{.a}-{.b}").and_then(|it| it.execute_as_json(&root, true));
        assert_eq!(filled.as_deref(), Ok("[\n    1\n]\n[\n    \"-\"\n]\n[]\n"));
    }

    #[test]
    fn braces_may_be_missing_where_only_a_path_is_wanted() {
        for text in [".a.b", "a.b", "{.a.b}", "{a.b}"] {
            assert_eq!(Template::parse_relaxed(text), Template::parse("{.a.b}"));
        }
        assert!(Template::parse_relaxed("{.a").is_err() && Template::parse_relaxed("").is_err());
    }
}
