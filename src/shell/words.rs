//! A command line in words: blanks part them, quotes and backslashes keep them together, as in sh.

/// One command of a pipeline.
pub type Words = Vec<String>;

/// A pipeline of a line, as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The commands, of which each reads what the one before it prints.
    pub pipeline: Vec<Words>,
    /// The word that ends a text that follows (`<<EOF`), if one does.
    pub heredoc: Option<String>,
    /// Whether it only runs when the one before it ended well (`&&`).
    pub only_after_success: bool,
}

impl Part {
    /// The pipeline is over.
    fn end(&mut self, words: Words, next: &str) -> Result<(), String> {
        if words.is_empty() && !self.pipeline.is_empty() {
            return Err(unexpected(next));
        }
        self.pipeline.push(words);
        if self.pipeline.len() > 1 && self.pipeline.iter().any(Vec::is_empty) {
            return Err(unexpected("|"));
        }
        Ok(())
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.pipeline.iter().all(Vec::is_empty)
    }
}

fn unexpected(token: &str) -> String {
    match token {
        "" => "syntax error: unexpected end of file".into(),
        token => format!("syntax error near unexpected token `{token}'"),
    }
}

/// Reads a line: pipelines, one after the other. `pipes` says whether `|`, `;`, `&&`, `<<` and comments mean anything.
///
/// # Errors
/// When a quote is not closed, or something is not understood; in sh's words.
pub fn read(line: &str, pipes: bool) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut result = Part::default();
    let mut words: Words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\'' | '"' => quoted(c, &mut characters, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().extend(characters.next().filter(|c| *c != '\n')),
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '#' if pipes && word.is_none() => break,
            '|' if pipes => {
                words.extend(word.take());
                result.pipeline.push(std::mem::take(&mut words));
            }
            '<' if pipes && characters.next_if_eq(&'<').is_some() => {
                words.extend(word.take());
                while characters.next_if(|c| " \t-".contains(*c)).is_some() {}
                let end: String = std::iter::from_fn(|| characters.next_if(|c| !" \t|;".contains(*c))).collect();
                result.heredoc = Some(end.chars().filter(|c| !"'\"\\".contains(*c)).collect());
            }
            ';' | '&' if pipes && (c == ';' || characters.next_if_eq(&'&').is_some()) => {
                words.extend(word.take());
                let sign = if c == ';' { ";" } else { "&&" };
                result.end(std::mem::take(&mut words), sign)?;
                if result.is_empty() {
                    return Err(unexpected(sign));
                }
                let next = Part { only_after_success: c == '&', ..Part::default() };
                parts.push(std::mem::replace(&mut result, next));
            }
            '&' | '<' | '>' | '`' | '(' | ')' if pipes => return Err(unexpected(&c.to_string())),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    result.end(words, "")?;
    if result.is_empty() && result.only_after_success {
        return Err(unexpected(""));
    }
    // Behind a last `;` nothing has to follow.
    if parts.is_empty() || !result.is_empty() {
        parts.push(result);
    }
    Ok(parts)
}

fn quoted(quote: char, characters: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) -> Result<(), String> {
    while let Some(c) = characters.next() {
        match c {
            c if c == quote => return Ok(()),
            '\\' if quote == '"' => match characters.next() {
                Some(c @ ('"' | '\\' | '$' | '`')) => word.push(c),
                Some('\n') => {}
                Some(c) => word.extend(['\\', c]),
                None => break,
            },
            c => word.push(c),
        }
    }
    Err(format!("unexpected EOF while looking for matching `{quote}'"))
}

/// A line up to a place where its last word is still being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// The words before it, of the same command.
    pub words: Words,
    /// The word, without quotes; empty when none has begun.
    pub word: String,
    /// Where it begins, in bytes.
    pub start: usize,
}

/// Reads a line that goes on; nothing where no word can be typed, as behind a `#`.
pub fn typing(line: &str) -> Option<Typing> {
    let (mut words, mut word, mut start): (Words, Option<String>, usize) = (Vec::new(), None, line.len());
    let mut characters = line.char_indices().peekable();
    let mut quote: Option<char> = None;
    while let Some((at, c)) = characters.next() {
        let is_blank = quote.is_none() && " \t\n|;&".contains(c);
        if !is_blank && word.is_none() {
            start = at;
        }
        match (quote, c) {
            (None, '|' | ';' | '&') => {
                words.clear();
                word = None;
            }
            (None, ' ' | '\t' | '\n') => words.extend(word.take()),
            (None, '#') if word.is_none() => return None,
            (None, '<') if characters.peek().is_some_and(|(_, next)| *next == '<') => return None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(characters.next().map(|(_, c)| c)),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if word.is_none() {
        start = line.len();
    }
    Some(Typing { words, word: word.unwrap_or_default(), start })
}

/// A word as it is typed: in quotes, where it has characters that mean something.
pub fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+~^".contains(c);
    if word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_keep_words_together() {
        let words = |line: &str| read(line, true).map(|it| it[0].pipeline.concat());
        assert_eq!(words(r#"a 'b c' "d \"e" f\ g h''i "" # j"#).unwrap(), ["a", "b c", "d \"e", "f g", "hi", ""]);
        assert_eq!(words("a='{.b[?(@.c==\"d\")]}{\"\\n\"}'").unwrap(), ["a={.b[?(@.c==\"d\")]}{\"\\n\"}"]);
        assert!(words("a 'b").is_err() && words("a | ").is_err() && words("a || b").is_err() && words("a > b").is_err());
    }

    #[test]
    fn a_quoted_word_is_read_as_it_was() {
        for word in ["a", "a b", "it's", "$x|y", "{.items[*]}", "节点"] {
            assert_eq!(read(&quote(word), true).unwrap()[0].pipeline, [[word]]);
        }
        assert_eq!(quote("node/worker-1"), "node/worker-1");
    }

    #[test]
    fn a_word_that_is_being_typed_knows_where_it_begins() {
        let cases = [
            ("", Some((vec![], "", 0))),
            ("kubectl ge", Some((vec!["kubectl"], "ge", 8))),
            ("kubectl get ", Some((vec!["kubectl", "get"], "", 12))),
            ("ls | gr", Some((vec![], "gr", 5))),
            ("a b && c", Some((vec![], "c", 7))),
            ("a;b c", Some((vec!["b"], "c", 4))),
            ("a 'b c", Some((vec!["a"], "b c", 2))),
            ("a b\\ c", Some((vec!["a"], "b c", 2))),
            ("a # b", None),
            ("a <<E", None),
        ];
        for (line, expected) in cases {
            let found = typing(line).map(|it| (it.words, it.word, it.start));
            let expected = expected
                .map(|(words, word, start)| (words.into_iter().map(str::to_owned).collect::<Vec<_>>(), word.to_owned(), start));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn pipelines_follow_each_other() {
        let parts = |line: &str| {
            let shown = |part: &Part| (part.pipeline.join(&"|".to_owned()).join(" "), part.only_after_success);
            read(line, true).map(|parts| parts.iter().map(shown).collect::<Vec<_>>())
        };
        let expected = [("a | b", false), ("c", true), ("d ;", false)].map(|(words, after)| (words.to_owned(), after));
        assert_eq!(parts("a|b && c; d ';' # e").unwrap(), expected);
        assert_eq!(parts("a;").unwrap().len(), 1);
        let wrong = [
            ("a &&", "syntax error: unexpected end of file"),
            ("&& a", "syntax error near unexpected token `&&'"),
            ("a ;; b", "syntax error near unexpected token `;'"),
            ("a | ; b", "syntax error near unexpected token `;'"),
            ("a & b", "syntax error near unexpected token `&'"),
        ];
        for (line, words) in wrong {
            assert_eq!(parts(line), Err(words.to_owned()), "{line}");
        }
    }

    #[test]
    fn a_pipeline_and_a_text_that_follows() {
        let line = read("kubectl get pods | grep a | wc -l", true).unwrap().remove(0);
        assert_eq!(line.pipeline.len(), 3);
        let line = read("kubectl apply -f - <<'EOF'", true).unwrap().remove(0);
        assert_eq!((line.pipeline[0].len(), line.heredoc.as_deref()), (4, Some("EOF")));
        let line = read("cat <<-EOF | wc -l", true).unwrap().remove(0);
        assert_eq!((line.pipeline.len(), line.heredoc.as_deref()), (2, Some("EOF")));
        assert_eq!(read("a | b", false).unwrap()[0].pipeline, [["a", "|", "b"]]);
    }
}
