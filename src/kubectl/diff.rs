//! `kubectl diff`: what `apply` would change.

use super::client::{self, send};
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next};
use super::select::{self, Ask, Info};
use crate::apiserver::patch::three_way;
use crate::apiserver::{Call, PatchType};
use crate::cluster::apply::LAST_APPLIED;
use crate::object::{Map, Value, emit, schema, unified_diff};

/// Runs it. The exit code is 1 when something differs, and 2 when something goes wrong.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let failed = |fault: Fault| fault.with_exit(2);
    if !flags.args.is_empty() {
        return Err(Fault::usage("diff", &format!("Unexpected args: [{}]", flags.args.join(" "))).into());
    }
    if flags.list("filename").is_empty() && flags.text("kustomize").is_empty() {
        return Err(Fault::client("must specify one of -f and -k").into());
    }
    let selection = select::select(ctx, flags, &[], Ask { only_files: true, ..Ask::default() }).map_err(failed)?;
    if !selection.faults.is_empty() {
        return Err(selection.faults.into_iter().map(failed).collect());
    }
    let mut differs = false;
    for info in &selection.infos {
        let text = compare(ctx, info).map_err(failed)?;
        differs |= !text.is_empty();
        ctx.print(&text);
    }
    if differs { Err(Fault::silent(1).into()) } else { Ok(Next::Done) }
}

fn compare(ctx: &mut Context<'_>, info: &Info) -> Result<String, Fault> {
    let kind = client::stored(info.resource)?;
    let key = client::key(info.resource, &info.namespace, &info.name);
    let live = info.fetch(ctx.cluster);
    let merged = match &live {
        Err(_) => send(ctx, Call::create(kind, key.namespace, info.value.clone()).dry_run(true))?,
        Ok(live) => {
            let last = live.str_at(&["metadata", "annotations", LAST_APPLIED]);
            let last: Value = serde_json::from_str(last).unwrap_or_default();
            let mut wanted = info.value.clone();
            if wanted.at(&["metadata", "annotations"]).is_null() {
                wanted.set(&["metadata", "annotations"], Map::default());
            }
            let patch =
                three_way(&last, &wanted, live, schema::of(kind)).map_err(|refusal| Fault::client(refusal.to_string()))?;
            send(ctx, Call::patch(kind, key, PatchType::Strategic, patch).dry_run(true))?
        }
    };
    let old = live.as_ref().map(emit::yaml).unwrap_or_default();
    let difference = unified_diff(&old, &emit::yaml(&merged), 3);
    if difference.is_empty() {
        return Ok(difference);
    }
    let group = if info.resource.group().is_empty() { String::new() } else { format!("{}.", info.resource.group()) };
    let name = format!("{group}{}.{}.{}.{}", info.resource.version(), info.resource.kind, info.namespace, info.name);
    // The directories' names are as random as the cluster's time.
    let number = ctx.cluster.now_ms() % 4_000_000_000;
    let [live_file, merged_file] = ["LIVE", "MERGED"].map(|it| format!("/tmp/{it}-{number}/{name}"));
    let now = ctx.cluster.runtime.timestamp().replace('T', " ").replace('Z', ".000000000 +0000");
    Ok(format!("diff -u -N {live_file} {merged_file}\n--- {live_file}\t{now}\n+++ {merged_file}\t{now}\n{difference}"))
}
