//! `kubectl events`.

use super::client::{self, Filter};
use super::event;
use super::fault::Fault;
use super::flags::Flags;
use super::print::age;
use super::print::format::{Format, list_of};
use super::process::{Answer, Context, Going, Next};
use super::resource;
use super::select::namespace;
use super::tabwriter::{TABLE, align};
use crate::object::{SmolStr, Value};

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.list("types").iter().any(|it| !["normal", "warning"].contains(&it.to_ascii_lowercase().as_str())) {
        return Err(Fault::client("valid --types are Normal or Warning").into());
    }
    let format = Format::of(flags, ctx.files, false)?;
    let found = find(ctx, flags)?;
    if flags.is_on("watch") {
        return Ok(Next::GoOn(Box::new(Watch { known: Vec::new(), head: true, widths: Vec::new() })));
    }
    match (&found[..], &format) {
        ([], _) => ctx.warn(&match namespace(flags) {
            "" => "No events found.".to_owned(),
            namespace => format!("No events found in {namespace} namespace."),
        }),
        (_, Some(format)) => {
            let text = if format.is_by_object() {
                found.iter().map(|it| format.print(it, flags)).collect::<Result<String, _>>()?
            } else {
                format.print(&list_of(found), flags)?
            };
            ctx.print(&text);
        }
        (_, None) => {
            let text = rows(ctx, flags, &found, !flags.is_on("no-headers"));
            ctx.print(&align(&text, TABLE, None));
        }
    }
    Ok(Next::Done)
}

/// The events that are asked for, the last one last.
fn find(ctx: &Context<'_>, flags: &Flags) -> Result<Vec<Value>, Fault> {
    let mut fields = String::new();
    let about = flags.text("for");
    if !about.is_empty() {
        let Some((kind, name)) = about.split_once('/').filter(|(kind, name)| !kind.is_empty() && !name.is_empty()) else {
            return Err(Fault::client("--for must be in resource/name form"));
        };
        fields = format!("involvedObject.kind={},involvedObject.name={name}", resource::find(kind)?.kind);
    }
    let filter = Filter { namespace: namespace(flags), labels: "", fields: &fields };
    let mut found = client::list(ctx.cluster, resource::find("events")?, filter)?;
    let types = flags.list("types");
    found.retain(|it| types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(it.str_at(&["type"]))));
    found.sort_by_key(|it| event::times(it).1);
    Ok(found)
}

fn rows(ctx: &Context<'_>, flags: &Flags, events: &[Value], head: bool) -> String {
    let now = ctx.cluster.runtime.unix();
    let all = flags.is_on("all-namespaces");
    let mut text = String::new();
    if head {
        text.push_str(if all { "NAMESPACE\t" } else { "" });
        text.push_str("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n");
    }
    for it in events {
        let (first, last, count) = event::times(it);
        let ago = |time: Option<i64>| time.map_or_else(|| "<unknown>".into(), |then| age::human(now - then));
        let seen = if count > 1 { format!("{} (x{count} over {})", ago(last), ago(first)) } else { ago(last).to_string() };
        let object = [it.str_at(&["involvedObject", "kind"]), it.str_at(&["involvedObject", "name"])].join("/");
        let cells = [seen.as_str(), it.str_at(&["type"]), it.str_at(&["reason"]), &object, it.str_at(&["message"]).trim()];
        if all {
            text.push_str(it.str_at(&["metadata", "namespace"]));
            text.push('\t');
        }
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

/// `--watch`: what is said from now on.
struct Watch {
    /// Which events were shown, and how often they had been said.
    known: Vec<(SmolStr, i64)>,
    head: bool,
    widths: Vec<usize>,
}

impl Going for Watch {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        let found = find(ctx, flags)?;
        let mark = |it: &Value| (SmolStr::new(it.str_at(&["metadata", "uid"])), event::times(it).2);
        let new: Vec<Value> = found.iter().filter(|it| !self.known.contains(&mark(it))).cloned().collect();
        if !new.is_empty() {
            let text = rows(ctx, flags, &new, self.head && !flags.is_on("no-headers"));
            ctx.print(&align(&text, TABLE, Some(&mut self.widths)));
            self.head = false;
        }
        self.known = found.iter().map(mark).collect();
        Ok(Next::Wait(None))
    }
}
