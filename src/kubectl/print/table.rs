//! The tables of `kubectl get`.

use super::columns::{self, Cell, Column};
use crate::kubectl::resource::Resource;
use crate::kubectl::tabwriter::{TABLE, align};
use crate::object::{SmolStr, Value};

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
    objects: &[Value],
    options: &TableOptions,
    now: i64,
    remembered: Option<&mut Vec<usize>>,
) -> String {
    let columns: Vec<Column> = columns::of(resource.kind).iter().copied().filter(|it| options.wide || !it.2).collect();
    let mut text = String::new();
    if !options.no_headers {
        head(&columns, options, &mut text);
    }
    for object in objects {
        row(resource, &columns, object, options, now, &mut text);
    }
    align(&text, TABLE, remembered)
}

fn head(columns: &[Column], options: &TableOptions, text: &mut String) {
    let mut cells: Vec<SmolStr> = Vec::new();
    if options.with_namespace {
        cells.push("NAMESPACE".into());
    }
    cells.extend(columns.iter().map(|it| SmolStr::new(it.0)));
    for label in &options.label_columns {
        cells.push(label.rsplit('/').next().unwrap_or(label).to_uppercase().into());
    }
    if options.show_labels {
        cells.push("LABELS".into());
    }
    push_line(&cells, text);
}

fn row(resource: &Resource, columns: &[Column], object: &Value, options: &TableOptions, now: i64, text: &mut String) {
    let mut cells: Vec<SmolStr> = Vec::new();
    if options.with_namespace {
        cells.push(object.str_at(&["metadata", "namespace"]).into());
    }
    let mut pod = None;
    for column in columns {
        let cell = column.1.text(object, now, &mut pod);
        let named = options.with_kind && matches!(column.1, Cell::Name);
        cells.push(if named { smol_str::format_smolstr!("{}/{cell}", resource.said()) } else { cell });
    }
    for label in &options.label_columns {
        cells.push(object.str_at(&["metadata", "labels", label]).into());
    }
    if options.show_labels {
        cells.push(columns::joined_labels(object.at(&["metadata", "labels"])));
    }
    push_line(&cells, text);
}

/// Only the first line of a cell is shown, and nothing that would break the table.
fn push_line(cells: &[SmolStr], text: &mut String) {
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            text.push('\t');
        }
        match cell.find(['\n', '\r', '\u{c}']) {
            Some(end) => {
                text.push_str(&cell[..end]);
                text.push_str("...");
            }
            None => text.push_str(cell),
        }
    }
    text.push('\n');
}
