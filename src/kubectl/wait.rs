//! `kubectl wait`.

use super::fault::Fault;
use super::flags::Flags;
use super::print::go_template::go_print;
use super::print::jsonpath::{Template, relaxed};
use super::process::{Answer, Context, Going, Next, done};
use super::resource;
use super::said::Reporter;
use super::select::{self, Ask, Info};
use crate::apiserver::error::go_quoted;
use crate::object::{SmolStr, Value};

/// What is waited for.
enum Condition {
    Create,
    Delete,
    /// A condition of the status, and its status.
    Holds(String, String),
    /// A field, and what it shall be; any value where that is not said.
    Field(Template, Option<String>),
}

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let wanted: Vec<Condition> = flags.values("for").into_iter().map(parse).collect::<Result<_, _>>()?;
    if wanted.is_empty() {
        return Err(Fault::client("unrecognized condition: []").into());
    }
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, ..Ask::default() })?;
    let creates = wanted.iter().any(|it| matches!(it, Condition::Create));
    let deletes = wanted.iter().any(|it| matches!(it, Condition::Delete));
    let mut faults = selection.faults;
    let mut infos = selection.infos;
    if deletes || creates {
        // What is not there yet can only be waited for by its name.
        if creates && faults.iter().any(Fault::is_not_found) {
            infos = by_name(flags)?;
        }
        faults.retain(|fault| !fault.is_not_found());
    }
    if infos.is_empty() && faults.is_empty() {
        return if deletes { Ok(Next::Done) } else { Err(Fault::client("no matching resources found").into()) };
    }
    let ms = flags.duration_ms("timeout");
    let until_ms = u64::try_from(ms).ok().map(|ms| ctx.cluster.now_ms() + ms);
    Ok(Next::GoOn(Box::new(Waiting { infos, at: 0, wanted, until_ms, once: ms == 0, late: Vec::new(), faults })))
}

fn by_name(flags: &Flags) -> Result<Vec<Info>, Fault> {
    let pairs: Vec<(&str, &str)> = match &flags.args[..] {
        [kind, names @ ..] if !kind.contains('/') => names.iter().map(|name| (kind.as_str(), name.as_str())).collect(),
        all => all.iter().filter_map(|arg| arg.split_once('/')).collect(),
    };
    let info = |(kind, name): (&str, &str)| {
        let resource = resource::find(kind)?;
        let namespace = if resource.namespaced { select::namespace(flags) } else { "" };
        Ok(Info { resource, namespace: namespace.into(), name: name.into(), value: Value::Null, source: String::new() })
    };
    pairs.into_iter().map(info).collect()
}

fn parse(text: &str) -> Result<Condition, Fault> {
    if let Some(rest) = text.strip_prefix("condition=") {
        let (name, status) = rest.split_once('=').unwrap_or((rest, "true"));
        return Ok(Condition::Holds(name.to_owned(), status.to_owned()));
    }
    if let Some(rest) = text.strip_prefix("jsonpath=") {
        let (path, value) = match &parted(rest)[..] {
            [path] => (path.clone(), None),
            [path, value] => (path.clone(), Some(value.trim_matches(['\'', '"']).to_owned())),
            _ => {
                return Err(Fault::client(
                    "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or \
                     --for=jsonpath='{.status.readyReplicas}'",
                ));
            }
        };
        // Nothing is a path that leads nowhere, and only then it is looked at.
        let path = if path.is_empty() { Ok(path) } else { relaxed(&path) }.map_err(Fault::client)?;
        if value.as_deref() == Some("") {
            return Err(Fault::client(
                "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
            ));
        }
        if path.is_empty() {
            return Err(Fault::client("jsonpath expression cannot be empty"));
        }
        let template = Template::parse(&path).map_err(Fault::client)?;
        return Ok(Condition::Field(template, value));
    }
    match text.to_ascii_lowercase().as_str() {
        "delete" => Ok(Condition::Delete),
        "create" => Ok(Condition::Create),
        _ => Err(Fault::client(format!("unrecognized condition: {}", go_quoted(text)))),
    }
}

/// Parts a text at single equals signs. Models `splitJSONPathInput`.
fn parted(text: &str) -> Vec<String> {
    text.replace("==", "\0").split('=').map(|part| part.replace('\0', "==")).collect()
}

struct Waiting {
    infos: Vec<Info>,
    at: usize,
    wanted: Vec<Condition>,
    until_ms: Option<u64>,
    /// It is looked once.
    once: bool,
    /// What came too late.
    late: Vec<Fault>,
    /// What was not found.
    faults: Vec<Fault>,
}

impl Condition {
    fn is_met(&self, live: Option<&Value>, uid: &SmolStr) -> Result<bool, Fault> {
        let Some(live) = live else { return Ok(matches!(self, Self::Delete)) };
        Ok(match self {
            Self::Create => true,
            Self::Delete => live.str_at(&["metadata", "uid"]) != uid,
            Self::Holds(name, status) => {
                let conditions = live.list_at(&["status", "conditions"]);
                let found = conditions.iter().find(|it| it.str_at(&["type"]).eq_ignore_ascii_case(name));
                found.is_some_and(|it| !is_outdated(live, it) && it.str_at(&["status"]).eq_ignore_ascii_case(status))
            }
            Self::Field(path, value) => {
                let found = path.find(live, true).map_err(Fault::client)?;
                match (&found[..], value) {
                    ([], _) => false,
                    ([_], None) => true,
                    ([Value::Map(_) | Value::List(_)], Some(_)) => {
                        return Err(Fault::client("jsonpath leads to a nested object or list which is not supported"));
                    }
                    ([one], Some(value)) => go_print(one).trim() == value.trim(),
                    _ => return Err(Fault::client("given jsonpath expression matches more than one value")),
                }
            }
        })
    }
}

/// Whether a condition tells of an object as it was before it was changed.
fn is_outdated(live: &Value, condition: &Value) -> bool {
    let seen = condition.at(&["observedGeneration"]).as_i64().or_else(|| live.at(&["status", "observedGeneration"]).as_i64());
    seen.zip(live.at(&["metadata", "generation"]).as_i64()).is_some_and(|(seen, now)| seen < now)
}

impl Going for Waiting {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        while let Some(info) = self.infos.get(self.at) {
            let live = info.fetch(ctx.cluster).ok();
            let uid = SmolStr::new(info.value.str_at(&["metadata", "uid"]));
            let mut met = true;
            for condition in &self.wanted {
                met &= condition.is_met(live.as_ref(), &uid)?;
            }
            if met {
                let value = live.unwrap_or_else(|| info.value.clone());
                Reporter::of(flags, ctx)?.say(ctx, flags, &value, "condition met")?;
            } else if self.until_ms.is_some_and(|until| ctx.cluster.now_ms() >= until) {
                let words = match (live, self.wanted.iter().any(|it| matches!(it, Condition::Create))) {
                    (None, true) => "timed out waiting for the condition".to_owned(),
                    _ if self.once => format!("condition not met for {}/{}", info.resource.plural, info.name),
                    _ => format!("timed out waiting for the condition on {}/{}", info.resource.plural, info.name),
                };
                self.late.push(Fault::client(words));
            } else {
                return Ok(Next::Wait(self.until_ms));
            }
            self.at += 1;
        }
        done([std::mem::take(&mut self.late), std::mem::take(&mut self.faults)].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parted_at_single_equals_signs() {
        let cases = [
            ("a", vec!["a"]),
            ("{.a}=b", vec!["{.a}", "b"]),
            ("{[?(@.a==\"b\")].c}=d", vec!["{[?(@.a==\"b\")].c}", "d"]),
            ("a====b===c=", vec!["a====b==", "c", ""]),
        ];
        for (text, expected) in cases {
            assert_eq!(parted(text), expected, "{text}");
        }
    }
}
