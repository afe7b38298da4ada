//! `kubectl api-resources`, `api-versions` and `version`.

use super::fault::Fault;
use super::flags::Flags;
use super::print::json;
use super::process::{Answer, Context, Next};
use super::resource::{Resource, all};
use super::tabwriter::{TABLE, align};
use crate::object::{emit, map, sort_few};

const VERSION: &str = "v1.36.2";
const KUSTOMIZE: &str = "v5.7.1";
/// Versions that the API server has beside the one in which a resource is shown.
const ALSO_SERVED: [&str; 1] = ["autoscaling/v1"];
const VERBS: &str = "create,delete,deletecollection,get,list,patch,update,watch";

/// Runs `kubectl api-resources`.
///
/// # Errors
/// What goes wrong.
pub fn resources(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if !flags.args.is_empty() {
        return Err(Fault::usage("api-resources", &format!("unexpected arguments: [{}]", flags.args.join(" "))).into());
    }
    let output = flags.text("output");
    if !["", "wide", "name"].contains(&output) {
        return Err(Fault::client(format!("--output {output} is not available")).into());
    }
    let sort_by = flags.text("sort-by");
    if !["", "name", "kind"].contains(&sort_by) {
        return Err(Fault::client("--sort-by accepts only name or kind").into());
    }
    let (categories, verbs) = (flags.list("categories"), flags.list("verbs"));
    let wanted = |it: &&Resource| {
        (!flags.is_given("api-group") || it.group() == flags.text("api-group"))
            && (!flags.is_given("namespaced") || it.namespaced == flags.is_on("namespaced"))
            && categories.iter().all(|category| it.categories.split(',').any(|own| own == *category))
            && verbs.iter().all(|verb| VERBS.split(',').any(|own| own == *verb))
    };
    let mut found: Vec<&Resource> = all().iter().filter(wanted).collect();
    let key = |it: &Resource| match sort_by {
        "kind" => [it.kind, ""],
        "name" => [it.plural, ""],
        _ => [it.group(), it.plural],
    };
    sort_few(&mut found, |a, b| key(a) < key(b));
    if output == "name" {
        for it in found {
            ctx.say(&it.qualified());
        }
        return Ok(Next::Done);
    }
    let wide = output == "wide";
    let mut text = String::new();
    if !flags.is_on("no-headers") {
        text.push_str("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
        text.push_str(if wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
    }
    for it in found {
        let namespaced = if it.namespaced { "true" } else { "false" };
        let cells = [it.plural, it.shorts, it.api_version, namespaced, it.kind];
        text.push_str(&cells.join("\t"));
        if wide {
            text.extend(["\t", VERBS, "\t", it.categories]);
        }
        text.push('\n');
    }
    ctx.print(&align(&text, TABLE, None));
    Ok(Next::Done)
}

/// Runs `kubectl api-versions`.
///
/// # Errors
/// What goes wrong.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn versions(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    let mut versions: Vec<&str> = all().iter().map(|it| it.api_version).chain(ALSO_SERVED).collect();
    versions.sort_unstable();
    versions.dedup();
    for it in versions {
        ctx.say(it);
    }
    Ok(Next::Done)
}

/// Runs `kubectl version`.
///
/// # Errors
/// What goes wrong.
pub fn version(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if !flags.args.is_empty() {
        return Err(Fault::client(format!("extra arguments: [{}]", flags.args.join(" "))).into());
    }
    let client_only = flags.is_on("client");
    let info = || map! { "gitVersion" => VERSION, "major" => "1", "minor" => "36", "platform" => "linux/amd64" };
    let mut tree = map! { "clientVersion" => info(), "kustomizeVersion" => KUSTOMIZE };
    if !client_only {
        tree.set(&["serverVersion"], info());
    }
    match flags.text("output") {
        "" => {
            ctx.say(&format!("Client Version: {VERSION}\nKustomize Version: {KUSTOMIZE}"));
            if !client_only {
                ctx.say(&format!("Server Version: {VERSION}"));
            }
        }
        "yaml" => ctx.print(&emit::yaml(&tree)),
        "json" => ctx.say(&json::indented(&tree)),
        _ => return Err(Fault::client("--output must be 'yaml' or 'json'").into()),
    }
    Ok(Next::Done)
}

/// Runs `kubectl options`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn options(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    ctx.print(&super::help::global());
    Ok(Next::Done)
}
