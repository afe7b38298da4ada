//! A command line in words: blanks part them, quotes and backslashes keep them together, as in sh.

/// One command of a pipeline.
pub type Words = Vec<String>;

/// A line as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The commands, of which each reads what the one before it prints.
    pub pipeline: Vec<Words>,
    /// The word that ends a text that follows (`<<EOF`), if one does.
    pub heredoc: Option<String>,
}

/// Reads a line. `pipes` says whether `|`, `;`, `<<` and comments mean anything.
///
/// # Errors
/// When a quote is not closed, or something is not understood; in sh's words.
pub fn read(line: &str, pipes: bool) -> Result<Line, String> {
    let mut result = Line::default();
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
            ';' | '&' | '<' | '>' | '`' | '(' | ')' if pipes => return Err(format!("syntax error near unexpected token `{c}'")),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.is_empty() && !result.pipeline.is_empty() {
        return Err("syntax error: unexpected end of file".into());
    }
    result.pipeline.push(words);
    if result.pipeline.len() > 1 && result.pipeline.iter().any(Vec::is_empty) {
        return Err("syntax error near unexpected token `|'".into());
    }
    Ok(result)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_keep_words_together() {
        let words = |line: &str| read(line, true).map(|it| it.pipeline.concat());
        assert_eq!(words(r#"a 'b c' "d \"e" f\ g h''i "" # j"#).unwrap(), ["a", "b c", "d \"e", "f g", "hi", ""]);
        assert_eq!(words("a='{.b[?(@.c==\"d\")]}{\"\\n\"}'").unwrap(), ["a={.b[?(@.c==\"d\")]}{\"\\n\"}"]);
        assert!(words("a 'b").is_err() && words("a | ").is_err() && words("a || b").is_err() && words("a > b").is_err());
    }

    #[test]
    fn a_pipeline_and_a_text_that_follows() {
        let line = read("kubectl get pods | grep a | wc -l", true).unwrap();
        assert_eq!(line.pipeline.len(), 3);
        let line = read("kubectl apply -f - <<'EOF'", true).unwrap();
        assert_eq!((line.pipeline[0].len(), line.heredoc.as_deref()), (4, Some("EOF")));
        let line = read("cat <<-EOF | wc -l", true).unwrap();
        assert_eq!((line.pipeline.len(), line.heredoc.as_deref()), (2, Some("EOF")));
        assert_eq!(read("a | b", false).unwrap().pipeline, [["a", "|", "b"]]);
    }
}
