//! Objects that are made on the command line: `kubectl create namespace` and its like, `run`, `expose`, `scale` and `autoscale`.

use super::change::send_change;
use super::client::{self, DryRun, send};
use super::fault::Fault;
use super::flags::Flags;
use super::process::{Answer, Context, Next, done};
use super::said::Reporter;
use super::select::{self, Ask};
use crate::apiserver::Call;
use crate::apiserver::error::go_quoted;
use crate::cluster::apply::annotated;
use crate::object::{Kind, LabelSelector, Map, Value, map, yaml};

/// The name that such a command is given.
fn name(flags: &Flags) -> Result<&str, Fault> {
    let args = &flags.args[..flags.before_dashes.unwrap_or(flags.args.len())];
    match args {
        [name] => Ok(name),
        args => Err(Fault::usage(flags.command, &format!("exactly one NAME is required, got {}", args.len()))),
    }
}

fn required(flags: &Flags, name: &str) -> Result<(), Fault> {
    if flags.is_given(name) { Ok(()) } else { Err(Fault::client(format!("required flag(s) {} not set", go_quoted(name)))) }
}

/// An object of a kind in the namespace that the command works in.
fn object(flags: &Flags, kind: Kind, name: &str) -> Value {
    let mut value = map! { "apiVersion" => kind.api_version(), "kind" => kind.name(), "metadata" => map! { "name" => name } };
    // On the client a namespace stands in the object only when it was said.
    if kind.is_namespaced() && !flags.text("namespace").is_empty() {
        value.set(&["metadata", "namespace"], flags.text("namespace"));
    }
    value
}

fn create(ctx: &mut Context<'_>, flags: &Flags, kind: Kind, value: Value, said: &str) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let value = if flags.is_on("save-config") { annotated(&value) } else { value };
    let value = if reporter.dry_run == DryRun::Client {
        value
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

fn labels(text: &str) -> Result<Map, Fault> {
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

/// Flags of `kubectl run` that do not go together, and what the lab has no use for. Models `RunOptions.Run`.
fn check_run(flags: &Flags) -> Result<(), Fault> {
    let attaches = flags.is_on("attach") || flags.is_on("stdin") || flags.is_on("tty");
    let image = flags.text("image");
    let complaint = if image.contains(char::is_whitespace) {
        format!("Invalid image name {}: invalid reference format", go_quoted(image))
    } else if flags.is_on("tty") && !flags.is_on("stdin") {
        "-i/--stdin is required for containers with -t/--tty=true".to_owned()
    } else if flags.is_on("rm") && !attaches {
        "--rm should only be used for attached containers".to_owned()
    } else if attaches && DryRun::read(flags)? != DryRun::None {
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)".to_owned()
    } else if attaches {
        "attaching to a container is not part of the lab: no program really runs in its containers".to_owned()
    } else {
        return Ok(());
    };
    Err(Fault::client(complaint))
}

/// Runs `kubectl run`.
///
/// # Errors
/// What goes wrong.
pub fn run(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    required(flags, "image")?;
    let Some(name) = flags.args.first().filter(|_| flags.before_dashes != Some(0)) else {
        return Err(Fault::usage("run", "NAME is required for run").into());
    };
    if flags.text("image").is_empty() {
        return Err(Fault::client("--image is required").into());
    }
    check_run(flags)?;
    let restart = flags.text("restart");
    if !["Always", "OnFailure", "Never"].contains(&restart) {
        return Err(Fault::client(format!("invalid restart policy: {restart}")).into());
    }
    let mut container = map! { "image" => flags.text("image"), "name" => name.as_str(), "resources" => Value::object() };
    let words: Vec<Value> = flags.args[1..].iter().map(|it| Value::from(it.as_str())).collect();
    if !words.is_empty() {
        container.set(&[if flags.is_on("command") { "command" } else { "args" }], words);
    }
    let variable = |it: &str| it.split_once('=').map(|(name, value)| map! { "name" => name, "value" => value });
    let variables: Vec<Value> = flags.values("env").into_iter().filter_map(variable).collect();
    if !variables.is_empty() {
        container.set(&["env"], variables);
    }
    if let Ok(port) = flags.text("port").parse::<i64>() {
        container.set(&["ports"], vec![map! { "containerPort" => port }]);
    }
    if !flags.text("image-pull-policy").is_empty() {
        container.set(&["imagePullPolicy"], flags.text("image-pull-policy"));
    }
    let mut value = object(flags, Kind::Pod, name);
    let marks = if flags.text("labels").is_empty() {
        [("run", Value::from(name.as_str()))].into_iter().collect()
    } else {
        labels(flags.text("labels"))?
    };
    value.set(&["metadata", "labels"], marks);
    *value.at_mut(&["spec"]) =
        map! { "containers" => vec![container], "dnsPolicy" => "ClusterFirst", "restartPolicy" => restart };
    if !flags.text("overrides").is_empty() {
        let stream = yaml::parse(flags.text("overrides"));
        let patch = stream.documents.first().map(|it| it.value.clone()).unwrap_or_default();
        value = crate::apiserver::patch::merge_patch(&value, &patch);
    }
    create(ctx, flags, Kind::Pod, value, "created")
}

/// Runs `kubectl scale`.
///
/// # Errors
/// What goes wrong.
pub fn scale(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    required(flags, "replicas")?;
    let reporter = Reporter::of(flags, ctx)?;
    let (wanted, current) = (flags.int("replicas"), flags.int("current-replicas"));
    if wanted < 0 {
        return Err(Fault::client("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0").into());
    }
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, ..Ask::default() })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let mut faults = Vec::new();
    for info in &selection.infos {
        if !["Deployment", "ReplicaSet"].contains(&info.resource.kind) {
            faults.push(Fault::server("NotFound", "the server could not find the requested resource"));
            continue;
        }
        let actual = info.value.at(&["spec", "replicas"]).as_i64().unwrap_or(1);
        if current >= 0 && current != actual {
            faults.push(Fault::client(format!("Expected replicas to be {current}, was {actual}")));
            continue;
        }
        let mut value = info.value.clone();
        value.set(&["spec", "replicas"], wanted);
        match send_change(ctx, info, value, reporter.dry_run) {
            Ok(value) => reporter.say(ctx, flags, &value, "scaled")?,
            Err(fault) => faults.push(fault),
        }
    }
    done(faults)
}

/// Runs `kubectl autoscale`: the lab has no autoscaler.
///
/// # Errors
/// Why not.
pub fn autoscale(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    required(flags, "max")?;
    let (least, most) = (flags.int("min"), flags.int("max"));
    if most < 1 {
        return Err(Fault::client(format!("--max=MAXPODS is required and must be at least 1, max: {most}")).into());
    }
    if most < least {
        return Err(
            Fault::client(format!("--max=MAXPODS must be larger or equal to --min=MINPODS, max: {most}, min: {least}")).into()
        );
    }
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, ..Ask::default() })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let refused = selection.infos.iter().map(|info| match info.resource.kind {
        "Deployment" | "ReplicaSet" => Fault::client("kubectl autoscale is not part of the lab: nothing measures its pods' load"),
        kind => Fault::client(format!(
            "cannot autoscale a {kind}: could not find scale subresource for {} in discovery information",
            info.resource.go_resource()
        )),
    });
    done(refused.collect())
}

/// Runs `kubectl expose`.
///
/// # Errors
/// What goes wrong.
pub fn expose(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = select::select(ctx, flags, &flags.args, Ask { latest: true, ..Ask::default() })?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    for info in &selection.infos {
        let of = &info.value;
        let selector = match info.resource.kind {
            "Pod" => of.at(&["metadata", "labels"]),
            "Service" => of.at(&["spec", "selector"]),
            "Deployment" | "ReplicaSet" => of.at(&["spec", "selector", "matchLabels"]),
            kind => {
                let dot = if info.resource.group().is_empty() { "" } else { "." };
                return Err(Fault::client(format!("cannot expose a {kind}{dot}{}", info.resource.group())).into());
            }
        };
        let Ok(port) = flags.text("port").parse::<i64>() else {
            return Err(Fault::client(
                "couldn't find port via --port flag or introspection\nSee 'kubectl expose -h' for help and examples",
            )
            .into());
        };
        let name = if flags.text("name").is_empty() { info.name.as_str() } else { flags.text("name") };
        let target = match flags.text("target-port") {
            "" => Value::Int(port),
            text => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::Int),
        };
        let protocol = if flags.text("protocol").is_empty() { "TCP" } else { flags.text("protocol") };
        let mut value = object(flags, Kind::Service, name);
        value.set(&["spec", "ports"], vec![map! { "port" => port, "protocol" => protocol, "targetPort" => target }]);
        *value.at_mut(&["spec", "selector"]) = selector.clone();
        if !flags.text("type").is_empty() {
            value.set(&["spec", "type"], flags.text("type"));
        }
        let value = if reporter.dry_run == DryRun::Client {
            value
        } else {
            let key = client::key(info.resource, &info.namespace, name);
            send(ctx, Call::create(Kind::Service, key.namespace, value).dry_run(reporter.dry_run == DryRun::Server))?
        };
        reporter.say(ctx, flags, &value, "exposed")?;
    }
    Ok(Next::Done)
}
