//! `kubectl explain`: the structure of objects, from the schema.

use std::fmt::Write as _;

use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next, Prose};
use super::resource;
use crate::apiserver::error::go_quoted;
use crate::object::schema::{self, Base, Field, Shape, Type};

/// What fields mean, in our own words and in every language: a line per field, its type and name before it. `*` stands for any type.
const MEANINGS: &str = include_str!("explain.txt");

/// So many values of a field stand in a list of fields.
const MOST_VALUES: usize = 4;

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let [path] = &flags.args[..] else {
        return Err(match flags.args.len() {
            0 => Fault::client("You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete list of supported resources."),
            _ => Fault::client("We accept only this format: explain RESOURCE"),
        }
        .into());
    };
    if !["plaintext", "plaintext-openapiv2"].contains(&flags.text("output")) {
        return Err(Fault::client(format!("unrecognized format: {}", flags.text("output"))).into());
    }
    let path = path.strip_suffix('.').unwrap_or(path);
    let (name, below) = path.split_once('.').unwrap_or((path, ""));
    let found = resource::find(name).map_err(|fault| Fault::plain(fault.message.clone()))?;
    // The group may stand behind the resource: `daemonsets.apps.spec`.
    let below = path.strip_prefix(&found.qualified()).map_or(below, |rest| rest.strip_prefix('.').unwrap_or(rest));
    let wanted = flags.text("api-version");
    if !wanted.is_empty() && wanted != found.api_version {
        let words = format!("couldn't find resource for \"{wanted}, Resource={}\"", found.plural);
        return Err(Fault::client(words).into());
    }
    let Some(kind) = found.stored else {
        let words = format!("explaining {} is not part of the lab: it keeps no objects of that kind", found.qualified());
        return Err(Fault::client(words).into());
    };
    let prose = ctx.files.prose();
    if !found.group().is_empty() {
        ctx.say(&format!("GROUP:      {}", found.group()));
    }
    ctx.say(&format!("KIND:       {}\nVERSION:    {}\n", found.kind, found.version()));
    let mut of = Some(schema::of(kind));
    let mut field: Option<(&Type, &Field)> = None;
    for step in below.split('.').filter(|_| !below.is_empty()) {
        let Some((holder, next)) = of.and_then(|it| it.field(step).map(|next| (it, next))) else {
            // Whichever is not there, the last one is named.
            let last = below.rsplit('.').next().unwrap_or_default();
            return Err(Fault::client(format!("field {} does not exist", go_quoted(last))).into());
        };
        of = next.part();
        field = Some((holder, next));
    }
    let meaning = match field {
        Some((holder, field)) => {
            let values: String = field.values.iter().flat_map(|it| ["\n    ", shown(it)]).collect();
            let values = if values.is_empty() { "\n".to_owned() } else { format!("ENUM:{values}\n") };
            ctx.say(&format!("FIELD: {} <{}>\n{values}", field.name, type_name(field)));
            meaning(holder.name, field.name, prose)
        }
        None => meaning(found.kind, "", prose),
    };
    ctx.say(&format!("DESCRIPTION:\n    {meaning}"));
    if let Some(of) = of {
        let mut text = "\nFIELDS:\n".to_owned();
        if flags.is_on("recursive") {
            recursive(of, 1, &mut vec![of.name], &mut text);
        } else {
            described(of, prose, &mut text);
        }
        ctx.print(&text);
    }
    Ok(Next::Done)
}

fn type_name(field: &Field) -> String {
    let base = match field.base {
        Base::String | Base::Bytes | Base::Time | Base::MicroTime => "string",
        Base::Bool => "boolean",
        Base::Int32 | Base::Int64 => "integer",
        Base::Quantity => "Quantity",
        Base::IntOrString => "IntOrString",
        Base::Any if field.name == "fieldsV1" => "FieldsV1",
        Base::Any => "RawExtension",
        Base::Struct(name) => name,
    };
    match field.shape {
        Shape::One => base.to_owned(),
        Shape::List => format!("[]{base}"),
        Shape::Map => format!("map[string]{base}"),
    }
}

/// A value that a field accepts, as it is shown.
fn shown(value: &'static str) -> &'static str {
    if value.is_empty() { "\"\"" } else { value }
}

fn head(field: &Field, indentation: &str, text: &mut String) {
    let required = if field.required { " -required-" } else { "" };
    let _ = writeln!(text, "{indentation}{}\t<{}>{required}", field.name, type_name(field));
    if !field.values.is_empty() {
        let values: Vec<&str> = field.values.iter().take(MOST_VALUES).map(|it| shown(it)).collect();
        let more = if field.values.len() > MOST_VALUES { ", ...." } else { "" };
        let _ = writeln!(text, "{indentation}enum: {}{more}", values.join(", "));
    }
}

fn described(of: &Type, prose: Prose, text: &mut String) {
    for field in &of.fields {
        head(field, "  ", text);
        let _ = writeln!(text, "    {}", meaning(of.name, field.name, prose));
        // Behind a list of values there is no empty line.
        if field.values.is_empty() {
            text.push('\n');
        }
    }
}

fn recursive(of: &Type, depth: usize, above: &mut Vec<&'static str>, text: &mut String) {
    for field in &of.fields {
        head(field, &"  ".repeat(depth), text);
        // A type within itself is not shown again.
        if let Some(part) = field.part().filter(|part| !above.contains(&part.name)) {
            above.push(part.name);
            recursive(part, depth + 1, above, text);
            above.pop();
        }
    }
}

fn meaning(holder: &str, field: &str, prose: Prose) -> &'static str {
    let find = |key: &str| {
        let words = MEANINGS.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('\t'))?;
        let (english, chinese) = words.split_once('\t')?;
        Some(if prose == Prose::Chinese { chinese } else { english })
    };
    let found =
        if field.is_empty() { find(holder) } else { find(&format!("{holder}.{field}")).or_else(|| find(&format!("*.{field}"))) };
    found.unwrap_or("<no description>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_of_a_field_and_in_every_language() {
        let types = |name: &str| crate::object::Kind::all().find_map(|kind| reachable(schema::of(kind), name, 0));
        for line in MEANINGS.lines() {
            let parts: Vec<&str> = line.split('\t').collect();
            let [key, english, chinese] = parts[..] else { panic!("three parts: {line}") };
            assert!(english.ends_with('.') && chinese.ends_with('。'), "{line}");
            assert!(!chinese.contains(','), "a Chinese comma: {line}");
            let known = match key.split_once('.') {
                Some(("*", _)) => true,
                Some((holder, field)) => types(holder).is_some_and(|it| it.field(field).is_some()),
                None => crate::object::Kind::all().any(|kind| kind.name() == key),
            };
            assert!(known, "{key} is no field");
        }
    }

    /// A type of that name below another.
    fn reachable(of: &'static Type, name: &str, depth: usize) -> Option<&'static Type> {
        if of.name == name {
            return Some(of);
        }
        let below = of.fields.iter().filter(|_| depth < 12).filter_map(Field::part).filter(|part| part.name != of.name);
        below.into_iter().find_map(|part| reachable(part, name, depth + 1))
    }

    #[test]
    fn what_a_daemonset_is_made_of_is_explained() {
        let described = [
            "DaemonSetSpec",
            "DaemonSetStatus",
            "DaemonSetUpdateStrategy",
            "RollingUpdateDaemonSet",
            "LabelSelector",
            "Toleration",
            "Taint",
            "NodeCondition",
            "ResourceRequirements",
            "HTTPGetAction",
        ];
        for name in described {
            let of = crate::object::Kind::all().find_map(|kind| reachable(schema::of(kind), name, 0)).expect(name);
            for field in &of.fields {
                assert_ne!(meaning(name, field.name, Prose::English), "<no description>", "{name}.{}", field.name);
                assert_ne!(meaning(name, field.name, Prose::Chinese), meaning(name, field.name, Prose::English));
            }
        }
    }
}
