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
    let lines: Vec<Vec<&str>> = text.split('\n').map(|line| line.split('\t').collect()).collect();
    let mut writer =
        Writer { lines: &lines, widths, remembered, columns: Vec::new(), out: String::with_capacity(text.len() * 2) };
    let done = writer.format(0, 0, lines.len());
    writer.write(done, lines.len());
    writer.out.pop();
    writer.out
}

struct Writer<'a> {
    lines: &'a [Vec<&'a str>],
    widths: Widths,
    /// The widths of the columns of an earlier text, which new ones do not fall below.
    remembered: Option<&'a mut Vec<usize>>,
    columns: Vec<usize>,
    out: String,
}

impl Writer<'_> {
    /// Writes the lines that are not written yet.
    fn write(&mut self, from: usize, to: usize) {
        for line in &self.lines[from..to] {
            for (number, cell) in line.iter().enumerate() {
                self.out.push_str(cell);
                if number + 1 < line.len() {
                    let width = self.columns.get(number).copied().unwrap_or_default();
                    self.out.extend(std::iter::repeat_n(' ', width.saturating_sub(count(cell))));
                }
            }
            self.out.push('\n');
        }
    }

    /// Lays out the column behind those that are known, in these lines. Answers up to where lines are written.
    fn format(&mut self, mut written: usize, from: usize, to: usize) -> usize {
        let column = self.columns.len();
        let has_column = |line: &Vec<&str>| column + 1 < line.len();
        let mut line = from;
        while line < to {
            if !has_column(&self.lines[line]) {
                line += 1;
                continue;
            }
            self.write(written, line);
            let length = self.lines[line..to].iter().take_while(|it| has_column(it)).count();
            let cells = self.lines[line..line + length].iter().map(|it| count(it[column]));
            let widest = cells.max().unwrap_or_default() + self.widths.padding;
            let mut width = widest.max(self.widths.least);
            if let Some(remembered) = self.remembered.as_mut() {
                remembered.resize(remembered.len().max(column + 1), 0);
                width = width.max(remembered[column]);
                remembered[column] = width;
            }
            self.columns.push(width);
            written = self.format(line, line, line + length);
            self.write(written, line + length);
            written = line + length;
            self.columns.pop();
            line += length;
        }
        written
    }
}

/// How many characters a cell has.
fn count(cell: &str) -> usize {
    if cell.is_ascii() { cell.len() } else { cell.chars().count() }
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
    fn a_column_reaches_as_far_as_its_lines_are_consecutive() {
        let text = "a\tbbbb\tc\na\tb\na\tb\tc\n";
        assert_eq!(align(text, DESCRIBE, None), "a  bbbb  c\na  b\na  b  c\n");
    }
}
