//! `kubectl get`.

use std::fmt::Write as _;

use super::client::{self, Filter};
use super::event;
use super::fault::Fault;
use super::flags::Flags;
use super::print::columns::Row;
use super::print::format::{Format, table_options};
use super::print::table::{TableOptions, table};
use super::process::{Answer, Context, Going, Next, Printed, Stream, done};
use super::resource::Resource;
use super::select::{self, Ask, Info, Selection, namespace};
use super::sort;
use crate::apiserver::error::go_quoted;
use crate::object::{Kind, SmolStr, Value, schema};

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.args.is_empty() && flags.list("filename").is_empty() && flags.text("raw").is_empty() {
        ctx.warn("You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n");
        let words = "Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource \
                     (e.g. kubectl explain pods).";
        return Err(Fault::usage("get", words).into());
    }
    let format = Format::of(flags, ctx.files, true)?.unwrap_or(Format::Table { wide: false });
    let watch = flags.is_on("watch") || flags.is_on("watch-only");
    check(flags, watch)?;
    if watch && !flags.text("sort-by").is_empty() {
        ctx.warn("warning: --watch or --watch-only requested, --sort-by will be ignored");
    }
    if !flags.text("raw").is_empty() {
        return raw(ctx, flags.text("raw"));
    }
    if !watch && all_events(ctx, flags, &format) {
        return Ok(Next::Done);
    }
    let mut selection = select::select(ctx, flags, &flags.args, Ask { kind_means_all: true, latest: true, only_files: false })?;
    part_of(flags.text("subresource"), &mut selection)?;
    let mut faults = selection.faults.clone();
    if flags.is_on("ignore-not-found") {
        faults.retain(|fault| !fault.is_not_found());
    }
    if watch {
        return watch_from(ctx, flags, format, &selection, faults);
    }
    selection.infos = sort::sort(selection.infos, flags, matches!(format, Format::Table { .. }))?;
    let printed = print(ctx, flags, &format, &selection);
    if let Err(fault) = printed {
        faults.insert(0, fault);
    }
    let is_table = matches!(format, Format::Table { .. });
    if is_table && selection.infos.is_empty() && faults.is_empty() && !flags.is_on("ignore-not-found") {
        ctx.warn(&nothing_found(flags));
    }
    done(faults)
}

/// Flags that do not go together. Models `GetOptions.Validate`.
fn check(flags: &Flags, watch: bool) -> Result<(), Fault> {
    const SUBRESOURCES: [&str; 3] = ["status", "scale", "resize"];
    let (raw, output, part) = (flags.text("raw"), flags.text("output"), flags.text("subresource"));
    let complaint = if !raw.is_empty() && (watch || !flags.text("selector").is_empty()) {
        "--raw may not be specified with other flags that filter the server request or alter the output".to_owned()
    } else if !raw.is_empty() && !output.is_empty() {
        "--raw and --output are mutually exclusive".to_owned()
    } else if !raw.is_empty() && !raw.starts_with('/') {
        format!("--raw must be a valid URL path: parse {}: invalid URI for request", go_quoted(raw))
    } else if flags.is_on("show-labels") && !["", "wide"].contains(&output) {
        format!("--show-labels option cannot be used with {output} printer")
    } else if flags.is_on("output-watch-events") && !watch {
        "--output-watch-events option can only be used with --watch or --watch-only".to_owned()
    } else if !part.is_empty() && !SUBRESOURCES.contains(&part) {
        format!("invalid subresource value: {}. Must be one of [{}]", go_quoted(part), SUBRESOURCES.join(" "))
    } else {
        return Ok(());
    };
    let of_usage =
        complaint.starts_with("--raw and") || complaint.starts_with("--raw must") || complaint.starts_with("--output-w");
    Err(if of_usage { Fault::usage("get", &complaint) } else { Fault::client(complaint) })
}

/// Objects of which a part is asked for that their kind does not have are not found.
fn part_of(part: &str, selection: &mut Selection) -> Result<(), Fault> {
    if part.is_empty() {
        return Ok(());
    }
    if !selection.by_name {
        return Err(Fault::client("subresource cannot be used when bulk resources are specified"));
    }
    let has = |info: &Info| match part {
        "status" => info.resource.stored.is_some_and(|kind| schema::of(kind).field("status").is_some()),
        "scale" => ["Deployment", "ReplicaSet"].contains(&info.resource.kind),
        _ => info.resource.kind == "Pod",
    };
    let asked = selection.infos.len();
    selection.infos.retain(has);
    let missing = Fault::server("NotFound", "the server could not find the requested resource");
    selection.faults.extend(std::iter::repeat_n(missing, asked - selection.infos.len()));
    Ok(())
}

/// What the API server answers to a plain address: of these the lab knows how it is, and nothing else.
fn raw(ctx: &mut Context<'_>, path: &str) -> Answer {
    match path {
        "/healthz" | "/livez" | "/readyz" => ctx.print("ok"),
        _ => {
            return Err(Fault::client(format!("kubectl get --raw {path} is not part of the lab: name a resource instead")).into());
        }
    }
    Ok(Next::Done)
}

/// What is said when there is nothing to show.
pub fn nothing_found(flags: &Flags) -> String {
    let namespaced = flags.args.first().is_none_or(|kinds| {
        let kinds = super::resource::expand(kinds);
        kinds.iter().all(|kind| super::resource::find(kind).is_ok_and(|it| it.namespaced))
    });
    match namespace(flags) {
        "" => "No resources found".into(),
        _ if !namespaced => "No resources found".into(),
        namespace => format!("No resources found in {namespace} namespace."),
    }
}

/// Prints what was found.
fn print(ctx: &mut Context<'_>, flags: &Flags, format: &Format, selection: &Selection) -> Result<(), Fault> {
    match format {
        Format::Table { wide } => tables(ctx, flags, &selection.infos, &table_options(flags, *wide)),
        Format::Name => {
            let lines = selection.infos.iter().flat_map(|info| [info.said(), "\n".to_owned()]);
            ctx.hand_out(lines.collect());
        }
        // One that was asked for and is not there is not shown at all; several are shown as far as they are there.
        _ if selection.infos.is_empty() && selection.single => {}
        _ if selection.infos.is_empty() && flags.is_on("ignore-not-found") => {}
        Format::Columns(columns) => {
            let (text, done) = columns.print(&mut selection.infos.iter().map(|info| &info.value), flags.is_on("no-headers"));
            ctx.hand_out(text);
            done?;
        }
        format => match &selection.infos[..] {
            [only] if selection.single => {
                let text = format.print(&only.value, flags)?;
                ctx.print(&text);
            }
            infos => format.print_list(infos.iter().map(|info| info.value.clone()).collect(), flags, ctx.out)?,
        },
    }
    Ok(())
}

/// A table per resource, with an empty line between two.
fn tables(ctx: &mut Context<'_>, flags: &Flags, infos: &[Info], options: &TableOptions) {
    let now = ctx.cluster.runtime.unix();
    let several_kinds = infos.windows(2).any(|pair| !std::ptr::eq(pair[0].resource, pair[1].resource));
    let asked = asks_for_several_kinds(&flags.args);
    let (mut text, mut cut) = (String::new(), false);
    for group in infos.chunk_by(|a, b| std::ptr::eq(a.resource, b.resource)) {
        let Some(first) = group.first() else { continue };
        if !text.is_empty() && !options.no_headers {
            text.push('\n');
        }
        let mut options = options.clone();
        options.with_kind |= several_kinds || asked;
        options.with_namespace &= first.resource.namespaced;
        let mut rows = group.iter().map(|info| Row::Object(&info.value));
        let (own, only_last) = table(first.resource, &mut rows, &options, now, ctx.out.keeps, None);
        if only_last {
            text.clear();
            cut = true;
        }
        text.push_str(&own);
    }
    ctx.out.pass(Printed { stream: Stream::Out, text, cut });
}

/// Whether several kinds are named, whatever is found of them. Models `MultipleTypesRequested`.
fn asks_for_several_kinds(args: &[String]) -> bool {
    let several = |kinds: &str| kinds.split(',').any(|kind| Some(kind) != kinds.split(',').next());
    let mut named = args.iter().filter_map(|arg| arg.split_once('/')).map(|(kind, _)| kind);
    let first = named.next();
    args.iter().any(|arg| arg == "all")
        || args.first().is_some_and(|kinds| several(kinds))
        || named.any(|kind| Some(kind) != first)
}

/// A table of all events, of which there may be more than of everything else together, without making objects of them. Whether that is
/// what was asked for, and there are any.
fn all_events(ctx: &mut Context<'_>, flags: &Flags, format: &Format) -> bool {
    let ([kind], Format::Table { wide }) = (&flags.args[..], format) else { return false };
    let Some(resource) = super::resource::find(kind).ok().filter(|it| it.stored == Some(Kind::Event)) else { return false };
    let others = ["filename", "selector", "field-selector", "sort-by", "kustomize", "subresource"];
    if flags.is_on("all") || others.iter().any(|name| flags.is_given(name)) {
        return false;
    }
    let events = event::all(ctx.cluster, namespace(flags));
    let now = ctx.cluster.runtime.unix();
    let mut rows = events.iter().map(|it| Row::Event(*it));
    let (text, cut) = table(resource, &mut rows, &table_options(flags, *wide), now, ctx.out.keeps, None);
    if !events.is_empty() {
        ctx.out.pass(Printed { stream: Stream::Out, text, cut });
    }
    !events.is_empty()
}

/// `--watch`: what changes is printed as it does.
struct Watch {
    format: Format,
    resource: &'static Resource,
    namespace: SmolStr,
    /// Only this one.
    name: Option<SmolStr>,
    /// What was printed last of each object, in the order of their UIDs.
    known: Vec<(SmolStr, Value)>,
    widths: Vec<usize>,
    head_printed: bool,
}

fn watch_from(ctx: &mut Context<'_>, flags: &Flags, format: Format, selection: &Selection, faults: Vec<Fault>) -> Answer {
    if !faults.is_empty() {
        return Err(faults);
    }
    let kinds = flags.args.first().map_or("", String::as_str);
    let resource = match selection.infos.first() {
        Some(info) => info.resource,
        None => super::resource::find(kinds)?,
    };
    if kinds.contains(',') || selection.infos.iter().any(|it| !std::ptr::eq(it.resource, resource)) {
        return Err(Fault::client("you may only specify a single resource type").into());
    }
    if selection.by_name && selection.infos.len() != 1 {
        return Err(Fault::client(
            "watch is only supported on individual resources and resource collections - more than 1 resource was found",
        )
        .into());
    }
    let name = selection.infos.first().filter(|_| selection.by_name).map(|info| info.name.clone());
    let mut watch = Watch {
        format,
        resource,
        namespace: namespace(flags).into(),
        name,
        known: Vec::new(),
        widths: Vec::new(),
        head_printed: false,
    };
    let found = watch.look(ctx, flags)?;
    if flags.is_on("watch-only") {
        watch.known = found;
        watch.known.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    Ok(Next::GoOn(Box::new(watch)))
}

impl Watch {
    fn look(&self, ctx: &Context<'_>, flags: &Flags) -> Result<Vec<(SmolStr, Value)>, Fault> {
        let filter = Filter { namespace: &self.namespace, labels: flags.text("selector"), fields: flags.text("field-selector") };
        let objects = client::list(ctx.cluster, self.resource, filter)?;
        let of_name = |it: &Value| self.name.as_ref().is_none_or(|name| it.str_at(&["metadata", "name"]) == name);
        Ok(objects.into_iter().filter(of_name).map(|it| (it.str_at(&["metadata", "uid"]).into(), it)).collect())
    }

    fn show(&mut self, ctx: &mut Context<'_>, flags: &Flags, event: &str, value: &Value) -> Result<(), Fault> {
        let text = match &self.format {
            Format::Table { wide } => {
                let mut options = table_options(flags, *wide);
                options.no_headers |= self.head_printed;
                self.head_printed = true;
                let now = ctx.cluster.runtime.unix();
                table(self.resource, &mut std::iter::once(Row::Object(value)), &options, now, None, Some(&mut self.widths)).0
            }
            Format::Columns(columns) => {
                let (text, _) = columns.print(&mut std::iter::once(value), self.head_printed || flags.is_on("no-headers"));
                self.head_printed = true;
                text
            }
            format => format.print(value, flags)?,
        };
        if flags.is_on("output-watch-events") && matches!(self.format, Format::Table { .. }) {
            ctx.print(&with_event(event, &text));
        } else {
            ctx.print(&text);
        }
        Ok(())
    }
}

/// A row of a watched table, with or without the table's head, behind a column that says what happened.
fn with_event(event: &str, text: &str) -> String {
    const HEAD: &str = "EVENT";
    let lines: Vec<&str> = text.lines().collect();
    let width = if lines.len() > 1 { event.len().max(HEAD.len()) } else { event.len() };
    let last = lines.len().saturating_sub(1);
    let cell = |at| if at < last { HEAD } else { event };
    lines.iter().enumerate().fold(String::new(), |mut text, (at, line)| {
        let _ = writeln!(text, "{:width$}   {line}", cell(at));
        text
    })
}

/// Whether an object was not written to; what is not stored is compared as a whole.
fn is_same(before: &Value, now: &Value) -> bool {
    let [one, other] = [before, now].map(|it| it.str_at(&["metadata", "resourceVersion"]));
    if one.is_empty() { before == now } else { one == other }
}

impl Going for Watch {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        let found = self.look(ctx, flags)?;
        let known = std::mem::take(&mut self.known);
        let before_of = |uid: &SmolStr| known.binary_search_by(|(it, _)| it.cmp(uid)).ok().and_then(|at| known.get(at));
        for (uid, value) in &found {
            let before = before_of(uid);
            if before.is_none_or(|(_, before)| !is_same(before, value)) {
                self.show(ctx, flags, if before.is_some() { "MODIFIED" } else { "ADDED" }, value)?;
            }
        }
        let mut found = found;
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (uid, value) in &known {
            if found.binary_search_by(|(it, _)| it.cmp(uid)).is_err() {
                self.show(ctx, flags, "DELETED", value)?;
            }
        }
        self.known = found;
        Ok(Next::Wait(None))
    }
}

#[cfg(test)]
mod tests {
    use super::with_event;

    #[test]
    fn a_watched_row_says_what_happened_in_its_first_column() {
        assert_eq!(with_event("ADDED", "NAME   AGE\na      1s\n"), "EVENT   NAME   AGE\nADDED   a      1s\n");
        assert_eq!(with_event("MODIFIED", "a      2s\n"), "MODIFIED   a      2s\n");
        assert_eq!(with_event("DELETED", "NAME   AGE\na      1s\n"), "EVENT     NAME   AGE\nDELETED   a      1s\n");
    }
}
