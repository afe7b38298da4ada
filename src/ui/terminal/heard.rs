//! What a screen reader says of what is printed.

use crate::lab::terminal::Piece;

/// So many lines of what is printed are said,
const MOST_HEARD: usize = 5;
/// and so many characters of each.
const LONGEST_HEARD: usize = 300;

/// What a screen reader says of what was printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// A number of its own.
    pub number: usize,
    /// The first lines.
    pub lines: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl Heard {
    /// What is printed takes the place of what was printed before; what is drawn again and again says nothing.
    pub fn hear(&mut self, pieces: &[Piece]) {
        if pieces.iter().any(|piece| matches!(piece, Piece::Redraw)) {
            return;
        }
        let texts = pieces.iter().filter_map(|piece| if let Piece::Printed(_, text) = piece { Some(text) } else { None });
        let mut lines = texts.flat_map(|text| text.lines());
        let first: Vec<String> = lines.by_ref().take(MOST_HEARD).map(|line| line.chars().take(LONGEST_HEARD).collect()).collect();
        if !first.is_empty() {
            *self = Self { number: self.number + 1, lines: first, more: lines.count() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::Stream;

    #[test]
    fn the_first_lines_that_are_printed_are_said_and_what_is_drawn_again_is_not() {
        let out = |text: &str| Piece::Printed(Stream::Out, text.into());
        let mut heard = Heard::default();
        heard.hear(&[Piece::Typed("ls".into(), false), out("1\n2\n3\n"), out("4\n5\n6\n7\n")]);
        assert_eq!((heard.lines.join(" ").as_str(), heard.more), ("1 2 3 4 5", 2));
        let before = heard.clone();
        heard.hear(&[Piece::Redraw, out("8\n")]);
        heard.hear(&[Piece::Typed("true".into(), false)]);
        assert_eq!(heard, before);
        heard.hear(&[out(&"x".repeat(LONGEST_HEARD + 1))]);
        assert_eq!((heard.lines[0].len(), heard.more), (LONGEST_HEARD, 0));
        assert_ne!(heard.number, before.number);
    }
}
