//! What a terminal has shown, line by line, as far back as it is kept.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{Link, Piece};
use crate::kubectl::Stream;

/// So many lines are kept.
pub const MOST_LINES: usize = 10_000;

/// So many characters of a line are drawn; all of them are kept.
pub const MOST_DRAWN: usize = 4_000;

/// A line that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub kind: LineKind,
    /// What stands there, without the line break.
    pub text: String,
    /// The things that it names, one after the other; `None` as long as nobody has looked.
    pub links: Option<Vec<Link>>,
}

impl Line {
    /// The part of the text that is drawn.
    pub fn drawn(&self) -> &str {
        if self.text.len() <= MOST_DRAWN {
            return &self.text;
        }
        let end = self.text.char_indices().nth(MOST_DRAWN).map_or(self.text.len(), |(at, _)| at);
        &self.text[..end]
    }
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A command was typed.
    Command,
    /// More of a command was typed.
    More,
    /// Something was done on the stage.
    Stage,
    /// A command printed it.
    Out,
    /// A command complained.
    Err,
    /// A command ended with this exit code.
    Exit(i32),
    /// A command was interrupted.
    Interrupted,
    /// So many lines stood here, if that is known.
    Skipped(Option<usize>),
}

/// The lines that are kept.
#[derive(Clone, Debug, Default)]
pub struct Scrollback {
    lines: VecDeque<Rc<Line>>,
    /// How many lines are not kept any more.
    dropped: usize,
    /// Whether the last line has no end yet.
    open: bool,
    /// The most characters that a line has had, at most [`MOST_DRAWN`].
    widest: usize,
    /// How many lines stood here when the last command began, with those that are dropped.
    begun: usize,
    /// How often lines went that were not the oldest: a number of a line from before is that of another one since.
    turns: u32,
}

impl Scrollback {
    /// The lines.
    pub fn lines(&self) -> &VecDeque<Rc<Line>> {
        &self.lines
    }

    /// How many lines are not kept any more.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// How many characters the widest line has.
    pub fn widest(&self) -> usize {
        self.widest
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self { turns: self.turns + 1, ..Self::default() };
    }

    /// The lines of that range of which nobody knows yet what they name: the first one's number among all that are kept or
    /// dropped, and those that follow it. With them goes what says later whether they are still the same.
    pub fn unlooked(&self, range: std::ops::Range<usize>) -> Option<(u32, usize, Vec<String>)> {
        let mut lines = self.lines.range(range.start.min(self.lines.len())..range.end.min(self.lines.len())).enumerate();
        let first = lines.find(|(_, line)| line.links.is_none())?.0 + range.start;
        let texts = self.lines.range(first..range.end.min(self.lines.len())).map(|line| line.drawn().to_owned());
        Some((self.turns, first + self.dropped, texts.collect()))
    }

    /// What lines name that [`Scrollback::unlooked`] has asked for.
    pub fn look(&mut self, turn: u32, first: usize, links: Vec<Vec<Link>>) {
        if turn != self.turns {
            return;
        }
        for (number, found) in (first..).zip(links) {
            let line = number.checked_sub(self.dropped).and_then(|at| self.lines.get_mut(at));
            if let Some(line) = line.filter(|line| line.links.is_none()) {
                Rc::make_mut(line).links = Some(found);
            }
        }
    }

    /// Adds a piece.
    pub fn add(&mut self, piece: Piece) {
        match piece {
            Piece::Typed(text, is_more) | Piece::Dropped(text, is_more) => {
                self.line(if is_more { LineKind::More } else { LineKind::Command }, text);
                self.begun = self.dropped + self.lines.len();
            }
            Piece::Stage(text) => text.lines().for_each(|line| self.line(LineKind::Stage, line.to_owned())),
            Piece::Printed(stream, text) => self.print(stream, &text),
            // The beginning of an answer was never made.
            Piece::Skipped(None) => self.line(LineKind::Skipped(None), String::new()),
            Piece::Skipped(count) => {
                let (from, to) = self.printed();
                let lines = |line: Rc<Line>| if let LineKind::Skipped(count) = line.kind { count } else { Some(1) };
                let before: Option<usize> = self.lines.drain(from..to).map(lines).sum();
                let count = before.zip(count).map(|(before, count)| before + count);
                self.turns += 1;
                let before = self.lines.len();
                self.line(LineKind::Skipped(count), String::new());
                // What came from the stage meanwhile stays above.
                self.begun = self.dropped + before;
            }
            Piece::Exit(code) => self.line(LineKind::Exit(code), String::new()),
            Piece::Interrupted => self.line(LineKind::Interrupted, String::new()),
            Piece::Edited { .. } => {}
            Piece::Clear => self.clear(),
            Piece::Redraw => {
                let (from, to) = self.printed();
                self.lines.drain(from..to);
                self.turns += 1;
                self.begun = self.dropped + self.lines.len();
                self.open = false;
            }
        }
    }

    /// The lines that the running command has printed, up to something that was done on the stage meanwhile.
    fn printed(&self) -> (usize, usize) {
        let from = self.begun.saturating_sub(self.dropped).min(self.lines.len());
        let count = self.lines.range(from..).take_while(|line| line.kind != LineKind::Stage).count();
        (from, from + count)
    }

    fn print(&mut self, stream: Stream, text: &str) {
        let kind = if stream == Stream::Out { LineKind::Out } else { LineKind::Err };
        for line in text.split_inclusive('\n') {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            match self.lines.back_mut().filter(|last| self.open && last.kind == kind) {
                Some(last) => {
                    let last = Rc::make_mut(last);
                    last.links = None;
                    last.text.push_str(bare);
                    self.widest = self.widest.max(width(&last.text));
                }
                None => self.line(kind, bare.to_owned()),
            }
            self.open = !line.ends_with('\n');
        }
    }

    fn line(&mut self, kind: LineKind, text: String) {
        self.open = false;
        self.widest = self.widest.max(width(&text));
        // Only what commands print has links.
        let links = if matches!(kind, LineKind::Out | LineKind::Err) { None } else { Some(Vec::new()) };
        self.lines.push_back(Rc::new(Line { kind, text, links }));
        if self.lines.len() > MOST_LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
    }

    /// The numbers of the lines that have a text in them, whatever the case of its letters.
    pub fn find(&self, text: &str) -> Vec<usize> {
        let text = text.to_lowercase();
        if text.is_empty() {
            return Vec::new();
        }
        self.lines.iter().enumerate().filter(|(_, line)| line.text.to_lowercase().contains(&text)).map(|(at, _)| at).collect()
    }

    /// Everything that is kept, as one copies it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            match line.kind {
                LineKind::Command => text.extend(["$ ", &line.text]),
                LineKind::More => text.extend(["> ", &line.text]),
                LineKind::Stage => text.extend(["# ", &line.text]),
                LineKind::Out | LineKind::Err => text.push_str(&line.text),
                LineKind::Exit(code) => text.extend(["[exit ", &code.to_string(), "]"]),
                LineKind::Interrupted => text.push_str("^C"),
                LineKind::Skipped(_) => text.push('…'),
            }
            text.push('\n');
        }
        text
    }
}

/// How many characters of a line are drawn.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len().min(MOST_DRAWN) } else { text.chars().take(MOST_DRAWN).count() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::terminal::Target;

    fn out(text: &str) -> Piece {
        Piece::Printed(Stream::Out, text.into())
    }

    #[test]
    fn what_is_printed_in_parts_becomes_lines() {
        let mut scrollback = Scrollback::default();
        scrollback.add(Piece::Typed("ls".into(), false));
        for piece in [out("a\nb"), out("c\n\nd")] {
            scrollback.add(piece);
        }
        scrollback.add(Piece::Printed(Stream::Err, "e\n".into()));
        scrollback.add(Piece::Exit(1));
        assert_eq!(scrollback.text(), "$ ls\na\nbc\n\nd\ne\n[exit 1]\n");
        assert_eq!(scrollback.widest(), 2);
        assert_eq!(scrollback.find("BC"), [2]);
    }

    #[test]
    fn of_a_very_long_line_only_the_beginning_is_drawn() {
        let mut scrollback = Scrollback::default();
        let long = "节".repeat(MOST_DRAWN + 1);
        for text in ["short\n", &long] {
            scrollback.add(out(text));
        }
        let drawn: Vec<usize> = scrollback.lines().iter().map(|line| line.drawn().chars().count()).collect();
        assert_eq!((drawn, scrollback.widest()), (vec![5, MOST_DRAWN], MOST_DRAWN));
        assert!(scrollback.text().ends_with(&(long + "\n")));
    }

    #[test]
    fn what_lines_name_is_asked_for_once_and_not_believed_of_lines_that_went() {
        let mut scrollback = Scrollback::default();
        scrollback.add(Piece::Typed("ls".into(), false));
        scrollback.add(out("a n1\nb"));
        let links = || vec![Link { span: 2..4, target: Target::Node("n1".into()) }];
        let (turn, first, texts) = scrollback.unlooked(0..9).expect("lines");
        assert_eq!((first, texts), (1, vec!["a n1".to_owned(), "b".to_owned()]));
        scrollback.look(turn, first, vec![links(), Vec::new()]);
        assert_eq!(scrollback.lines()[1].links, Some(links()));
        assert_eq!(scrollback.unlooked(0..9), None);
        scrollback.add(out(" more\n"));
        assert_eq!(scrollback.unlooked(0..9), Some((turn, 2, vec!["b more".to_owned()])), "the line has become another");
        scrollback.add(Piece::Clear);
        scrollback.add(out("x\nb n1\ny\n"));
        scrollback.look(turn, 0, vec![links(), links(), links()]);
        assert!(scrollback.lines().iter().all(|line| line.links.is_none()), "those were others");
        assert_eq!(scrollback.unlooked(1..2).map(|(_, first, texts)| (first, texts)), Some((1, vec!["b n1".to_owned()])));
    }

    #[test]
    fn what_is_drawn_again_takes_the_place_of_what_the_command_printed() {
        let mut scrollback = Scrollback::default();
        scrollback.add(out("before\n"));
        scrollback.add(Piece::Typed("watch ls".into(), false));
        for text in ["1\n", "2\n"] {
            scrollback.add(Piece::Redraw);
            scrollback.add(out(text));
        }
        assert_eq!(scrollback.text(), "before\n$ watch ls\n2\n");
        scrollback.add(Piece::Clear);
        assert!(scrollback.is_empty());
    }

    #[test]
    fn lines_that_were_never_sent_are_counted_with_those_before_them() {
        let mut scrollback = Scrollback::default();
        for piece in [out("a\nb"), Piece::Skipped(Some(5)), out("c\n")] {
            scrollback.add(piece);
        }
        assert_eq!(scrollback.text(), "…\nc\n");
        assert_eq!(scrollback.lines()[0].kind, LineKind::Skipped(Some(7)));
        scrollback.add(Piece::Typed("cat long".into(), false));
        for piece in
            [out("a\n"), Piece::Skipped(Some(5)), out("b\n"), Piece::Skipped(Some(2)), out(&"x\n".repeat(MOST_LINES - 5))]
        {
            scrollback.add(piece);
        }
        assert!(scrollback.text().starts_with("…\nc\n$ cat long\n…\nx\n"), "the command is still there");
        assert_eq!((scrollback.lines()[3].kind, scrollback.dropped()), (LineKind::Skipped(Some(9)), 0));
    }

    #[test]
    fn what_is_done_on_the_stage_stays_while_a_command_is_drawn_again() {
        let mut scrollback = Scrollback::default();
        scrollback.add(Piece::Typed("watch ls".into(), false));
        let stage = [Piece::Stage("kubectl cordon a".into()), out("node/a cordoned\n")];
        let shown = [vec![Piece::Redraw, out("1\n")], stage.to_vec(), vec![Piece::Redraw, out("2\n"), Piece::Redraw, out("3\n")]];
        shown.into_iter().flatten().for_each(|piece| scrollback.add(piece));
        assert_eq!(scrollback.text(), "$ watch ls\n# kubectl cordon a\nnode/a cordoned\n3\n");
    }

    #[test]
    fn the_oldest_lines_are_counted_and_dropped() {
        let mut scrollback = Scrollback::default();
        scrollback.add(out(&"x\n".repeat(MOST_LINES)));
        scrollback.add(Piece::Typed("watch ls".into(), false));
        scrollback.add(out("1\n"));
        scrollback.add(Piece::Redraw);
        scrollback.add(out("2\n"));
        assert_eq!((scrollback.lines().len(), scrollback.dropped()), (MOST_LINES, 2));
        assert!(scrollback.text().ends_with("x\n$ watch ls\n2\n"));
    }
}
