//! What the page knows of the terminal: what it has shown, and the line that is being typed.

use super::heard::Heard;
use crate::lab::terminal::{History, LineKind, Piece, Prompt, Scrollback};
use crate::shell::Completions;

/// What the page knows of the terminal.
#[derive(Clone, Debug, Default)]
pub struct Console {
    /// What was shown.
    pub scrollback: Scrollback,
    /// What was typed.
    pub history: History,
    /// What it waits for.
    pub prompt: Prompt,
    /// The line that is being typed.
    pub line: String,
    /// The line of the history that stands there instead, and the line that was being typed before.
    recalled: Option<(usize, String)>,
    /// What is searched for in the history, and where it was found.
    pub search: Option<(String, Option<usize>)>,
    /// What the last word can become, while that is listed.
    pub choice: Option<Choice>,
    /// Where the cursor was when completions were asked for, in bytes.
    pub cursor: usize,
    /// The number of the state in which the line is; what was asked in another is of no use any more.
    pub version: u32,
    /// Whether Tab leaves the line.
    pub leaving: bool,
    /// What is looked for in what was shown.
    pub sought: String,
    /// The lines that have it, counted with those that are not kept any more.
    hits: Vec<usize>,
    /// The line where it was found, counted with those that are not kept any more.
    pub found: Option<usize>,
    /// The first line in sight; none while the last one is.
    pub first: Option<usize>,
    /// How many lines are in sight at once.
    pub sight: usize,
    /// Whether there were earlier visits, of which nothing is shown, and nothing was shown during this one.
    pub returned: bool,
    /// The file that a command waits for.
    pub editing: Option<Editing>,
    /// What is said of what was printed last.
    pub heard: Heard,
}

/// A file that a command has opened in the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editing {
    /// The file.
    pub file: u32,
    /// The name that the command gave it.
    pub name: String,
    /// The file that was in front before.
    pub front: u32,
    /// Whether the command is over, and if so, whether the text is worth keeping.
    pub kept: Option<bool>,
}

/// Candidates that are listed.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Them, and where the word begins.
    pub completions: Completions,
    /// Where the word ends, in bytes.
    pub end: usize,
    /// The one that is chosen.
    pub chosen: Option<usize>,
}

impl Console {
    /// With what was typed during earlier visits.
    pub fn restore(history: &str) -> Self {
        let history = History::restore(history);
        Self { returned: !history.lines().is_empty(), history, ..Self::default() }
    }

    /// Shows pieces.
    pub fn show(&mut self, pieces: Vec<Piece>) {
        self.heard.hear(&pieces);
        self.returned = false;
        for piece in pieces {
            match &piece {
                Piece::Typed(line, false) => self.history.add(line),
                Piece::Clear => self.wipe(),
                Piece::Edited { kept } => {
                    if let Some(editing) = &mut self.editing {
                        editing.kept = Some(*kept);
                    }
                }
                _ => {}
            }
            self.scrollback.add(piece);
        }
        self.find();
    }

    fn find(&mut self) {
        let dropped = self.scrollback.dropped();
        self.hits = self.scrollback.find(&self.sought).into_iter().map(|at| at + dropped).collect();
    }

    /// Whether Tab leaves the line: Escape was pressed before, or there is nothing to complete.
    pub fn tab_leaves(&self) -> bool {
        self.leaving || (self.line.is_empty() && self.search.is_none() && self.choice.is_none())
    }

    /// Everything that was shown is forgotten.
    pub fn wipe(&mut self) {
        self.scrollback.clear();
        self.returned = false;
        self.first = None;
        self.found = None;
        self.hits.clear();
    }

    /// Takes the line away to be run.
    pub fn take(&mut self) -> String {
        self.forget();
        self.first = None;
        std::mem::take(&mut self.line)
    }

    /// Everything but the line itself is as at its beginning.
    fn forget(&mut self) {
        self.turn();
        self.recalled = None;
        self.search = None;
        self.choice = None;
        self.leaving = false;
    }

    /// What was asked about the line is of no use any more.
    fn turn(&mut self) {
        self.version = self.version.wrapping_add(1);
    }

    /// The line is to be completed at that place, in bytes. Answers the number of the question.
    pub fn ask(&mut self, line: String, cursor: usize) -> u32 {
        self.write(line);
        self.cursor = cursor;
        self.version
    }

    /// Lists and searches are closed; where there are none, Tab leaves.
    pub fn escape(&mut self) {
        let nothing_open = self.choice.is_none() && self.search.is_none();
        self.turn();
        self.choice = None;
        self.search = None;
        self.leaving = nothing_open;
    }

    /// Another line stands there.
    pub fn write(&mut self, line: String) {
        self.forget();
        self.line = line;
    }

    /// An older line of the history takes the place.
    pub fn recall_older(&mut self) {
        let lines = self.history.lines();
        let at = self.recalled.as_ref().map_or(lines.len(), |(at, _)| *at);
        let Some(older) = at.checked_sub(1) else { return };
        let draft = self.recalled.take().map_or_else(|| self.line.clone(), |(_, draft)| draft);
        self.line.clone_from(&lines[older]);
        self.recalled = Some((older, draft));
        self.turn();
    }

    /// A newer line takes the place, at the end the one that was being typed.
    pub fn recall_newer(&mut self) {
        let Some((at, draft)) = self.recalled.take() else { return };
        self.turn();
        if let Some(newer) = self.history.lines().get(at + 1) {
            self.line.clone_from(newer);
            self.recalled = Some((at + 1, draft));
        } else {
            self.line = draft;
        }
    }

    /// Begins to search the history, or goes on to an older place.
    pub fn search_older(&mut self) {
        self.turn();
        let (text, at) = self.search.take().unwrap_or_default();
        let found = if text.is_empty() { None } else { self.history.find(&text, at).or(at) };
        self.search = Some((text, found));
        self.choice = None;
    }

    /// Searches for another text.
    pub fn search_for(&mut self, text: String) {
        let found = if text.is_empty() { None } else { self.history.find(&text, None) };
        self.search = Some((text, found));
    }

    /// The line that the search has found.
    pub fn searched(&self) -> Option<&str> {
        let (_, at) = self.search.as_ref()?;
        self.history.lines().get((*at)?).map(String::as_str)
    }

    /// The search is over; what it found takes the place of the line.
    pub fn accept_search(&mut self) {
        if let Some(found) = self.searched().map(str::to_owned) {
            self.line = found;
        }
        self.search = None;
        self.turn();
    }

    /// Completions have come for the question of that number. Answers where the cursor goes, in bytes, if the line is another now.
    pub fn complete(&mut self, version: u32, completions: Completions) -> Option<usize> {
        if version != self.version {
            return None;
        }
        let cursor = self.cursor;
        self.choice = None;
        let word = self.line.get(completions.start..cursor)?.to_owned();
        let longer = completions.count > 0 && completions.common.len() > word.len();
        let end = if longer { self.replace(completions.start, cursor, &completions.common) } else { cursor };
        if completions.count > 1 {
            self.choice = Some(Choice { completions, end, chosen: None });
        }
        longer.then_some(end)
    }

    /// The next or the one before of what is listed is chosen.
    pub fn choose(&mut self, forwards: bool) {
        let Some(choice) = &mut self.choice else { return };
        let count = choice.completions.listed.len();
        choice.chosen = Some(match choice.chosen {
            None if forwards => 0,
            None => count - 1,
            Some(at) if forwards => (at + 1) % count,
            Some(at) => (at + count - 1) % count,
        });
    }

    /// What is chosen takes the word's place. Answers where the cursor goes, in bytes.
    pub fn accept(&mut self, index: Option<usize>) -> Option<usize> {
        let choice = self.choice.take()?;
        self.turn();
        let candidate = choice.completions.listed.get(index.or(choice.chosen)?)?;
        let word = crate::shell::quote(&candidate.word) + if candidate.ends { " " } else { "" };
        Some(self.replace(choice.completions.start, choice.end, &word))
    }

    fn replace(&mut self, start: usize, end: usize, word: &str) -> usize {
        let [before, after] = [self.line.get(..start), self.line.get(end..)].map(Option::unwrap_or_default);
        // A blank that is there already is not put a second time.
        let word = if after.starts_with(' ') { word.trim_end() } else { word };
        self.line = [before, word, after].concat();
        start + word.len()
    }

    /// Looks for a text in what was shown, from the end.
    pub fn seek(&mut self, text: String) {
        self.sought = text;
        self.found = None;
        self.find();
        self.seek_on(false);
    }

    /// Goes on to the next place where it stands, or to the one before, round the ends.
    pub fn seek_on(&mut self, forwards: bool) {
        let found = &self.hits;
        let next = match self.found {
            Some(at) if forwards => found.iter().find(|it| **it > at).or(found.first()),
            Some(at) => found.iter().rfind(|it| **it < at).or(found.last()),
            None => found.last(),
        };
        self.found = next.copied();
    }

    /// How often it stands there.
    pub fn count(&self) -> usize {
        self.hits.len()
    }

    /// Whether that line is a command.
    pub fn is_command(kind: LineKind) -> bool {
        matches!(kind, LineKind::Command | LineKind::More | LineKind::Stage)
    }
}

/// The place in bytes of a place in UTF-16 units, as the browser counts.
pub fn byte_at(text: &str, units: usize) -> usize {
    let mut seen = 0;
    let place = text.char_indices().find(|(_, c)| {
        let here = seen;
        seen += c.len_utf16();
        here >= units
    });
    place.map_or(text.len(), |(at, _)| at)
}

/// The other way round.
pub fn units_at(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Candidate;

    fn console(lines: &[&str]) -> Console {
        let mut console = Console::default();
        for line in lines {
            console.history.add(line);
        }
        console
    }

    #[test]
    fn up_and_down_go_through_the_history_and_back_to_what_was_begun() {
        let mut console = console(&["one", "two"]);
        console.write("begun".into());
        let mut seen = Vec::new();
        for older in [true, true, true, false, false, false] {
            if older {
                console.recall_older();
            } else {
                console.recall_newer();
            }
            seen.push(console.line.clone());
        }
        assert_eq!(seen, ["two", "one", "one", "two", "begun", "begun"]);
    }

    #[test]
    fn a_line_is_searched_for_from_the_end_backwards() {
        let mut console = console(&["get ds", "ls", "get nodes"]);
        console.search_older();
        console.search_for("get".into());
        assert_eq!(console.searched(), Some("get nodes"));
        console.search_older();
        console.search_older();
        assert_eq!(console.searched(), Some("get ds"), "the oldest one stays");
        console.accept_search();
        assert_eq!((console.line.as_str(), console.search.is_some()), ("get ds", false));
    }

    fn completions(start: usize, common: &str, words: &[&str]) -> Completions {
        let listed: Vec<Candidate> = words.iter().map(|word| Candidate::new(*word, "")).collect();
        Completions { start, common: common.into(), count: listed.len(), listed }
    }

    #[test]
    fn a_word_becomes_what_all_candidates_begin_with_and_then_the_chosen_one() {
        let mut console = console(&[]);
        let version = console.ask("get w | wc".into(), 5);
        assert_eq!(console.complete(version, completions(4, "worker-", &["worker-1", "worker-2"])), Some(11));
        assert_eq!(console.line, "get worker- | wc");
        console.choose(true);
        console.choose(true);
        assert_eq!(console.accept(None), Some(12));
        assert_eq!(console.line, "get worker-2 | wc");
        let version = console.ask("ku".into(), 2);
        assert_eq!(console.complete(version, completions(0, "kubectl ", &["kubectl"])), Some(8));
        assert_eq!((console.line.as_str(), console.choice.is_none()), ("kubectl ", true));
        let version = console.ask("no".into(), 2);
        assert_eq!(console.complete(version, completions(0, "", &[])), None);
        assert_eq!(console.line, "no");
    }

    #[test]
    fn a_completion_that_comes_late_changes_nothing() {
        type Act = fn(&mut Console);
        let meanwhile: [(Act, &str); 6] = [
            (|console| console.write("kubectl get x".into()), "kubectl get x"),
            (|console| drop(console.take()), ""),
            (Console::recall_older, "ls"),
            (Console::search_older, "ku"),
            (Console::escape, "ku"),
            (|console| assert_ne!(console.ask("kube".into(), 4), 0), "kube"),
        ];
        for (act, line) in meanwhile {
            let mut console = console(&["ls"]);
            let version = console.ask("ku".into(), 2);
            act(&mut console);
            assert_eq!(console.complete(version, completions(0, "kubectl ", &["kubectl", "kubecolor"])), None);
            assert_eq!((console.line.as_str(), console.choice.is_none()), (line, true));
        }
    }

    #[test]
    fn what_was_thrown_away_is_shown_and_not_remembered() {
        let mut console = console(&[]);
        let typed = Piece::Typed("cat <<EOF".into(), false);
        console.show(vec![typed, Piece::Typed("a".into(), true), Piece::Dropped("b".into(), true), Piece::Interrupted]);
        console.show(vec![Piece::Dropped("kubectl".into(), false), Piece::Interrupted]);
        assert_eq!(console.scrollback.text(), "$ cat <<EOF\n> a\n> b\n^C\n$ kubectl\n^C\n");
        assert_eq!(console.history.lines(), ["cat <<EOF"]);
    }

    #[test]
    fn what_earlier_visits_left_is_said_until_something_is_shown() {
        assert!(!Console::restore("").returned);
        let history = console(&["ls"]).history.save();
        let mut console = Console::restore(&history);
        assert!(console.returned);
        console.show(vec![Piece::Typed("ls".into(), false)]);
        assert!(!console.returned);
    }

    #[test]
    fn what_was_shown_is_searched_round_the_ends() {
        let mut console = console(&[]);
        console.show(vec![Piece::Typed("ls".into(), false)]);
        console.show(vec![Piece::Printed(crate::kubectl::Stream::Out, "a\nb\nA\n".into())]);
        console.seek("a".into());
        assert_eq!((console.found, console.count()), (Some(3), 2));
        console.seek_on(true);
        assert_eq!(console.found, Some(1));
        console.seek_on(false);
        assert_eq!(console.found, Some(3));
        console.show(vec![Piece::Typed("cat".into(), false)]);
        assert_eq!(console.count(), 3, "what is shown later counts");
        console.wipe();
        assert_eq!((console.found, console.count()), (None, 0));
    }

    #[test]
    fn tab_leaves_an_empty_line_and_any_line_after_escape() {
        let mut console = console(&[]);
        assert!(console.tab_leaves());
        console.write("ku".into());
        assert!(!console.tab_leaves());
        console.escape();
        assert!(console.tab_leaves());
        console.write(String::new());
        console.search_older();
        assert!(!console.tab_leaves(), "it takes what was found");
    }

    #[test]
    fn places_are_counted_as_the_browser_counts_them() {
        let text = "a节😀b";
        for (units, byte) in [(0, 0), (1, 1), (2, 4), (4, 8), (5, 9), (9, 9)] {
            assert_eq!(byte_at(text, units), byte);
            assert_eq!(units_at(text, byte), units.min(5));
        }
    }
}
