//! Commands that need a program in a container, a server beside the cluster, or a machine of the user's.
//!
//! The lab has none of these. What kubectl says before it needs them is said here, too; for the rest the lab says that it has no such
//! thing. What it answers about itself is as on a cluster that kubeadm made.

use super::client;
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next};
use super::resource;
use super::select::namespace;
use super::tabwriter::{TABLE, align};
use crate::apiserver::error::go_quoted;
use crate::object::{Value, emit, map};

const CLUSTER: &str = "kubernetes";
const USER: &str = "kubernetes-admin";
const CONTEXT: &str = "kubernetes-admin@kubernetes";
const SERVER: &str = "https://10.0.0.10:6443";

/// Why the lab has no such command, where it is not for the want of running programs.
const REASONS: [(&str, &str); 7] = [
    ("apply edit-last-applied", "edit the file that is applied"),
    ("certificate", "nobody asks for certificates in it"),
    ("completion", "Tab completes words in it without a script"),
    ("config set-context", "name a namespace with -n in each command"),
    ("kustomize", "it has files, but no directories"),
    ("port-forward", "it has no network that could be reached"),
    ("proxy", "it has no network that could be reached"),
];

/// The lab has no such thing.
///
/// # Errors
/// Always.
pub fn not_here(_: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.command == "port-forward" && flags.args.len() < 2 {
        return Err(Fault::usage("port-forward", "TYPE/NAME and list of ports are required for port-forward").into());
    }
    let reason = REASONS.iter().find(|(name, _)| *name == flags.command);
    let reason = reason.map_or("no program really runs in its containers", |(_, reason)| reason);
    Err(Fault::client(format!("kubectl {} is not part of the lab: {reason}", flags.command)).into())
}

/// The pod that `POD` or `TYPE/NAME` speaks of is there; the namespace is said where `in_namespace` is.
fn exists(ctx: &Context<'_>, flags: &Flags, name: &str, in_namespace: bool) -> Result<(), Fault> {
    let (kind, name) = name.split_once('/').unwrap_or(("pods", name));
    let found = client::get(ctx.cluster, resource::find(kind)?, namespace(flags), name);
    match found {
        Err(fault) if in_namespace && fault.is_not_found() => {
            let words = format!("error from server (NotFound): {} in namespace {}", fault.message, go_quoted(namespace(flags)));
            Err(Fault::client(words))
        }
        found => found.map(|_| ()),
    }
}

/// `kubectl exec`, up to where a container would be needed.
///
/// # Errors
/// Always.
pub fn exec(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let before = flags.before_dashes.unwrap_or(flags.args.len());
    let (pod, command) = flags.args.split_at(before);
    if flags.before_dashes.is_none() && pod.len() > 1 {
        let words = "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead";
        return Err(Fault::usage("exec", words).into());
    }
    let Some(pod) = pod.first() else {
        return Err(Fault::client("pod, type/name or --filename must be specified").into());
    };
    if command.is_empty() {
        return Err(Fault::client("you must specify at least one command for the container").into());
    }
    exists(ctx, flags, pod, false)?;
    not_here(ctx, flags)
}

/// `kubectl attach`, up to where a container would be needed.
///
/// # Errors
/// Always.
pub fn attach(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let Some(pod) = flags.args.first() else {
        return Err(Fault::usage("attach", "at least 1 argument is required for attach").into());
    };
    exists(ctx, flags, pod, false)?;
    not_here(ctx, flags)
}

/// `kubectl logs`, up to where a container would be needed.
///
/// # Errors
/// Always.
pub fn logs(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    match flags.args.first() {
        Some(pod) => exists(ctx, flags, pod, true)?,
        None if flags.text("selector").is_empty() => {
            let words = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the \
                         logs command";
            return Err(Fault::usage("logs", words).into());
        }
        None => {}
    }
    not_here(ctx, flags)
}

/// `kubectl top`, on a cluster without a metrics server.
///
/// # Errors
/// Always.
pub fn top(_: &mut Context<'_>, _: &Flags) -> Answer {
    Err(Fault::client("Metrics API not available").into())
}

/// `kubectl plugin list`.
///
/// # Errors
/// Always.
pub fn plugins(_: &mut Context<'_>, _: &Flags) -> Answer {
    Err(Fault::client("unable to find any kubectl plugins in your PATH").into())
}

/// `kubectl auth can-i`: an administrator can.
///
/// # Errors
/// When it is not said what.
pub fn can_i(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let [_, what] = &flags.args[..] else {
        if flags.is_on("list") {
            ctx.say(
                "Resources   Non-Resource URLs   Resource Names   Verbs\n*.*         []                  []               [*]",
            );
            return Ok(Next::Done);
        }
        let words = "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for \
                     help and examples";
        return Err(Fault::client(words).into());
    };
    let kind = what.split('/').next().unwrap_or_default();
    match resource::find(kind) {
        _ if what.starts_with('/') || kind == "*" => {}
        Ok(found) if !found.namespaced && !flags.is_on("all-namespaces") => {
            let group = if found.group().is_empty() { String::new() } else { format!(" in group '{}'", found.group()) };
            ctx.warn(&format!("Warning: resource '{}' is not namespace scoped{group}\n", found.plural));
        }
        Ok(_) => {}
        Err(_) => ctx.warn(&format!("Warning: the server doesn't have a resource type '{kind}'\n")),
    }
    if !flags.is_on("quiet") {
        ctx.say("yes");
    }
    Ok(Next::Done)
}

/// `kubectl auth whoami`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn who_am_i(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    let text = format!("ATTRIBUTE\tVALUE\nUsername\t{USER}\nGroups\t[kubeadm:cluster-admins system:authenticated]\n");
    ctx.print(&align(&text, TABLE, None));
    Ok(Next::Done)
}

/// `kubectl cluster-info`.
///
/// # Errors
/// When a dump is asked for.
pub fn cluster_info(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if !flags.args.is_empty() {
        return not_here(ctx, flags);
    }
    ctx.say(&format!("Kubernetes control plane is running at {SERVER}\n"));
    ctx.say("To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.");
    Ok(Next::Done)
}

/// `kubectl config current-context`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn current_context(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    ctx.say(CONTEXT);
    Ok(Next::Done)
}

/// `kubectl config get-clusters`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn clusters(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    ctx.say(&format!("NAME\n{CLUSTER}"));
    Ok(Next::Done)
}

/// `kubectl config get-contexts`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn contexts(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    if flags.text("output") == "name" {
        return current_context(ctx, flags);
    }
    let head = if flags.is_on("no-headers") { "" } else { "CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n" };
    ctx.print(&align(&format!("{head}*\t{CONTEXT}\t{CLUSTER}\t{USER}\t\n"), TABLE, None));
    Ok(Next::Done)
}

/// `kubectl config use-context`.
///
/// # Errors
/// When there is no context of that name.
pub fn use_context(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    match flags.args.first().map_or("", String::as_str) {
        CONTEXT => ctx.say(&format!("Switched to context {}.", go_quoted(CONTEXT))),
        other => return Err(Fault::client(format!("no context exists with the name: {}", go_quoted(other))).into()),
    }
    Ok(Next::Done)
}

/// `kubectl config view`.
///
/// # Errors
/// None.
#[allow(clippy::unnecessary_wraps, reason = "all commands answer so")]
pub fn config_view(ctx: &mut Context<'_>, _: &Flags) -> Answer {
    const HIDDEN: &str = "DATA+OMITTED";
    let cluster = map! { "certificate-authority-data" => HIDDEN, "server" => SERVER };
    let user = map! { "client-certificate-data" => HIDDEN, "client-key-data" => HIDDEN };
    let named = |kind: &'static str, name: &'static str, of: Value| Value::from(vec![map! { kind => of, "name" => name }]);
    let config = map! {
        "apiVersion" => "v1",
        "clusters" => named("cluster", CLUSTER, cluster),
        "contexts" => named("context", CONTEXT, map! { "cluster" => CLUSTER, "user" => USER }),
        "current-context" => CONTEXT,
        "kind" => "Config",
        "users" => named("user", USER, user),
    };
    ctx.print(&emit::yaml(&config));
    Ok(Next::Done)
}
