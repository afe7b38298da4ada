//! What was typed, line by line, to be found again.

use crate::lab::fields::{Fields, write};

/// So many lines are kept.
const MOST_LINES: usize = 500;
/// Lines that are longer than this, in bytes, are not kept.
const LONGEST_LINE: usize = 4_000;
/// So much of them is remembered from visit to visit, in bytes: a browser has room for a few megabytes in all.
const MOST_SAVED: usize = 64 * 1024;

/// The lines that were typed last, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    lines: Vec<String>,
}

impl History {
    /// Reads what [`History::save`] wrote; what is not that is left out.
    pub fn restore(saved: &str) -> Self {
        let mut history = Self::default();
        Fields::of(saved).for_each(|line| history.add(line));
        history
    }

    /// The last lines as text, to be remembered.
    pub fn save(&self) -> String {
        let mut text = String::new();
        let mut left = MOST_SAVED;
        let fits = |line: &&String| {
            let fits = line.len() <= left;
            left = left.saturating_sub(line.len());
            fits
        };
        let kept = self.lines.iter().rev().take_while(fits).count();
        self.lines[self.lines.len() - kept..].iter().for_each(|line| write(&mut text, &[line]));
        text
    }

    /// Adds a line, unless it says nothing or the same as the last one.
    pub fn add(&mut self, line: &str) {
        let line = line.trim_end();
        if line.trim().is_empty() || line.len() > LONGEST_LINE || self.lines.last().is_some_and(|last| last == line) {
            return;
        }
        if self.lines.len() == MOST_LINES {
            self.lines.remove(0);
        }
        self.lines.push(line.to_owned());
    }

    /// All of them.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The number of the line before that one (or before the end) that has this text in it, as Ctrl-R finds it.
    pub fn find(&self, text: &str, before: Option<usize>) -> Option<usize> {
        let end = before.unwrap_or(self.lines.len()).min(self.lines.len());
        self.lines[..end].iter().rposition(|line| line.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_lines_only_the_last_ones_are_remembered() {
        let mut history = History::default();
        (0..100).for_each(|number| history.add(&format!("echo {number} {}", "x".repeat(3_000))));
        let again = History::restore(&history.save());
        let kept = again.lines().len();
        assert!(kept > 0 && again.lines() == &history.lines()[100 - kept..]);
        assert!((kept + 1) * 3_000 > MOST_SAVED && history.save().len() < MOST_SAVED + 1_000, "{kept}");
    }

    #[test]
    fn the_last_lines_come_back_and_none_stands_twice_in_a_row() {
        let mut history = History::default();
        for number in 0..=MOST_LINES {
            history.add(&format!("echo {number}"));
            history.add(&format!("echo {number} "));
        }
        history.add("  ");
        history.add(&"x".repeat(LONGEST_LINE + 1));
        assert_eq!((history.lines().len(), history.lines()[0].as_str()), (MOST_LINES, "echo 1"));
        assert_eq!(History::restore(&history.save()), history);
        assert_eq!(History::restore("nonsense"), History::default());
    }

    #[test]
    fn a_line_is_found_from_the_end_backwards() {
        let mut history = History::default();
        for line in ["kubectl get ds", "ls", "kubectl get nodes"] {
            history.add(line);
        }
        assert_eq!(history.find("get", None), Some(2));
        assert_eq!(history.find("get", Some(2)), Some(0));
        assert_eq!(history.find("get", Some(0)), None);
        assert_eq!(history.find("drain", None), None);
    }
}
