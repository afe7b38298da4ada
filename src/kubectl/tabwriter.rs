//! Columns as Go's `text/tabwriter` makes them: a cell ends with a tab, and a column is as wide as the widest of the cells that
//! stand in it on consecutive lines. What comes after a line's last tab belongs to no column.

/// How wide columns are.
#[derive(Clone, Copy, Debug)]
pub struct Widths {
    /// No column is narrower.
    pub least: usize,
    /// Blanks between a cell and the next column.
    pub padding: usize,
}

/// The columns of `kubectl get`.
pub const TABLE: Widths = Widths { least: 6, padding: 3 };
/// The columns of `kubectl describe`.
pub const DESCRIBE: Widths = Widths { least: 0, padding: 2 };

/// Aligns the cells of a text.
///
/// ```
/// use daemonset_lab::kubectl::tabwriter::{TABLE, align};
/// assert_eq!(align("NAME\tAGE\nagent\t5s\n", TABLE, None), "NAME    AGE\nagent   5s\n");
/// ```
///
/// Columns do not get narrower than those that are remembered, as in `kubectl get --watch`.
pub fn align(text: &str, widths: Widths, remembered: Option<&mut Vec<usize>>) -> String {
    let cells = Cells::of(text);
    let out = String::with_capacity(text.len() * 2);
    let mut writer = Writer { cells: &cells, widths, remembered, columns: Vec::new(), out };
    let done = writer.format(0, 0, cells.lines());
    writer.write(done, cells.lines());
    writer.out.pop();
    writer.out
}

/// Lines of as many cells each, of which only the last are kept: the others only make the columns wider.
pub struct Rows {
    /// The lines that are kept, the last of which is being written.
    pub text: String,
    widths: Widths,
    /// So many lines will follow that are not kept.
    left_out: usize,
    /// How wide those have made the columns.
    columns: Vec<usize>,
    /// Whether there are such.
    cut: bool,
}

impl Rows {
    /// For so many lines.
    pub fn of(count: usize, keeps: Option<usize>, widths: Widths) -> Self {
        Self {
            text: String::new(),
            widths,
            left_out: keeps.map_or(0, |keeps| count.saturating_sub(keeps)),
            columns: Vec::new(),
            cut: false,
        }
    }

    /// The line that is being written is over.
    pub fn end_line(&mut self) {
        self.text.push('\n');
        let Some(left_out) = self.left_out.checked_sub(1) else { return };
        (self.left_out, self.cut) = (left_out, true);
        let mut rest = self.text.as_str();
        let mut column = 0;
        while let Some((cell, behind)) = rest.split_once('\t') {
            let width = count(cell) + self.widths.padding;
            match self.columns.get_mut(column) {
                Some(widest) => *widest = width.max(*widest),
                None => self.columns.push(width.max(self.widths.least)),
            }
            (rest, column) = (behind, column + 1);
        }
        self.text.clear();
    }

    /// Aligns them. Whether lines were left out.
    pub fn align(mut self, remembered: Option<&mut Vec<usize>>) -> (String, bool) {
        let cut = self.cut;
        let remembered = if cut { Some(&mut self.columns) } else { remembered };
        (align(&self.text, self.widths, remembered), cut)
    }
}

/// The cells of a text, one after the other, each looked at once.
struct Cells<'a> {
    /// What stands there, and how many characters that are.
    cells: Vec<(&'a str, usize)>,
    /// How many cells stand before each line, and how many there are.
    before: Vec<usize>,
}

impl<'a> Cells<'a> {
    fn of(text: &'a str) -> Self {
        // Cells are short, and moving them again and again costs more than room.
        let (mut cells, mut before) = (Vec::with_capacity(text.len() / 8), vec![0]);
        let (mut start, mut following) = (0, 0);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'\t' | b'\n' => {
                    cells.push((&text[start..at], at - start - following));
                    if byte == b'\n' {
                        before.push(cells.len());
                    }
                    (start, following) = (at + 1, 0);
                }
                // Of a character that takes several bytes, all but the first.
                0x80..0xc0 => following += 1,
                _ => {}
            }
        }
        cells.push((&text[start..], text.len() - start - following));
        before.push(cells.len());
        Self { cells, before }
    }

    fn lines(&self) -> usize {
        self.before.len() - 1
    }

    fn line(&self, line: usize) -> &[(&'a str, usize)] {
        &self.cells[self.before[line]..self.before[line + 1]]
    }

    /// Whether a line has a cell in that column.
    fn has(&self, line: usize, column: usize) -> bool {
        column + 1 < self.before[line + 1] - self.before[line]
    }
}

struct Writer<'a> {
    cells: &'a Cells<'a>,
    widths: Widths,
    /// The widths of the columns of an earlier text, which new ones do not fall below.
    remembered: Option<&'a mut Vec<usize>>,
    columns: Vec<usize>,
    out: String,
}

impl Writer<'_> {
    /// Writes the lines that are not written yet.
    fn write(&mut self, from: usize, to: usize) {
        for line in from..to {
            let (last, cells) = self.cells.line(line).split_last().unwrap_or((&("", 0), &[]));
            for (number, (cell, width)) in cells.iter().enumerate() {
                self.out.push_str(cell);
                let wanted = self.columns.get(number).copied().unwrap_or_default();
                pad(&mut self.out, wanted.saturating_sub(*width));
            }
            self.out.push_str(last.0);
            self.out.push('\n');
        }
    }

    /// Lays out the column behind those that are known, in these lines. Answers up to where lines are written.
    fn format(&mut self, mut written: usize, from: usize, to: usize) -> usize {
        let column = self.columns.len();
        let mut line = from;
        while line < to {
            if !self.cells.has(line, column) {
                line += 1;
                continue;
            }
            self.write(written, line);
            let end = (line..to).find(|it| !self.cells.has(*it, column)).unwrap_or(to);
            let cells = (line..end).map(|it| self.cells.line(it)[column].1);
            let widest = cells.max().unwrap_or_default() + self.widths.padding;
            let mut width = widest.max(self.widths.least);
            if let Some(remembered) = self.remembered.as_mut() {
                remembered.resize(remembered.len().max(column + 1), 0);
                width = width.max(remembered[column]);
                remembered[column] = width;
            }
            self.columns.push(width);
            written = self.format(line, line, end);
            self.write(written, end);
            written = end;
            self.columns.pop();
            line = end;
        }
        written
    }
}

/// How many characters a cell has.
fn count(cell: &str) -> usize {
    if cell.is_ascii() { cell.len() } else { cell.chars().count() }
}

/// Writes so many blanks.
fn pad(out: &mut String, mut blanks: usize) {
    const SOME: &str = "                                ";
    while blanks > 0 {
        let count = blanks.min(SOME.len());
        out.push_str(&SOME[..count]);
        blanks -= count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_a_cell_ends_the_columns() {
        let text = "Name:\tagent\nLabels:\t<none>\nNo cell here\nA:\tb\n";
        let aligned = "Name:    agent\nLabels:  <none>\nNo cell here\nA:  b\n";
        assert_eq!(align(text, DESCRIBE, None), aligned);
    }

    #[test]
    fn lines_that_are_not_kept_make_columns_wide() {
        let lines = ["NAME\tA\tX", "a\tbbbbbbbb\t1", "aaaaaaaaaa\tb\t2", "a\tb\t3"];
        let whole = align(&lines.map(|line| format!("{line}\n")).concat(), TABLE, None);
        for keeps in [0, 1, 2, 3, 4, 9] {
            let mut rows = Rows::of(lines.len(), Some(keeps), TABLE);
            for line in lines {
                rows.text.push_str(line);
                rows.end_line();
            }
            let kept: String = whole.split_inclusive('\n').skip(lines.len().saturating_sub(keeps)).collect();
            assert_eq!(rows.align(None), (kept, keeps < lines.len()));
        }
    }

    #[test]
    fn a_column_reaches_as_far_as_its_lines_are_consecutive() {
        let text = "a\tbbbb\tc\na\tb\na\tb\tc\n";
        assert_eq!(align(text, DESCRIBE, None), "a  bbbb  c\na  b\na  b  c\n");
    }
}
