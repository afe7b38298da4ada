//! Strategic merge patches: patches that know from the schema which lists are merged, and by which key.
//!
//! Models `mergeMap` of `k8s.io/apimachinery/pkg/util/strategicpatch`, with its directives `$patch`, `$retainKeys`,
//! `$setElementOrder` and `$deleteFromPrimitiveList`.

use crate::apiserver::Refusal;
use crate::object::schema::Type;
use crate::object::{Map, Value, sort_few};

use super::{Meaning, broken, go_print, meaning, unprocessable};

pub(super) const DIRECTIVE: &str = "$patch";
pub(super) const RETAIN_KEYS: &str = "$retainKeys";
pub(super) const ELEMENT_ORDER: &str = "$setElementOrder/";
pub(super) const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList/";

/// How two trees are merged.
#[derive(Clone, Copy)]
pub(super) struct Merge {
    /// Whether directives are carried out; else the target is a patch itself, and takes them over.
    pub(super) carry_out: bool,
}

/// Applies a patch to an object of a type. The patch loses the directives that were carried out, as it does in Kubernetes,
/// which prints what is left of it when the outcome cannot be read.
///
/// # Errors
/// When the patch does not fit, in the API server's words.
pub fn apply(target: &Value, patch: &mut Value, of: &'static Type) -> Result<Value, Refusal> {
    let mut merged = target.clone();
    Merge { carry_out: true }.maps(&mut merged, patch, Some(of))?;
    Ok(merged)
}

impl Merge {
    /// Models `mergeMap`.
    pub(super) fn maps(self, target: &mut Value, patch: &mut Value, of: Option<&'static Type>) -> Result<(), Refusal> {
        let directive = patch.get(DIRECTIVE).cloned();
        if let Some(directive) = directive {
            *target = match directive.as_str() {
                Some("replace") => {
                    patch.remove(&[DIRECTIVE]);
                    patch.clone()
                }
                Some("delete") => Value::object(),
                _ => return Err(unknown_directive(&directive, patch)),
            };
            return Ok(());
        }
        let (target, patch) = (target.make_map(), patch.make_map());
        self.retain_keys(target, patch)?;
        self.ordered_lists(target, patch, of)?;
        let names: Vec<_> = patch.iter().map(|(name, _)| name.clone()).collect();
        for name in names {
            let value = patch.entry(&name);
            let mut field = name.as_str();
            let mut deletes = false;
            if name.starts_with(DELETE_FROM_LIST.trim_end_matches('/')) {
                if !self.carry_out {
                    target.insert(name.clone(), value.clone());
                    continue;
                }
                field = name.strip_prefix(DELETE_FROM_LIST).ok_or_else(|| bad_format("primitive list"))?;
                deletes = true;
            }
            if value.is_null() {
                target.remove(field);
                if self.carry_out {
                    continue;
                }
            }
            let Some(before) = target.get(field) else {
                target.insert(field, value.clone());
                continue;
            };
            if kind_of(before) != kind_of(value) {
                target.insert(field, value.clone());
                continue;
            }
            let known = meaning(of, field)?;
            let before = target.entry(field);
            match value {
                Value::Map(_) => self.maps(before, value, known.of)?,
                Value::List(_) if known.merges => self.lists(before.make_list(), value.make_list(), known, deletes)?,
                _ => *before = value.clone(),
            }
        }
        Ok(())
    }

    /// Models `applyRetainKeysDirective`.
    fn retain_keys(self, target: &mut Map, patch: &mut Map) -> Result<(), Refusal> {
        let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
        if !self.carry_out {
            target.insert(RETAIN_KEYS, kept);
            return Ok(());
        }
        let Some(kept) = kept.as_list() else { return Err(bad_format("retainKeys")) };
        let is_kept = |name: &str| kept.iter().any(|it| it.as_str() == Some(name));
        let names = patch.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name);
        let mut fields = names.filter(|name| !name.starts_with(ELEMENT_ORDER) && !name.starts_with(DELETE_FROM_LIST));
        if fields.any(|name| !is_kept(name)) {
            return Err(bad_format("retainKeys"));
        }
        let dropped: Vec<_> = target.iter().map(|(name, _)| name.clone()).filter(|name| !is_kept(name)).collect();
        for name in dropped {
            target.remove(&name);
        }
        Ok(())
    }

    /// Models `mergePatchIntoOriginal`: lists whose order the patch gives.
    fn ordered_lists(self, target: &mut Map, patch: &mut Map, of: Option<&'static Type>) -> Result<(), Refusal> {
        let names: Vec<_> = patch.iter().map(|(name, _)| name.clone()).collect();
        for name in names.iter().filter(|name| name.starts_with(ELEMENT_ORDER.trim_end_matches('/'))) {
            let Some(order) = patch.remove(name) else { continue };
            if !self.carry_out {
                match target.get(name) {
                    Some(other) if *other != order => return Err(bad_format("setElementOrder list")),
                    _ => target.insert(name.clone(), order.clone()),
                };
            }
            let Some(order) = order.as_list() else { return Err(not_a_list(&order)) };
            let field = name.strip_prefix(ELEMENT_ORDER).ok_or_else(|| bad_format("setElementOrder list"))?;
            let known = meaning(of, field)?;
            let before = list_of(target.get(field))?;
            let mut given = list_of(patch.get(field))?;
            in_that_order(given.as_deref().unwrap_or_default(), order, known.merge_key)?;
            let merged = match (&before, &mut given) {
                (None, None) => continue,
                (Some(before), None) => before.clone(),
                (Some(before), Some(given)) if known.merges => {
                    let mut merged = before.clone();
                    self.lists(&mut merged, given, known, false)?;
                    merged
                }
                (_, Some(given)) => given.clone(),
            };
            let both = [before.as_deref().unwrap_or_default(), given.as_deref().unwrap_or_default()];
            if element_kind(&both)?.is_none() {
                return Err(broken("no elements in any of the given slices".into()));
            }
            let sorted = ordered(merged, order, both[0], known.merge_key)?;
            target.insert(field, sorted);
            patch.remove(field);
        }
        Ok(())
    }

    /// Models `mergeSlice`.
    fn lists(self, target: &mut Vec<Value>, patch: &mut [Value], known: Meaning, deletes: bool) -> Result<(), Refusal> {
        let Some(kind) = element_kind(&[target, patch])? else { return Ok(()) };
        if kind != "map" {
            if self.carry_out && deletes {
                target.retain(|item| !patch.contains(item));
                return Ok(());
            }
            let before = target.clone();
            target.extend_from_slice(patch);
            without_doubles(target);
            *target = ordered(std::mem::take(target), patch, &before, known.merge_key)?;
            return Ok(());
        }
        let key = known.merge_key;
        if key.is_empty() {
            return Err(broken("cannot merge lists without merge key for type struct".into()));
        }
        let mut replaces = false;
        for item in patch.iter().filter(|item| item.get(DIRECTIVE).is_some()) {
            match item.str_at(&[DIRECTIVE]) {
                "delete" => {
                    let doomed = item.get(key).ok_or_else(|| without_key(item, key))?;
                    target.retain(|it| it.get(key) != Some(doomed));
                }
                "replace" => replaces = true,
                "merge" => return Err(broken("merging lists cannot yet be specified in the patch".into())),
                _ => return Err(unknown_directive(item.at(&[DIRECTIVE]), item)),
            }
        }
        if replaces {
            *target = patch.iter().filter(|item| item.get(DIRECTIVE).is_none()).cloned().collect();
            return match target.iter().find(|item| item.get(key).is_none()) {
                Some(item) => Err(without_key(item, key)),
                None => Ok(()),
            };
        }
        let before = target.clone();
        let mut given = Vec::new();
        for item in patch.iter_mut().filter(|item| item.get(DIRECTIVE).is_none()) {
            let name = item.get(key).cloned().ok_or_else(|| without_key(item, key))?;
            match target.iter_mut().find(|it| it.get(key) == Some(&name)) {
                Some(same) => self.maps(same, item, known.of)?,
                None => target.push(item.clone()),
            }
            given.push(item.clone());
        }
        *target = ordered(std::mem::take(target), &given, &before, key)?;
        Ok(())
    }
}

/// Sorts a list: what is in the patch as the patch has it, what is only on the server as the server has it, and the two
/// among each other as the server had them. Models `normalizeElementOrder` of items that were just partitioned.
fn ordered(items: Vec<Value>, order: &[Value], server_order: &[Value], key: &str) -> Result<Vec<Value>, Refusal> {
    if !key.is_empty()
        && let Some(item) = items.iter().chain(order).chain(server_order).find(|item| item.get(key).is_none())
    {
        return Err(without_key(item, key));
    }
    let (mut given, mut rest): (Vec<Value>, Vec<Value>) =
        items.into_iter().partition(|item| position(order, item, key).is_some());
    for (items, order) in [(&mut given, order), (&mut rest, server_order)] {
        sort_few(items, |a, b| position(order, a, key) < position(order, b, key));
    }
    let mut all = Vec::with_capacity(given.len() + rest.len());
    let mut rest = rest.into_iter().peekable();
    for item in given {
        while let Some(other) = rest.peek() {
            match (position(server_order, other, key), position(server_order, &item, key)) {
                (Some(left), Some(right)) if left < right => all.extend(rest.next()),
                _ => break,
            }
        }
        all.push(item);
    }
    all.extend(rest);
    Ok(all)
}

fn position(list: &[Value], item: &Value, key: &str) -> Option<usize> {
    list.iter().position(|it| if key.is_empty() { it == item } else { it.get(key) == item.get(key) })
}

/// Models `validatePatchWithSetOrderList`: the items of a patch are in the order that it gives.
fn in_that_order(given: &[Value], order: &[Value], key: &str) -> Result<(), Refusal> {
    if given.is_empty() || order.is_empty() {
        return Ok(());
    }
    let mut order_left = order.iter();
    for item in given.iter().filter(|item| item.get(DIRECTIVE).is_none()) {
        let same = |other: &Value| if key.is_empty() { other == item } else { other.get(key) == item.get(key) };
        if !order_left.any(same) {
            let [given, order] = [given, order].map(|list| go_print(&list.to_vec().into()));
            let words = format!("The order in patch list:\n{given}\n doesn't match $setElementOrder list:\n{order}\n");
            return Err(broken(words));
        }
    }
    Ok(())
}

/// What all items of some lists are; nothing when there is none.
pub(super) fn element_kind(lists: &[&[Value]]) -> Result<Option<&'static str>, Refusal> {
    let mut kind = None;
    for item in lists.iter().copied().flatten() {
        let of = kind_of(item);
        if of == "list" {
            return Err(unprocessable());
        }
        if kind.is_some_and(|kind| kind != of) {
            let all: Value = lists.iter().map(|list| Value::from(list.to_vec())).collect();
            return Err(broken(format!("list element types are not identical: {}", go_print(&all))));
        }
        kind = Some(of);
    }
    Ok(kind)
}

pub(super) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "list",
        Value::Map(_) => "map",
    }
}

/// Of equal items the first stays.
pub(super) fn without_doubles(items: &mut Vec<Value>) {
    let mut seen: Vec<Value> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        if !seen.contains(&item) {
            seen.push(item);
        }
    }
    *items = seen;
}

fn list_of(value: Option<&Value>) -> Result<Option<Vec<Value>>, Refusal> {
    match value {
        None => Ok(None),
        Some(value) => value.as_list().map(|items| Some(items.to_vec())).ok_or_else(|| not_a_list(value)),
    }
}

pub(super) fn without_key(item: &Value, key: &str) -> Refusal {
    broken(format!("map: {} does not contain declared merge key: {key}", go_print(item)))
}

fn not_a_list(value: &Value) -> Refusal {
    let found = match value {
        Value::Map(_) => "map[string]interface {}",
        other => kind_of(other),
    };
    broken(format!("expected a []interface {{}}, but received a {found}"))
}

fn unknown_directive(directive: &Value, patch: &Value) -> Refusal {
    broken(format!("unknown patch type: {} in map: {}", go_print(directive), go_print(patch)))
}

fn bad_format(what: &str) -> Refusal {
    Refusal::bad_request(format!("invalid patch format of {what}"))
}
