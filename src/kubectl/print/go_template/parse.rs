//! How a Go template is read.

use super::{Node, Operand, Pipeline};
use crate::apiserver::error::go_quoted;
use crate::object::Value;

/// A piece of a template: text, or what stands between braces.
pub enum Piece {
    Text(String),
    Action(String),
}

/// Parts a template at its braces; `{{-` and `-}}` take the blanks beside them away.
pub fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut trim = false;
    while let Some(start) = rest.find("{{") {
        let (mut before, after) = (&rest[..start], &rest[start + 2..]);
        if trim {
            before = before.trim_start();
        }
        let trims_before = after.starts_with("- ");
        if trims_before {
            before = before.trim_end();
        }
        pieces.push(Piece::Text(before.to_owned()));
        let end = action_end(after).ok_or("unclosed action")?;
        let inside = after[..end].trim_start_matches("- ");
        trim = inside.ends_with(" -");
        let inside = if trim { &inside[..inside.len() - 2] } else { inside };
        if !inside.trim_start().starts_with("/*") {
            pieces.push(Piece::Action(inside.trim().to_owned()));
        }
        rest = &after[end + 2..];
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

/// Where `}}` stands, outside of quotes.
fn action_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '`' => quote = Some(c),
            None if text[at..].starts_with("}}") => return Some(at),
            Some(_) | None => {}
        }
    }
    None
}

pub type Pieces = std::iter::Peekable<std::vec::IntoIter<Piece>>;

/// Reads up to `end` or `else`, and answers that.
pub fn parse_nodes(pieces: &mut Pieces, nodes: &mut Vec<Node>) -> Result<Option<String>, String> {
    while let Some(piece) = pieces.next() {
        let action = match piece {
            Piece::Text(text) => {
                nodes.push(Node::Text(text));
                continue;
            }
            Piece::Action(action) => action,
        };
        let (word, rest) = action.split_once(char::is_whitespace).unwrap_or((&action, ""));
        match word {
            "end" | "else" => return Ok(Some(action)),
            "if" | "range" | "with" => nodes.push(parse_block(word, rest, pieces)?),
            _ => nodes.push(Node::Print(pipeline(&action)?)),
        }
    }
    Ok(None)
}

fn parse_block(word: &str, condition: &str, pieces: &mut Pieces) -> Result<Node, String> {
    let condition = pipeline(condition)?;
    let (mut then, mut otherwise) = (Vec::new(), Vec::new());
    let end = parse_nodes(pieces, &mut then)?.ok_or("unexpected EOF")?;
    if let Some(rest) = end.strip_prefix("else") {
        match rest.trim().split_once(char::is_whitespace) {
            Some((word @ ("if" | "with"), condition)) => otherwise.push(parse_block(word, condition, pieces)?),
            _ => {
                parse_nodes(pieces, &mut otherwise)?.ok_or("unexpected EOF")?;
            }
        }
    }
    Ok(Node::Block(word.to_owned(), condition, then, otherwise))
}

fn pipeline(text: &str) -> Result<Pipeline, String> {
    let mut words = words(text)?.into_iter().peekable();
    let result = read_pipeline(&mut words)?;
    if words.peek().is_some() {
        return Err("unexpected right paren".into());
    }
    if result.commands.iter().any(Vec::is_empty) || result.commands.is_empty() {
        return Err("missing value for command".into());
    }
    Ok(result)
}

type Words = std::iter::Peekable<std::vec::IntoIter<String>>;

fn read_pipeline(words: &mut Words) -> Result<Pipeline, String> {
    let mut pipeline = Pipeline { variables: Vec::new(), commands: vec![Vec::new()] };
    while let Some(word) = words.peek().cloned() {
        if word == ")" {
            break;
        }
        words.next();
        match word.as_str() {
            "|" => pipeline.commands.push(Vec::new()),
            ":=" | "=" => {
                // What stood before are the names of variables.
                let names = pipeline.commands.pop().unwrap_or_default();
                pipeline.variables =
                    names.into_iter().filter_map(|it| if let Operand::Path(name, _) = it { name } else { None }).collect();
                pipeline.commands.push(Vec::new());
            }
            "," => {}
            word => {
                let operand = operand(word, words)?;
                if let Some(command) = pipeline.commands.last_mut() {
                    command.push(operand);
                }
            }
        }
    }
    Ok(pipeline)
}

fn fields(path: &str) -> Vec<String> {
    path.split('.').filter(|field| !field.is_empty()).map(str::to_owned).collect()
}

fn operand(word: &str, words: &mut Words) -> Result<Operand, String> {
    Ok(match word.chars().next() {
        Some('(') => {
            let inner = read_pipeline(words)?;
            if words.next().as_deref() != Some(")") {
                return Err("unclosed left paren".into());
            }
            let behind = words.next_if(|it| it.starts_with('.') && it.len() > 1).unwrap_or_default();
            Operand::Group(Box::new(inner), fields(&behind))
        }
        Some('"' | '`') => Operand::Literal(unquoted(word).into()),
        Some('.') => Operand::Path(None, fields(word)),
        Some('$') => {
            let (name, path) = word.split_once('.').unwrap_or((word, ""));
            Operand::Path(Some(name.to_owned()), fields(path))
        }
        Some('0'..='9' | '-' | '+') => {
            Operand::Literal(Value::Int(word.parse().map_err(|_| format!("bad number syntax: {}", go_quoted(word)))?))
        }
        _ => match word {
            "true" | "false" => Operand::Literal(Value::Bool(word == "true")),
            "nil" => Operand::Literal(Value::Null),
            _ if FUNCTIONS.contains(&word) => Operand::Function(word.to_owned()),
            _ => return Err(format!("function {} not defined", go_quoted(word))),
        },
    })
}

const FUNCTIONS: [&str; 18] = [
    "slice",
    "and",
    "base64decode",
    "eq",
    "exists",
    "ge",
    "gt",
    "html",
    "index",
    "le",
    "len",
    "lt",
    "ne",
    "not",
    "or",
    "print",
    "printf",
    "println",
];

fn unquoted(word: &str) -> String {
    let inner = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
    if word.starts_with('`') {
        return inner.to_owned();
    }
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(c) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    text
}

/// Parts an action into words: quoted strings, parentheses, pipes, and what stands between blanks.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' | '|' | ',' => 1,
            ':' if rest.starts_with(":=") => 2,
            '"' | '`' => {
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == first && !escaped;
                    escaped = *c == '\\' && !escaped && first == '"';
                    ends
                });
                end.map(|(at, _)| at + 1).ok_or("unterminated quoted string")?
            }
            _ => rest
                .find(|c: char| c.is_whitespace() || "()|,\"`".contains(c) || c == ':')
                .unwrap_or(rest.len())
                .max(first.len_utf8()),
        };
        let (word, after) = rest.split_at(length);
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}
