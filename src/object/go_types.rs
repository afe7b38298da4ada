//! The Go types of a pod template: which fields they have, in which order, under which JSON names.
//!
//! `go_types.txt` lists every struct that `v1.PodTemplateSpec` of Kubernetes 1.36.2 reaches. A line without indentation
//! names a struct; below it stand its fields as `Name type [json name]`. The JSON name is left out where it is the name
//! with a small first letter, and is `-` where the fields of an embedded struct are the parent's own.
//! `go_internal.txt` holds, in the same form, those structs that the API server itself has otherwise than it publishes them.

use std::sync::OnceLock;

use super::SmolStr;

/// All structs, sorted by name.
pub struct GoTypes {
    structs: Vec<GoStruct>,
}

/// A Go struct.
pub struct GoStruct {
    /// Its name with its package.
    name: &'static str,
    /// Its fields in the order in which Go declares them.
    pub fields: Vec<GoField>,
}

/// A field of a Go struct.
pub struct GoField {
    /// Its name in Go.
    pub name: &'static str,
    /// Its name in JSON; `None` for an embedded struct, whose fields stand beside those of its parent.
    pub json: Option<SmolStr>,
    /// Its type.
    pub go_type: GoType,
}

/// A type with the name that Go prints.
pub struct GoType {
    /// Such as `[]v1.Volume`.
    pub name: &'static str,
    /// What it consists of.
    pub kind: GoKind,
}

/// What a type consists of.
pub enum GoKind {
    /// A string, or a named type of strings.
    String,
    /// A boolean.
    Bool,
    /// Any whole number.
    Int,
    /// A pointer, `nil` when absent.
    Pointer(Box<GoType>),
    /// A slice, `nil` when empty.
    Slice(Box<GoType>),
    /// A map from strings, `nil` when empty.
    Map(Box<GoType>),
    /// `resource.Quantity`.
    Quantity,
    /// `intstr.IntOrString`.
    IntOrString,
    /// `metav1.Time`.
    Time,
    /// A struct of [`GoTypes`].
    Struct,
}

impl GoTypes {
    /// The table, read on first use.
    pub fn get() -> &'static Self {
        static TYPES: OnceLock<GoTypes> = OnceLock::new();
        TYPES.get_or_init(|| Self::read(include_str!("go_types.txt")))
    }

    /// The table of what the API server works with, read on first use.
    pub fn internal() -> &'static Self {
        static TYPES: OnceLock<GoTypes> = OnceLock::new();
        TYPES.get_or_init(|| {
            let mut types = Self::read(include_str!("go_types.txt"));
            let changed = Self::read_with(include_str!("go_internal.txt"), &types);
            for of_server in changed.structs {
                match types.structs.iter_mut().find(|it| it.name == of_server.name) {
                    Some(published) => *published = of_server,
                    None => types.structs.push(of_server),
                }
            }
            types
        })
    }

    fn read(text: &'static str) -> Self {
        Self::read_with(text, &Self { structs: Vec::new() })
    }

    fn read_with(text: &'static str, known: &Self) -> Self {
        let mut names: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
        names.extend(known.structs.iter().map(|it| it.name));
        names.sort_unstable();
        let mut structs: Vec<GoStruct> = Vec::with_capacity(names.len());
        for line in text.lines() {
            match (line.strip_prefix(' '), structs.last_mut()) {
                (Some(field), Some(parent)) => parent.fields.extend(GoField::read(field, &names)),
                _ => structs.push(GoStruct { name: line, fields: Vec::new() }),
            }
        }
        structs.sort_by_key(|it| it.name);
        Self { structs }
    }

    /// The fields of a struct; none of one that is not in the table.
    pub fn fields(&self, name: &str) -> &[GoField] {
        let found = self.structs.binary_search_by_key(&name, |it| it.name);
        found.map_or(&[], |index| &self.structs[index].fields)
    }
}

impl GoField {
    fn read(line: &'static str, structs: &[&str]) -> Option<Self> {
        let mut words = line.split(' ');
        let (name, go_type) = (words.next()?, GoType::read(words.next()?, structs));
        let json = match words.next() {
            Some("-") => None,
            Some(json) => Some(json.into()),
            None => {
                let (first, rest) = name.split_at_checked(1)?;
                Some(SmolStr::from(first.to_ascii_lowercase() + rest))
            }
        };
        Some(Self { name, json, go_type })
    }
}

impl GoType {
    /// Kubernetes' named strings are all those named types that are no structs.
    fn read(name: &'static str, structs: &[&str]) -> Self {
        let inner = |name| Box::new(Self::read(name, structs));
        let kind = match name {
            "bool" => GoKind::Bool,
            "int32" | "int64" => GoKind::Int,
            "map[string]string" => GoKind::Map(inner("string")),
            "v1.ResourceList" => GoKind::Map(inner("resource.Quantity")),
            "resource.Quantity" => GoKind::Quantity,
            "intstr.IntOrString" => GoKind::IntOrString,
            "v1.Time" => GoKind::Time,
            _ => match (name.strip_prefix('*'), name.strip_prefix("[]")) {
                (Some(pointee), _) => GoKind::Pointer(inner(pointee)),
                (_, Some(item)) => GoKind::Slice(inner(item)),
                _ if structs.binary_search(&name).is_ok() => GoKind::Struct,
                _ => GoKind::String,
            },
        };
        Self { name, kind }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        let types = GoTypes::get();
        assert_eq!((types.structs.len(), types.structs.iter().map(|it| it.fields.len()).sum::<usize>()), (113, 519));
        let embedded = types.fields("v1.Volume").last().expect("a volume has fields");
        assert_eq!((embedded.name, embedded.json.is_none(), embedded.go_type.name), ("VolumeSource", true, "v1.VolumeSource"));
    }
}
