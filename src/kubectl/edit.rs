//! `kubectl edit`: objects as a text that goes to an editor, comes back, and goes there again as long as it is not valid.
//!
//! Models `EditOptions.Run` of `k8s.io/kubectl/pkg/cmd/util/editor` in its normal mode.

use super::apply::validation;
use super::client::{self, send};
use super::fault::Fault;
use super::flags::Flags;
use super::print::format::list_of;
use super::print::json;
use super::process::{Answer, Context, Edited, Going, Next};
use super::resource;
use super::said::Reporter;
use super::select::{self, Ask, Info, namespace};
use crate::apiserver::error::go_quoted;
use crate::apiserver::patch::three_way;
use crate::apiserver::{Call, PatchType};
use crate::object::{Value, emit, schema, yaml};

const HEAD: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n\
                    # and an empty file will abort the edit. If an error occurs while saving this file will be\n\
                    # reopened with the relevant failures.\n#\n";

/// What must not be changed, as paths.
const IDENTITY: [&[&str]; 3] = [&["apiVersion"], &["kind"], &["metadata", "name"]];

/// How often a text that is not valid goes back to an editor that answers at once.
const PATIENCE: usize = 16;

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let as_json = match flags.text("output") {
        "" | "yaml" => false,
        "json" => true,
        other => {
            return Err(Fault::client(format!("The flag 'output' must be one of yaml|json, not {}", go_quoted(other))).into());
        }
    };
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, kind_means_all: true, only_files: false })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let Some(first) = selection.infos.first() else {
        return Err(Fault::client("edit cancelled, no objects found").into());
    };
    let stem = match &selection.infos[..] {
        [one] => format!("{}-{}", one.resource.singular(), one.name),
        _ => first.resource.plural.to_owned(),
    };
    let file = format!("kubectl-edit-{stem}.{}", if as_json { "json" } else { "yaml" });
    let shown = match &selection.infos[..] {
        [one] => one.value.clone(),
        many => list_of(many.iter().map(|info| info.value.clone()).collect()),
    };
    let original = if as_json { json::indented(&shown) + "\n" } else { emit::yaml(&shown) };
    let open = format!("{HEAD}{original}");
    Ok(Next::GoOn(Box::new(Editing { infos: selection.infos, file, original, open, refused: None, left: PATIENCE })))
}

/// Objects that are being edited.
struct Editing {
    infos: Vec<Info>,
    /// The name of the text.
    file: String,
    /// The objects as they were.
    original: String,
    /// The text that is in the editor.
    open: String,
    /// What came back last, where it was not valid.
    refused: Option<String>,
    left: usize,
}

/// What becomes of a text that came back.
enum Verdict {
    /// Nothing is left to do.
    Over,
    /// It goes to the editor again, with these lines about what is wrong.
    Again(String),
}

impl Going for Editing {
    fn go_on(&mut self, ctx: &mut Context<'_>, flags: &Flags) -> Answer {
        while self.left > 0 {
            let text = match ctx.files.edit(&self.file, &self.open) {
                Edited::Saved(text) => text,
                Edited::Open => {
                    // Somebody is at work there, and may save as often as it takes.
                    self.left = PATIENCE;
                    return Ok(Next::Wait(None));
                }
            };
            if self.refused.as_ref().is_some_and(|before| is_same(before, &text)) {
                return Err(self.preserved(ctx, Fault::client("Edit cancelled, no valid changes were saved.")).into());
            }
            match self.judge(ctx, flags, &text)? {
                Verdict::Over => return Ok(Next::Done),
                Verdict::Again(reasons) => {
                    self.open = format!("{HEAD}{reasons}{}", without_comments(&text));
                    self.refused = Some(text);
                }
            }
            self.left -= 1;
        }
        Err(self.preserved(ctx, Fault::client("Edit cancelled, no valid changes were saved.")).into())
    }
}

impl Editing {
    fn preserved(&self, ctx: &mut Context<'_>, fault: Fault) -> Fault {
        ctx.warn(&format!("A copy of your changes has been stored to {}", go_quoted(&self.file)));
        fault
    }

    fn judge(&self, ctx: &mut Context<'_>, flags: &Flags, text: &str) -> Result<Verdict, Fault> {
        if without_comments(text).trim().is_empty() {
            ctx.warn("Edit cancelled, saved file was empty.");
            return Ok(Verdict::Over);
        }
        let edited = match read(text) {
            Ok(edited) => edited,
            Err(words) => {
                let reason = format!("<nil>: Invalid value: \"The edited file failed validation\": {words}");
                return Ok(Verdict::Again(self.not_valid(ctx, self.infos.first(), &[reason])));
            }
        };
        if is_same(&self.original, text) {
            ctx.warn("Edit cancelled, no changes made.");
            return Ok(Verdict::Over);
        }
        let edited = match edited.str_at(&["kind"]) {
            "List" => edited.list_at(&["items"]).to_vec(),
            _ => vec![edited],
        };
        self.send_all(ctx, flags, edited)
    }

    /// Sends what was changed of each object.
    fn send_all(&self, ctx: &mut Context<'_>, flags: &Flags, edited: Vec<Value>) -> Result<Verdict, Fault> {
        let given = flags.text("namespace");
        let expected = if given.is_empty() { "default" } else { given };
        let mut reasons = String::new();
        let (mut retry, mut gone) = (false, false);
        for new in edited {
            let uid = new.str_at(&["metadata", "uid"]);
            let Some(info) = self.infos.iter().find(|info| info.value.str_at(&["metadata", "uid"]) == uid) else {
                return Err(
                    self.preserved(ctx, Fault::client("no original object found for the edited one: its uid was changed"))
                );
            };
            let own = new.str_at(&["metadata", "namespace"]);
            if info.resource.namespaced && !namespace(flags).is_empty() && own != expected {
                let words = format!(
                    "the namespace from the provided object {} does not match the namespace {}. You must pass '--namespace={own}' to \
                     perform this operation.",
                    go_quoted(own),
                    go_quoted(expected)
                );
                return Err(self.preserved(ctx, Fault::client(words)));
            }
            let Err(fault) = self.send_one(ctx, flags, info, &new)? else { continue };
            let (resource, name) = (info.resource.qualified(), go_quoted(&info.name));
            match fault.reason {
                "Invalid" => reasons.push_str(&self.not_valid(ctx, Some(info), &fault.causes())),
                "NotFound" => {
                    gone = true;
                    ctx.warn(&format!("error: {resource} {name} could not be found on the server"));
                }
                _ => {
                    retry = true;
                    ctx.warn(&format!("error: {resource} {name} could not be patched: {}", fault.message));
                }
            }
        }
        if retry {
            ctx.warn(&format!("You can run `kubectl replace -f {}` to try this update again.", self.file));
            return Err(Fault::silent(1));
        }
        if gone {
            ctx.warn(&format!("The edits you made on deleted resources have been saved to {}", go_quoted(&self.file)));
            return Err(Fault::silent(1));
        }
        Ok(if reasons.is_empty() { Verdict::Over } else { Verdict::Again(reasons) })
    }

    /// The outer result ends the command, the inner one is about the object alone.
    fn send_one(&self, ctx: &mut Context<'_>, flags: &Flags, info: &Info, new: &Value) -> Result<Result<(), Fault>, Fault> {
        let reporter = Reporter::of(flags, ctx)?;
        if *new == info.value {
            reporter.say(ctx, flags, new, "skipped")?;
            return Ok(Ok(()));
        }
        if IDENTITY.iter().any(|path| new.at(path) != info.value.at(path)) {
            return Err(self.preserved(ctx, Fault::client("At least one of apiVersion, kind and name was changed")));
        }
        let kind = client::stored(info.resource)?;
        let patch = three_way(&info.value, new, &info.value, schema::of(kind));
        let patch = patch.map_err(|refusal| Fault::client(refusal.to_string()))?;
        if flags.is_on("output-patch") {
            ctx.say(&format!("Patch: {patch}"));
        }
        let key = client::key(info.resource, &info.namespace, &info.name);
        let mut call = Call::patch(kind, key, PatchType::Strategic, patch);
        call.validation = validation(flags)?;
        match send(ctx, call) {
            Ok(value) => reporter.say(ctx, flags, &value, "edited").map(Ok),
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// Says that an object is not valid. Answers the lines about it that stand above the text when it is opened again.
    #[allow(clippy::unused_self, reason = "a step of this command")]
    fn not_valid(&self, ctx: &mut Context<'_>, info: Option<&Info>, causes: &[String]) -> String {
        let Some(info) = info else { return String::new() };
        let (resource, name) = (info.resource.qualified(), go_quoted(&info.name));
        ctx.warn(&format!("error: {resource} {name} is invalid"));
        let mut text = format!("# {resource} {name} was not valid{}\n", if causes.is_empty() { "" } else { ":" });
        for cause in causes {
            text.extend(["# * ", &cause.replace('\n', "\n# "), "\n"]);
        }
        text + "#\n"
    }
}

/// Whether two texts say the same, but for comments.
fn is_same(one: &str, other: &str) -> bool {
    let [a, b] = [one, other].map(yaml::parse);
    if a.error.is_some() || b.error.is_some() {
        return without_comments(one) == without_comments(other);
    }
    let values = |stream: &yaml::Stream| stream.documents.iter().map(|it| it.value.clone()).collect::<Vec<_>>();
    values(&a) == values(&b)
}

/// Models `ManualStrip`.
fn without_comments(text: &str) -> String {
    let keeps = |line: &&str| !line.trim_start().starts_with('#') || line.trim_start().starts_with("#!");
    text.lines().filter(keeps).flat_map(|line| [line, "\n"]).collect()
}

/// Reads a text, in the words of kubectl's validation when it cannot be.
fn read(text: &str) -> Result<Value, String> {
    let bare = without_comments(text);
    let stream = yaml::parse(&bare);
    if let Some(error) = &stream.error {
        // The text is read a second time as JSON.
        let first = bare.trim_start().chars().next().unwrap_or(' ');
        let error = error.to_string();
        let error = error.strip_prefix("error converting YAML to JSON: ").unwrap_or(&error);
        return Err(format!("[{error}, invalid character '{first}' looking for beginning of value]"));
    }
    let value = stream.documents.first().map(|it| it.value.clone()).unwrap_or_default();
    if value.as_map().is_none() {
        return Err("invalid object to validate".into());
    }
    let missing: Vec<&str> = [("apiVersion", "apiVersion not set"), ("kind", "kind not set")]
        .into_iter()
        .filter(|(field, _)| value.str_at(&[*field]).is_empty())
        .map(|(_, words)| words)
        .collect();
    match missing[..] {
        [] if value.str_at(&["kind"]) == "List" => Ok(value),
        [] => match resource::of_object(value.str_at(&["apiVersion"]), value.str_at(&["kind"])) {
            Some(_) => Ok(value),
            None => Err(format!("unknown object type {}", go_quoted(value.str_at(&["kind"])))),
        },
        [one] => Err(one.to_owned()),
        _ => Err(format!("[{}]", missing.join(", "))),
    }
}
