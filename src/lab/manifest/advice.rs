//! What would be right, as data; `i18n` makes sentences of it.

use serde::{Deserialize, Serialize};

use super::last_name;
use super::nearest::nearest;
use crate::apiserver::decode::{DecodeCause, DecodeError};
use crate::apiserver::error::{Cause, FieldError};
use crate::apiserver::validate::words;
use crate::object::yaml::{self, Grammar, SyntaxError};
use crate::object::{Kind, SmolStr, Value, schema};

/// What a probe or hook can do.
const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];

/// So many levels below an object's root a misplaced field is looked for: as far as the fields of a container.
const DEEPEST: usize = 5;

/// What would be right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Advice {
    /// Nothing to add to the message.
    None,
    /// Indent with blanks: YAML does not take tabs.
    Tab,
    /// A rule of YAML's grammar is broken; `Grammar` says which.
    Grammar(Grammar),
    /// A `{{ template }}` that nobody has filled in.
    Template,
    /// The text cannot be read for another reason; the message says it all.
    Unreadable,
    /// A document must be a mapping with apiVersion and kind.
    NotAnObject,
    /// The name stands in that line already (counted from 1); the last one counts.
    DuplicateField {
        /// The line of the first.
        first_line: usize,
    },
    /// No such kind, or not in that version.
    UnknownKind {
        /// apiVersion and kind that were most likely meant.
        nearest: Option<Kind>,
        /// Whether the kind is right and only the version is wrong.
        version_only: bool,
    },
    /// There is no such field here.
    UnknownField {
        /// The field that was most likely meant.
        nearest: Option<String>,
    },
    /// The field belongs to another place in the object.
    Elsewhere {
        /// Its whole path, with `[]` behind a list.
        place: String,
    },
    /// Other kinds have the field, in the same place.
    OfOtherKinds {
        /// Which.
        kinds: Vec<Kind>,
    },
    /// Another type of value is expected.
    WrongType {
        /// Which.
        expected: Expected,
        /// Whether quotes around the value would do.
        quotes: bool,
    },
    /// The field must be there, and not be empty.
    MissingField {
        /// Its name.
        field: String,
    },
    /// One of these fields must be there.
    OneOfFields {
        /// Their names.
        fields: Vec<SmolStr>,
    },
    /// One of these values must stand here.
    OneOf {
        /// The values.
        values: Vec<SmolStr>,
        /// The one that was most likely meant.
        nearest: Option<SmolStr>,
    },
    /// The template's labels must have all that the selector asks for.
    SelectorMismatch {
        /// What the selector asks for by `matchLabels`, as `key: value`.
        wanted: Vec<String>,
    },
    /// The selector must ask for something.
    EmptySelector,
    /// One of maxUnavailable and maxSurge must be above zero, or nothing can ever be updated.
    BudgetZero,
    /// One of maxUnavailable and maxSurge must be zero.
    BudgetBoth,
    /// A whole number, or a percentage such as `10%`.
    NumberOrPercent,
    /// At most `100%`.
    AtMost100Percent,
    /// A label's value: at most 63 letters, digits, `-`, `_`, `.`.
    NotALabelValue,
    /// A label's key: a name of at most 63 letters, digits, `-`, `_`, `.`, behind `domain/` or not.
    NotALabelKey,
    /// A name of small letters, digits, `-` and, where dots are allowed, `.`; of at most so many characters.
    NotAName {
        /// Whether dots are allowed.
        dots: bool,
        /// How many characters.
        limit: usize,
    },
    /// A number out of its range.
    Range {
        /// The lowest that is accepted.
        lowest: i64,
        /// The highest; `None` where there is no limit.
        highest: Option<i64>,
    },
    /// Every one must be different.
    NotUnique,
    /// It names something that is not there; these are.
    NotThere {
        /// The names that could stand here.
        known: Vec<String>,
    },
    /// It may not be set here.
    NotAllowed,
    /// It cannot be another than it is in the stored object.
    Immutable,
    /// There is no such namespace.
    NoNamespace {
        /// Its name.
        name: String,
    },
    /// The request must not be above the limit.
    RequestAboveLimit,
    /// A toleration without a key needs the operator `Exists`; one with `Exists` takes no value.
    Toleration,
    /// A quantity such as `100m`, `0.5`, `128Mi`.
    Quantity,
}

/// A type of value, as people call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Text.
    Text,
    /// A whole number.
    WholeNumber,
    /// `true` or `false`.
    TrueOrFalse,
    /// A list.
    List,
    /// A mapping.
    Mapping,
    /// A whole number or text.
    NumberOrText,
    /// A time.
    Time,
    /// Base64.
    Base64,
}

impl Advice {
    pub(super) fn of_syntax(error: &SyntaxError) -> Self {
        match &error.cause {
            yaml::Cause::Yaml { problem: yaml::Problem::InvalidMapKey(key), .. } if key.starts_with("map[") => Self::Template,
            yaml::Cause::Yaml { problem: yaml::Problem::Grammar(grammar), .. } => match grammar {
                Grammar::TabStartsToken | Grammar::TabIndentation | Grammar::TabInBlockScalar => Self::Tab,
                grammar => Self::Grammar(*grammar),
            },
            _ => Self::Unreadable,
        }
    }

    pub(super) fn of_kind(api_version: &str, kind: &str) -> Self {
        if let Some(found) = Kind::all().find(|it| it.name() == kind) {
            return Self::UnknownKind { nearest: Some(found), version_only: true };
        }
        let name = kind.strip_suffix('s').filter(|_| nearest(kind, Kind::all().map(Kind::name)).is_none()).unwrap_or(kind);
        let found = nearest(name, Kind::all().map(Kind::name)).and_then(|name| Kind::all().find(|it| it.name() == name));
        let version_only = found.is_some_and(|it| it.name() == kind && it.api_version() != api_version);
        Self::UnknownKind { nearest: found, version_only }
    }

    /// The field that is wrong where a kind is unknown.
    pub(super) fn wrong_field(&self) -> &'static str {
        if matches!(self, Self::UnknownKind { version_only: true, .. }) { "apiVersion" } else { "kind" }
    }

    pub(super) fn of_decoding(kind: Option<Kind>, error: &DecodeError) -> Self {
        match &error.cause {
            DecodeCause::UnknownField(of) => Self::of_unknown_field(kind, of, last_name(&error.place)),
            DecodeCause::WrongType { message, expected, .. } => {
                let scalar = message.contains("unmarshal number") || message.contains("unmarshal bool");
                let expected = Expected::of_go(expected);
                Self::WrongType { expected, quotes: expected == Expected::Text && scalar }
            }
            DecodeCause::Unreadable { expected: "a quantity", .. } => Self::Quantity,
            DecodeCause::Unreadable { expected: "a time", .. } => Self::WrongType { expected: Expected::Time, quotes: false },
            DecodeCause::Unreadable { .. } => Self::WrongType { expected: Expected::WholeNumber, quotes: false },
        }
    }

    fn of_unknown_field(kind: Option<Kind>, of: &str, name: &str) -> Self {
        let fields = schema::find(of).map(|it| it.fields.as_slice()).unwrap_or_default();
        if let Some(found) = nearest(name, fields.iter().map(|field| field.name)) {
            return Self::UnknownField { nearest: Some(found.to_owned()) };
        }
        if let Some(place) = kind.and_then(|kind| place_of(kind, name)) {
            return Self::Elsewhere { place };
        }
        let spec = |kind: &Kind| schema::find(&[kind.name(), "Spec"].concat());
        let is_spec = Kind::all().any(|kind| spec(&kind).is_some_and(|it| it.name == of));
        let kinds: Vec<Kind> = Kind::all().filter(|kind| spec(kind).is_some_and(|it| it.field(name).is_some())).collect();
        if is_spec && !kinds.is_empty() { Self::OfOtherKinds { kinds } } else { Self::UnknownField { nearest: None } }
    }

    pub(super) fn of_validation(error: &FieldError, object: &Value) -> Self {
        match &error.cause {
            Cause::Required(detail) => match detail.as_ref() {
                words::BUDGET_ZERO => Self::BudgetZero,
                words::NO_HANDLER => Self::OneOfFields { fields: HANDLERS.map(SmolStr::new_static).into() },
                _ => Self::MissingField { field: last_name(&error.path).into() },
            },
            Cause::Invalid { detail, .. } => Self::of_invalid(detail, object),
            Cause::NotSupported { value, supported } => {
                let written = value.to_string();
                let written = written.trim_matches('"');
                let known = supported.iter().copied();
                Self::OneOf {
                    nearest: nearest(written, known.clone()).map(SmolStr::new_static),
                    values: known.map(SmolStr::new_static).collect(),
                }
            }
            Cause::Duplicate { .. } => Self::NotUnique,
            Cause::NotFound { .. } => Self::NotThere { known: volumes(object) },
            Cause::Forbidden(_) => Self::NotAllowed,
            Cause::TooLong(_) => Self::None,
        }
    }

    fn of_invalid(detail: &str, object: &Value) -> Self {
        match detail {
            words::MISMATCH if !wanted(object).is_empty() => Self::SelectorMismatch { wanted: wanted(object) },
            words::MISMATCH | words::EMPTY_SELECTOR => Self::EmptySelector,
            words::BUDGET_BOTH => Self::BudgetBoth,
            words::PERCENT => Self::NumberOrPercent,
            words::MORE_THAN_100 => Self::AtMost100Percent,
            words::NEGATIVE => Self::Range { lowest: 0, highest: None },
            words::SUBDOMAIN => Self::NotAName { dots: true, limit: 253 },
            words::LABEL | words::DOTS_IN_LABEL => Self::NotAName { dots: false, limit: 63 },
            words::UNIQUE => Self::NotUnique,
            words::IMMUTABLE => Self::Immutable,
            _ if detail.starts_with("must be less than or equal to") => Self::RequestAboveLimit,
            _ if detail.starts_with("a valid label must") || detail == "must be no more than 63 bytes" => Self::NotALabelValue,
            _ if detail.contains("name part") || detail.contains("prefix part") || detail.starts_with("a valid label key") => {
                Self::NotALabelKey
            }
            _ if detail.starts_with("operator must be Exists") || detail.starts_with("value must be empty") => Self::Toleration,
            _ => range(detail).unwrap_or(Self::None),
        }
    }
}

/// Where in a kind's objects there is a field of that name: the place nearest to the root.
fn place_of(kind: Kind, name: &str) -> Option<String> {
    let mut layer = vec![(String::new(), schema::of(kind))];
    for _ in 0..DEEPEST {
        let mut below = Vec::new();
        for (place, of) in layer {
            if of.field(name).is_some() {
                return Some([&place, name].concat());
            }
            let parts = of.fields.iter().filter_map(|field| Some((field, field.part()?)));
            below.extend(parts.filter(|(field, _)| field.name != "status").map(|(field, part)| {
                let items = if field.shape == schema::Shape::List { "[]" } else { "" };
                ([&place, field.name, items, "."].concat(), part)
            }));
        }
        layer = below;
    }
    None
}

/// The range of `must be between 1 and 65535, inclusive`.
fn range(detail: &str) -> Option<Advice> {
    let bounds = detail.strip_prefix("must be between ")?.strip_suffix(", inclusive")?;
    let (lowest, highest) = bounds.split_once(" and ")?;
    Some(Advice::Range { lowest: lowest.parse().ok()?, highest: highest.parse().ok() })
}

/// What the selector of a workload asks for.
fn wanted(object: &Value) -> Vec<String> {
    let labels = object.fields_at(&["spec", "selector", "matchLabels"]);
    labels.map(|(key, value)| format!("{key}: {}", value.as_str().unwrap_or_default())).collect()
}

/// The names of a pod's volumes.
fn volumes(object: &Value) -> Vec<String> {
    let paths: [&[&str]; 2] = [&["spec", "volumes"], &["spec", "template", "spec", "volumes"]];
    let volumes = paths.iter().flat_map(|path| object.list_at(path));
    volumes.map(|volume| volume.str_at(&["name"]).to_owned()).filter(|name| !name.is_empty()).collect()
}

impl Expected {
    /// What people call one of Go's types.
    fn of_go(name: &str) -> Self {
        match name {
            "bool" => Self::TrueOrFalse,
            "int32" | "int64" => Self::WholeNumber,
            "base64" | "[]uint8" => Self::Base64,
            "intstr.IntOrString" => Self::NumberOrText,
            _ if name.starts_with("[]") => Self::List,
            _ if name.starts_with("map[") || name == "v1.ResourceList" => Self::Mapping,
            _ if name.strip_prefix("v1.").is_some_and(|name| schema::find(name).is_some()) => Self::Mapping,
            _ => Self::Text,
        }
    }
}
