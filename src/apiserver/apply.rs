//! Server-side apply: a manager says all that it wants of an object, and the API server works out the rest.
//!
//! Models the PATCH handler for `application/apply-patch+yaml` and `structured-merge-diff`.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::object::{Kind, Object, Value, schema};

use super::Refusal;
use super::call::CLIENT_SIDE_APPLY;
use super::ownership::{self, Fields, Manager, Managers};

/// kubectl's own name where it applies on the server.
const KUBECTL: &str = "kubectl";

/// What applying comes to.
pub(super) struct Applied {
    /// The object as it shall be.
    pub(super) value: Value,
    /// Who manages what of it then.
    pub(super) managers: Managers,
}

/// Applies what a manager says to a stored object, or to none. With `force` it takes what others manage.
///
/// # Errors
/// When others manage fields that it wants otherwise.
pub(super) fn apply(
    kind: Kind,
    stored: Option<(&Object, &Managers)>,
    name: &SmolStr,
    said: &Value,
    force: bool,
) -> Result<Applied, Refusal> {
    let of = schema::of(kind);
    let wanted = ownership::fields(of, said);
    let mut managers: Vec<Manager> = stored.map(|(_, managers)| managers.to_vec()).unwrap_or_default();
    if name == KUBECTL {
        migrate(&mut managers, name);
    }
    let mut value = said.clone();
    if let Some((live, _)) = stored {
        let is_own = |it: &Manager| it.applies && it.name == *name;
        let there = ownership::fields(of, &live.value);
        let conflicts = conflicts(managers.iter().filter(|it| !is_own(it)), &wanted, &there);
        if !conflicts.is_empty() && !force {
            return Err(Refusal::Other { reason: "Conflict", message: message(kind, &conflicts) });
        }
        for manager in managers.iter_mut().filter(|it| !is_own(it)) {
            manager.fields.retain(|path| !conflicts.iter().any(|(_, it)| it == path));
        }
        let others = managers.iter().filter(|it| !is_own(it)).flat_map(|it| &it.fields);
        let mut others: Vec<&SmolStr> = others.collect();
        others.sort_unstable();
        let own = managers.iter().filter(|it| is_own(it)).flat_map(|it| &it.fields);
        let dropped: Vec<SmolStr> = own.filter(|path| !wanted.contains_key(path) && !holds_any(path, &others)).cloned().collect();
        value = live.value.clone();
        ownership::remove(of, &mut value, &dropped);
        ownership::merge(of, &mut value, said);
    }
    managers.retain(|it| !(it.fields.is_empty() || it.applies && it.name == *name));
    managers.push(Manager { name: name.clone(), applies: true, fields: wanted.iter().map(|(path, _)| path.clone()).collect() });
    Ok(Applied { value, managers: Arc::new(managers) })
}

/// Whether a path leads to something of others, or to what holds it: an item of a list stays while anything in it is somebody's.
fn holds_any(path: &str, others: &[&SmolStr]) -> bool {
    // Sorted, all that begins with the path stands together.
    let from_here = &others[others.partition_point(|it| it.as_str() < path)..];
    let mut rests = from_here.iter().map_while(|other| other.strip_prefix(path));
    rests.any(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// What was applied on the client counts as applied. Models `csaupgrade.UpgradeManagedFields`.
fn migrate(managers: &mut Vec<Manager>, name: &SmolStr) {
    let Some(at) = managers.iter().position(|it| it.name == CLIENT_SIDE_APPLY && !it.applies) else { return };
    let old = managers.remove(at).fields;
    match managers.iter_mut().find(|it| it.applies && it.name == *name) {
        Some(own) => ownership::extend(&mut own.fields, old),
        None => managers.push(Manager { name: name.clone(), applies: true, fields: old }),
    }
}

/// A manager with a field of it that is wanted otherwise.
type Conflict = ((SmolStr, bool), SmolStr);

fn conflicts<'a>(others: impl Iterator<Item = &'a Manager>, wanted: &Fields, there: &Fields) -> Vec<Conflict> {
    let of = |manager: &Manager| -> Vec<Conflict> {
        let differs = |path: &&SmolStr| wanted.get(path).is_some_and(|value| there.get(path) != Some(value));
        manager.fields.iter().filter(differs).map(|path| ((manager.name.clone(), manager.applies), path.clone())).collect()
    };
    let mut found: Vec<Conflict> = others.flat_map(of).collect();
    found.sort_unstable();
    found
}

/// Models `getConflictMessage`.
fn message(kind: Kind, conflicts: &[Conflict]) -> String {
    let manager = |(name, applies): &(SmolStr, bool)| {
        let quoted = Value::from(name);
        if *applies { quoted.to_string() } else { format!("{quoted} using {}", kind.api_version()) }
    };
    if let [(who, path)] = conflicts {
        return format!("Apply failed with 1 conflict: conflict with {}: {path}", manager(who));
    }
    let mut lines = Vec::new();
    for of_one in conflicts.chunk_by(|a, b| a.0 == b.0) {
        lines.extend(of_one.first().map(|(who, _)| format!("conflicts with {}:", manager(who))));
        lines.extend(of_one.iter().map(|(_, path)| format!("- {path}")));
    }
    format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
}
