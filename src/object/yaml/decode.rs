//! From nodes to values: what goyaml and sigs.k8s.io/yaml make of a document on its way to JSON.

use std::fmt::Write as _;
use std::sync::Arc;

use super::parser::{Content, Fault, Node};
use super::problem::Problem;
use super::scalar::{Scalar, resolve};
use super::{DuplicateKey, Finding};
use crate::object::path::At;
use crate::object::position::{Parts, Position, Positions, Span};
use crate::object::{Map, SmolStr, Value};

type Result<T> = std::result::Result<T, Box<Fault>>;

const TAGS: &str = "tag:yaml.org,2002:";

/// Makes a value of a document. `first_line` is the line of the whole text on which the document starts, from 0.
///
/// # Errors
/// Fails where the document has no JSON, and where aliases make it far larger than it is.
pub(super) fn decode(root: &Node, first_line: usize) -> Result<(Value, Positions, Vec<Finding>)> {
    if excessive(root) {
        return fault(root, Problem::ExcessiveAliasing);
    }
    let mut decoder = Decoder { first_line, findings: Vec::new(), aliases: Vec::new() };
    let (value, positions) = decoder.value(root, &At::ROOT)?;
    Ok((value, positions, decoder.findings))
}

/// Models goyaml's limit on what aliases may add to a document.
#[allow(clippy::cast_precision_loss, reason = "a ratio")]
fn excessive(root: &Node) -> bool {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    let size = root.size as f64;
    let allowed = 0.99 - 0.89 * ((size - LOW) / (HIGH - LOW)).clamp(0.0, 1.0);
    root.aliased > 100 && root.size > 1000 && root.aliased as f64 / size > allowed
}

fn fault<T>(node: &Node, problem: Problem) -> Result<T> {
    Err(Box::new(Fault { problem, mark: node.start, line: 0 }))
}

struct Decoder {
    first_line: usize,
    findings: Vec<Finding>,
    /// What anchors stand for, so that each is read once; sorted by the addresses of their nodes.
    aliases: Vec<(usize, (Value, Positions))>,
}

/// The fields of a mapping as they are written, before equal names fall together.
type Fields = Vec<(SmolStr, (Value, Positions))>;

impl Decoder {
    fn span(&self, node: &Node) -> Span {
        let position = |mark: super::scanner::Mark| Position { line: self.first_line + mark.line + 1, column: mark.column + 1 };
        Span { start: position(node.start), end: position(node.end) }
    }

    fn value(&mut self, node: &Node, at: &At) -> Result<(Value, Positions)> {
        let span = self.span(node);
        match &node.content {
            Content::Scalar { text, plain } => {
                let scalar = scalar(node, text, *plain)?;
                let name = scalar.tag();
                let value = scalar.into_value();
                // Only floats have no JSON: not-a-number and the infinities.
                let value = value.map_or_else(|| fault(node, Problem::NoJson(no_json(name, text))), Ok)?;
                Ok((value, Positions::new(span, Parts::None)))
            }
            Content::Sequence(items) => {
                let mut values = Vec::with_capacity(items.len());
                let mut positions = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let (value, position) = self.value(item, &at.index(index))?;
                    values.push(value);
                    positions.push(position);
                }
                Ok((values.into(), Positions::new(span, Parts::Items(positions))))
            }
            Content::Mapping(fields) => {
                let fields = self.fields(fields, at)?;
                let map: Map = fields.iter().map(|(key, (value, _))| (key.clone(), value.clone())).collect();
                let positions = fields.into_iter().map(|(key, (_, position))| (key, position)).collect();
                Ok((map.into(), Positions::new(span, Parts::Fields(positions))))
            }
            Content::Alias(target) => self.alias(target, span, at),
        }
    }

    fn alias(&mut self, target: &Arc<Node>, span: Span, at: &At) -> Result<(Value, Positions)> {
        let address = Arc::as_ptr(target).addr();
        let known = |decoder: &Self| decoder.aliases.binary_search_by_key(&address, |(address, _)| *address);
        let (value, positions) = if let Ok(index) = known(self) {
            self.aliases[index].1.clone()
        } else {
            let findings = self.findings.len();
            let decoded = self.value(target, at)?;
            // They were found where the anchor is.
            self.findings.truncate(findings);
            if let Err(index) = known(self) {
                self.aliases.insert(index, (address, decoded.clone()));
            }
            decoded
        };
        Ok((value, positions.at(span)))
    }

    fn fields(&mut self, written: &[(Arc<Node>, Arc<Node>)], at: &At) -> Result<Fields> {
        let mut fields: Fields = Vec::with_capacity(written.len());
        let mut seen: Vec<(SmolStr, Span)> = Vec::with_capacity(written.len());
        for (key_node, value_node) in written {
            if is_merge(key_node) {
                self.merge(value_node, at, &mut fields)?;
                continue;
            }
            let key = self.key(key_node, value_node)?;
            let key_span = self.span(key_node);
            let here = at.field(&key);
            let (value, positions) = self.value(value_node, &here)?;
            seen.push((key.clone(), key_span));
            fields.push((key, (value, positions.named(key_span))));
        }
        self.duplicates(seen, at);
        Ok(fields)
    }

    fn duplicates(&mut self, mut names: Vec<(SmolStr, Span)>, at: &At) {
        names.sort_unstable();
        for pair in names.windows(2) {
            let [(first_name, first), (name, again)] = pair else { continue };
            if first_name == name {
                let path = at.field(name).to_path();
                self.findings.push(Finding::DuplicateKey(DuplicateKey { path, first: *first, again: *again }));
            }
        }
    }

    /// Models goyaml v2, where what is merged wins over what stands above it.
    fn merge(&mut self, node: &Node, at: &At, fields: &mut Fields) -> Result<()> {
        match &node.content {
            Content::Mapping(merged) => {
                let merged = self.fields(merged, at)?;
                fields.extend(merged);
            }
            Content::Alias(target) if matches!(target.content, Content::Mapping(_)) => {
                let (value, positions) = self.alias(target, self.span(node), at)?;
                for (key, position) in positions.fields() {
                    if let Some(value) = value.get(key) {
                        fields.push((key.clone(), (value.clone(), position.clone())));
                    }
                }
            }
            Content::Sequence(items) if items.iter().all(|item| !matches!(item.content, Content::Sequence(_))) => {
                for item in items.iter().rev() {
                    self.merge(item, at, fields)?;
                }
            }
            _ => return fault(node, Problem::MergeWantsMap),
        }
        Ok(())
    }

    fn key(&mut self, node: &Node, value_node: &Node) -> Result<SmolStr> {
        let target = match &node.content {
            Content::Alias(target) => target,
            _ => node,
        };
        let Content::Scalar { text, plain } = &target.content else {
            let (value, _) = self.value(target, &At::ROOT)?;
            return fault(node, Problem::InvalidMapKey(go_syntax(&value)));
        };
        let scalar = scalar(target, text, *plain)?;
        if let Some(key) = scalar.into_key() {
            return Ok(key.into());
        }
        let (value, _) = self.value(value_node, &At::ROOT)?;
        fault(node, Problem::UnsupportedMapKey(go_syntax(&value)))
    }
}

fn is_merge(node: &Node) -> bool {
    match &node.content {
        Content::Scalar { text, plain } if text == "<<" => match &node.tag {
            None => *plain,
            Some(tag) => tag == "tag:yaml.org,2002:merge",
        },
        _ => false,
    }
}

/// The value of a scalar after its tag, if it has one, and its look, if it has no quotes.
fn scalar(node: &Node, text: &str, plain: bool) -> Result<Scalar> {
    let string = || Scalar::String(text.into());
    let Some(tag) = &node.tag else { return Ok(if plain { resolve(text) } else { string() }) };
    let Some(short) = tag.strip_prefix(TAGS) else { return Ok(string()) };
    let resolved = resolve(text);
    match (short, &resolved) {
        ("bool", Scalar::Bool(_))
        | ("int", Scalar::Int(_) | Scalar::Unsigned(_))
        | ("float", Scalar::Float(_))
        | ("null", Scalar::Null) => Ok(resolved),
        #[allow(clippy::cast_precision_loss, reason = "asked for by the tag")]
        ("float", Scalar::Int(number)) => Ok(Scalar::Float(*number as f64)),
        ("bool" | "int" | "float" | "null", _) => {
            let problem = Problem::TagMismatch { found: resolved.tag(), text: text.into(), wanted: format!("!!{short}") };
            fault(node, problem)
        }
        ("binary", _) => match base64(text) {
            Some(bytes) => Ok(Scalar::String(String::from_utf8_lossy(&bytes).into_owned())),
            None => fault(node, Problem::InvalidBase64),
        },
        _ => Ok(string()),
    }
}

fn no_json(tag: &str, text: &str) -> &'static str {
    debug_assert_eq!(tag, "!!float");
    if text.eq_ignore_ascii_case(".nan") {
        "NaN"
    } else if text.starts_with('-') {
        "-Inf"
    } else {
        "+Inf"
    }
}

/// Standard base64 with padding; line breaks are skipped, as Go skips them.
fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters: Vec<u8> = text.bytes().filter(|c| !matches!(c, b'\r' | b'\n')).collect();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    let groups = letters.len() / 4;
    for (number, group) in letters.chunks(4).enumerate() {
        let padding = group.iter().rev().take_while(|c| **c == b'=').count();
        if padding > 2 || (padding > 0 && number + 1 != groups) {
            return None;
        }
        let bits = group[..4 - padding].iter().try_fold(0u32, |bits, c| {
            let place = LETTERS.iter().position(|letter| letter == c)?;
            Some(bits << 6 | u32::try_from(place).ok()?)
        })?;
        let whole = bits << (6 * padding);
        bytes.extend_from_slice(&whole.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

/// A value as Go's `%#v` prints what goyaml made of it.
fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::String(_) => value.to_string(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(go_syntax).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Map(fields) => {
            let mut text = String::from("map[interface {}]interface {}{");
            for (number, (key, value)) in fields.iter().enumerate() {
                let comma = if number == 0 { "" } else { ", " };
                // Writing to a string does not fail.
                let _ = write!(text, "{comma}{:?}:{}", key.as_str(), go_syntax(value));
            }
            text + "}"
        }
    }
}
