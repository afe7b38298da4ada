//! How the text between two braces of a JSONPath template is read.
//!
//! Models `parser.go` of client-go's `jsonpath`: what stands in brackets is read as an action of its own.

use super::Step;
use crate::object::Value;

/// The part of a template that was not read yet.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
}

impl Parser<'_> {
    /// Reads up to the closing brace.
    pub(super) fn action(&mut self) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        loop {
            let Some(c) = self.text.chars().next() else { return Err("unclosed action".into()) };
            match c {
                '}' => {
                    self.skip(1);
                    return Ok(steps);
                }
                '\n' | '\r' => return Err("unclosed action".into()),
                ' ' | '@' | '$' => self.skip(1),
                '[' if self.text.starts_with("[?(") => steps.push(self.filter()?),
                '[' => self.bracket(&mut steps)?,
                '"' | '\'' => steps.push(Step::Text(self.quoted(c)?)),
                '.' if self.text.starts_with("..") => {
                    if steps.last() == Some(&Step::Recursive) {
                        return Err("invalid multiple recursive descent".into());
                    }
                    self.skip(2);
                    steps.push(Step::Recursive);
                    if self.text.starts_with(is_alphanumeric) {
                        steps.push(self.field());
                    }
                }
                '.' => {
                    self.skip(1);
                    steps.push(self.field());
                }
                '+' | '-' | '0'..='9' => steps.push(self.number()?),
                c if is_alphanumeric(c) => {
                    let end = self.text.find(is_terminator).unwrap_or(self.text.len());
                    steps.push(match self.take(end) {
                        word @ ("true" | "false") => Step::Literal(Value::Bool(word == "true")),
                        word => Step::Word(word.to_owned()),
                    });
                }
                c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.text = self.text.get(bytes..).unwrap_or_default();
    }

    fn take(&mut self, bytes: usize) -> &str {
        let (taken, rest) = self.text.split_at(bytes);
        self.text = rest;
        taken
    }

    fn number(&mut self) -> Result<Step, String> {
        let sign = usize::from(self.text.starts_with(['+', '-']));
        let digits = self.text[sign..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.text.len() - sign);
        let word = self.take(sign + digits);
        let number = word.parse().map(Value::Int).or_else(|_| word.parse().map(Value::Float));
        number.map(Step::Literal).map_err(|_| format!("cannot parse number {word}"))
    }

    /// A name behind a dot, which may be empty; a backslash takes the next character as it is.
    fn field(&mut self) -> Step {
        let mut name = String::new();
        let mut characters = self.text.char_indices();
        let mut end = self.text.len();
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => name.extend(characters.next().map(|(_, c)| c).filter(|c| *c != '\\')),
                c if is_terminator(c) => {
                    end = at;
                    break;
                }
                c => name.push(c),
            }
        }
        self.skip(end);
        if name == "*" { Step::Wildcard } else { Step::Field(name) }
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let unterminated = "unterminated quoted string";
        let inner = &self.text[1..];
        let ends = inner.char_indices().find(|&(at, c)| c == '\n' || (c == quote && !inner[..at].ends_with('\\')));
        let (end, _) = ends.filter(|(_, c)| *c == quote).ok_or(unterminated)?;
        let (written, rest) = (&inner[..end], &inner[end + 1..]);
        self.text = rest;
        let mut text = String::new();
        let mut characters = written.chars();
        while let Some(c) = characters.next() {
            text.push(match (c, characters.as_str().chars().next()) {
                ('\\', Some(escaped)) => {
                    characters.next();
                    match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        '\\' => '\\',
                        c if c == quote => c,
                        _ => return Err(format!("unquote string {quote}{written}{quote} error invalid syntax")),
                    }
                }
                _ => c,
            });
        }
        Ok(text)
    }

    /// What stands between brackets: `*`, `0`, `1:3`, `'name'`, or several of them.
    fn bracket(&mut self, steps: &mut Vec<Step>) -> Result<(), String> {
        let end = self.text.find(']').filter(|&end| !self.text[..end].contains('\n')).ok_or("unterminated array")?;
        let inside = &self.text[1..end];
        self.text = &self.text[end + 1..];
        if inside.contains(',') {
            let parts = inside.split(',').map(|part| within(&format!("[{}]", part.trim_matches(' '))));
            steps.push(Step::Union(parts.collect::<Result<_, _>>()?));
        } else if let Some(name) = inside.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')).filter(|it| !it.contains('\''))
        {
            // A dot in the name parts it, unless there is a backslash before.
            steps.extend(within(&format!(".{name}"))?);
        } else {
            steps.push(slice(if inside == "*" { ":" } else { inside })?);
        }
        Ok(())
    }

    fn filter(&mut self) -> Result<Step, String> {
        let body = &self.text[3..];
        // As Go counts: the first quote opens, one of its kind closes, and nothing opens again.
        let (mut open, mut closed) = (None, false);
        let mut before = '(';
        let mut end = None;
        for (at, c) in body.char_indices() {
            match (c, open) {
                ('\n', _) => break,
                ('"' | '\'', None) => open = Some(c),
                (c, Some(pair)) if c == pair && before != '\\' => closed = true,
                (')', _) if open.is_some() == closed => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
            before = c;
        }
        let end = end.ok_or("unterminated filter")?;
        let condition = &body[..end];
        let Some(rest) = body[end + 1..].strip_prefix(']') else { return Err("unclosed array expect ]".into()) };
        self.text = rest;
        let is_operator = |c| "!<>=".contains(c);
        let parts = condition.find(is_operator).filter(|at| *at > 0).and_then(|at| {
            let (left, rest) = condition.split_at(at);
            let length = rest.find(|c| !is_operator(c))?;
            Some((left, rest.split_at(length)))
        });
        let Some((left, (operator, right))) = parts else { return Ok(Step::Filter(within(condition)?, None)) };
        Ok(Step::Filter(within(left)?, Some((operator.to_owned(), within(right)?))))
    }
}

/// Reads a text as if it stood between braces.
fn within(text: &str) -> Result<Vec<Step>, String> {
    Parser { text: &format!("{text}}}") }.action()
}

/// Start, end and step. A number alone ends behind itself.
fn slice(inside: &str) -> Result<Step, String> {
    let parts: Vec<&str> = inside.split(':').collect();
    let is_number = |part: &&str| part.strip_prefix('-').unwrap_or(part).bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(format!("invalid array index {inside}"));
    }
    let number = |at: usize| match parts.get(at) {
        None | Some(&"") => Ok(None),
        Some(digits) => digits.parse().map(Some).map_err(|_| format!("array index {digits} is not a number")),
    };
    let (start, end, step) = (number(0)?, number(1)?, number(2)?);
    let alone = parts.len() == 1;
    Ok(Step::Slice(start, if alone { Some(start.unwrap_or(0_i64).saturating_add(1)) } else { end }, step, alone))
}

fn is_alphanumeric(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// Whether a name ends before it.
fn is_terminator(c: char) -> bool {
    " \t\r\n.,[]$@{}".contains(c)
}
