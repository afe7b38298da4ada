//! The pieces that a Go template consists of. Models `text/template/parse/lex.go`.

/// A piece of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// What stands outside of braces.
    Text(String),
    /// `{{`.
    Open,
    /// `}}`.
    Close,
    /// Blanks within an action.
    Space,
    /// A word, a number, a quoted text, or a sign, as it is written.
    Word(String),
    /// The template goes wrong here.
    Wrong(String),
}

/// Parts a template; with each piece, where it stands.
pub(super) fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let at = |rest: &str| text.len() - rest.len();
    loop {
        let cut = rest.find("{{").unwrap_or(rest.len());
        let (mut before, after) = rest.split_at(cut);
        let Some(inside) = after.strip_prefix("{{") else {
            tokens.push((at(rest), Token::Text(before.to_owned())));
            return tokens;
        };
        let trims = inside.strip_prefix('-').filter(|it| it.starts_with(BLANKS));
        if trims.is_some() {
            before = before.trim_end_matches(BLANKS);
        }
        let mut inside = trims.unwrap_or(inside);
        tokens.push((at(rest), Token::Text(before.to_owned())));
        let opened = at(after);
        let comment = inside.trim_start_matches(|c| trims.is_some() && BLANKS.contains(&c));
        if comment.starts_with("/*") {
            let end = comment.find("*/").ok_or("unclosed comment");
            let behind = end.and_then(|end| closed(&comment[end + 2..]).ok_or("comment ends before closing delimiter"));
            rest = match behind {
                Ok(behind) => behind,
                Err(words) => {
                    tokens.push((opened, Token::Wrong(words.into())));
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
            let wrong = matches!(token, Token::Wrong(_));
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
fn next(text: &str) -> (Token, usize) {
    let wrong = |words: String| (Token::Wrong(words), 0);
    let Some(first) = text.chars().next() else { return wrong("unclosed action".into()) };
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
        ':' => return wrong("expected :=".into()),
        '"' | '`' | '\'' => {
            let mut escaped = false;
            let end = text.char_indices().skip(1).find(|&(_, c)| {
                let ends = (c == first || (c == '\n' && first != '`')) && !escaped;
                escaped = c == '\\' && !escaped && first != '`';
                ends
            });
            match (end, first) {
                (Some((at, c)), _) if c == first => at + 1,
                (_, '"') => return wrong("unterminated quoted string".into()),
                (_, '`') => return wrong("unterminated raw quoted string".into()),
                _ => return wrong("unterminated character constant".into()),
            }
        }
        '.' if !text[1..].starts_with(|c: char| c.is_ascii_digit()) => word_from(1),
        '$' => word_from(1),
        '+' | '-' | '.' | '0'..='9' => text[1..].find(|c: char| !is_letter(c) && c != '.').map_or(text.len(), |at| at + 1),
        c if is_letter(c) => word_from(0),
        c => return wrong(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
    };
    let (word, behind) = text.split_at(length);
    let ends = behind.is_empty()
        || behind.starts_with(BLANKS)
        || behind.starts_with([',', '|', ':', ')', '(', '.'])
        || behind.starts_with("}}");
    if (first == '$' || first == '.' || is_letter(first)) && !ends {
        let c = behind.chars().next().unwrap_or_default();
        return wrong(format!("bad character U+{:04X} '{c}'", u32::from(c)));
    }
    (Token::Word(word.to_owned()), length)
}
