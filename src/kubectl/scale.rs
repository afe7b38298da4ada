//! `kubectl scale`, `autoscale` and `expose`: what is done to an object that stands for several pods.

use super::change::send_change;
use super::client::{self, DryRun, send};
use super::fault::Fault;
use super::flags::Flags;
use super::make::{object, required};
use super::process::{Answer, Context, Next, done};
use super::record::record;
use super::said::Reporter;
use super::select::{self, Ask};
use crate::apiserver::Call;
use crate::apiserver::decode::typed;
use crate::object::{Kind, Value, map};

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
        record(flags, &mut value);
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
            typed(Kind::Service, &value)
        } else {
            let key = client::key(info.resource, &info.namespace, name);
            send(ctx, Call::create(Kind::Service, key.namespace, value).dry_run(reporter.dry_run == DryRun::Server))?
        };
        reporter.say(ctx, flags, &value, "exposed")?;
    }
    Ok(Next::Done)
}
