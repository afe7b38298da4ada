//! `kubectl run`.

use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::make::{create, labels, object, required};
use super::pod_template::not_a_variable;
use super::process::{Answer, Context};
use crate::apiserver::error::go_quoted;
use crate::apiserver::patch::merge_patch;
use crate::object::{Kind, Value, is_reference, map};

/// Flags of `kubectl run` that do not go together, and what the lab has no use for. Models `RunOptions.Run`.
fn check_run(flags: &Flags) -> Result<(), Fault> {
    let attaches = flags.is_on("attach") || flags.is_on("stdin") || flags.is_on("tty");
    let image = flags.text("image");
    let complaint = if !is_reference(image) {
        format!("Invalid image name {}: invalid reference format", go_quoted(image))
    } else if flags.is_on("tty") && !flags.is_on("stdin") {
        "-i/--stdin is required for containers with -t/--tty=true".to_owned()
    } else if flags.is_on("rm") && !attaches {
        "--rm should only be used for attached containers".to_owned()
    } else if attaches && DryRun::of(flags)? != DryRun::None {
        "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)".to_owned()
    } else if attaches {
        "attaching to a container is not part of the lab: no program really runs in its containers".to_owned()
    } else {
        return Ok(());
    };
    Err(Fault::client(complaint))
}

/// A variable of the environment: `NAME=value`. Models `parseEnvs`.
fn variable(text: &str) -> Result<Value, Fault> {
    match text.split_once('=') {
        Some((name, value)) if not_a_variable(name).is_none() => Ok(map! { "name" => name, "value" => value }),
        _ => Err(Fault::client(format!("invalid env: {text}"))),
    }
}

/// A port, in the words of Go where it is none. Models `updatePodPorts`.
fn port(text: &str) -> Result<i64, Fault> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
    let fault = if is_number { "value out of range" } else { "invalid syntax" };
    text.parse().map_err(|_| Fault::client(format!("strconv.Atoi: parsing {}: {fault}", go_quoted(text))))
}

/// What is laid over the pod: an object in JSON. Models `MergePatch` of json-patch, and the decoder behind it.
fn overrides(text: &str) -> Result<Value, Fault> {
    match serde_json::from_str(text) {
        Ok(patch @ Value::Map(_)) => Ok(patch),
        Ok(Value::List(_)) => Err(Fault::client(
            "couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string \
             \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }",
        )),
        _ => Err(Fault::client("Invalid JSON Patch")),
    }
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
    let variables = flags.values("env").into_iter().map(variable).collect::<Result<Vec<Value>, Fault>>()?;
    if !variables.is_empty() {
        container.set(&["env"], variables);
    }
    if !flags.text("port").is_empty() {
        container.set(&["ports"], vec![map! { "containerPort" => port(flags.text("port"))? }]);
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
        value = merge_patch(&value, &overrides(flags.text("overrides"))?);
    }
    create(ctx, flags, Kind::Pod, value, "created")
}
