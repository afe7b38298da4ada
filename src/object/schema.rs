//! The types of Kubernetes 1.36's API: which fields there are, and what they hold.
//!
//! The table is `schema-1.36.txt`: a line per type (with the API version where it is a kind), and below it, indented, a line
//! per field: its name, its type (`[]` before it for a list, `{}` for a map), and behind a colon the name that its type
//! has in Go. Marks: `!` required, `*` a pointer in Go, `^` the embedded Go struct that it comes from, `=` the values that are accepted, `+` the
//! patch strategy, `~` the merge key of a patch, `#` the keys of a list for server-side apply,
//! `/` how else a list or a map is merged there. A test compares it with the published schema.

use std::sync::OnceLock;

use super::Kind;

const TABLE: &str = include_str!("schema-1.36.txt");

/// What a field holds, without its list or map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// A string.
    String,
    /// A boolean.
    Bool,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// Bytes, as base64.
    Bytes,
    /// A time in seconds, as RFC 3339.
    Time,
    /// A time in microseconds.
    MicroTime,
    /// An amount of a resource.
    Quantity,
    /// A whole number, or a string such as a percentage or a port's name.
    IntOrString,
    /// A tree that this table does not describe.
    Any,
    /// Another type of this table.
    Struct(&'static str),
}

/// Whether a field holds one, a list or a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One.
    One,
    /// A list.
    List,
    /// A map from strings.
    Map,
}

/// A field of a type.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// One, a list or a map.
    pub shape: Shape,
    /// Of what.
    pub base: Base,
    /// The name of a string's type in Go (`PullPolicy`); empty for plain strings.
    pub go_name: &'static str,
    /// Whether the schema calls it required.
    pub required: bool,
    /// Whether it is a pointer in Go, so that an empty value is another thing than none.
    pub pointer: bool,
    /// The Go struct that is embedded to bring this field; empty for the type's own fields.
    pub embedded: &'static str,
    /// The values that the schema lists, sorted; empty where any is accepted or only the validation knows.
    pub values: Vec<&'static str>,
    /// `patchStrategy`: `merge`, `retainKeys`, `merge,retainKeys`, or empty.
    pub patch_strategy: &'static str,
    /// `patchMergeKey`, or empty.
    pub merge_key: &'static str,
    /// The keys of a list of type `map`.
    pub list_keys: Vec<&'static str>,
    /// The list's or map's type for server-side apply, where the schema says it of the field: `atomic`, `granular`, `set`, or empty.
    pub merge_type: &'static str,
}

/// A type.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// Its API version, where it is a kind, or empty.
    pub api_version: &'static str,
    /// Its fields, in the order of their names.
    pub fields: Vec<Field>,
}

/// The type of that name. The table is read when it is first asked.
///
/// ```
/// use daemonset_lab::object::schema::{self, Base};
/// let spec = schema::find("DaemonSetSpec").unwrap();
/// assert_eq!(spec.field("minReadySeconds").unwrap().base, Base::Int32);
/// assert!(spec.field("replicas").is_none());
/// ```
pub fn find(name: &str) -> Option<&'static Type> {
    static TYPES: OnceLock<Vec<Type>> = OnceLock::new();
    let types = TYPES.get_or_init(read);
    types.binary_search_by(|it| it.name.cmp(name)).ok().map(|index| &types[index])
}

/// The type of a kind's objects.
///
/// # Panics
/// Never: a test asks for every kind.
pub fn of(kind: Kind) -> &'static Type {
    find(kind.name()).expect("the table holds every kind")
}

impl Type {
    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.binary_search_by(|field| field.name.cmp(name)).ok().map(|index| &self.fields[index])
    }
}

impl Field {
    /// The type of its parts, where they are described by this table.
    pub fn part(&self) -> Option<&'static Type> {
        if let Base::Struct(name) = self.base { find(name) } else { None }
    }
}

/// The types, which are in the order of their names.
fn read() -> Vec<Type> {
    let mut types: Vec<Type> = Vec::new();
    for line in TABLE.lines() {
        if let (Some(line), Some(current)) = (line.strip_prefix(' '), types.last_mut()) {
            current.fields.push(read_field(line));
        } else {
            let (name, api_version) = line.split_once(' ').unwrap_or((line, ""));
            types.push(Type { name, api_version, fields: Vec::new() });
        }
    }
    types
}

fn read_field(line: &'static str) -> Field {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let written = words.next().unwrap_or_default();
    let (written, go_name) = written.split_once(':').unwrap_or((written, ""));
    let (shape, base) = match (written.strip_prefix("[]"), written.strip_prefix("{}")) {
        (Some(base), _) => (Shape::List, base),
        (_, Some(base)) => (Shape::Map, base),
        _ => (Shape::One, written),
    };
    let mut field = Field {
        name,
        shape,
        base: Base::read(base),
        go_name,
        required: false,
        pointer: false,
        embedded: "",
        values: Vec::new(),
        patch_strategy: "",
        merge_key: "",
        list_keys: Vec::new(),
        merge_type: "",
    };
    for mark in words {
        match mark.split_at(1) {
            ("!", _) => field.required = true,
            ("*", _) => field.pointer = true,
            ("^", embedded) => field.embedded = embedded,
            ("=", values) => field.values = values.split('|').collect(),
            ("+", strategy) => field.patch_strategy = strategy,
            ("~", key) => field.merge_key = key,
            ("/", merge_type) => field.merge_type = merge_type,
            (_, keys) => field.list_keys = keys.split(',').collect(),
        }
    }
    field
}

impl Base {
    fn read(name: &'static str) -> Self {
        match name {
            "string" => Self::String,
            "bool" => Self::Bool,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "bytes" => Self::Bytes,
            "Time" => Self::Time,
            "MicroTime" => Self::MicroTime,
            "Quantity" => Self::Quantity,
            "IntOrString" => Self::IntOrString,
            "RawExtension" | "FieldsV1" => Self::Any,
            name => Self::Struct(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_every_part_is_in_the_table() {
        for kind in Kind::all() {
            assert_eq!(of(kind).api_version, kind.api_version());
        }
        for name in TABLE.lines().filter(|line| !line.starts_with(' ')).map(|line| line.split(' ').next().unwrap()) {
            let found = find(name).unwrap();
            assert!(found.fields.is_sorted_by(|a, b| a.name < b.name), "{name}");
            for field in &found.fields {
                assert!(!matches!(field.base, Base::Struct(_)) || field.part().is_some(), "{name}.{}", field.name);
            }
        }
    }
}
