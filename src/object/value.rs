//! The tree that every Kubernetes object is kept as.
//!
//! An object goes in and comes out whole: fields that the lab gives no meaning to are carried like all others. Trees
//! share their parts, so that a pod costs little more than what is its own, and a copy costs nothing. Maps are sorted by
//! key, which is the order in which kubectl prints them.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
pub use smol_str::SmolStr;

use super::text;

/// A JSON value. Copies share lists and maps until one of them is written to.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// JSON's `null`; for Kubernetes the same as an absent field in most places.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string; up to 23 bytes are kept in place.
    String(SmolStr),
    /// A list.
    List(List),
    /// A map from strings.
    Map(Map),
}

/// A list of values that is shared until it is written to.
#[derive(Clone, Debug, Default)]
pub struct List(Arc<Vec<Value>>);

/// A map sorted by key that is shared until it is written to.
#[derive(Clone, Debug, Default)]
pub struct Map(Arc<Vec<(SmolStr, Value)>>);

/// What is shared is not compared: most of two versions of an object is.
impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// See [`List`].
impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// Of so many fields one is found sooner by comparing with each, because most names differ in length.
const FEW: usize = 20;

static NULL: Value = Value::Null;

impl Value {
    /// An empty map.
    pub fn object() -> Self {
        Value::Map(Map::default())
    }

    /// The field of that name, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Map(map) => map.get(key),
            _ => None,
        }
    }

    /// The value below a path of field names; `Null` where the path leads nowhere.
    ///
    /// ```
    /// use daemonset_lab::object::{Value, map};
    /// let pod = map! { "spec" => map! { "nodeName" => "node-1" } };
    /// assert_eq!(pod.at(&["spec", "nodeName"]).as_str(), Some("node-1"));
    /// assert!(pod.at(&["status", "phase"]).is_null());
    /// ```
    pub fn at(&self, path: &[&str]) -> &Value {
        path.iter().try_fold(self, |value, key| value.get(key)).unwrap_or(&NULL)
    }

    /// The string below a path, or the empty string, as Go reads an absent field.
    pub fn str_at(&self, path: &[&str]) -> &str {
        self.at(path).as_str().unwrap_or_default()
    }

    /// A copy of the string below a path that shares its text; empty where there is none.
    pub fn text_at(&self, path: &[&str]) -> SmolStr {
        if let Value::String(text) = self.at(path) { text.clone() } else { SmolStr::default() }
    }

    /// The items of the list below a path; none where there is no list.
    pub fn list_at(&self, path: &[&str]) -> &[Value] {
        self.at(path).as_list().unwrap_or_default()
    }

    /// The fields of the map below a path, in the order of their names; none where there is no map.
    pub fn fields_at(&self, path: &[&str]) -> impl Iterator<Item = (&SmolStr, &Value)> {
        self.at(path).as_map().into_iter().flat_map(Map::iter)
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(list) => Some(&list.0),
            _ => None,
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The map to write to; anything else becomes an empty map first.
    pub fn make_map(&mut self) -> &mut Map {
        if !matches!(self, Value::Map(_)) {
            *self = Value::object();
        }
        match self {
            Value::Map(map) => map,
            _ => unreachable!("made a map above"),
        }
    }

    /// The list to write to; anything else becomes an empty list first.
    pub fn make_list(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::List(_)) {
            *self = Value::List(List::default());
        }
        match self {
            Value::List(list) => Arc::make_mut(&mut list.0),
            _ => unreachable!("made a list above"),
        }
    }

    /// The place below a path to write to; missing parents are made.
    pub fn at_mut(&mut self, path: &[&str]) -> &mut Value {
        path.iter().fold(self, |value, key| value.make_map().entry(key))
    }

    /// Writes a value below a path; missing parents are made.
    pub fn set(&mut self, path: &[&str], value: impl Into<Value>) {
        *self.at_mut(path) = value.into();
    }

    /// Takes the value below a path away; the parents stay.
    pub fn remove(&mut self, path: &[&str]) -> Option<Value> {
        let (last, parents) = path.split_last()?;
        self.at(parents).get(last)?;
        self.at_mut(parents).make_map().remove(last)
    }
}

impl List {
    /// The items.
    pub fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }
}

impl Map {
    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(name, _)| text::compare(name, key))
    }

    /// The field of that name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.0.len() > FEW {
            return self.find(key).ok().map(|index| &self.0[index].1);
        }
        self.0.iter().find(|(name, _)| text::is_same(name, key)).map(|(_, value)| value)
    }

    /// Whether there is a field of that name.
    pub fn contains_key(&self, key: &str) -> bool {
        self.find(key).is_ok()
    }

    /// Writes a field and returns what stood there.
    pub fn insert(&mut self, key: impl Into<SmolStr>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        let found = self.find(&key);
        let fields = Arc::make_mut(&mut self.0);
        match found {
            Ok(index) => Some(std::mem::replace(&mut fields[index].1, value)),
            Err(index) => {
                fields.insert(index, (key, value));
                None
            }
        }
    }

    /// The field to write to; it is `Null` if it was absent.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let found = self.find(key);
        let fields = Arc::make_mut(&mut self.0);
        let index = found.unwrap_or_else(|index| {
            fields.insert(index, (SmolStr::new(key), Value::Null));
            index
        });
        &mut fields[index].1
    }

    /// Takes a field away.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.find(key).ok()?;
        Some(Arc::make_mut(&mut self.0).remove(index).1)
    }

    /// The fields in the order of their names.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&SmolStr, &Value)> + ExactSizeIterator {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl<'a> IntoIterator for &'a List {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Into<SmolStr>> FromIterator<(K, Value)> for Map {
    /// Of fields with the same name the last one stays.
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(fields: I) -> Self {
        Map(Arc::new(sorted(fields.into_iter().map(|(key, value)| (key.into(), value)).collect())))
    }
}

/// Apart from its generic caller, so that the page holds it once.
fn sorted(mut fields: Vec<(SmolStr, Value)>) -> Vec<(SmolStr, Value)> {
    if !fields.is_sorted_by(|a, b| a.0 < b.0) {
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.reverse();
        fields.dedup_by(|a, b| a.0 == b.0);
        fields.reverse();
    }
    fields
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Value::List(List(Arc::new(items.into_iter().collect())))
    }
}

macro_rules! value_from {
    ($($from:ty => |$it:ident| $to:expr),* $(,)?) => {
        $(impl From<$from> for Value { fn from($it: $from) -> Self { $to } })*
    };
}
value_from! {
    bool => |it| Value::Bool(it),
    i32 => |it| Value::Int(it.into()),
    u32 => |it| Value::Int(it.into()),
    i64 => |it| Value::Int(it),
    &str => |it| Value::String(it.into()),
    String => |it| Value::String(it.into()),
    SmolStr => |it| Value::String(it),
    &SmolStr => |it| Value::String(it.clone()),
    Map => |it| Value::Map(it),
    Vec<Value> => |it| Value::List(List(Arc::new(it))),
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Value::Null, Into::into)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(list) => {
                let mut out = serializer.serialize_seq(Some(list.0.len()))?;
                for item in list {
                    out.serialize_element(item)?;
                }
                out.end()
            }
            Value::Map(map) => {
                let mut out = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map.iter() {
                    out.serialize_entry(key.as_str(), value)?;
                }
                out.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tree;
        impl<'de> Visitor<'de> for Tree {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }
            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
                Ok(Value::Bool(flag))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Int(number))
            }
            #[allow(clippy::cast_precision_loss, reason = "JSON numbers beyond i64 are floats in Go, too")]
            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
            }
            fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
                Ok(Value::Float(number))
            }
            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::String(text.into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(list.into())
            }
            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
                let mut map = Vec::new();
                while let Some((key, value)) = fields.next_entry::<SmolStr, Value>()? {
                    map.push((key, value));
                }
                Ok(Value::Map(map.into_iter().collect()))
            }
        }
        deserializer.deserialize_any(Tree)
    }
}

/// Compact JSON, as the API server and kubectl write it: keys are sorted, and as Go's `encoding/json` does it, no text is mistaken
/// for HTML.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        for part in json.split_inclusive(['<', '>', '&', '\u{2028}', '\u{2029}']) {
            match part.char_indices().next_back() {
                Some((at, sign @ ('<' | '>' | '&' | '\u{2028}' | '\u{2029}'))) => {
                    write!(f, "{}\\u{:04x}", &part[..at], u32::from(sign))?;
                }
                _ => f.write_str(part)?,
            }
        }
        Ok(())
    }
}

/// Builds a [`Value::Map`] from names and values: `map! { "name" => "agent", "replicas" => 3 }`.
#[macro_export]
#[doc(hidden)]
macro_rules! __object_map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::object::Value::Map([$((
            $crate::object::SmolStr::from($key),
            $crate::object::Value::from($value),
        )),*].into_iter().collect())
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn a_copy_is_not_changed_when_the_original_is_written_to() {
        let mut original = map! { "metadata" => map! { "name" => "a" } };
        let copy = original.clone();
        original.set(&["metadata", "name"], "b");
        assert_eq!(copy.str_at(&["metadata", "name"]), "a");
        assert_eq!(original.str_at(&["metadata", "name"]), "b");
    }

    #[test]
    fn fields_come_out_sorted_and_the_last_of_equal_names_stays() {
        let map: Map = [("b", Value::Int(1)), ("a", Value::Int(2)), ("b", Value::Int(3))].into_iter().collect();
        assert_eq!(Value::Map(map).to_string(), r#"{"a":2,"b":3}"#);
    }

    #[test]
    fn json_is_escaped_as_go_does_it() {
        assert_eq!(map! { "a" => "x && <y>" }.to_string(), r#"{"a":"x \u0026\u0026 \u003cy\u003e"}"#);
    }

    #[test]
    fn json_goes_in_and_comes_out_unchanged() {
        let text = r#"{"a":[1,-2,2.5,"x",null,true,{}],"b":{"c":"日志"}}"#;
        let value: Value = serde_json::from_str(text).expect("valid JSON");
        assert_eq!(value.to_string(), text);
    }

    #[test]
    fn writing_through_a_missing_path_makes_its_parents() {
        let mut value = Value::Null;
        value.set(&["a", "b"], 1);
        assert_eq!(value.to_string(), r#"{"a":{"b":1}}"#);
        assert_eq!(value.remove(&["a", "b"]), Some(Value::Int(1)));
        assert_eq!(value.remove(&["x", "y"]), None);
        assert_eq!(value.to_string(), r#"{"a":{}}"#);
    }
}
