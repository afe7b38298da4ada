//! From characters to tokens, by libyaml's rules, which goyaml and so kubectl follow.

use std::collections::VecDeque;

use super::problem::Grammar;

/// A place in a document; all numbers count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub index: usize,
    pub line: usize,
    pub column: usize,
}

/// A broken rule of the grammar and where it was noticed. goyaml counts lines differently for tokens and for what is
/// made of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure {
    pub problem: Grammar,
    pub mark: Mark,
    pub context: Mark,
    pub in_token: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    StreamEnd,
    /// `%TAG handle prefix`, or `%YAML` with nothing in it.
    Directive(Option<(String, String)>),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    Tag {
        handle: String,
        suffix: String,
    },
    Scalar {
        text: String,
        plain: bool,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub kind: Kind,
    pub start: Mark,
    pub end: Mark,
}

/// A token that turns out to be a name if a colon follows it on its line.
#[derive(Clone, Copy, Debug)]
struct SimpleKey {
    required: bool,
    token: usize,
    mark: Mark,
}

/// A name and its colon are at most this many characters apart.
const SIMPLE_KEY_REACH: usize = 1024;

#[derive(Debug)]
pub(super) struct Scanner {
    text: Vec<char>,
    mark: Mark,
    tokens: VecDeque<Token>,
    /// How many tokens were taken; the number of the first in `tokens`.
    taken: usize,
    finished: bool,
    indent: isize,
    indents: Vec<isize>,
    simple_key_allowed: bool,
    /// The possible key of every open flow collection, after that of the block context.
    simple_keys: Vec<Option<SimpleKey>>,
    /// Where the last token begins, if it is a scalar without quotes.
    last_plain: Option<Mark>,
}

/// In a box, because it is large and rare.
type Result<T> = std::result::Result<T, Box<Failure>>;

fn is_break(c: char) -> bool {
    matches!(c, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// A blank, a line break or the end of the text.
fn is_blank_or_end(c: char) -> bool {
    is_blank(c) || is_break_or_end(c)
}

fn is_break_or_end(c: char) -> bool {
    c == '\0' || is_break(c)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

fn is_printable(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

impl Scanner {
    /// # Errors
    /// Fails on control characters.
    pub(super) fn new(text: &str) -> Result<Self> {
        let text: Vec<char> = text.strip_prefix('\u{feff}').unwrap_or(text).chars().collect();
        if let Some(index) = text.iter().position(|c| !is_printable(*c)) {
            let before = &text[..index];
            let line = before.iter().filter(|c| **c == '\n').count();
            let column = before.iter().rev().take_while(|c| **c != '\n').count();
            let mark = Mark { index, line, column };
            let context = Mark::default();
            return Err(Box::new(Failure { problem: Grammar::ControlCharacter, mark, context, in_token: false }));
        }
        Ok(Self {
            text,
            mark: Mark::default(),
            tokens: VecDeque::new(),
            taken: 0,
            finished: false,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![None],
            last_plain: None,
        })
    }

    /// The next token, which stays where it is.
    pub(super) fn peek(&mut self) -> Result<&Token> {
        self.fetch_more()?;
        // A finished scanner has put its last token in, and `take` never takes that one away.
        Ok(&self.tokens[0])
    }

    /// Takes the next token; the end of the stream can be taken again and again.
    pub(super) fn take(&mut self) -> Result<Token> {
        self.fetch_more()?;
        if self.tokens.len() == 1 && self.finished {
            return Ok(self.tokens[0].clone());
        }
        self.taken += 1;
        Ok(self.tokens.pop_front().unwrap_or_else(|| self.end_token()))
    }

    fn end_token(&self) -> Token {
        Token { kind: Kind::StreamEnd, start: self.mark, end: self.mark }
    }

    fn fetch_more(&mut self) -> Result<()> {
        loop {
            if !self.tokens.is_empty() {
                // A token that may still become a name has to wait for what follows it.
                let taken = self.taken;
                let Some(level) = self.simple_keys.iter().position(|key| key.is_some_and(|key| key.token == taken)) else {
                    return Ok(());
                };
                if self.valid_simple_key(level)?.is_none() {
                    return Ok(());
                }
            }
            if self.finished {
                return Ok(());
            }
            self.fetch()?;
        }
    }

    fn at(&self, ahead: usize) -> char {
        self.text.get(self.mark.index + ahead).copied().unwrap_or('\0')
    }

    fn here(&self) -> char {
        self.at(0)
    }

    fn in_flow(&self) -> bool {
        self.simple_keys.len() > 1
    }

    fn column(&self) -> isize {
        self.mark.column.try_into().unwrap_or(isize::MAX)
    }

    fn skip(&mut self) {
        if self.mark.index < self.text.len() {
            self.mark.index += 1;
            self.mark.column += 1;
        }
    }

    /// Takes a line break; `\r\n` is one.
    fn take_break(&mut self) -> char {
        let c = self.here();
        self.mark.index += if c == '\r' && self.at(1) == '\n' { 2 } else { 1 };
        self.mark.column = 0;
        self.mark.line += 1;
        if matches!(c, '\u{2028}' | '\u{2029}') { c } else { '\n' }
    }

    fn error<T>(&self, context: Mark, problem: Grammar) -> Result<T> {
        Err(Box::new(Failure { problem, mark: self.mark, context, in_token: true }))
    }

    fn push(&mut self, kind: Kind, start: Mark) {
        self.last_plain = None;
        self.tokens.push_back(Token { kind, start, end: self.mark });
    }

    fn at_document_indicator(&self) -> bool {
        let three = [self.at(0), self.at(1), self.at(2)];
        self.mark.column == 0 && (three == ['-'; 3] || three == ['.'; 3]) && is_blank_or_end(self.at(3))
    }

    fn fetch(&mut self) -> Result<()> {
        self.skip_to_token();
        self.unroll(self.column());
        let (c, next) = (self.here(), self.at(1));
        if self.mark.index >= self.text.len() {
            return self.fetch_stream_end();
        }
        if c == '%' && self.mark.column == 0 {
            return self.fetch_directive();
        }
        if self.at_document_indicator() {
            return self.fetch_document_indicator();
        }
        let flow = self.in_flow();
        match c {
            '[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            '{' => self.fetch_flow_start(Kind::FlowMappingStart),
            ']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            '}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            ',' => self.fetch_flow_entry(),
            '-' if is_blank_or_end(next) => self.fetch_block_entry(),
            '?' if flow || is_blank_or_end(next) => self.fetch_key(),
            ':' if flow || is_blank_or_end(next) => self.fetch_value(),
            '*' | '&' => self.fetch_anchor(),
            '!' => self.fetch_tag(),
            '|' | '>' if !flow => self.fetch_block_scalar(),
            '\'' | '"' => self.fetch_quoted_scalar(),
            '-' if !is_blank(next) => self.fetch_plain_scalar(),
            '?' | ':' if !flow && !is_blank_or_end(next) => self.fetch_plain_scalar(),
            '\t' => self.error(self.mark, Grammar::TabStartsToken),
            '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' => self.error(self.mark, Grammar::CannotStartToken),
            _ => self.fetch_plain_scalar(),
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.mark.column == 0 && self.here() == '\u{feff}' {
                self.skip();
            }
            // A tab separates, but it does not indent.
            let tabs = self.in_flow() || !self.simple_key_allowed;
            while self.here() == ' ' || (tabs && self.here() == '\t') {
                self.skip();
            }
            if self.here() == '#' {
                while !is_break_or_end(self.here()) {
                    self.skip();
                }
            }
            if !is_break(self.here()) {
                return;
            }
            self.take_break();
            if !self.in_flow() {
                self.simple_key_allowed = true;
            }
        }
    }

    // Names.

    /// Whether the possible key of a level is still one; it is forgotten when it is not.
    fn valid_simple_key(&mut self, level: usize) -> Result<Option<SimpleKey>> {
        let Some(key) = self.simple_keys[level] else { return Ok(None) };
        if key.mark.line == self.mark.line && key.mark.index + SIMPLE_KEY_REACH >= self.mark.index {
            return Ok(Some(key));
        }
        self.simple_keys[level] = None;
        if key.required { self.error(key.mark, Grammar::MissingColon) } else { Ok(None) }
    }

    fn save_simple_key(&mut self) -> Result<()> {
        if self.simple_key_allowed {
            let required = !self.in_flow() && self.indent == self.column();
            let key = SimpleKey { required, token: self.taken + self.tokens.len(), mark: self.mark };
            self.remove_simple_key()?;
            if let Some(last) = self.simple_keys.last_mut() {
                *last = Some(key);
            }
        }
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Result<()> {
        match self.simple_keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => self.error(key.mark, Grammar::MissingColon),
            _ => Ok(()),
        }
    }

    // Indentation.

    fn roll(&mut self, column: isize, token: Option<usize>, kind: Kind, mark: Mark) {
        if self.in_flow() || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let at = token.map_or(self.tokens.len(), |token| self.place_of(token));
        self.tokens.insert(at, Token { kind, start: mark, end: mark });
    }

    /// Where in the queue a token is; a possible key is never taken before it is decided on.
    fn place_of(&self, token: usize) -> usize {
        token.saturating_sub(self.taken).min(self.tokens.len())
    }

    fn unroll(&mut self, column: isize) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(Kind::BlockEnd, self.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    // Tokens of one or a few characters.

    fn fetch_stream_end(&mut self) -> Result<()> {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(Kind::StreamEnd, self.mark);
        self.finished = true;
        Ok(())
    }

    fn fetch_document_indicator(&mut self) -> Result<()> {
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        let kind = if self.here() == '-' { Kind::DocumentStart } else { Kind::DocumentEnd };
        (0..3).for_each(|_| self.skip());
        self.push(kind, start);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: Kind) -> Result<()> {
        self.save_simple_key()?;
        self.simple_keys.push(None);
        self.simple_key_allowed = true;
        self.one(kind);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: Kind) -> Result<()> {
        self.remove_simple_key()?;
        if self.in_flow() {
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.one(kind);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<()> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.one(Kind::FlowEntry);
        Ok(())
    }

    fn one(&mut self, kind: Kind) {
        let start = self.mark;
        self.skip();
        self.push(kind, start);
    }

    fn fetch_block_entry(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return self.error(self.mark, Grammar::SequenceEntry);
            }
            self.roll(self.column(), None, Kind::BlockSequenceStart, self.mark);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.one(Kind::BlockEntry);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<()> {
        if !self.in_flow() {
            if !self.simple_key_allowed {
                return self.error(self.mark, Grammar::MappingKey);
            }
            self.roll(self.column(), None, Kind::BlockMappingStart, self.mark);
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = !self.in_flow();
        self.one(Kind::Key);
        Ok(())
    }

    /// Where the text before a colon begins, if that is the beginning of an earlier line: most likely a name without its colon,
    /// with which the next line's name became one text.
    fn run_on_name(&self) -> Option<Mark> {
        let start = self.last_plain?;
        let before = &self.text[start.index.saturating_sub(start.column)..start.index];
        (start.line < self.mark.line && before.iter().all(|c| *c == ' ')).then_some(start)
    }

    fn fetch_value(&mut self) -> Result<()> {
        let level = self.simple_keys.len() - 1;
        if let Some(key) = self.valid_simple_key(level)? {
            let token = Token { kind: Kind::Key, start: key.mark, end: key.mark };
            self.tokens.insert(self.place_of(key.token), token);
            let column = key.mark.column.try_into().unwrap_or(isize::MAX);
            self.roll(column, Some(key.token), Kind::BlockMappingStart, key.mark);
            self.simple_keys[level] = None;
            self.simple_key_allowed = false;
        } else {
            if !self.in_flow() {
                if !self.simple_key_allowed {
                    return match self.run_on_name() {
                        Some(start) => self.error(start, Grammar::RunOnName),
                        None => self.error(self.mark, Grammar::MappingValue),
                    };
                }
                self.roll(self.column(), None, Kind::BlockMappingStart, self.mark);
            }
            self.simple_key_allowed = !self.in_flow();
        }
        self.one(Kind::Value);
        Ok(())
    }

    // Tokens with words in them.

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> String {
        let start = self.mark.index;
        while self.mark.index < self.text.len() && accept(self.here()) {
            self.skip();
        }
        self.text[start..self.mark.index].iter().collect()
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.here()) {
            self.skip();
        }
    }

    fn fetch_directive(&mut self) -> Result<()> {
        self.unroll(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        self.skip();
        let name = self.take_while(is_word);
        if name.is_empty() {
            return self.error(start, Grammar::ExpectedDirectiveName);
        }
        self.skip_blanks();
        let kind = match name.as_str() {
            "YAML" => {
                self.take_while(|c| c.is_ascii_digit() || c == '.');
                Kind::Directive(None)
            }
            "TAG" => {
                let handle = self.take_while(|c| !is_blank_or_end(c));
                self.skip_blanks();
                let prefix = self.take_while(|c| !is_blank_or_end(c));
                Kind::Directive(Some((handle, prefix)))
            }
            _ => return self.error(start, Grammar::UnknownDirective),
        };
        self.end_of_line(start)?;
        self.push(kind, start);
        Ok(())
    }

    /// Takes blanks, a comment and the line break behind them.
    fn end_of_line(&mut self, start: Mark) -> Result<()> {
        self.skip_blanks();
        if self.here() == '#' {
            self.take_while(|c| !is_break(c));
        }
        if !is_break_or_end(self.here()) {
            return self.error(start, Grammar::ExpectedLineBreak);
        }
        if is_break(self.here()) {
            self.take_break();
        }
        Ok(())
    }

    fn fetch_anchor(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        let alias = self.here() == '*';
        self.skip();
        let name = self.take_while(is_word);
        let c = self.here();
        if name.is_empty() || !(is_blank_or_end(c) || "?:,]}%@`".contains(c)) {
            return self.error(start, Grammar::ExpectedAnchorName);
        }
        self.push(if alias { Kind::Alias(name) } else { Kind::Anchor(name) }, start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        self.skip();
        let is_uri = |c: char| c.is_ascii_alphanumeric() || "-_;/?:@&=+$,.!~*'()[]%".contains(c);
        let (handle, suffix) = if self.here() == '<' {
            self.skip();
            let uri = self.take_while(is_uri);
            if uri.is_empty() || self.here() != '>' {
                return self.error(start, Grammar::ExpectedTagUri);
            }
            self.skip();
            (String::new(), uri)
        } else {
            let name = self.take_while(is_word);
            if self.here() == '!' {
                self.skip();
                let suffix = self.take_while(is_uri);
                if suffix.is_empty() {
                    return self.error(start, Grammar::ExpectedTagUri);
                }
                (format!("!{name}!"), suffix)
            } else {
                ("!".into(), name + &self.take_while(is_uri))
            }
        };
        let ends = is_blank_or_end(self.here()) || (self.in_flow() && self.here() == ',');
        if !ends {
            return self.error(start, Grammar::ExpectedTagEnd);
        }
        self.push(Kind::Tag { handle, suffix }, start);
        Ok(())
    }
}

mod scalars;
