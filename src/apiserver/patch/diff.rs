//! The patch of `kubectl apply`: what to send so that an object becomes what a file says, without undoing what others did.
//!
//! Models `CreateThreeWayMergePatch` of `k8s.io/apimachinery/pkg/util/strategicpatch`.

use crate::apiserver::Refusal;
use crate::object::schema::Type;
use crate::object::{Map, Value, map, sort_few};

use super::strategic::{
    DELETE_FROM_LIST, DIRECTIVE, ELEMENT_ORDER, Merge, RETAIN_KEYS, element_kind, without_doubles, without_key,
};
use super::{Meaning, go_print, meaning};

/// The strategic merge patch that changes `stored` into `wanted` and takes away what was in `last` and is not wanted any more.
///
/// # Errors
/// When one of the three has lists that cannot be merged: items without their key, or of different types.
pub fn three_way(last: &Value, wanted: &Value, stored: &Value, of: &'static Type) -> Result<Value, Refusal> {
    let [last, wanted, stored] = [last, wanted, stored].map(|it| it.as_map().cloned().unwrap_or_default());
    let delta = Diff { changes: true, deletions: false }.maps(&stored, &wanted, Some(of), false)?;
    let deletions = Diff { changes: false, deletions: true }.maps(&last, &wanted, Some(of), false)?;
    let (mut patch, mut delta) = (Value::Map(deletions), Value::Map(delta));
    Merge { carry_out: false }.maps(&mut patch, &mut delta, Some(of))?;
    Ok(patch)
}

/// What a difference is made of.
#[derive(Clone, Copy)]
struct Diff {
    changes: bool,
    deletions: bool,
}

impl Diff {
    /// Models `diffMaps`.
    fn maps(self, before: &Map, after: &Map, of: Option<&'static Type>, retains_keys: bool) -> Result<Map, Refusal> {
        let mut patch = Map::default();
        for (name, wanted) in after.iter() {
            let Some(stored) = before.get(name) else {
                if self.changes {
                    patch.insert(name.clone(), wanted.clone());
                }
                continue;
            };
            if stored == wanted {
                // Nothing to say, but for lists that a difference in their order would be said about.
                continue;
            }
            match (stored, wanted) {
                (Value::Map(stored), Value::Map(wanted)) => {
                    let known = meaning(of, name)?;
                    let inner = self.maps(stored, wanted, known.of, known.retains_keys)?;
                    if !inner.is_empty() {
                        patch.insert(name.clone(), inner);
                    }
                }
                (Value::List(_), Value::List(_)) => {
                    let known = meaning(of, name)?;
                    if known.merges {
                        self.merged_lists(name, stored.list_at(&[]), wanted.list_at(&[]), known, &mut patch)?;
                    } else if self.changes {
                        patch.insert(name.clone(), wanted.clone());
                    }
                }
                _ if self.changes => {
                    patch.insert(name.clone(), wanted.clone());
                }
                _ => {}
            }
        }
        let gone = || before.iter().filter(|(name, _)| !after.contains_key(name));
        if self.deletions {
            gone().for_each(|(name, _)| drop(patch.insert(name.clone(), Value::Null)));
        }
        let kept: Vec<Value> = after.iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name.into()).collect();
        let clears = !patch.is_empty() || gone().any(|(_, value)| !value.is_null());
        if retains_keys && !kept.is_empty() && clears {
            patch.insert(RETAIN_KEYS, kept);
        }
        Ok(patch)
    }

    /// Models `handleSliceDiff` of a list that is merged.
    fn merged_lists(self, name: &str, before: &[Value], after: &[Value], known: Meaning, patch: &mut Map) -> Result<(), Refusal> {
        if before.is_empty() {
            if self.changes && !after.is_empty() {
                patch.insert(name, after.to_vec());
            }
            return Ok(());
        }
        let kind = element_kind(&[before, after])?;
        let mut given;
        let order;
        if kind == Some("map") {
            let deleted;
            (given, deleted) = self.lists_of_maps(before, after, known)?;
            let key = known.merge_key;
            let place = |item: &Value| after.iter().position(|it| it.get(key) == item.get(key));
            sort_few(&mut given, |a, b| place(a) < place(b));
            let same_order = before.len() == after.len() && before.iter().zip(after).all(|(a, b)| a.get(key) == b.get(key));
            given.extend(deleted);
            let ordered = (self.changes && (!given.is_empty() || !same_order)) || (self.deletions && !given.is_empty());
            order = ordered.then(|| after.iter().map(|item| map! { key => item.at(&[key]).clone() }).collect::<Vec<_>>());
        } else {
            let absent = |list: &[Value], from: &[Value]| -> Vec<Value> {
                let mut absent: Vec<Value> = list.iter().filter(|it| !from.contains(it)).cloned().collect();
                absent.sort_by_cached_key(go_print);
                without_doubles(&mut absent);
                absent
            };
            given = if self.changes { absent(after, before) } else { Vec::new() };
            let place = |item: &Value| after.iter().position(|it| it == item);
            sort_few(&mut given, |a, b| place(a) < place(b));
            let deleted = if self.deletions { absent(before, after) } else { Vec::new() };
            order = (!deleted.is_empty() || self.changes).then(|| after.to_vec());
            if !deleted.is_empty() {
                patch.insert(smol_str::format_smolstr!("{DELETE_FROM_LIST}{name}"), deleted);
            }
        }
        if !given.is_empty() {
            patch.insert(name, given);
        }
        if let Some(order) = order.filter(|order| !order.is_empty()) {
            patch.insert(smol_str::format_smolstr!("{ELEMENT_ORDER}{name}"), order);
        }
        Ok(())
    }

    /// Models `diffListsOfMaps`: what is added or changed, and what is deleted, in the order of the keys.
    fn lists_of_maps(self, before: &[Value], after: &[Value], known: Meaning) -> Result<(Vec<Value>, Vec<Value>), Refusal> {
        let key = known.merge_key;
        let key_of = |item: &Value| item.get(key).map(go_print).ok_or_else(|| without_key(item, key));
        let sorted = |list: &[Value]| -> Result<Vec<(String, Value)>, Refusal> {
            let mut keyed = list.iter().map(|item| Ok((key_of(item)?, item.clone()))).collect::<Result<Vec<_>, _>>()?;
            sort_few(&mut keyed, |a, b| a.0 < b.0);
            Ok(keyed)
        };
        let (before, after) = (sorted(before)?, sorted(after)?);
        let (mut given, mut deleted) = (Vec::new(), Vec::new());
        let (mut left, mut right) = (before.iter().peekable(), after.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => break,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(_), None) => std::cmp::Ordering::Less,
                (Some((left, _)), Some((right, _))) => left.cmp(right),
            };
            let old = if order.is_le() { left.next() } else { None };
            let new = if order.is_ge() { right.next() } else { None };
            match (old, new) {
                (Some((_, old)), Some((_, new))) => {
                    let [old, new_map] = [old, new].map(|it| it.as_map().cloned().unwrap_or_default());
                    let mut inner = self.maps(&old, &new_map, known.of, known.retains_keys)?;
                    if !inner.is_empty() {
                        inner.insert(key, new.at(&[key]).clone());
                        given.push(Value::Map(inner));
                    }
                }
                (None, Some((_, new))) if self.changes => given.push(new.clone()),
                (Some((_, old)), None) if self.deletions => {
                    deleted.push(map! { key => old.at(&[key]).clone(), DIRECTIVE => "delete" });
                }
                _ => {}
            }
        }
        Ok((given, deleted))
    }
}
