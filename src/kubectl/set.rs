//! `kubectl set image`, `resources`, `env`, `serviceaccount` and `selector`.

use super::change::{resources_and_pairs, send_change};
use super::client::DryRun;
use super::fault::Fault;
use super::flags::Flags;
use super::pod_template::{fits, for_each_container, not_a_variable, spec_of};
use super::process::{Answer, Context, Next, done};
use super::record::record;
use super::said::Reporter;
use super::select::{self, Ask, Info, Selection};
use crate::apiserver::decode::typed;
use crate::apiserver::error::go_quoted;
use crate::object::{Quantity, Value, map};

/// The objects whose templates are to be changed.
fn selected(ctx: &Context<'_>, flags: &Flags, resources: &[String]) -> Result<Selection, Fault> {
    let local = flags.is_on("local");
    if local && !resources.is_empty() {
        return Err(Fault::client(
            "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
        ));
    }
    select::select(ctx, flags, resources, Ask { latest: !local, only_files: local, ..Ask::default() })
}

fn check(flags: &Flags, reporter: &Reporter) -> Result<(), Fault> {
    if flags.is_on("all") && !flags.text("selector").is_empty() {
        return Err(Fault::client("cannot set --all and --selector at the same time"));
    }
    if flags.is_on("local") && reporter.dry_run == DryRun::Server {
        return Err(Fault::client("cannot specify --local and --dry-run=server - did you mean --dry-run=client?"));
    }
    Ok(())
}

/// Changes a pod's spec; what is wrong with it, if anything is.
type ChangePod<'a> = &'a mut dyn FnMut(&mut Context<'_>, &Info, &mut Value) -> Vec<Fault>;

/// Changes the pod specs of all objects, and sends those that are others then.
fn change_all(
    ctx: &mut Context<'_>,
    flags: &Flags,
    reporter: &Reporter,
    selection: &Selection,
    words: [&str; 2],
    change: ChangePod<'_>,
) -> Answer {
    if !selection.faults.is_empty() {
        return Err(selection.faults.clone());
    }
    let [said, what] = words;
    let mut faults = Vec::new();
    for info in &selection.infos {
        let mut value = info.value.clone();
        match spec_of(info.resource, &info.name) {
            Ok(path) => {
                let faulty = change(ctx, info, value.at_mut(path));
                if faulty.is_empty() {
                    record(flags, &mut value);
                }
                // What may not be overwritten keeps the object as it is; of images those that fit are set.
                if what == "env" && !faulty.is_empty() {
                    value = info.value.clone();
                }
                faults.extend(faulty);
            }
            Err(fault) => faults.push(fault),
        }
        if value == info.value {
            continue;
        }
        if let Some(kind) = info.resource.stored.filter(|_| flags.is_on("local")) {
            reporter.say(ctx, flags, &typed(kind, &value), said)?;
            continue;
        }
        match send_change(ctx, info, value, reporter.dry_run) {
            Ok(value) => reporter.say(ctx, flags, &value, said)?,
            Err(fault) => faults.push(fault.wrapped(&format!(
                "failed to patch {what} update to pod template{} ",
                if what == "resources" { "" } else { ":" }
            ))),
        }
    }
    done(faults)
}

/// Runs `kubectl set image`.
///
/// # Errors
/// What goes wrong.
pub fn image(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let (resources, pairs) = resources_and_pairs(&flags.args, "image")?;
    let mut images: Vec<(&str, &str)> = Vec::new();
    for pair in &pairs {
        match pair.split_once('=') {
            Some((name, image)) if !image.is_empty() => images.push((name, image)),
            _ => return Err(Fault::client(format!("invalid image format: {pair}")).into()),
        }
    }
    let selection = selected(ctx, flags, &resources)?;
    check(flags, &reporter)?;
    if images.is_empty() {
        return Err(Fault::client("at least one image update is required").into());
    }
    if images.len() > 1 && images.iter().any(|(name, _)| *name == "*") {
        let words = "all containers are already specified by *, but saw more than one container_name=container_image pairs";
        return Err(Fault::client(words).into());
    }
    change_all(ctx, flags, &reporter, &selection, ["image updated", "image"], &mut |_, _, spec| {
        let mut faults = Vec::new();
        for (name, image) in &images {
            let mut found = false;
            for list in ["initContainers", "containers"] {
                for_each_container(spec, list, "*", &mut |container| {
                    if *name == "*" || *name == container.str_at(&["name"]) {
                        container.set(&["image"], *image);
                        found = true;
                    }
                });
            }
            if !found {
                faults.push(Fault::client(format!("error: unable to find container named {}", go_quoted(name))));
            }
        }
        faults
    })
}

/// Reads `cpu=100m,memory=256Mi`.
fn amounts(text: &str) -> Result<Vec<(&str, Value)>, Fault> {
    let mut amounts = Vec::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let Some((name, amount)) = part.split_once('=').filter(|(name, amount)| !name.is_empty() && !amount.contains('=')) else {
            return Err(Fault::client(format!("Invalid argument syntax {part}, expected <resource>=<value>")));
        };
        let value = Value::from(amount);
        if let Err(error) = Quantity::read(&value) {
            return Err(Fault::client(error.to_string()));
        }
        amounts.push((name, value));
    }
    Ok(amounts)
}

/// Runs `kubectl set resources`.
///
/// # Errors
/// What goes wrong.
pub fn resources(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let selection = selected(ctx, flags, &flags.args)?;
    check(flags, &reporter)?;
    let lists = [("limits", amounts(flags.text("limits"))?), ("requests", amounts(flags.text("requests"))?)];
    if lists.iter().all(|(_, list)| list.is_empty()) {
        let words = "you must specify an update to requests or limits (in the form of --requests/--limits)";
        return Err(Fault::client(words).into());
    }
    let pattern = flags.text("containers");
    change_all(ctx, flags, &reporter, &selection, ["resource requirements updated", "resources"], &mut |_, _, spec| {
        let found = for_each_container(spec, "containers", pattern, &mut |container| {
            for (list, amounts) in &lists {
                for (name, amount) in amounts {
                    container.set(&["resources", list, name], amount.clone());
                }
            }
        });
        if found > 0 { Vec::new() } else { vec![Fault::client(format!("error: unable to find container named {pattern}"))] }
    })
}

/// Runs `kubectl set env`.
///
/// # Errors
/// What goes wrong.
pub fn env(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    check(flags, &reporter)?;
    let is_env = |arg: &String| arg.contains('=') || arg.ends_with('-');
    let first = flags.args.iter().position(is_env).unwrap_or(flags.args.len());
    let (resources, changes) = flags.args.split_at(first);
    if !changes.iter().all(is_env) {
        let words = format!("all resources must be specified before environment changes: {}", flags.args.join(" "));
        return Err(Fault::client(words).into());
    }
    if resources.is_empty() && flags.list("filename").is_empty() {
        let words = "one or more resources must be specified as <resource> <name> or <resource>/<name>";
        return Err(Fault::client(words).into());
    }
    if flags.is_on("list") && !flags.text("output").is_empty() {
        return Err(Fault::client("--list and --output may not be specified together").into());
    }
    let mut set = from_object(ctx, flags)?;
    let mut remove = Vec::new();
    for change in flags.values("env").into_iter().chain(changes.iter().map(String::as_str)) {
        match change.split_once('=') {
            Some((name, value)) => match not_a_variable(name) {
                None => set.push(map! { "name" => name, "value" => value }),
                Some(why) => return Err(Fault::client(format!("{} is not a valid key name: {why}", go_quoted(name))).into()),
            },
            None if change.ends_with('-') => remove.push(&change[..change.len() - 1]),
            None => return Err(Fault::client(format!("unknown environment variable: {change}")).into()),
        }
    }
    if remove.iter().any(|it| set.iter().any(|variable| variable.str_at(&["name"]) == *it)) {
        return Err(Fault::client("can not both modify and remove the same environment variable in the same command").into());
    }
    for variable in &mut set {
        let name = format!("{}{}", flags.text("prefix"), variable.str_at(&["name"]));
        variable.set(&["name"], name);
    }
    let selection = selected(ctx, flags, resources)?;
    if flags.is_on("list") {
        return list_env(ctx, flags, &selection);
    }
    let (pattern, overwrite) = (flags.text("containers"), flags.is_on("overwrite"));
    change_all(ctx, flags, &reporter, &selection, ["env updated", "env"], &mut |ctx, info, spec| {
        let mut faults = Vec::new();
        let mut found = 0;
        for list in ["containers", "initContainers"] {
            found += for_each_container(spec, list, pattern, &mut |container| {
                let before = container.list_at(&["env"]).to_vec();
                let conflict = before.iter().find(|old| {
                    !overwrite && set.iter().any(|new| new.str_at(&["name"]) == old.str_at(&["name"]) && new != *old)
                });
                // The first one ends it.
                if !faults.is_empty() {
                    return;
                }
                if let Some(old) = conflict {
                    let (name, value) = (old.str_at(&["name"]), old.str_at(&["value"]));
                    let of = format!("{}/{}", info.resource.plural, info.name);
                    let words = format!("error: {of} '{name}' already has a value ({value}), and --overwrite is false");
                    faults.push(Fault::client(words));
                    return;
                }
                let after = changed_env(&before, &set, &remove);
                if after == before {
                    return;
                }
                if after.is_empty() {
                    container.remove(&["env"]);
                } else {
                    container.set(&["env"], after);
                }
            });
        }
        if found == 0 {
            let (kind, name) = (info.resource.kind, &info.name);
            ctx.warn(&format!("warning: {kind}/{name} does not have any containers matching {}", go_quoted(pattern)));
        }
        faults
    })
}

fn changed_env(before: &[Value], set: &[Value], remove: &[&str]) -> Vec<Value> {
    let name = |it: &Value| it.str_at(&["name"]).to_owned();
    let newer = |old: &Value| set.iter().rev().find(|it| name(it) == name(old)).unwrap_or(old).clone();
    let kept = before.iter().filter(|old| !remove.contains(&name(old).as_str()));
    let mut after: Vec<Value> = kept.map(newer).collect();
    for new in set {
        if !after.iter().any(|it| name(it) == name(new)) {
            after.push(newer(new));
        }
    }
    after
}

/// `--from`: a variable for each key of a ConfigMap or a Secret.
fn from_object(ctx: &Context<'_>, flags: &Flags) -> Result<Vec<Value>, Fault> {
    let (from, keys) = (flags.text("from"), flags.list("keys"));
    if from.is_empty() {
        return if keys.is_empty() {
            Ok(Vec::new())
        } else {
            Err(Fault::client("when specifying --keys, a configmap or secret must be provided with --from"))
        };
    }
    let selection = select::select(ctx, flags, &[from.to_owned()], Ask { latest: true, ..Ask::default() })?;
    if let Some(fault) = selection.faults.into_iter().next() {
        return Err(fault);
    }
    let mut variables = Vec::new();
    for info in &selection.infos {
        let field = match info.resource.kind {
            "Secret" => "secretKeyRef",
            "ConfigMap" => "configMapKeyRef",
            _ => return Err(Fault::client("unsupported resource specified in --from")),
        };
        for (key, _) in info.value.fields_at(&["data"]).filter(|(key, _)| keys.is_empty() || keys.contains(&key.as_str())) {
            let name: String =
                key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_uppercase() } else { '_' }).collect();
            let mut variable = map! { "name" => name };
            variable.set(&["valueFrom", field], map! { "key" => key, "name" => &info.name });
            variables.push(variable);
        }
    }
    Ok(variables)
}

fn list_env(ctx: &mut Context<'_>, flags: &Flags, selection: &Selection) -> Answer {
    if !selection.faults.is_empty() {
        return Err(selection.faults.clone());
    }
    for info in &selection.infos {
        let spec = info.value.at(spec_of(info.resource, &info.name)?);
        for container in spec.list_at(&["containers"]).iter().chain(spec.list_at(&["initContainers"])) {
            if !fits(flags.text("containers"), container.str_at(&["name"])) {
                continue;
            }
            ctx.say(&format!("# {} {}, container {}", info.resource.kind, info.name, container.str_at(&["name"])));
            for variable in container.list_at(&["env"]) {
                let name = variable.str_at(&["name"]);
                let line = match variable.at(&["valueFrom"]) {
                    Value::Null => format!("{name}={}", variable.str_at(&["value"])),
                    from => format!("# {name} from {}", reference(from)),
                };
                ctx.say(&line);
            }
        }
    }
    Ok(Next::Done)
}

/// Where a variable's value comes from, in words.
fn reference(from: &Value) -> String {
    let of = |field: &str, key: &str| from.str_at(&[field, key]).to_owned();
    if !from.at(&["configMapKeyRef"]).is_null() {
        format!("configmap {}, key {}", of("configMapKeyRef", "name"), of("configMapKeyRef", "key"))
    } else if !from.at(&["secretKeyRef"]).is_null() {
        format!("secret {}, key {}", of("secretKeyRef", "name"), of("secretKeyRef", "key"))
    } else if !from.at(&["resourceFieldRef"]).is_null() {
        format!("resource field {}", of("resourceFieldRef", "resource"))
    } else {
        format!("field path {}", of("fieldRef", "fieldPath"))
    }
}

/// Runs `kubectl set serviceaccount`.
///
/// # Errors
/// What goes wrong.
pub fn service_account(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let Some((account, resources)) = flags.args.split_last() else {
        return Err(Fault::client("serviceaccount is required").into());
    };
    let selection = selected(ctx, flags, resources)?;
    check(flags, &reporter)?;
    change_all(ctx, flags, &reporter, &selection, ["serviceaccount updated", "serviceaccount"], &mut |_, _, spec| {
        for field in ["serviceAccountName", "serviceAccount"] {
            spec.set(&[field], account.as_str());
        }
        Vec::new()
    })
}

/// Runs `kubectl set selector`.
///
/// # Errors
/// What goes wrong.
pub fn selector(ctx: &mut Context<'_>, flags: &Flags) -> Answer {
    let reporter = Reporter::of(flags, ctx)?;
    let Some((expression, resources)) = flags.args.split_last().filter(|(last, _)| last.contains('=') || flags.args.len() > 1)
    else {
        return Err(Fault::client("one or more resources must be specified as <resource> <name> or <resource>/<name>").into());
    };
    let selection = selected(ctx, flags, resources)?;
    if !selection.faults.is_empty() {
        return Err(selection.faults);
    }
    let labels: Value = Value::Map(
        expression.split(',').filter_map(|part| part.split_once('=')).map(|(key, value)| (key, Value::from(value))).collect(),
    );
    for info in &selection.infos {
        if info.resource.kind != "Service" {
            return Err(Fault::client("setting a selector is only supported for Services").into());
        }
        let mut value = info.value.clone();
        value.set(&["spec", "selector"], Value::Null);
        *value.at_mut(&["spec", "selector"]) = labels.clone();
        let value = send_change(ctx, info, value, reporter.dry_run)?;
        reporter.say(ctx, flags, &value, "selector updated")?;
    }
    Ok(Next::Done)
}
