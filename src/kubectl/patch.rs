//! `kubectl patch`.

use super::change::send_change;
use super::client::{self, DryRun, send};
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, done};
use super::record::record;
use super::said::Reporter;
use super::select::{self, Ask, Info};
use crate::apiserver::error::go_quoted;
use crate::apiserver::patch::{json_patch, merge_patch, strategic_merge_patch};
use crate::apiserver::{Call, PatchType};
use crate::object::yaml::{self, json_fault};
use crate::object::{Value, schema};

const TYPES: [(&str, PatchType); 3] =
    [("json", PatchType::Json), ("merge", PatchType::Merge), ("strategic", PatchType::Strategic)];

/// Runs it.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let (patch_type, patch) = read(ctx, flags)?;
    let local = flags.is_on("local");
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: !local, only_files: local, ..Ask::default() })?;
    let mut faults = selection.faults;
    for info in &selection.infos {
        match patch_one(ctx, flags, &reporter, info, patch_type, &patch) {
            Ok(patched) => {
                let same = without_version(&patched) == without_version(&info.value);
                reporter.say(ctx, flags, &patched, if same { "patched (no change)" } else { "patched" })?;
            }
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

fn without_version(value: &Value) -> Value {
    let mut value = value.clone();
    value.remove(&["metadata", "resourceVersion"]);
    value
}

fn read(ctx: &Context<'_>, flags: &Flags) -> Result<(PatchType, Read), Fault> {
    let (given, file) = (flags.text("patch"), flags.text("patch-file"));
    if !given.is_empty() && !file.is_empty() {
        return Err(Fault::client("cannot specify --patch and --patch-file together"));
    }
    if given.is_empty() && file.is_empty() {
        return Err(Fault::client("must specify --patch or --patch-file containing the contents of the patch"));
    }
    let name = flags.text("type").to_ascii_lowercase();
    let Some((_, patch_type)) = TYPES.iter().find(|(known, _)| *known == name) else {
        let words = format!("--type must be one of [json merge strategic], not {}", go_quoted(flags.text("type")));
        return Err(Fault::usage("patch", &words));
    };
    if !["", "status", "scale", "resize"].contains(&flags.text("subresource")) {
        let words =
            format!("invalid subresource value: {}. Must be one of [status scale resize]", go_quoted(flags.text("subresource")));
        return Err(Fault::client(words));
    }
    let text = if file.is_empty() {
        given.to_owned()
    } else {
        let missing = || Fault::client(format!("unable to read patch file: open {file}: no such file or directory"));
        ctx.files.read(file).ok_or_else(missing)?
    };
    Ok((*patch_type, parse(&text, given)?))
}

/// A patch, or what the server says of one that is no JSON.
type Read = Result<Value, String>;

/// Reads a patch. What begins as JSON is sent as it is. Models `ToJSON` of apimachinery's `yaml`.
fn parse(text: &str, given: &str) -> Result<Read, Fault> {
    if let Some(words) = json_fault(text).filter(|_| text.trim_start().starts_with('{')) {
        return Ok(Err(words));
    }
    let stream = yaml::parse(text);
    match &stream.error {
        Some(error) => {
            let words = error.to_string();
            let words = words.trim_start_matches("error converting YAML to JSON: ");
            Err(Fault::client(format!("unable to parse {}: {words}", go_quoted(given))))
        }
        None => Ok(Ok(stream.documents.first().map(|it| it.value.clone()).unwrap_or_default())),
    }
}

fn patch_one(
    ctx: &mut Context<'_>,
    flags: &Flags,
    reporter: &Reporter,
    info: &Info,
    patch_type: PatchType,
    patch: &Read,
) -> Result<Value, Fault> {
    let kind = client::stored(info.resource)?;
    if ["scale", "resize"].contains(&flags.text("subresource")) {
        return Err(Fault::server("NotFound", "the server could not find the requested resource"));
    }
    let doing = if patch_type == PatchType::Strategic { "" } else { "error decoding patch: " };
    let patch = patch.as_ref().map_err(|words| Fault::server("BadRequest", format!("{doing}{words}")))?;
    if flags.is_on("local") || reporter.dry_run == DryRun::Client {
        let patched = match patch_type {
            PatchType::Json => json_patch(&info.value, patch),
            PatchType::Merge => Ok(merge_patch(&info.value, patch)),
            PatchType::Strategic => strategic_merge_patch(&info.value, &mut patch.clone(), schema::of(kind)),
        };
        return patched.map_err(|refusal| Fault::client(refusal.to_string()));
    }
    let key = client::key(info.resource, &info.namespace, &info.name);
    let mut call = Call::patch(kind, key, patch_type, patch.clone());
    call.status = flags.text("subresource") == "status";
    let patched = send(ctx, call.dry_run(reporter.dry_run == DryRun::Server))?;
    let mut noted = patched.clone();
    record(flags, &mut noted);
    if noted == patched {
        return Ok(patched);
    }
    send_change(ctx, &Info { value: patched, ..info.clone() }, noted, reporter.dry_run)
}
