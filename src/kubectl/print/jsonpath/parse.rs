//! How the text between two braces of a JSONPath template is read.

use super::Step;

/// The part of a template that was not read yet.
pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
}

/// What stands between two braces.
pub(super) enum Parsed {
    Print(Vec<Step>),
    Range(Vec<Step>),
    End,
}

impl Parser<'_> {
    /// Reads up to the closing brace.
    pub(super) fn action(&mut self) -> Result<Parsed, String> {
        let mut steps = Vec::new();
        let mut is_range = false;
        loop {
            let Some(c) = self.text.chars().next() else { return Err("unclosed action".into()) };
            match c {
                '}' => {
                    self.skip(1);
                    return Ok(if is_range { Parsed::Range(steps) } else { Parsed::Print(steps) });
                }
                '\n' => return Err("unclosed action".into()),
                ' ' | '@' | '$' => self.skip(c.len_utf8()),
                '[' => steps.push(self.bracket()?),
                '"' | '\'' => steps.push(Step::Text(self.quoted(c)?)),
                '.' if self.text.starts_with("..") => {
                    self.skip(2);
                    steps.push(Step::Recursive);
                    if self.text.starts_with(|c: char| c.is_alphanumeric()) {
                        steps.push(self.field());
                    }
                }
                '.' => {
                    self.skip(1);
                    let step = self.field();
                    if step != Step::Field(String::new()) {
                        steps.push(step);
                    }
                }
                '+' | '-' | '0'..='9' => steps.push(self.number()?),
                c if c.is_alphanumeric() => match self.word() {
                    "range" => is_range = true,
                    "end" => {
                        self.skip(self.text.find('}').map_or(self.text.len(), |at| at + 1));
                        return Ok(Parsed::End);
                    }
                    "true" => steps.push(Step::Text("true".into())),
                    "false" => steps.push(Step::Text("false".into())),
                    word => return Err(format!("unrecognized identifier {word}")),
                },
                c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
            }
        }
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.text = self.text.get(bytes..).unwrap_or_default();
    }

    fn word(&mut self) -> &str {
        let end = self.text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word
    }

    fn number(&mut self) -> Result<Step, String> {
        let sign = usize::from(self.text.starts_with(['+', '-']));
        let digits = self.text[sign..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.text.len() - sign);
        let (word, rest) = self.text.split_at(sign + digits);
        self.text = rest;
        word.trim_start_matches('+').parse().map(Step::Number).map_err(|_| format!("cannot parse number {word}"))
    }

    /// A name behind a dot; a backslash takes the next character as it is.
    fn field(&mut self) -> Step {
        let mut name = String::new();
        let mut characters = self.text.char_indices();
        let mut end = self.text.len();
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => name.extend(characters.next().map(|(_, c)| c)),
                ' ' | ',' | '.' | '[' | ']' | '(' | ')' | '}' | '{' | '$' | '@' | '\n' => {
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
        let mut text = String::new();
        let mut characters = self.text.char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '\\' => match characters.next().map(|(_, c)| c) {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(c) => text.push(c),
                    None => break,
                },
                '\n' => break,
                c if c == quote => {
                    self.skip(at + c.len_utf8());
                    return Ok(text);
                }
                c => text.push(c),
            }
        }
        Err("unterminated quoted string".into())
    }

    fn bracket(&mut self) -> Result<Step, String> {
        if self.text.starts_with("[?(") {
            return self.filter();
        }
        let end = self.text.find(']').filter(|&end| !self.text[..end].contains('\n')).ok_or("unterminated array")?;
        let inside = &self.text[1..end];
        self.text = &self.text[end + 1..];
        if inside.contains(',') && !inside.starts_with('\'') || inside.matches('\'').count() > 2 {
            let parts = inside.split(',').map(|part| bracketed(part.trim()).map(|step| vec![step]));
            return parts.collect::<Result<_, _>>().map(Step::Union);
        }
        bracketed(inside)
    }

    fn filter(&mut self) -> Result<Step, String> {
        let body = &self.text[3..];
        let mut depth = 0;
        let mut quote = None;
        let mut end = None;
        for (at, c) in body.char_indices() {
            match (c, quote) {
                (c, Some(open)) => quote = Some(open).filter(|open| c != *open),
                ('"' | '\'', None) => quote = Some(c),
                ('(', None) => depth += 1,
                (')', None) if depth == 0 => {
                    end = Some(at);
                    break;
                }
                (')', None) => depth -= 1,
                _ => {}
            }
        }
        let end = end.ok_or("unterminated filter")?;
        let condition = &body[..end];
        let Some(rest) = body[end + 1..].strip_prefix(']') else { return Err("unclosed array expect ]".into()) };
        self.text = rest;
        let steps = |text: &str| {
            let closed = format!("{text}}}");
            match (Parser { text: &closed }).action()? {
                Parsed::Print(steps) | Parsed::Range(steps) => Ok::<_, String>(steps),
                Parsed::End => Ok(Vec::new()),
            }
        };
        let Some(at) = condition.find(['!', '<', '>', '=']) else { return Ok(Step::Filter(steps(condition)?, None)) };
        let (left, rest) = condition.split_at(at);
        let length = rest.find(|c| !"!<>=".contains(c)).unwrap_or(rest.len());
        let (operator, right) = rest.split_at(length);
        if !["==", "!=", "<", ">", "<=", ">="].contains(&operator) {
            return Err(format!("unrecognized filter operator {operator}"));
        }
        Ok(Step::Filter(steps(left.trim())?, Some((operator.to_owned(), steps(right.trim())?))))
    }
}

/// What stands between brackets: `*`, `0`, `1:3`, `'name'`.
fn bracketed(inside: &str) -> Result<Step, String> {
    if inside == "*" {
        return Ok(Step::Wildcard);
    }
    if let Some(name) = inside.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(Step::Field(name.replace("\\.", ".")));
    }
    let invalid = || format!("invalid array index {inside}");
    let number = |part: Option<&str>| match part {
        None | Some("") => Ok(None),
        Some(digits) => digits.parse().map(Some).map_err(|_| invalid()),
    };
    let mut parts = inside.split(':');
    let (start, end, step) = (number(parts.next())?, number(parts.next())?, number(parts.next())?);
    if parts.next().is_some() || inside.is_empty() {
        return Err(invalid());
    }
    Ok(Step::Slice(start, end, step, inside.contains(':')))
}
