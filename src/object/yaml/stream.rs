//! Cutting a text into documents, as `YAMLOrJSONDecoder` of k8s.io/apimachinery does.

use super::decode::decode;
use super::json::{JsonFault, end_of_value};
use super::parser::{self, Fault};
use super::scalar::Scalar;
use super::{Cause, Document, Stream, SyntaxError};
use crate::object::Value;
use crate::object::position::{Position, Positions};

/// Reads all documents of a text; it is JSON where it starts with `{` and can be read so, and YAML otherwise.
///
/// ```
/// use daemonset_lab::object::yaml;
/// let stream = yaml::parse("kind: Node\n---\nkind: Pod\nspec: [}\n");
/// assert_eq!(stream.documents.len(), 1);
/// let error = stream.error.expect("the second document is broken");
/// assert_eq!(error.to_string(), "error converting YAML to JSON: yaml: line 1: did not find expected node content");
/// assert_eq!((error.position.line, error.position.column), (4, 8));
/// ```
pub fn parse(text: &str) -> Stream {
    let mut stream = Stream::default();
    if text.trim_start().starts_with('{') {
        stream.read_json(text);
    } else {
        stream.read_yaml(text, 0, None);
    }
    stream
}

impl Stream {
    fn read_json(&mut self, text: &str) {
        let (mut at, mut count) = (0, 0);
        loop {
            let cause = match end_of_value(text.as_bytes(), at) {
                Ok(None) => return,
                Ok(Some(end)) => {
                    if !self.push_json(text, at, end) {
                        return;
                    }
                    (at, count) = (end, count + 1);
                    continue;
                }
                Err(JsonFault::UnexpectedEnd) => Cause::UnexpectedEnd,
                Err(JsonFault::Syntax { message, offset }) => Cause::Json { message, offset },
            };
            let noticed = match cause {
                Cause::Json { offset, .. } => offset - 1,
                _ => text.len(),
            };
            let error = SyntaxError { cause, position: position(text, noticed), document: self.documents.len() };
            if count > 1 {
                self.error = Some(error);
            } else {
                // Perhaps it is YAML in its flow style, or YAML follows.
                let rest = &text[at..];
                let blanks = rest.len() - rest.trim_start().len();
                let start = rest[..blanks].find('\n').map_or(blanks, |line_break| line_break + 1);
                self.read_yaml(&rest[start..], line_of(text, at + start), Some(error));
            }
            return;
        }
    }

    /// Returns whether it could be read.
    fn push_json(&mut self, text: &str, start: usize, end: usize) -> bool {
        let written = text[start..end].trim_start();
        let start = end - written.len();
        let before = position(text, start);
        // The scanner has accepted it; what serde_json refuses on top is nested too deeply to mean anything.
        let Ok(value) = serde_json::from_str::<Value>(written) else {
            let cause = Cause::Json { message: "exceeded max depth".into(), offset: end };
            self.error = Some(SyntaxError { cause, position: before, document: self.documents.len() });
            return false;
        };
        // Where JSON is no YAML (a few escapes), only the place of the whole is known.
        let blanks = " ".repeat(before.column - 1) + written;
        let read = parser::parse(&blanks).ok().flatten().and_then(|root| decode(&root, before.line - 1).ok());
        let (positions, findings) = match read {
            Some((_, positions, findings)) => (positions, findings),
            None => (Positions::whole(before, position(text, end)), Vec::new()),
        };
        self.push(whole_numbers(value), positions, findings);
        true
    }

    /// `first_line` is the number of the text's first line, from 0; `earlier` is reported instead of a broken first document.
    fn read_yaml(&mut self, text: &str, first_line: usize, mut earlier: Option<SyntaxError>) {
        let mut buffer = String::new();
        let mut buffer_line = first_line;
        for (number, line) in text.lines().enumerate() {
            if let Some(rest) = line.strip_prefix("---") {
                let rest = rest.trim();
                if !rest.is_empty() && !rest.starts_with('#') {
                    let position = Position { line: first_line + number + 1, column: 1 };
                    let cause = Cause::Separator(rest.into());
                    self.error = Some(SyntaxError { cause, position, document: self.documents.len() });
                    return;
                }
                if !buffer.is_empty() {
                    if !self.read_document(&buffer, buffer_line, earlier.take()) {
                        return;
                    }
                    buffer.clear();
                    buffer_line = first_line + number + 1;
                    continue;
                }
            }
            buffer.push_str(line);
            buffer.push('\n');
        }
        if !buffer.is_empty() {
            self.read_document(&buffer, buffer_line, earlier);
        }
    }

    /// Returns whether it could be read.
    fn read_document(&mut self, text: &str, first_line: usize, earlier: Option<SyntaxError>) -> bool {
        let read = parser::parse(text).and_then(|root| root.map(|root| decode(&root, first_line)).transpose());
        match read {
            Ok(Some((value, positions, findings))) => self.push(value, positions, findings),
            Ok(None) => {}
            Err(fault) => {
                let Fault { problem, mark, line } = *fault;
                let position = Position { line: first_line + mark.line + 1, column: mark.column + 1 };
                let error = SyntaxError { cause: Cause::Yaml { problem, line }, position, document: self.documents.len() };
                self.error = Some(earlier.unwrap_or(error));
                return false;
            }
        }
        true
    }

    fn push(&mut self, value: Value, positions: Positions, findings: Vec<super::Finding>) {
        if !value.is_null() {
            self.documents.push(Document { value, positions, findings });
        }
    }
}

/// Whole floats are whole numbers after kubectl has read and written them.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Float(number) => Scalar::Float(number).into_value().unwrap_or_default(),
        Value::List(items) => items.iter().cloned().map(whole_numbers).collect(),
        Value::Map(fields) => {
            Value::Map(fields.iter().map(|(name, value)| (name.clone(), whole_numbers(value.clone()))).collect())
        }
        other => other,
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count()
}

/// The place of a byte of a text.
fn position(text: &str, offset: usize) -> Position {
    let offset = text.floor_char_boundary(offset);
    let line_start = text[..offset].rfind('\n').map_or(0, |line_break| line_break + 1);
    Position { line: line_of(text, offset) + 1, column: text[line_start..offset].chars().count() + 1 }
}
