//! A command that is typed line by line: when it is complete.

use std::collections::VecDeque;

use super::words;

/// A command while its lines are typed: a backslash at a line's end goes on with the next one, and texts may follow (`<<EOF`).
#[derive(Debug, Default)]
pub struct Unfinished {
    text: String,
    /// The line so far that ends with a backslash.
    continued: String,
    /// The words that end the texts that follow.
    ends: VecDeque<String>,
}

impl Unfinished {
    /// Whether nothing was typed yet.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds a line. Answers the whole once it is complete, and is empty then.
    pub fn add(&mut self, line: &str) -> Option<String> {
        self.text.extend([line, "\n"]);
        if self.ends.front().is_some_and(|end| end == line) {
            self.ends.pop_front();
        } else if self.ends.is_empty() {
            self.continued.push_str(line);
            if self.continued.ends_with('\\') {
                self.continued.pop();
                return None;
            }
            // What cannot be read is complete, and complained about when it runs.
            let parts = words::read(&std::mem::take(&mut self.continued), true).unwrap_or_default();
            self.ends.extend(parts.into_iter().filter_map(|part| part.heredoc));
        }
        self.ends.is_empty().then(|| std::mem::take(self).text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_complete_with_its_last_line() {
        let cases: [&[&str]; 6] = [
            &["ls"],
            &["echo a\\", "b"],
            &["cat <<A", "a", "", "A"],
            &["cat <<A; cat <<B", "B", "A", "B"],
            &["echo 'a"],
            &["cat \\", "<<A", "A"],
        ];
        for lines in cases {
            let mut unfinished = Unfinished::default();
            let whole: Vec<Option<String>> = lines.iter().map(|line| unfinished.add(line)).collect();
            let (last, before) = whole.split_last().expect("a line");
            assert!(before.iter().all(Option::is_none), "{lines:?}: {whole:?}");
            assert_eq!(last.as_deref(), Some((lines.join("\n") + "\n").as_str()));
            assert!(unfinished.is_empty());
        }
    }
}
