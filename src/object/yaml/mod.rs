//! Reading manifests: YAML and JSON as kubectl reads them, with the place of every part.
//!
//! kubectl cuts a text into documents at the lines that start with `---`, hands each to goyaml v2 (a libyaml, and so YAML
//! 1.1), and turns what comes back into JSON. That is done here in the same steps, so that the same texts are accepted,
//! mean the same, and are refused in the same words: `scanner` and `parser` follow libyaml's grammar, `scalar`
//! goyaml's meaning of plain words, and `decode` what sigs.k8s.io/yaml does to names that are no strings.

mod decode;
mod json;
mod parser;
mod problem;
mod scalar;
mod scanner;
mod stream;

use std::fmt;

use super::Value;
use super::path::FieldPath;
use super::position::{Position, Positions, Span};

pub use json::json_fault;
pub use problem::{Grammar, Problem};
pub(super) use scalar::reads_as_string;
pub use stream::parse;

/// What was read from a text. kubectl applies the documents before a broken one.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// The documents that hold anything, in their order.
    pub documents: Vec<Document>,
    /// Why nothing was read after them.
    pub error: Option<SyntaxError>,
}

/// One document of a text.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it says; never `Null`.
    pub value: Value,
    /// Where each part of it was written.
    pub positions: Positions,
    /// What kubectl accepts without a word, but nobody means.
    pub findings: Vec<Finding>,
}

/// Something in a document that is allowed, and most likely a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A name stands twice in a mapping; the last one counts.
    DuplicateKey(DuplicateKey),
}

/// A name that stands twice in a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateKey {
    /// The field.
    pub path: FieldPath,
    /// Where its name stands before.
    pub first: Span,
    /// Where its name stands again.
    pub again: Span,
}

/// A text that cannot be read. Its `Display` is what kubectl prints behind `error parsing FILE: `.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub cause: Cause,
    /// Where it is to be mended, in the whole text.
    pub position: Position,
    /// The number of the broken document, from 0, among those that hold anything.
    pub document: usize,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is no YAML.
    Yaml {
        /// What is wrong.
        problem: Problem,
        /// The line that goyaml names, from 1 within the document (it is often the line before); 0 where it names none.
        line: usize,
    },
    /// It starts as JSON, and is neither that nor YAML: what is wrong, and after how many bytes.
    Json {
        /// Go's words.
        message: String,
        /// How many bytes were read.
        offset: usize,
    },
    /// It starts as JSON and ends too early.
    UnexpectedEnd,
    /// A line starts with `---` and goes on with something else than a comment.
    Separator(String),
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Yaml { problem: problem @ (Problem::NoJson(_) | Problem::UnsupportedMapKey(_)), .. } => {
                write!(f, "error converting YAML to JSON: {problem}")
            }
            Cause::Yaml { problem, line: 0 } => write!(f, "error converting YAML to JSON: yaml: {problem}"),
            Cause::Yaml { problem, line } => write!(f, "error converting YAML to JSON: yaml: line {line}: {problem}"),
            Cause::Json { message, offset } => write!(f, "json: offset {offset}: {message}"),
            Cause::UnexpectedEnd => f.write_str("unexpected EOF"),
            Cause::Separator(rest) => write!(f, "invalid Yaml document separator: {rest}"),
        }
    }
}

impl std::error::Error for SyntaxError {}

#[cfg(test)]
mod tests;
