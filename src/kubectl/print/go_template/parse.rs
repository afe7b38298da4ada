//! How a Go template is read. Models `text/template/parse/parse.go`, with its words for what is wrong.

use std::collections::BTreeMap;

use super::functions::FUNCTIONS;
use super::lex::{Token, tokens};
use super::{Command, Node, Operand, Pipeline, Place, Templates};
use crate::apiserver::error::go_quoted;
use crate::object::Value;

/// Reads a template; those that it defines have names, and it has none.
pub(super) fn parse(text: &str) -> Result<Templates, String> {
    let mut parser = Parser { tokens: tokens(text), at: 0, variables: vec!["$".into()], ranges: 0, templates: BTreeMap::new() };
    let list = parser.list().and_then(|(nodes, end)| match end {
        None => Ok(nodes),
        Some(Ending::End) => Err("unexpected {{end}}".into()),
        Some(Ending::Else) => Err("unexpected {{else}}".into()),
    });
    let line = 1 + text[..parser.place()].matches('\n').count();
    let nodes = list.map_err(|words| format!("template: output:{line}: {words}"))?;
    parser.templates.insert(String::new(), nodes);
    Ok(parser.templates)
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    variables: Vec<String>,
    /// How many ranges are open.
    ranges: usize,
    templates: Templates,
}

/// What ends a list of nodes.
#[derive(PartialEq)]
enum Ending {
    End,
    Else,
}

type Nodes = (Vec<Node>, Option<Ending>);

impl Parser {
    /// Where the last piece stands that was looked at.
    fn place(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |(at, _)| *at)
    }

    fn skip_blanks(&mut self) {
        self.at += usize::from(matches!(self.tokens.get(self.at), Some((_, Token::Space))));
    }

    /// The next word, unless something else is next.
    fn peek(&mut self) -> Option<&str> {
        self.skip_blanks();
        match self.tokens.get(self.at) {
            Some((_, Token::Word(word))) => Some(word),
            _ => None,
        }
    }

    /// Takes a word, if it is the next one.
    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, context: &str) -> String {
        let found = match self.tokens.get(self.at).map(|(_, token)| token) {
            Some(Token::Wrong(words)) => return words.clone(),
            Some(Token::Word(word)) if KEYWORDS.contains(&word.as_str()) => format!("<{word}>"),
            Some(Token::Word(word)) if word.chars().count() > 10 => {
                format!("{}...", go_quoted(&word.chars().take(10).collect::<String>()))
            }
            Some(Token::Word(word)) => go_quoted(word),
            Some(Token::Close) => "\"}}\"".to_owned(),
            Some(Token::Space) => "\" \"".to_owned(),
            _ => "EOF".to_owned(),
        };
        format!("unexpected {found} in {context}")
    }

    /// Reads up to an end or an else.
    fn list(&mut self) -> Result<Nodes, String> {
        let mut nodes = Vec::new();
        while let Some((_, token)) = self.tokens.get(self.at).cloned() {
            self.at += 1;
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::Wrong(words) => {
                    self.at -= 1;
                    return Err(words);
                }
                _ => {
                    if let Some(ending) = self.action(&mut nodes)? {
                        return Ok((nodes, Some(ending)));
                    }
                }
            }
        }
        Ok((nodes, None))
    }

    /// Reads what stands between braces.
    fn action(&mut self, nodes: &mut Vec<Node>) -> Result<Option<Ending>, String> {
        let known = self.variables.len();
        let word = self.peek().unwrap_or_default().to_owned();
        let is_keyword = KEYWORDS.contains(&word.as_str());
        self.at += usize::from(is_keyword);
        match word.as_str() {
            "end" => {
                self.close("end")?;
                return Ok(Some(Ending::End));
            }
            "else" => {
                if !matches!(self.peek(), Some("if" | "with")) {
                    self.close("else")?;
                }
                return Ok(Some(Ending::Else));
            }
            "if" | "with" | "range" => {
                nodes.push(self.block(&word)?);
                self.variables.truncate(known);
            }
            "break" | "continue" if self.ranges == 0 => return Err(format!("{{{{{word}}}}} outside {{{{range}}}}")),
            "break" | "continue" => {
                self.close(&word)?;
                nodes.push(if word == "break" { Node::Break } else { Node::Continue });
            }
            "define" => {
                let name = self.name("define clause")?;
                self.close("define clause")?;
                self.define(name)?;
            }
            "template" | "block" => {
                self.skip_blanks();
                let place = self.place();
                let name = self.name(if word == "block" { "block clause" } else { "template clause" })?;
                let pipe = match self.close("") {
                    Ok(()) => None,
                    Err(_) => Some(self.pipeline("template clause", false)?),
                };
                let written = pipe.as_ref().map(|pipe| format!(" {}", pipe.written())).unwrap_or_default();
                let place = Place { at: place, text: format!("{{{{template {}{written}}}}}", go_quoted(&name)) };
                if word == "block" {
                    self.define(name.clone())?;
                }
                nodes.push(Node::Template(name, pipe, place));
            }
            _ => nodes.push(Node::Print(self.pipeline("command", false)?)),
        }
        Ok(None)
    }

    /// Reads the closing braces.
    fn close(&mut self, context: &str) -> Result<(), String> {
        if self.peek().is_none() && matches!(self.tokens.get(self.at), Some((_, Token::Close))) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(context))
    }

    fn name(&mut self, context: &str) -> Result<String, String> {
        match self.peek().filter(|word| word.starts_with(['"', '`'])).map(unquoted) {
            Some(name) => {
                self.at += 1;
                name
            }
            None => Err(self.unexpected(context)),
        }
    }

    fn define(&mut self, name: String) -> Result<(), String> {
        let outer = std::mem::replace(&mut self.variables, vec!["$".into()]);
        let ranges = std::mem::take(&mut self.ranges);
        let (nodes, end) = self.list()?;
        (self.variables, self.ranges) = (outer, ranges);
        self.templates.insert(name, nodes);
        match end {
            Some(Ending::End) => Ok(()),
            Some(Ending::Else) => Err("unexpected {{else}} in define clause".into()),
            None => Err("unexpected EOF".into()),
        }
    }

    fn block(&mut self, word: &str) -> Result<Node, String> {
        let condition = self.pipeline(word, word == "range")?;
        self.ranges += usize::from(word == "range");
        let (then, end) = self.list()?;
        self.ranges -= usize::from(word == "range");
        let mut otherwise = Vec::new();
        match end {
            Some(Ending::End) => {}
            Some(Ending::Else) if word != "range" && self.take(word) => otherwise.push(self.block(word)?),
            Some(Ending::Else) => match self.list()? {
                (nodes, Some(Ending::End)) => otherwise = nodes,
                (_, Some(Ending::Else)) => return Err("expected end; found {{else}}".into()),
                (_, None) => return Err("unexpected EOF".into()),
            },
            None => return Err("unexpected EOF".into()),
        }
        Ok(Node::Block(word.to_owned(), condition, then, otherwise))
    }

    fn pipeline(&mut self, context: &str, of_range: bool) -> Result<Pipeline, String> {
        let pipe = self.open_pipeline(context, of_range)?;
        self.close(context)?;
        Ok(pipe)
    }

    /// Reads a pipeline up to what ends it.
    fn open_pipeline(&mut self, context: &str, of_range: bool) -> Result<Pipeline, String> {
        let mut pipe = Pipeline::default();
        self.declarations(&mut pipe, context, of_range)?;
        loop {
            self.skip_blanks();
            let place = self.place();
            match self.peek() {
                None | Some(")") => break,
                Some("|" | "," | "=" | ":=") => return Err(self.unexpected(context)),
                Some(_) => pipe.commands.push(self.command(place)?),
            }
        }
        if pipe.commands.is_empty() {
            return Err(match self.tokens.get(self.at) {
                Some((_, Token::Wrong(words))) => words.clone(),
                _ => format!("missing value for {context}"),
            });
        }
        for (number, command) in pipe.commands.iter().enumerate().skip(1) {
            if matches!(command.operands.first(), Some(Operand::Literal(..) | Operand::Path(None, ..))) && command.is_plain() {
                return Err(format!("non executable command in pipeline stage {}", number + 1));
            }
        }
        for name in &pipe.variables {
            if !pipe.assigns {
                self.variables.push(name.clone());
            }
        }
        Ok(pipe)
    }

    /// `$a :=`, `$a, $b :=`, `$a =`.
    fn declarations(&mut self, pipe: &mut Pipeline, context: &str, of_range: bool) -> Result<(), String> {
        let start = self.at;
        let mut names = Vec::new();
        while let Some(name) = self.peek().filter(|word| word.starts_with('$')).map(str::to_owned) {
            self.at += 1;
            names.push(name);
            if self.take(":=") || self.take("=") {
                pipe.assigns = matches!(self.tokens.get(self.at - 1), Some((_, Token::Word(sign))) if sign == "=");
                if pipe.assigns {
                    names.iter().try_for_each(|name| self.known(name))?;
                }
                pipe.variables = names;
                return Ok(());
            }
            if !self.take(",") {
                break;
            }
            if !of_range || names.len() > 1 {
                return Err(format!("too many declarations in {context}"));
            }
        }
        self.at = start;
        Ok(())
    }

    fn known(&self, name: &str) -> Result<(), String> {
        let known = self.variables.iter().any(|it| it == name);
        if known { Ok(()) } else { Err(format!("undefined variable {}", go_quoted(name))) }
    }

    fn command(&mut self, at: usize) -> Result<Command, String> {
        let mut operands: Vec<Operand> = Vec::new();
        let mut words: Vec<String> = Vec::new();
        loop {
            let (operand, text) = self.operand()?;
            operands.push(operand);
            words.push(text);
            let spaced = matches!(self.tokens.get(self.at), Some((_, Token::Space)));
            match self.peek() {
                None | Some(")") => break,
                Some("|") => {
                    self.at += 1;
                    break;
                }
                Some(word) if spaced && !matches!(word, "," | "=" | ":=") => {}
                Some(_) => return Err(self.unexpected("operand")),
            }
        }
        Ok(Command { operands, place: Place { at, text: words.join(" ") } })
    }

    /// An operand, with the fields behind it, and as it is written.
    fn operand(&mut self) -> Result<(Operand, String), String> {
        let word = self.peek().unwrap_or_default().to_owned();
        let at = self.place();
        self.at += 1;
        let mut text = word.clone();
        let mut operand = match word.chars().next() {
            Some('(') => {
                let inner = self.open_pipeline("parenthesized pipeline", false)?;
                if !self.take(")") {
                    let wrong = self.unexpected("parenthesized pipeline");
                    return Err(if wrong.starts_with("unexpected \"}}\"") { "unclosed left paren".into() } else { wrong });
                }
                text = format!("({})", inner.written());
                Operand::Group(Box::new(inner), Vec::new())
            }
            Some('"' | '`') => Operand::Literal(unquoted(&word)?.into()),
            Some('\'') => Operand::Literal(Value::Int(word[1..].chars().next().map_or(0, |c| i64::from(u32::from(c))))),
            Some('.') if !word[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                let fields = if word == "." { Vec::new() } else { vec![word[1..].to_owned()] };
                Operand::Path(None, fields, at)
            }
            Some('$') => {
                self.known(&word)?;
                Operand::Path(Some(word.clone()), Vec::new(), at)
            }
            Some('0'..='9' | '-' | '+' | '.') => Operand::Literal(number(&word)?),
            _ => match word.as_str() {
                "true" | "false" => Operand::Literal(Value::Bool(word == "true")),
                "nil" => Operand::Literal(Value::Null),
                _ if FUNCTIONS.iter().any(|(known, ..)| *known == word) => Operand::Function(word.clone(), at),
                _ if KEYWORDS.contains(&word.as_str()) => {
                    self.at -= 1;
                    return Err(self.unexpected("operand"));
                }
                _ => return Err(format!("function {} not defined", go_quoted(&word))),
            },
        };
        let mut behind = 0;
        while let Some((place, Token::Word(field))) =
            self.tokens.get(self.at).filter(|(_, it)| matches!(it, Token::Word(word) if word.starts_with('.') && word.len() > 1))
        {
            match &mut operand {
                Operand::Path(None, fields, _) if fields.is_empty() => return Err("unexpected . after term \".\"".into()),
                Operand::Path(_, fields, at) => {
                    fields.push(field[1..].to_owned());
                    // A path with several fields stands where the second of them does.
                    if behind == 0 {
                        *at = *place;
                    }
                }
                Operand::Group(_, fields) => fields.push(field[1..].to_owned()),
                Operand::Literal(_) | Operand::Function(..) => {
                    return Err(format!("unexpected . after term {}", go_quoted(&text)));
                }
            }
            text.push_str(field);
            behind += 1;
            self.at += 1;
        }
        Ok((operand, text))
    }
}

const KEYWORDS: [&str; 10] = ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

fn number(word: &str) -> Result<Value, String> {
    let plain = word.replace('_', "");
    let (sign, digits) = plain.strip_prefix('-').map_or((1, plain.trim_start_matches('+')), |digits| (-1, digits));
    let hexadecimal = digits.strip_prefix("0x").and_then(|it| i64::from_str_radix(it, 16).ok()).map(|it| Value::Int(it * sign));
    let whole = plain.parse().map(Value::Int).or_else(|_| plain.parse().map(Value::Float)).ok();
    hexadecimal.or(whole).ok_or_else(|| format!("bad number syntax: {}", go_quoted(word)))
}

fn unquoted(word: &str) -> Result<String, String> {
    let inner = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
    if word.starts_with('`') {
        return Ok(inner.to_owned());
    }
    let mut text = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        text.push(match c {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some(c @ ('"' | '\\')) => c,
                _ => return Err("invalid syntax".into()),
            },
            c => c,
        });
    }
    Ok(text)
}
