//! Everything that is wrong with a text of manifests, for the editor: what, where, and what would be right.
//!
//! The API server stops at the first thing that it cannot decode; here all of them are found, and what its validation
//! says as well, as far as that does not follow from them. What it refuses because of what is stored already is found only by
//! asking it; [`Text::refused`] says where in the text that is.

mod advice;
mod nearest;

pub use advice::{Advice, Expected};

use serde::{Deserialize, Serialize};

use crate::apiserver::decode::{self, DecodeCause, DecodeError};
use crate::apiserver::error::FieldError;
use crate::apiserver::{Refusal, Refused, Status, default, validate};
use crate::kubectl::manifest::{Manifest, ManifestCause, ManifestError, Sendable};
use crate::kubectl::{self};
use crate::object::Kind;
use crate::object::path::{FieldPath, Step};
use crate::object::position::{Position, Positions, Span};
use crate::object::yaml::{self, Document, Finding};

/// Something that is wrong with a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The number of the document, from 0, among those that hold anything.
    pub document: usize,
    /// Where it is. Lines and columns count from 1, columns in characters.
    pub span: Span,
    /// Whether the object is refused for it.
    pub severity: Severity,
    /// The field, as Kubernetes names it; empty where there is none.
    pub path: String,
    /// What kubectl or the API server says about it, in their own words.
    pub message: String,
    /// What would be right.
    pub advice: Advice,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// The object is refused.
    Error,
    /// The object is stored, but most likely something else was meant.
    Warning,
}

/// Finds all problems of a text, in the order of their places.
///
/// ```
/// use daemonset_lab::lab::manifest::{Advice, check};
/// let problems = check("apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspecs: {}\n");
/// assert_eq!(problems[0].message, "unknown field \"specs\"");
/// assert_eq!(problems[0].span.start.line, 4);
/// assert_eq!(problems[0].advice, Advice::UnknownField { nearest: Some("spec".into()) });
/// ```
pub fn check(text: &str) -> Vec<Problem> {
    Text::read(text).problems()
}

/// A text that was read once, for all that is asked about it.
#[derive(Debug)]
pub struct Text {
    documents: Vec<Document>,
    manifest: Manifest,
}

impl Text {
    /// Reads a text with any number of documents.
    pub fn read(text: &str) -> Self {
        let stream = yaml::parse(text);
        let manifest = kubectl::manifest::of(&stream);
        Self { documents: stream.documents, manifest }
    }

    /// The objects that can be sent, in their order.
    pub fn objects(&self) -> &[Sendable] {
        &self.manifest.objects
    }

    /// Whether there are objects, and nothing is wrong with any of them.
    pub fn is_sendable(&self) -> bool {
        !self.objects().is_empty() && !self.problems().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Where the parts of a document were written.
    pub fn positions(&self, document: usize) -> Option<&Positions> {
        self.documents.get(document).map(|document| &document.positions)
    }

    /// All problems, in the order of their places.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Found { documents: &self.documents, problems: Vec::new() };
        for error in &self.manifest.errors {
            found.of_manifest(error);
        }
        for object in self.objects() {
            found.of_object(object);
        }
        for number in 0..self.documents.len() {
            found.findings(number);
        }
        found.problems.sort_by_key(|problem| (problem.span.start, problem.severity));
        found.problems.dedup_by(|a, b| a.span == b.span && a.message == b.message);
        found.problems
    }

    /// What the API server refuses about an object that has no problem by itself, at its place.
    pub fn refused(&self, object: &Sendable, refused: &Refused) -> Vec<Problem> {
        let mut found = Found { documents: &self.documents, problems: Vec::new() };
        if let Refused::Invalid(Status::Invalid(invalid)) = refused {
            for error in &invalid.errors {
                found.of_validation(object, error, error.place.as_ref().unwrap_or(&error.path), &object.value);
            }
            return found.problems;
        }
        let (field, advice) = match refused {
            Refused::Store(Refusal::NotFound { kind: Kind::Namespace, name }) => {
                ("namespace", Advice::NoNamespace { name: name.to_string() })
            }
            _ => ("name", Advice::None),
        };
        let place = FieldPath::fields(&["metadata", field]);
        let problem = (Severity::Error, place.to_string(), refused.to_string(), advice);
        found.push(object.document, &place, Mark::Value, problem);
        found.problems
    }
}

struct Found<'a> {
    documents: &'a [Document],
    problems: Vec<Problem>,
}

/// What a problem is about, to be found in the text.
#[derive(Clone, Copy)]
enum Mark {
    /// The name of a field.
    Key,
    /// The value, or the name where the value takes several lines.
    Value,
}

impl Found<'_> {
    fn push(&mut self, document: usize, place: &FieldPath, mark: Mark, problem: (Severity, String, String, Advice)) {
        let (severity, path, message, advice) = problem;
        let Some(positions) = self.documents.get(document).map(|document| &document.positions) else { return };
        let span = span_of(positions, place, mark);
        self.problems.push(Problem { document, span, severity, path, message, advice });
    }

    fn of_manifest(&mut self, error: &ManifestError) {
        let error_at = |path: &str, message: String, advice| (Severity::Error, path.to_owned(), message, advice);
        match &error.cause {
            ManifestCause::Syntax(syntax) => {
                let start = syntax.position;
                let end = Position { column: start.column + 1, ..start };
                let (message, advice) = (syntax.to_string(), Advice::of_syntax(syntax));
                let document = error.document;
                let (severity, span, path) = (Severity::Error, Span { start, end }, String::new());
                self.problems.push(Problem { document, span, severity, path, message, advice });
            }
            ManifestCause::Unidentified(faults) => {
                for (words, field) in faults {
                    let place = field.map(|field| FieldPath::fields(&[field])).unwrap_or_default();
                    let advice = match field {
                        Some(field) => Advice::MissingField { field: (*field).into() },
                        None => Advice::NotAnObject,
                    };
                    self.push(error.document, &place, Mark::Value, error_at(field.unwrap_or_default(), words.clone(), advice));
                }
            }
            ManifestCause::Metadata(words, place, decoded) => {
                if decoded.is_empty() {
                    let advice = Advice::MissingField { field: "kind".into() };
                    self.push(error.document, place, Mark::Value, error_at(&place.to_string(), words.clone(), advice));
                }
                for fault in decoded {
                    self.of_decoding(error.document, None, fault);
                }
            }
            ManifestCause::UnknownKind { api_version, kind, .. } => {
                let message = format!("no matches for kind {kind:?} in version {api_version:?}");
                let advice = Advice::of_kind(api_version, kind);
                let field = advice.wrong_field();
                self.push(error.document, &FieldPath::fields(&[field]), Mark::Value, error_at(field, message, advice));
            }
        }
    }

    fn of_object(&mut self, object: &Sendable) {
        let decoded = decode::decode(object.kind, &object.value);
        for error in &decoded.errors {
            self.of_decoding(object.document, Some(object.kind), error);
        }
        let mut value = decoded.value;
        default::default(object.kind, &mut value);
        let unread: Vec<FieldPath> = decoded.errors.iter().filter_map(meant).collect();
        for error in validate::create(object.kind, &value) {
            let place = error.place.as_ref().unwrap_or(&error.path);
            // What could not be read, or is misspelt, is not missing.
            if !unread.iter().any(|unread| place.0.starts_with(&unread.0)) {
                self.of_validation(object, &error, place, &value);
            }
        }
        for warning in validate::warnings(object.kind, &value) {
            let problem = (Severity::Warning, warning.path.to_string(), warning.to_string(), Advice::None);
            self.push(object.document, &warning.path, Mark::Value, problem);
        }
    }

    fn of_decoding(&mut self, document: usize, kind: Option<Kind>, error: &DecodeError) {
        let path = error.place.to_string();
        let (mark, message) = match &error.cause {
            DecodeCause::UnknownField(_) => (Mark::Key, format!("unknown field \"{path}\"")),
            DecodeCause::WrongType { message, .. } | DecodeCause::Unreadable { message, .. } => (Mark::Value, message.clone()),
        };
        let advice = Advice::of_decoding(kind, error);
        self.push(document, &error.place, mark, (Severity::Error, path, message, advice));
    }

    fn of_validation(&mut self, object: &Sendable, error: &FieldError, place: &FieldPath, value: &crate::object::Value) {
        let advice = Advice::of_validation(error, value);
        let problem = (Severity::Error, error.path.to_string(), error.to_string(), advice);
        self.push(object.document, place, Mark::Value, problem);
    }

    fn findings(&mut self, document: usize) {
        for finding in &self.documents[document].findings {
            let Finding::DuplicateKey(duplicate) = finding;
            let path = duplicate.path.to_string();
            self.problems.push(Problem {
                document,
                span: duplicate.again,
                severity: Severity::Warning,
                message: format!("duplicate field \"{path}\""),
                path,
                advice: Advice::DuplicateField { first_line: duplicate.first.start.line },
            });
        }
    }
}

/// The field that something unreadable was meant to be.
fn meant(error: &DecodeError) -> Option<FieldPath> {
    match Advice::of_decoding(None, error) {
        Advice::UnknownField { nearest } => {
            let mut place = error.place.clone();
            *place.0.last_mut()? = Step::Field(nearest?.into());
            Some(place)
        }
        _ => Some(error.place.clone()),
    }
}

/// The stretch of text to underline.
fn span_of(positions: &Positions, place: &FieldPath, mark: Mark) -> Span {
    let (found, whole) = positions.nearest(place);
    let one_line = found.value.start.line == found.value.end.line && found.value.start < found.value.end;
    match (mark, found.key) {
        (Mark::Value, _) if whole && one_line => found.value,
        (_, Some(key)) => key,
        _ if one_line && !place.is_root() => found.value,
        _ => first_character(found.value.start),
    }
}

fn first_character(start: Position) -> Span {
    Span { start, end: Position { column: start.column + 1, ..start } }
}

/// The last named step of a path.
fn last_name(path: &FieldPath) -> &str {
    let name = path.0.iter().rev().find_map(|step| match step {
        Step::Field(name) | Step::Key(name) => Some(name.as_str()),
        Step::Index(_) => None,
    });
    name.unwrap_or_default()
}

#[cfg(test)]
mod tests;
