//! Where a JSON value ends in a stream, and what is wrong with one, in the words of Go's `encoding/json`.

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum JsonFault {
    /// The text ends within a value.
    UnexpectedEnd,
    /// A character that cannot stand where it is.
    Syntax {
        /// Go's words.
        message: String,
        /// How many bytes were read, with that character.
        offset: usize,
    },
}

/// Deeper than anything that Kubernetes knows; Go stops at 10,000.
const MAX_DEPTH: usize = 120;

/// Finds the end of the value that starts at or after `start`, in bytes; `None` when only blanks are left.
///
/// # Errors
/// Fails where Go's scanner fails.
pub(super) fn end_of_value(text: &[u8], start: usize) -> Result<Option<usize>, JsonFault> {
    let mut scanner = Scanner { text, at: start, open: Vec::new() };
    scanner.blanks();
    if scanner.at == text.len() {
        return Ok(None);
    }
    scanner.value()?;
    while let Some(&open) = scanner.open.last() {
        scanner.next_in(open)?;
    }
    Ok(Some(scanner.at))
}

/// Why a text is no value of JSON, in the words of `encoding/json`; nothing when it is one.
pub fn json_fault(text: &str) -> Option<String> {
    let words = |fault| match fault {
        JsonFault::UnexpectedEnd => "unexpected end of JSON input".to_owned(),
        JsonFault::Syntax { message, .. } => message,
    };
    match end_of_value(text.as_bytes(), 0) {
        Err(fault) => Some(words(fault)),
        Ok(None) => Some(words(JsonFault::UnexpectedEnd)),
        Ok(Some(end)) => {
            let mut behind = Scanner { text: text.as_bytes(), at: end, open: Vec::new() };
            behind.blanks();
            behind.error::<()>("after top-level value").err().filter(|_| behind.at < text.len()).map(words)
        }
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// The braces and brackets that are open.
    open: Vec<u8>,
}

type Step = Result<(), JsonFault>;

impl Scanner<'_> {
    fn blanks(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn here(&self) -> Result<u8, JsonFault> {
        self.text.get(self.at).copied().ok_or(JsonFault::UnexpectedEnd)
    }

    fn error<T>(&self, context: &str) -> Result<T, JsonFault> {
        let c = char::from(self.here()?);
        let quoted = match c {
            '\'' => "'\\''".into(),
            '"' => "'\"'".into(),
            '\u{80}'.. => format!("'{c}'"),
            _ => format!("'{}'", c.escape_debug()),
        };
        Err(JsonFault::Syntax { message: format!("invalid character {quoted} {context}"), offset: self.at + 1 })
    }

    /// A value, or the start of one with parts.
    fn value(&mut self) -> Step {
        self.blanks();
        if self.open.len() > MAX_DEPTH {
            return Err(JsonFault::Syntax { message: "exceeded max depth".into(), offset: self.at + 1 });
        }
        match self.here()? {
            b'{' => {
                self.at += 1;
                self.open.push(b'{');
                self.blanks();
                if self.here()? == b'}' { self.close() } else { self.key() }
            }
            b'[' => {
                self.at += 1;
                self.open.push(b'[');
                self.blanks();
                if self.here()? == b']' { self.close() } else { self.value() }
            }
            b'"' => self.string(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.error("looking for beginning of value"),
        }
    }

    fn next_in(&mut self, open: u8) -> Step {
        self.blanks();
        match (open, self.here()?) {
            (b'{', b'}') | (b'[', b']') => self.close(),
            (b'{', b',') => {
                self.at += 1;
                self.key()
            }
            (_, b',') => {
                self.at += 1;
                self.value()
            }
            (b'{', _) => self.error("after object key:value pair"),
            _ => self.error("after array element"),
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "one of the steps")]
    fn close(&mut self) -> Step {
        self.at += 1;
        self.open.pop();
        Ok(())
    }

    fn key(&mut self) -> Step {
        self.blanks();
        if self.here()? != b'"' {
            return self.error("looking for beginning of object key string");
        }
        self.string()?;
        self.blanks();
        if self.here()? != b':' {
            return self.error("after object key");
        }
        self.at += 1;
        self.value()
    }

    fn string(&mut self) -> Step {
        self.at += 1;
        loop {
            match self.here()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    self.escape()?;
                }
                0..=0x1f => return self.error("in string literal"),
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(())
    }

    fn escape(&mut self) -> Step {
        match self.here()? {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => Ok(()),
            b'u' => {
                for _ in 0..4 {
                    self.at += 1;
                    if !self.here()?.is_ascii_hexdigit() {
                        return self.error("in \\u hexadecimal character escape");
                    }
                }
                Ok(())
            }
            _ => self.error("in string escape code"),
        }
    }

    fn literal(&mut self, word: &str) -> Step {
        for expected in word.bytes() {
            if self.here()? != expected {
                return self.error(&format!("in literal {word} (expecting '{}')", char::from(expected)));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self, context: &str) -> Step {
        if !self.here()?.is_ascii_digit() {
            return self.error(context);
        }
        self.digits();
        Ok(())
    }

    fn number(&mut self) -> Step {
        if self.here()? == b'-' {
            self.at += 1;
        }
        if self.text.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.some_digits("in numeric literal")?;
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if matches!(self.text.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.text.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_value_or_it_is_said_why_it_is_none() {
        let cases = [
            (r#" {"a": [1]} "#, None),
            (r#"{"a": 1"#, Some("unexpected end of JSON input")),
            ("", Some("unexpected end of JSON input")),
            ("{}}", Some("invalid character '}' after top-level value")),
            ("{a: 1}", Some("invalid character 'a' looking for beginning of object key string")),
        ];
        for (text, expected) in cases {
            assert_eq!(json_fault(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn values_end_where_go_ends_them() {
        assert_eq!(end_of_value(br#" {"a": [1, -2.5e3, true]} {}"#, 0), Ok(Some(25)));
        assert_eq!(end_of_value(b"  ", 0), Ok(None));
    }

    #[test]
    fn errors_are_in_gos_words() {
        for (text, words, place) in [
            (r#"{"a": 1,}"#, "invalid character '}' looking for beginning of object key string", 9),
            (r#"{"a" 1}"#, "invalid character '1' after object key", 6),
            (r#"{"a": 1 "b": 2}"#, "invalid character '\"' after object key:value pair", 9),
            (r"[1 2]", "invalid character '2' after array element", 4),
            (r"{a: 1}", "invalid character 'a' looking for beginning of object key string", 2),
            ("[\"\n\"]", "invalid character '\\n' in string literal", 3),
            (r"[trun]", "invalid character 'n' in literal true (expecting 'e')", 5),
        ] {
            let fault = JsonFault::Syntax { message: words.into(), offset: place };
            assert_eq!(end_of_value(text.as_bytes(), 0), Err(fault), "{text}");
        }
        assert_eq!(end_of_value(br#"{"a": "#, 0), Err(JsonFault::UnexpectedEnd));
    }
}
