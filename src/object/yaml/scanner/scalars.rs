//! The three ways to write a scalar: plain, quoted, and as a block.

use super::super::problem::Grammar;
use super::{Kind, Mark, Result, Scanner, is_blank, is_blank_or_end, is_break};

/// Blanks and line breaks between two words of a scalar, which fold into one blank or into the empty lines among them.
#[derive(Default)]
struct Gap {
    blanks: String,
    first_break: Option<char>,
    more_breaks: String,
}

impl Gap {
    fn fold_into(&mut self, text: &mut String) {
        match self.first_break.take() {
            Some('\n') if self.more_breaks.is_empty() => text.push(' '),
            Some('\n') => text.push_str(&self.more_breaks),
            Some(other) => {
                text.push(other);
                text.push_str(&self.more_breaks);
            }
            None => text.push_str(&self.blanks),
        }
        self.blanks.clear();
        self.more_breaks.clear();
    }
}

/// What stands behind `|` or `>`: what becomes of the line breaks at the end, and the indentation if it is given.
struct BlockHeader {
    keep: Option<bool>,
    increment: Option<isize>,
}

impl Scanner {
    pub(super) fn fetch_plain_scalar(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        let mut end = self.mark;
        let indent = self.indent + 1;
        let mut text = String::new();
        let mut gap = Gap::default();
        while !self.at_document_indicator() && self.here() != '#' {
            while !is_blank_or_end(self.here()) && !self.ends_plain() {
                gap.fold_into(&mut text);
                text.push(self.here());
                self.skip();
                end = self.mark;
            }
            if !(is_blank(self.here()) || is_break(self.here())) {
                break;
            }
            while is_blank(self.here()) || is_break(self.here()) {
                if gap.first_break.is_some() && self.column() < indent && self.here() == '\t' {
                    return self.error(start, Grammar::TabIndentation);
                }
                self.take_gap(&mut gap);
            }
            if !self.in_flow() && self.column() < indent {
                break;
            }
        }
        if gap.first_break.is_some() {
            self.simple_key_allowed = true;
        }
        self.tokens.push_back(super::Token { kind: Kind::Scalar { text, plain: true }, start, end });
        self.last_plain = Some(start);
        Ok(())
    }

    fn ends_plain(&self) -> bool {
        match self.here() {
            ':' => is_blank_or_end(self.at(1)),
            ',' | '?' | '[' | ']' | '{' | '}' => self.in_flow(),
            _ => false,
        }
    }

    fn take_gap(&mut self, gap: &mut Gap) {
        if is_blank(self.here()) {
            if gap.first_break.is_none() {
                gap.blanks.push(self.here());
            }
            self.skip();
        } else if gap.first_break.is_none() {
            gap.blanks.clear();
            gap.first_break = Some(self.take_break());
        } else {
            let c = self.take_break();
            gap.more_breaks.push(c);
        }
    }

    pub(super) fn fetch_quoted_scalar(&mut self) -> Result<()> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.mark;
        let quote = self.here();
        self.skip();
        let mut text = String::new();
        loop {
            if self.at_document_indicator() {
                return self.error(start, Grammar::UnexpectedDocumentIndicator);
            }
            if self.mark.index >= self.text.len() {
                return self.error(start, Grammar::UnexpectedEnd);
            }
            let mut gap = Gap::default();
            while !is_blank_or_end(self.here()) && self.here() != quote || self.doubled_quote(quote) {
                if self.here() == '\\' && quote == '"' {
                    if is_break(self.at(1)) {
                        self.skip();
                        self.take_break();
                        // An escaped line break is none, but what follows it is folded as after one.
                        gap.first_break = Some('\0');
                        break;
                    }
                    self.take_escape(start, &mut text)?;
                    continue;
                }
                text.push(self.here());
                let width = if self.here() == quote { 2 } else { 1 };
                (0..width).for_each(|_| self.skip());
            }
            if self.here() == quote {
                break;
            }
            while is_blank(self.here()) || is_break(self.here()) {
                self.take_gap(&mut gap);
            }
            if gap.first_break == Some('\0') {
                gap.first_break = None;
                gap.blanks = std::mem::take(&mut gap.more_breaks);
            }
            gap.fold_into(&mut text);
        }
        self.skip();
        self.push(Kind::Scalar { text, plain: false }, start);
        Ok(())
    }

    fn doubled_quote(&self, quote: char) -> bool {
        quote == '\'' && self.here() == '\'' && self.at(1) == '\''
    }

    fn take_escape(&mut self, start: Mark, text: &mut String) -> Result<()> {
        let escape = self.at(1);
        let digits = match escape {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let plain = match escape {
            '0' => '\0',
            'a' => '\u{7}',
            'b' => '\u{8}',
            't' | '\t' => '\t',
            'n' => '\n',
            'v' => '\u{b}',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            ' ' | '"' | '\'' | '\\' | '/' => escape,
            'N' => '\u{85}',
            '_' => '\u{a0}',
            'L' => '\u{2028}',
            'P' => '\u{2029}',
            'x' | 'u' | 'U' => self.code_point(start, digits)?,
            _ => return self.error(start, Grammar::UnknownEscape),
        };
        text.push(plain);
        (0..2 + digits).for_each(|_| self.skip());
        Ok(())
    }

    fn code_point(&self, start: Mark, digits: usize) -> Result<char> {
        let code = (0..digits).try_fold(0u32, |code, k| Some((code << 4) | self.at(2 + k).to_digit(16)?));
        let Some(code) = code else { return self.error(start, Grammar::ExpectedHex) };
        char::from_u32(code).map_or_else(|| self.error(start, Grammar::InvalidEscape), Ok)
    }

    pub(super) fn fetch_block_scalar(&mut self) -> Result<()> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let start = self.mark;
        let literal = self.here() == '|';
        self.skip();
        let header = self.block_header(start)?;
        self.end_of_line(start)?;
        let mut end = self.mark;
        let mut indent = header.increment.map(|increment| increment + self.indent.max(0));
        let mut breaks = self.block_breaks(&mut indent, start, &mut end)?;
        let mut text = String::new();
        let mut line_break: Option<char> = None;
        let mut after_blank = false;
        while Some(self.column()) == indent && self.mark.index < self.text.len() {
            let blank = is_blank(self.here());
            match line_break.take() {
                Some('\n') if !literal && !after_blank && !blank => {
                    text.push_str(if breaks.is_empty() { " " } else { "" });
                }
                Some(other) => text.push(other),
                None => {}
            }
            text.push_str(&breaks);
            after_blank = blank;
            text.push_str(&self.take_while(|c| !is_break(c)));
            end = self.mark;
            if is_break(self.here()) {
                line_break = Some(self.take_break());
            }
            breaks = self.block_breaks(&mut indent, start, &mut end)?;
        }
        if header.keep != Some(false) {
            text.extend(line_break);
        }
        if header.keep == Some(true) {
            text.push_str(&breaks);
        }
        self.tokens.push_back(super::Token { kind: Kind::Scalar { text, plain: false }, start, end });
        self.last_plain = None;
        Ok(())
    }

    fn block_header(&mut self, start: Mark) -> Result<BlockHeader> {
        let mut header = BlockHeader { keep: None, increment: None };
        for _ in 0..2 {
            match self.here() {
                '+' | '-' if header.keep.is_none() => header.keep = Some(self.here() == '+'),
                '0' if header.increment.is_none() => return self.error(start, Grammar::ZeroIndentation),
                digit @ '1'..='9' if header.increment.is_none() => {
                    header.increment = digit.to_digit(10).and_then(|digit| digit.try_into().ok());
                }
                _ => break,
            }
            self.skip();
        }
        Ok(header)
    }

    /// Takes empty lines and the indentation of the next one; finds out the indentation if it is not known.
    fn block_breaks(&mut self, indent: &mut Option<isize>, start: Mark, end: &mut Mark) -> Result<String> {
        let mut breaks = String::new();
        let mut deepest = 0;
        loop {
            let shallow = |scanner: &Self| indent.is_none_or(|indent| scanner.column() < indent);
            while shallow(self) && self.here() == ' ' {
                self.skip();
            }
            deepest = deepest.max(self.column());
            if shallow(self) && self.here() == '\t' {
                return self.error(start, Grammar::TabInBlockScalar);
            }
            if !is_break(self.here()) {
                break;
            }
            breaks.push(self.take_break());
            *end = self.mark;
        }
        indent.get_or_insert_with(|| deepest.max(self.indent + 1).max(1));
        Ok(breaks)
    }
}
