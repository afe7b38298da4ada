//! Field paths: where in an object something is, as Kubernetes writes it (`spec.containers[0].resources.limits[cpu]`).

use std::fmt;

use super::{SmolStr, Value};

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A named field.
    Field(SmolStr),
    /// An item of a list, counted from 0.
    Index(usize),
    /// An entry of a map with free keys, such as labels.
    Key(SmolStr),
}

/// A path from the root of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of nested named fields.
    pub fn fields(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Step::Field((*name).into())).collect())
    }

    /// What the path leads to in a value; `Null` where it leads nowhere.
    pub fn find<'a>(&self, value: &'a Value) -> &'a Value {
        let step = |value: &'a Value, step: &Step| match step {
            Step::Field(name) | Step::Key(name) => value.get(name),
            Step::Index(index) => value.as_list()?.get(*index),
        };
        self.0.iter().try_fold(value, step).unwrap_or(value.at(&["", ""]))
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

/// As `field.Path.String()` writes it; the root is `<nil>`.
impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("<nil>");
        }
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if number == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Key(key) => write!(f, "[{key}]")?,
            }
        }
        Ok(())
    }
}

/// A path that is still being walked: it lives on the stack and costs nothing until somebody asks for the [`FieldPath`].
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    parent: Option<&'a At<'a>>,
    step: AtStep<'a>,
}

#[derive(Clone, Copy, Debug)]
enum AtStep<'a> {
    Root,
    Field(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> At<'a> {
    /// The root of an object.
    pub const ROOT: At<'static> = At { parent: None, step: AtStep::Root };

    /// The path of a field below this one.
    #[must_use]
    pub fn field(&'a self, name: &'a str) -> At<'a> {
        At { parent: Some(self), step: AtStep::Field(name) }
    }

    /// The path of a list's item.
    #[must_use]
    pub fn index(&'a self, index: usize) -> At<'a> {
        At { parent: Some(self), step: AtStep::Index(index) }
    }

    /// The path of a map's entry.
    #[must_use]
    pub fn key(&'a self, key: &'a str) -> At<'a> {
        At { parent: Some(self), step: AtStep::Key(key) }
    }

    /// The path as a value of its own.
    pub fn to_path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut here = Some(self);
        while let Some(at) = here {
            match at.step {
                AtStep::Root => {}
                AtStep::Field(name) => steps.push(Step::Field(name.into())),
                AtStep::Index(index) => steps.push(Step::Index(index)),
                AtStep::Key(key) => steps.push(Step::Key(key.into())),
            }
            here = at.parent;
        }
        steps.reverse();
        FieldPath(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_kubernetes_writes_it() {
        let spec = At::ROOT.field("spec");
        let containers = spec.field("containers");
        let first = containers.index(0);
        let limits = first.field("limits");
        assert_eq!(limits.key("cpu").to_path().to_string(), "spec.containers[0].limits[cpu]");
        assert_eq!(At::ROOT.to_path().to_string(), "<nil>");
    }
}
