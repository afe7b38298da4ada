//! The pieces that a Go template consists of. Models `text/template/parse/lex.go`.

/// A piece of a template.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Token<'a> {
    /// What stands outside of braces.
    Text(&'a str),
    /// `{{`.
    Open,
    /// `}}`.
    Close,
    /// Blanks within an action.
    Space,
    /// A word, a number, a quoted text, or a sign, as it is written.
    Word(&'a str),
    /// The template goes wrong here, by a character or without one.
    Wrong(&'static str, Option<char>),
}

/// Parts a template; with each piece, where it stands.
pub(super) fn tokens(text: &str) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let at = |rest: &str| text.len() - rest.len();
    loop {
        let cut = rest.find("{{").unwrap_or(rest.len());
        let (mut before, after) = rest.split_at(cut);
        let Some(inside) = after.strip_prefix("{{") else {
            tokens.push((at(rest), Token::Text(before)));
            return tokens;
        };
        let trims = inside.strip_prefix('-').filter(|it| it.starts_with(BLANKS));
        if trims.is_some() {
            before = before.trim_end_matches(BLANKS);
        }
        let mut inside = trims.unwrap_or(inside);
        tokens.push((at(rest), Token::Text(before)));
        let opened = at(after);
        let comment = inside.trim_start_matches(|c| trims.is_some() && BLANKS.contains(&c));
        if comment.starts_with("/*") {
            let end = comment.find("*/").ok_or("unclosed comment");
            let behind = end.and_then(|end| closed(&comment[end + 2..]).ok_or("comment ends before closing delimiter"));
            rest = match behind {
                Ok(behind) => behind,
                Err(words) => {
                    tokens.push((opened, Token::Wrong(words, None)));
                    return tokens;
                }
            };
            continue;
        }
        tokens.push((opened, Token::Open));
        loop {
            if let Some(behind) = closed(inside) {
                tokens.push((at(inside), Token::Close));
                rest = behind;
                break;
            }
            let (token, length) = next(inside);
            let wrong = matches!(token, Token::Wrong(..));
            tokens.push((at(inside), token));
            if wrong {
                return tokens;
            }
            inside = &inside[length..];
        }
    }
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// What stands behind the closing braces, if they are next; without the blanks that ` -}}` takes away.
fn closed(text: &str) -> Option<&str> {
    let trimmed = text.strip_prefix(BLANKS).and_then(|it| it.strip_prefix("-}}"));
    trimmed.map(|it| it.trim_start_matches(BLANKS)).or_else(|| text.strip_prefix("}}"))
}

/// The next piece of an action, and its length.
fn next(text: &str) -> (Token<'_>, usize) {
    let wrong = |words, c| (Token::Wrong(words, c), 0);
    let Some(first) = text.chars().next() else { return wrong("unclosed action", None) };
    let is_letter = |c: char| c == '_' || c.is_alphanumeric();
    let word_from = |start: usize| text[start..].find(|c| !is_letter(c)).map_or(text.len(), |at| at + start);
    let length = match first {
        c if BLANKS.contains(&c) => {
            // A blank before `-}}` belongs to it.
            let blanks = text.len() - text.trim_start_matches(BLANKS).len();
            let marks = blanks > 1 && text[blanks..].starts_with("-}}");
            return (Token::Space, blanks - usize::from(marks));
        }
        '(' | ')' | '|' | ',' | '=' => 1,
        ':' if text.starts_with(":=") => 2,
        ':' => return wrong("expected :=", None),
        '"' | '`' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|&(_, c)| {
                let ends = c == first && !escaped;
                escaped = c == '\\' && !escaped && first == '"';
                ends
            });
            match end {
                Some((at, _)) => at + 1,
                None if first == '"' => return wrong("unterminated quoted string", None),
                None => return wrong("unterminated raw quoted string", None),
            }
        }
        '+' | '-' | '0'..='9' => text[1..].find(|c: char| !is_letter(c) && c != '.').map_or(text.len(), |at| at + 1),
        '.' | '$' => word_from(1),
        c if is_letter(c) => word_from(0),
        c => return wrong("unrecognized character in action:", Some(c)),
    };
    let (word, behind) = text.split_at(length);
    let is_name = first == '$' || first == '.' || is_letter(first);
    match behind.chars().next().filter(|c| is_name && !BLANKS.contains(c) && !",|:)(.}".contains(*c)) {
        Some(c) => wrong("bad character", Some(c)),
        None => (Token::Word(word), length),
    }
}
