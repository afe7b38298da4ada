//! How a Go template is read. Models `text/template/parse/parse.go`, with its words for what is wrong.

use super::functions::FUNCTIONS;
use super::lex::{Token, tokens};
use super::{Command, Node, Operand, Pipeline, Templates};
use crate::apiserver::error::go_quoted;
use crate::object::Value;

/// Reads a template; those that it defines have names, and it has none.
pub(super) fn parse(text: &str) -> Result<Templates<'_>, String> {
    let mut parser = Parser { text, tokens: tokens(text), at: 0, variables: vec!["$"], ranges: 0, templates: Vec::new() };
    let list = parser.list().and_then(|(nodes, end)| match end {
        "" => Ok(nodes),
        end => Err(format!("unexpected {{{{{end}}}}}")),
    });
    let line = 1 + text[..parser.place()].matches('\n').count();
    let nodes = list.map_err(|words| format!("template: output:{line}: {words}"))?;
    parser.templates.push(("", nodes));
    Ok(parser.templates)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(usize, Token<'a>)>,
    at: usize,
    variables: Vec<&'a str>,
    /// How many ranges are open.
    ranges: usize,
    templates: Templates<'a>,
}

/// Nodes, and what ends them: `end`, `else`, or nothing but the end of the text.
type Nodes<'a> = (Vec<Node<'a>>, &'static str);

impl<'a> Parser<'a> {
    /// The next piece.
    fn here(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).map(|(_, token)| *token)
    }

    /// Where it stands.
    fn place(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |(at, _)| *at)
    }

    fn skip_blanks(&mut self) {
        self.at += usize::from(self.here() == Some(Token::Space));
    }

    /// The next word; empty where something else is next.
    fn peek(&mut self) -> &'a str {
        self.skip_blanks();
        if let Some(Token::Word(word)) = self.here() { word } else { "" }
    }

    /// Takes a word, if it is the next one.
    fn take(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn unexpected(&self, context: &str) -> String {
        let found = match self.here() {
            Some(Token::Wrong(words, None)) => return words.to_owned(),
            Some(Token::Wrong(words, Some(c))) => return format!("{words} U+{:04X} '{c}'", u32::from(c)),
            Some(Token::Word(word)) if KEYWORDS.contains(&word) => format!("<{word}>"),
            Some(Token::Word(word)) => go_quoted(word),
            Some(Token::Close) => go_quoted("}}"),
            _ => "EOF".to_owned(),
        };
        format!("unexpected {found} in {context}")
    }

    /// Reads up to an end or an else.
    fn list(&mut self) -> Result<Nodes<'a>, String> {
        let mut nodes = Vec::new();
        while let Some(token) = self.here() {
            match token {
                Token::Text(text) => nodes.push(Node::Text(text)),
                Token::Wrong(..) => return Err(self.unexpected("")),
                _ => {
                    self.at += 1;
                    match self.peek() {
                        "end" => {
                            self.at += 1;
                            self.close("end")?;
                            return Ok((nodes, "end"));
                        }
                        "else" => {
                            self.at += 1;
                            if !matches!(self.peek(), "if" | "with") {
                                self.close("else")?;
                            }
                            return Ok((nodes, "else"));
                        }
                        word => self.action(word, &mut nodes)?,
                    }
                    continue;
                }
            }
            self.at += 1;
        }
        Ok((nodes, ""))
    }

    /// Reads what stands between braces and begins with a word.
    fn action(&mut self, word: &'a str, nodes: &mut Vec<Node<'a>>) -> Result<(), String> {
        let known = self.variables.len();
        self.at += usize::from(KEYWORDS.contains(&word));
        nodes.push(match word {
            "if" | "with" | "range" => {
                let block = self.block(word)?;
                self.variables.truncate(known);
                block
            }
            "break" | "continue" if self.ranges == 0 => return Err(format!("{{{{{word}}}}} outside {{{{range}}}}")),
            "break" | "continue" => {
                self.close(word)?;
                if word == "break" { Node::Break } else { Node::Continue }
            }
            "define" => {
                let name = self.name(word)?;
                self.close("define clause")?;
                return self.define(name);
            }
            "template" | "block" => {
                self.skip_blanks();
                let at = self.place();
                let name = self.name(word)?;
                let written = self.place();
                let about = if self.close("").is_ok() { None } else { Some(self.pipeline("template clause")?) };
                let written = if about.is_some() { self.text[written..].split("}}").next().unwrap_or_default() } else { "" };
                if word == "block" {
                    self.define(name)?;
                }
                Node::Template(name, about, at, written)
            }
            _ => Node::Print(self.pipeline("command")?),
        });
        Ok(())
    }

    /// Reads the closing braces.
    fn close(&mut self, context: &str) -> Result<(), String> {
        self.skip_blanks();
        if self.here() == Some(Token::Close) {
            self.at += 1;
            return Ok(());
        }
        Err(self.unexpected(context))
    }

    fn name(&mut self, word: &str) -> Result<&'a str, String> {
        let name = self.peek();
        if name.starts_with(['"', '`']) {
            self.at += 1;
            return Ok(&name[1..name.len() - 1]);
        }
        Err(self.unexpected(&format!("{word} clause")))
    }

    fn define(&mut self, name: &'a str) -> Result<(), String> {
        let outer = std::mem::replace(&mut self.variables, vec!["$"]);
        let ranges = std::mem::take(&mut self.ranges);
        let nodes = self.ended()?;
        (self.variables, self.ranges) = (outer, ranges);
        self.templates.push((name, nodes));
        Ok(())
    }

    /// Reads up to an end.
    fn ended(&mut self) -> Result<Vec<Node<'a>>, String> {
        match self.list()? {
            (nodes, "end") => Ok(nodes),
            (_, "else") => Err("expected end; found {{else}}".into()),
            _ => Err("unexpected EOF".into()),
        }
    }

    fn block(&mut self, word: &'a str) -> Result<Node<'a>, String> {
        let condition = self.pipeline(word)?;
        let is_range = usize::from(word == "range");
        self.ranges += is_range;
        let (then, end) = self.list()?;
        self.ranges -= is_range;
        let otherwise = match end {
            "end" => Vec::new(),
            "else" if is_range == 0 && self.take(word) => vec![self.block(word)?],
            "else" => self.ended()?,
            _ => return Err("unexpected EOF".into()),
        };
        Ok(Node::Block(word, condition, then, otherwise))
    }

    fn pipeline(&mut self, context: &str) -> Result<Pipeline<'a>, String> {
        let pipe = self.open_pipeline(context)?;
        self.close(context)?;
        Ok(pipe)
    }

    /// Reads a pipeline up to what ends it.
    fn open_pipeline(&mut self, context: &str) -> Result<Pipeline<'a>, String> {
        let mut pipe = Pipeline::default();
        self.declarations(&mut pipe, context)?;
        loop {
            match self.peek() {
                "" | ")" => break,
                "|" | "," | "=" | ":=" => return Err(self.unexpected(context)),
                _ => {
                    let command = self.command()?;
                    pipe.commands.push(command);
                }
            }
        }
        match self.here() {
            Some(Token::Wrong(..)) => return Err(self.unexpected(context)),
            _ if pipe.commands.is_empty() => return Err(format!("missing value for {context}")),
            _ => {}
        }
        if !pipe.assigns {
            self.variables.extend(&pipe.variables);
        }
        Ok(pipe)
    }

    /// `$a :=`, `$a, $b :=`, `$a =`.
    fn declarations(&mut self, pipe: &mut Pipeline<'a>, context: &str) -> Result<(), String> {
        let start = self.at;
        let mut names = Vec::new();
        loop {
            let name = self.peek();
            if !name.starts_with('$') {
                break;
            }
            self.at += 1;
            names.push(name);
            match self.peek() {
                sign @ (":=" | "=") => {
                    self.at += 1;
                    pipe.assigns = sign == "=";
                    if pipe.assigns {
                        names.iter().try_for_each(|name| self.known(name))?;
                    }
                    pipe.variables = names;
                    return Ok(());
                }
                "," if context == "range" && names.len() < 2 => self.at += 1,
                _ => break,
            }
        }
        self.at = start;
        Ok(())
    }

    fn known(&self, name: &str) -> Result<(), String> {
        if self.variables.contains(&name) { Ok(()) } else { Err(format!("undefined variable {}", go_quoted(name))) }
    }

    fn command(&mut self) -> Result<Command<'a>, String> {
        let at = self.place();
        let mut operands = Vec::new();
        loop {
            operands.push(self.operand()?);
            let spaced = self.here() == Some(Token::Space);
            match self.peek() {
                "" | ")" | "|" => break,
                word if spaced && !matches!(word, "," | "=" | ":=") => {}
                _ => return Err(self.unexpected("operand")),
            }
        }
        let text = self.text[at..self.place().max(at)].trim_end();
        self.take("|");
        Ok(Command { operands, at, text })
    }

    /// An operand, with the fields behind it.
    fn operand(&mut self) -> Result<Operand<'a>, String> {
        let (word, mut at) = (self.peek(), self.place());
        let start = at;
        self.at += 1;
        let mut operand = match word.chars().next() {
            Some('(') => {
                let inner = self.open_pipeline("parenthesized pipeline")?;
                if !self.take(")") {
                    return Err("unclosed left paren".into());
                }
                Operand::Group(Box::new(inner), Vec::new())
            }
            Some('"') => Operand::Literal(unquoted(&word[1..word.len() - 1])?.into()),
            Some('`') => Operand::Literal(word[1..word.len() - 1].into()),
            Some('.') => Operand::Path("", if word == "." { Vec::new() } else { vec![&word[1..]] }, at, word),
            Some('$') => {
                self.known(word)?;
                Operand::Path(word, Vec::new(), at, word)
            }
            Some('0'..='9' | '-' | '+') => {
                let number = word.parse().map(Value::Int).or_else(|_| word.parse().map(Value::Float));
                Operand::Literal(number.map_err(|_| format!("bad number syntax: {}", go_quoted(word)))?)
            }
            _ => match word {
                "true" | "false" => Operand::Literal(Value::Bool(word == "true")),
                "nil" => Operand::Literal(Value::Null),
                _ if FUNCTIONS.iter().any(|(known, ..)| *known == word) => Operand::Function(word, at),
                _ => return Err(format!("function {} not defined", go_quoted(word))),
            },
        };
        let mut behind = 0;
        while let Some(Token::Word(field)) =
            self.here().filter(|it| matches!(it, Token::Word(word) if word.starts_with('.') && word.len() > 1))
        {
            // A path with several fields stands where the second of them does.
            if behind == 0 {
                at = self.place();
            }
            self.at += 1;
            behind += field.len();
            match &mut operand {
                Operand::Path(_, fields, ..) if word != "." => fields.push(&field[1..]),
                Operand::Group(_, fields) => fields.push(&field[1..]),
                _ => return Err(format!("unexpected . after term {}", go_quoted(word))),
            }
        }
        if let Operand::Path(_, _, place, text) = &mut operand {
            (*place, *text) = (at, &self.text[start..start + word.len() + behind]);
        }
        Ok(operand)
    }
}

const KEYWORDS: [&str; 10] = ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

fn unquoted(inner: &str) -> Result<String, String> {
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
