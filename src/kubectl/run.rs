//! `kubectl run`.

use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::make::{create, labels, object, required};
use super::process::{Answer, Context};
use crate::apiserver::error::go_quoted;
use crate::object::{Kind, Value, map, yaml};

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
    } else if attaches && DryRun::of(flags)? != DryRun::None {
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
