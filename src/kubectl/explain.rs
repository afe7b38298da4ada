//! `kubectl explain`: the structure of objects, from the schema.

use std::fmt::Write as _;

use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next};
use super::resource;
use crate::apiserver::error::go_quoted;
use crate::object::schema::{self, Base, Field, Shape, Type};

/// What fields mean, in our own words: a line per field, its type and name before it.
const MEANINGS: &str = include_str!("explain.txt");

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
    let mut steps = path.split('.');
    let name = steps.next().unwrap_or_default();
    let found = resource::find(name).map_err(|fault| Fault::plain(fault.message.clone()))?;
    let Some(kind) = found.stored else {
        return Err(Fault::client(format!("couldn't find resource for {}", go_quoted(&found.qualified()))).into());
    };
    if !found.group().is_empty() {
        ctx.say(&format!("GROUP:      {}", found.group()));
    }
    ctx.say(&format!("KIND:       {}\nVERSION:    {}\n", found.kind, found.version()));
    let mut of = Some(schema::of(kind));
    let mut field: Option<(&Type, &Field)> = None;
    for step in steps {
        let Some((holder, next)) = of.and_then(|it| it.field(step).map(|next| (it, next))) else {
            return Err(Fault::client(format!("field {} does not exist", go_quoted(step))).into());
        };
        of = next.part();
        field = Some((holder, next));
    }
    let meaning = match field {
        Some((holder, field)) => {
            ctx.say(&format!("FIELD: {} <{}>{}\n", field.name, type_name(field), enumeration(field, "\n")));
            meaning(holder.name, field.name)
        }
        None => meaning(found.kind, ""),
    };
    ctx.say(&format!("{}DESCRIPTION:\n    {meaning}", if field.is_some() { "\n" } else { "" }));
    if let Some(of) = of {
        let mut text = "\nFIELDS:\n".to_owned();
        if flags.is_on("recursive") {
            recursive(of, 1, &mut vec![of.name], &mut text);
        } else {
            described(of, &mut text);
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
        Base::Any => "Object",
        Base::Struct(name) => name,
    };
    match field.shape {
        Shape::One => base.to_owned(),
        Shape::List => format!("[]{base}"),
        Shape::Map => format!("map[string]{base}"),
    }
}

fn enumeration(field: &Field, before: &str) -> String {
    if field.values.is_empty() { String::new() } else { format!("{before}enum: {}", field.values.join(", ")) }
}

fn head(field: &Field, indentation: &str, text: &mut String) {
    let required = if field.required { " -required-" } else { "" };
    let _ = writeln!(text, "{indentation}{}\t<{}>{required}", field.name, type_name(field));
    let values = enumeration(field, indentation);
    if !values.is_empty() {
        let _ = writeln!(text, "{values}");
    }
}

fn described(of: &Type, text: &mut String) {
    for field in &of.fields {
        head(field, "  ", text);
        let _ = writeln!(text, "    {}", meaning(of.name, field.name));
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

fn meaning(holder: &str, field: &str) -> &'static str {
    let key = if field.is_empty() { holder.to_owned() } else { format!("{holder}.{field}") };
    let found = MEANINGS.lines().find_map(|line| line.split_once(' ').filter(|(name, _)| *name == key));
    found.map_or("<no description>", |(_, words)| words)
}
