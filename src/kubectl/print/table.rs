//! The tables of `kubectl get`.

use super::columns::{self, Cell, Column};
use crate::kubectl::resource::Resource;
use crate::kubectl::tabwriter::{TABLE, align};
use crate::object::Value;

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

/// Writes objects of one resource as a table, at a time in seconds since 1970.
pub fn table(
    resource: &Resource,
    objects: &mut dyn Iterator<Item = &Value>,
    options: &TableOptions,
    now: i64,
    remembered: Option<&mut Vec<usize>>,
) -> String {
    let columns: Vec<Column> = columns::of(resource.kind).iter().copied().filter(|it| options.wide || !it.2).collect();
    let mut text = String::new();
    if !options.no_headers {
        head(&columns, options, &mut text);
    }
    let kind = if options.with_kind { resource.said() + "/" } else { String::new() };
    for object in objects {
        row(&kind, &columns, object, options, now, &mut text);
    }
    align(&text, TABLE, remembered)
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
    line.end();
}

fn row(kind: &str, columns: &[Column], object: &Value, options: &TableOptions, now: i64, text: &mut String) {
    let mut line = Line::begin(text);
    if options.with_namespace {
        line.cell(|text| text.push_str(object.str_at(&["metadata", "namespace"])));
    }
    let mut pod = None;
    for column in columns {
        line.cell(|text| {
            if matches!(column.1, Cell::Name) {
                text.push_str(kind);
            }
            column.1.write(object, now, &mut pod, text);
        });
    }
    for label in &options.label_columns {
        line.cell(|text| text.push_str(object.str_at(&["metadata", "labels", label])));
    }
    if options.show_labels {
        line.cell(|text| text.push_str(&columns::joined_labels(object.at(&["metadata", "labels"]))));
    }
    line.end();
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
        if let Some(end) = self.text.bytes().skip(start).position(|byte| matches!(byte, b'\n' | b'\r' | 0xc)) {
            self.text.truncate(start + end);
            self.text.push_str("...");
        }
    }

    fn end(self) {
        self.text.push('\n');
    }
}
