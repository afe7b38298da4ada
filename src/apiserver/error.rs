//! What is wrong with an object that was sent, and how the API server says it.

use std::fmt::{self, Write as _};

use crate::object::path::FieldPath;
use crate::object::{Kind, SmolStr, Value};

/// One rule of validation that an object breaks. Models `field.Error` of k8s.io/apimachinery.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// The path that Kubernetes names.
    pub path: FieldPath,
    /// Where in the object it is, where Kubernetes names something else (`spec.template.labels`).
    pub place: Option<FieldPath>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// It is missing, or empty; with a hint, or without one.
    Required(Detail),
    /// Its value is not acceptable.
    Invalid {
        /// The value.
        value: BadValue,
        /// Why.
        detail: Detail,
    },
    /// Its value is none of a few.
    NotSupported {
        /// The value.
        value: BadValue,
        /// The ones that are.
        supported: &'static [&'static str],
    },
    /// Its value stands somewhere before, and must be unique.
    Duplicate {
        /// The value.
        value: BadValue,
        /// More about it, or nothing.
        detail: Detail,
    },
    /// It names something that is not there.
    NotFound {
        /// The name.
        value: BadValue,
        /// More about it, or nothing.
        detail: Detail,
    },
    /// It may not be set here.
    Forbidden(Detail),
    /// It has more bytes than this.
    TooLong(usize),
}

/// Words, most of which are constants.
pub type Detail = std::borrow::Cow<'static, str>;

/// A value as the API server prints it in an error.
#[derive(Clone, Debug, PartialEq)]
pub enum BadValue {
    /// A string, printed in Go's quotes.
    Text(SmolStr),
    /// Anything that is printed as it is: a number, or JSON.
    Bare(String),
}

impl From<&str> for BadValue {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for BadValue {
    fn from(number: i64) -> Self {
        Self::Bare(number.to_string())
    }
}

impl From<&Value> for BadValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text.clone()),
            other => Self::Bare(other.to_string()),
        }
    }
}

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&go_quoted(text)),
            Self::Bare(text) => f.write_str(text),
        }
    }
}

/// Models `strconv.Quote`.
pub fn go_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            '\u{80}'..='\u{a0}' | '\u{ad}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{feff}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The body of an error, as `field.Error.ErrorBody` writes it.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, title: &str, detail: &Detail| {
            if detail.is_empty() { f.write_str(title) } else { write!(f, "{title}: {detail}") }
        };
        match self {
            Self::Required(detail) => with(f, "Required value", detail),
            Self::Invalid { value, detail } => with(f, &format!("Invalid value: {value}"), detail),
            Self::NotSupported { value, supported } => {
                let supported: Vec<String> = supported.iter().map(|value| go_quoted(value)).collect();
                write!(f, "Unsupported value: {value}: supported values: {}", supported.join(", "))
            }
            Self::Duplicate { value, detail } => with(f, &format!("Duplicate value: {value}"), detail),
            Self::NotFound { value, detail } => with(f, &format!("Not found: {value}"), detail),
            Self::Forbidden(detail) => with(f, "Forbidden", detail),
            Self::TooLong(limit) => write!(f, "Too long: may not be more than {limit} bytes"),
        }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.cause)
    }
}

/// The errors of an object, in the order in which Kubernetes finds them.
///
/// `Display` is what kubectl prints behind `The DaemonSet "agent" is invalid`: one error on the same line, several below it,
/// and none twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Invalid {
    /// The kind, as it is written in a manifest; empty when a patch, not an object, is wrong.
    pub kind: SmolStr,
    /// The name; may be empty.
    pub name: SmolStr,
    /// What is wrong; at least one.
    pub errors: Vec<FieldError>,
}

impl Invalid {
    /// The message of the API's status, with the kind and its group: what stands in events, and where kubectl has several
    /// errors to print.
    pub fn message(&self) -> String {
        let group = Kind::all().find(|kind| kind.name() == self.kind).map_or("", Kind::group);
        let dot = if group.is_empty() { "" } else { "." };
        let errors = match &self.lines()[..] {
            [line] => line.clone(),
            lines => format!("[{}]", lines.join(", ")),
        };
        format!("{}{dot}{group} {} is invalid: {errors}", self.kind, go_quoted(&self.name))
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for error in &self.errors {
            let line = error.to_string();
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind.is_empty() && self.name.is_empty() {
            f.write_str("The request is invalid")?;
        } else {
            write!(f, "The {} {} is invalid", self.kind, go_quoted(&self.name))?;
        }
        match &self.lines()[..] {
            [line] => write!(f, ": {line}"),
            lines => {
                f.write_str(":")?;
                lines.iter().try_for_each(|line| write!(f, "\n* {line}"))
            }
        }
    }
}

impl std::error::Error for Invalid {}

/// Why a request is refused, as far as that has to do with what was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// The object cannot be read; the words are the whole message.
    BadRequest(String),
    /// The object breaks rules.
    Invalid(Invalid),
}

impl Status {
    /// The reason in the API's status.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::BadRequest(_) => "BadRequest",
            Self::Invalid(_) => "Invalid",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadRequest(message) => f.write_str(message),
            Self::Invalid(invalid) => invalid.fmt(f),
        }
    }
}

impl std::error::Error for Status {}
