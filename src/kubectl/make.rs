//! Objects that are made on the command line: `kubectl create namespace` and its like.

use super::client::{DryRun, send};
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next};
use super::record::record;
use super::said::Reporter;
use super::select;
use crate::apiserver::Call;
use crate::apiserver::decode::typed;
use crate::apiserver::error::go_quoted;
use crate::cluster::apply::annotated;
use crate::object::{Kind, LabelSelector, Map, Value, map};

/// The name that such a command is given.
fn name(flags: &Flags) -> Result<&str, Fault> {
    let args = &flags.args[..flags.before_dashes.unwrap_or(flags.args.len())];
    match args {
        [name] => Ok(name),
        args => Err(Fault::usage(flags.command, &format!("exactly one NAME is required, got {}", args.len()))),
    }
}

pub(super) fn required(flags: &Flags, name: &str) -> Result<(), Fault> {
    if flags.is_given(name) { Ok(()) } else { Err(Fault::client(format!("required flag(s) {} not set", go_quoted(name)))) }
}

/// An object of a kind in the namespace that the command works in.
pub(super) fn object(flags: &Flags, kind: Kind, name: &str) -> Value {
    let mut value = map! { "apiVersion" => kind.api_version(), "kind" => kind.name(), "metadata" => map! { "name" => name } };
    // On the client a namespace stands in the object only when it was said.
    if kind.is_namespaced() && !flags.text("namespace").is_empty() {
        value.set(&["metadata", "namespace"], flags.text("namespace"));
    }
    value
}

pub(super) fn create(ctx: &mut Context<'_>, flags: &Flags, kind: Kind, value: Value, said: &str) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let mut value = if flags.is_on("save-config") { annotated(&value) } else { value };
    record(flags, &mut value);
    let value = if reporter.dry_run == DryRun::Client {
        typed(kind, &value)
    } else {
        let namespace = if kind.is_namespaced() { select::namespace(flags) } else { "" };
        let call = Call::create(kind, namespace, value).strict().dry_run(reporter.dry_run == DryRun::Server);
        send(ctx, call).map_err(|fault| match fault.reason {
            // Only what is made by a generator says so.
            "AlreadyExists" | "Invalid" | "NotFound" => fault,
            _ => fault.wrapped(&format!("failed to create {}: ", kind.name().to_ascii_lowercase())),
        })?
    };
    reporter.say(ctx, flags, &value, said)?;
    Ok(Next::Done)
}

/// Runs `kubectl create namespace`.
///
/// # Errors
/// What goes wrong.
pub fn namespace(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let value = object(flags, Kind::Namespace, name(flags)?);
    create(ctx, flags, Kind::Namespace, value, "created")
}

/// Runs `kubectl create serviceaccount`.
///
/// # Errors
/// What goes wrong.
pub fn service_account(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let value = object(flags, Kind::ServiceAccount, name(flags)?);
    create(ctx, flags, Kind::ServiceAccount, value, "created")
}

/// Runs `kubectl create priorityclass`.
///
/// # Errors
/// What goes wrong.
pub fn priority_class(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let mut value = object(flags, Kind::PriorityClass, name(flags)?);
    value.set(&["value"], flags.int("value"));
    value.set(&["globalDefault"], flags.is_on("global-default"));
    value.set(&["description"], flags.text("description"));
    value.set(&["preemptionPolicy"], flags.text("preemption-policy"));
    create(ctx, flags, Kind::PriorityClass, value, "created")
}

/// Runs `kubectl create poddisruptionbudget`.
///
/// # Errors
/// What goes wrong.
pub fn budget(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let mut value = object(flags, Kind::PodDisruptionBudget, name(flags)?);
    let (least, most) = (flags.text("min-available"), flags.text("max-unavailable"));
    let complaint = match (flags.text("selector"), least, most) {
        ("", ..) => "a selector must be specified",
        (_, "", "") => "one of min-available or max-unavailable must be specified",
        (_, least, most) if !least.is_empty() && !most.is_empty() => "min-available and max-unavailable cannot be both specified",
        _ => "",
    };
    if !complaint.is_empty() {
        return Err(Fault::client(complaint).into());
    }
    value.set(&["spec", "selector"], selector(flags.text("selector"))?);
    for (field, text) in [("minAvailable", least), ("maxUnavailable", most)] {
        if !text.is_empty() {
            value.set(&["spec", field], text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int));
        }
    }
    create(ctx, flags, Kind::PodDisruptionBudget, value, "created")
}

fn selector(text: &str) -> Result<Value, Fault> {
    LabelSelector::parse(text).map_err(|error| Fault::client(error.to_string()))?;
    let labels = labels(text)?;
    Ok(map! { "matchLabels" => labels })
}

pub(super) fn labels(text: &str) -> Result<Map, Fault> {
    let pair = |part: &str| {
        let found = part.split_once('=').map(|(key, value)| (key.to_owned(), Value::from(value.trim_start_matches('='))));
        found.ok_or_else(|| Fault::client(format!("unexpected label spec: {part}")))
    };
    text.split(',').filter(|part| !part.is_empty()).map(pair).collect()
}

/// The entries that `--from-literal`, `--from-file` and `--from-env-file` give.
fn entries(ctx: &Context<'_>, flags: &Flags) -> Result<Map, Fault> {
    let mut entries = Map::default();
    for literal in flags.values("from-literal") {
        let Some((key, value)) = literal.split_once('=') else {
            return Err(Fault::client(format!("invalid literal source {literal}, expected key=value")));
        };
        entries.insert(key, value);
    }
    for source in flags.list("from-file") {
        let (key, path) = source.split_once('=').unwrap_or((source.rsplit('/').next().unwrap_or(source), source));
        let text = ctx.files.read(path);
        entries.insert(key, text.ok_or_else(|| Fault::client(format!("error reading {path}: no such file or directory")))?);
    }
    for path in flags.list("from-env-file") {
        let text =
            ctx.files.read(path).ok_or_else(|| Fault::client(format!("error reading {path}: no such file or directory")))?;
        let pairs = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .filter_map(|line| line.split_once('='));
        for (key, value) in pairs {
            entries.insert(key, value);
        }
    }
    Ok(entries)
}

/// Runs `kubectl create configmap`.
///
/// # Errors
/// What goes wrong.
pub fn config_map(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let mut value = object(flags, Kind::ConfigMap, name(flags)?);
    let entries = entries(ctx, flags)?;
    if !entries.is_empty() {
        value.set(&["data"], entries);
    }
    create(ctx, flags, Kind::ConfigMap, value, "created")
}

/// Runs `kubectl create secret generic`.
///
/// # Errors
/// What goes wrong.
pub fn secret(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let mut value = object(flags, Kind::Secret, name(flags)?);
    let encoded: Map = entries(ctx, flags)?
        .iter()
        .map(|(key, it)| (key.clone(), Value::from(base64(it.as_str().unwrap_or_default()))))
        .collect();
    if !encoded.is_empty() {
        value.set(&["data"], encoded);
    }
    if !flags.text("type").is_empty() {
        value.set(&["type"], flags.text("type"));
    }
    create(ctx, flags, Kind::Secret, value, "created")
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

/// Runs `kubectl create deployment`.
///
/// # Errors
/// What goes wrong.
pub fn deployment(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let name = name(flags)?;
    required(flags, "image")?;
    let images = flags.list("image");
    let command: Vec<Value> =
        flags.before_dashes.map_or(&[][..], |at| &flags.args[at..]).iter().map(|it| Value::from(it.as_str())).collect();
    if images.len() > 1 && !command.is_empty() {
        return Err(Fault::client("cannot specify multiple --image options and command").into());
    }
    let container = |image: &&str| {
        let last = image.rsplit('/').next().unwrap_or(image);
        let stem = last.split([':', '@']).next().unwrap_or(last);
        let mut container = map! { "image" => *image, "name" => stem, "resources" => Value::object() };
        if !command.is_empty() {
            container.set(&["command"], command.clone());
        }
        if flags.int("port") >= 0 {
            container.set(&["ports"], vec![map! { "containerPort" => flags.int("port") }]);
        }
        container
    };
    let labels = map! { "app" => name };
    let mut value = object(flags, Kind::Deployment, name);
    value.set(&["metadata", "labels"], Value::Null);
    *value.at_mut(&["metadata", "labels"]) = labels.clone();
    *value.at_mut(&["spec"]) = map! {
        "replicas" => flags.int("replicas"),
        "selector" => map! { "matchLabels" => labels.clone() },
        "strategy" => Value::object(),
        "template" => map! { "metadata" => map! { "labels" => labels }, "spec" => map! { "containers" => images.iter().map(container).collect::<Vec<_>>() } },
    };
    create(ctx, flags, Kind::Deployment, value, "created")
}
