//! `kubectl events`.

use super::event::{self, Kept, Said};
use super::fault::Fault;
use super::flags::Flags;
use super::print::format::Format;
use super::process::{Answer, Context, Going, Next, Printed, Stream};
use super::resource;
use super::select::namespace;
use super::tabwriter::{Rows, TABLE};
use crate::cluster::Cluster;
use crate::object::Value;

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.list("types").iter().any(|it| !["normal", "warning"].contains(&it.to_ascii_lowercase().as_str())) {
        return Err(Fault::client("valid --types are Normal or Warning").into());
    }
    let format = Format::of(flags, ctx.files, false)?;
    about(flags)?;
    if flags.is_on("watch") {
        return Ok(Next::GoOn(Box::new(Watch { known: Vec::new(), head: true, widths: Vec::new() })));
    }
    let found = find(ctx.cluster, flags)?;
    match (&found[..], &format) {
        ([], _) => ctx.warn(&match namespace(flags) {
            "" => "No events found.".to_owned(),
            namespace => format!("No events found in {namespace} namespace."),
        }),
        (_, Some(format)) => {
            let objects: Vec<Value> = found.iter().map(|(number, event)| event.write(*number)).collect();
            if format.is_by_object() {
                let text = objects.iter().map(|it| format.print(it, flags)).collect::<Result<String, _>>()?;
                ctx.hand_out(text);
            } else {
                format.print_list(objects, flags, ctx.out)?;
            }
        }
        (_, None) => {
            let (text, cut) = rows(ctx.cluster, flags, &found, !flags.is_on("no-headers"), ctx.out.keeps, None);
            ctx.out.pass(Printed { stream: Stream::Out, text, cut });
        }
    }
    Ok(Next::Done)
}

/// What `--for` names: a kind and a name.
fn about(flags: &Flags) -> Result<Option<(&'static str, &str)>, Fault> {
    let about = flags.text("for");
    if about.is_empty() {
        return Ok(None);
    }
    let Some((kind, name)) = about.split_once('/').filter(|(kind, name)| !kind.is_empty() && !name.is_empty()) else {
        return Err(Fault::client("--for must be in resource/name form"));
    };
    Ok(Some((resource::find(kind)?.kind, name)))
}

/// The events that are asked for, the last one last.
fn find<'a>(cluster: &'a Cluster, flags: &Flags) -> Result<Vec<Kept<'a>>, Fault> {
    let (about, types) = (about(flags)?, flags.list("types"));
    let mut found = event::all(cluster, namespace(flags));
    found.retain(|(_, it)| {
        about.is_none_or(|about| about == (it.involved.kind.name(), it.involved.key.name.as_str()))
            && (types.is_empty() || types.iter().any(|kind| kind.eq_ignore_ascii_case(it.event_type.name())))
    });
    found.sort_by_key(|(_, it)| it.last);
    Ok(found)
}

fn rows(
    cluster: &Cluster,
    flags: &Flags,
    events: &[Kept<'_>],
    head: bool,
    keeps: Option<usize>,
    remembered: Option<&mut Vec<usize>>,
) -> (String, bool) {
    let now = cluster.runtime.unix();
    let all = flags.is_on("all-namespaces");
    let mut rows = Rows::of(events.len() + usize::from(head), keeps, TABLE);
    if head {
        rows.text.push_str(if all { "NAMESPACE\t" } else { "" });
        rows.text.push_str("LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE");
        rows.end_line();
    }
    for kept in events {
        let it = Said::of(*kept);
        if all {
            rows.text.extend([it.namespace, "\t"]);
        }
        let seen = it.ago(now, |times| times.1);
        rows.text.extend([&seen, "\t", it.kind, "\t", it.reason, "\t", it.about.0, "/", it.about.1, "\t", it.message]);
        rows.end_line();
    }
    rows.align(remembered)
}

/// `--watch`: what is said from now on.
struct Watch {
    /// Which events were shown, and how often they had been said.
    known: Vec<(usize, u64)>,
    head: bool,
    widths: Vec<usize>,
}

impl Going for Watch {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        let found = find(ctx.cluster, flags)?;
        let mark = |(number, it): &Kept<'_>| (*number, it.count);
        let new: Vec<Kept<'_>> = found.iter().filter(|it| self.known.binary_search(&mark(it)).is_err()).copied().collect();
        if !new.is_empty() {
            let head = self.head && !flags.is_on("no-headers");
            let (text, _) = rows(ctx.cluster, flags, &new, head, None, Some(&mut self.widths));
            ctx.out.print(Stream::Out, &text);
            self.head = false;
        }
        self.known = found.iter().map(mark).collect();
        self.known.sort_unstable();
        Ok(Next::Wait(None))
    }
}
