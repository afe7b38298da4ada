//! The tables of `kubectl get`.

use super::columns::{self, Cell, Column, Known, Row};
use crate::kubectl::resource::Resource;
use crate::kubectl::tabwriter::{Rows, TABLE};

/// What a table shows.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct TableOptions {
    /// More columns.
    pub wide: bool,
    /// No line of heads.
    pub no_headers: bool,
    /// A first column with the namespace.
    pub with_namespace: bool,
    /// The resource before each name.
    pub with_kind: bool,
    /// A last column with all labels.
    pub show_labels: bool,
    /// A column for each of these labels.
    pub label_columns: Vec<String>,
}

/// Writes a table of one resource, at a time in seconds since 1970. Of more lines than are kept only the last are written; whether
/// there were more.
pub fn table(
    resource: &Resource,
    rows: &mut dyn ExactSizeIterator<Item = Row<'_>>,
    options: &TableOptions,
    now: i64,
    keeps: Option<usize>,
    remembered: Option<&mut Vec<usize>>,
) -> (String, bool) {
    let columns: Vec<Column> = columns::of(resource.kind).iter().copied().filter(|it| options.wide || !it.2).collect();
    let count = rows.len() + usize::from(!options.no_headers);
    let mut lines = Rows::of(count, keeps, TABLE);
    if !options.no_headers {
        head(&columns, options, &mut lines.text);
        lines.end_line();
    }
    let kind = if options.with_kind { resource.said() + "/" } else { String::new() };
    let mut known = Known::default();
    for it in rows {
        known = known.in_next_row();
        row(&kind, &columns, &it, &mut known, options, now, &mut lines.text);
        lines.end_line();
    }
    lines.align(remembered)
}

fn head(columns: &[Column], options: &TableOptions, text: &mut String) {
    let mut line = Line::begin(text);
    if options.with_namespace {
        line.cell(|text| text.push_str("NAMESPACE"));
    }
    for column in columns {
        line.cell(|text| text.push_str(column.0));
    }
    for label in &options.label_columns {
        line.cell(|text| text.push_str(&label.rsplit('/').next().unwrap_or(label).to_uppercase()));
    }
    if options.show_labels {
        line.cell(|text| text.push_str("LABELS"));
    }
}

fn row<'a>(
    kind: &str,
    columns: &[Column],
    row: &Row<'a>,
    known: &mut Known<'a>,
    options: &TableOptions,
    now: i64,
    text: &mut String,
) {
    let mut line = Line::begin(text);
    if options.with_namespace {
        line.cell(|text| text.push_str(row.namespace()));
    }
    for column in columns {
        line.cell(|text| {
            if matches!(column.1, Cell::Name) {
                text.push_str(kind);
            }
            column.1.write(row, now, known, text);
        });
    }
    for label in &options.label_columns {
        line.cell(|text| text.push_str(row.object().str_at(&["metadata", "labels", label])));
    }
    if options.show_labels {
        line.cell(|text| text.push_str(&columns::joined_labels(row.object().at(&["metadata", "labels"]))));
    }
}

/// A line of a table that is being written.
struct Line<'a> {
    text: &'a mut String,
    empty: bool,
}

impl<'a> Line<'a> {
    fn begin(text: &'a mut String) -> Self {
        Self { text, empty: true }
    }

    /// Writes a cell. Only its first line is shown, and nothing that would break the table.
    fn cell(&mut self, write: impl FnOnce(&mut String)) {
        if !std::mem::take(&mut self.empty) {
            self.text.push('\t');
        }
        let start = self.text.len();
        write(self.text);
        let written = self.text.as_bytes().get(start..).unwrap_or_default();
        if let Some(end) = written.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0xc)) {
            self.text.truncate(start + end);
            self.text.push_str("...");
        }
    }
}
