//! `-o`: which form an object is printed in.

use super::custom_columns::CustomColumns;
use super::go_template::GoTemplate;
use super::jsonpath::Template;
use super::kyaml::kyaml;
use super::{json, table::TableOptions};
use crate::apiserver::error::go_quoted;
use crate::kubectl::fault::Fault;
use crate::kubectl::flags::Flags;
use crate::kubectl::process::{Files, Output, Printed, Stream};
use crate::kubectl::resource;
use crate::object::{Value, emit, map};

/// A form that objects are printed in.
#[derive(Clone, Debug)]
pub enum Format {
    /// A table; `-o wide` shows more.
    Table {
        /// More columns.
        wide: bool,
    },
    /// `daemonset.apps/agent`.
    Name,
    /// YAML.
    Yaml,
    /// YAML in braces.
    Kyaml,
    /// JSON.
    Json,
    /// A JSONPath template, as it was written and as it was read; the results as JSON, or not.
    JsonPath(String, Template, bool),
    /// A Go template.
    Go(GoTemplate),
    /// Columns that the user names.
    Columns(CustomColumns),
}

const TEMPLATES: &str =
    "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile";

impl Format {
    /// Reads `-o` and `--template`; nothing when a command is to say what it did.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn of(flags: &Flags, files: &dyn Files, tables: bool) -> Result<Option<Self>, Fault> {
        let output = flags.text("output");
        let output = if output.is_empty() && flags.is_given("template") { "go-template" } else { output };
        let (name, rest) = output.split_once('=').unwrap_or((output, ""));
        let given = if rest.is_empty() { flags.text("template") } else { rest };
        let file = || {
            let text = files.read(given);
            text.ok_or_else(|| {
                Fault::client(format!("error reading --template {given}, open {given}: no such file or directory\n"))
            })
        };
        let template = |text: String| {
            if text.is_empty() { Err(Fault::client("template format specified but no template given")) } else { Ok(text) }
        };
        let path = |text: String, as_json| {
            let parsed = Template::parse(&text);
            let parsed = parsed.map_err(|words| Fault::client(format!("error parsing jsonpath {text}, {words}")))?;
            Ok::<_, Fault>(Self::JsonPath(text, parsed, as_json))
        };
        Ok(Some(match name {
            "" => return Ok(None),
            "wide" if tables => Self::Table { wide: true },
            "custom-columns" if tables => Self::Columns(CustomColumns::parse(given)?),
            "custom-columns-file" if tables => Self::Columns(CustomColumns::parse_file(&file()?)?),
            "name" => Self::Name,
            "yaml" => Self::Yaml,
            "kyaml" => Self::Kyaml,
            "json" => Self::Json,
            "jsonpath" => path(template(given.to_owned())?, false)?,
            "jsonpath-as-json" => path(template(given.to_owned())?, true)?,
            "jsonpath-file" => path(file()?, false)?,
            "go-template" | "template" => Self::Go(GoTemplate::parse(&template(given.to_owned())?)?),
            "go-template-file" | "templatefile" => Self::Go(GoTemplate::parse(&file()?)?),
            _ => {
                let allowed = if tables {
                    format!("custom-columns,custom-columns-file,{TEMPLATES},wide,yaml")
                } else {
                    format!("{TEMPLATES},yaml")
                };
                let words = format!(
                    "unable to match a printer suitable for the output format {}, allowed formats are: {allowed}",
                    go_quoted(output)
                );
                return Err(Fault::client(words));
            }
        }))
    }

    /// Whether it is written line by line, so that several objects need no list around them.
    pub fn is_by_object(&self) -> bool {
        matches!(self, Self::Table { .. } | Self::Name | Self::Columns(_))
    }

    /// Prints a list of objects.
    ///
    /// # Errors
    /// When a template does not go with the list.
    pub fn print_list(&self, objects: Vec<Value>, flags: &Flags, out: &mut Output) -> Result<(), Fault> {
        let (head, item, tail): (_, fn(&Value, bool, &mut String), _) = match self {
            Self::Yaml => ("apiVersion: v1\nitems:\n", |it, _, text| emit::yaml_item(text, it), YAML_TAIL),
            Self::Json => (JSON_HEAD, |it, is_last, text| json::write_item(it, is_last, text), JSON_TAIL),
            format => {
                let text = format.print(&list_of(objects), flags)?;
                out.pass(Printed { stream: Stream::Out, text, cut: false });
                return Ok(());
            }
        };
        if objects.is_empty() {
            out.print(Stream::Out, &self.print(&list_of(objects), flags)?);
            return Ok(());
        }
        // What stands before and behind the items belongs to the first and to the last of them.
        let last = objects.len() - 1;
        out.print_parts(objects.len(), &mut |number, text| {
            text.push_str(if number == 0 { head } else { "" });
            item(&objects[number], number == last, text);
            text.push_str(if number == last { tail } else { "" });
        });
        Ok(())
    }

    /// Writes one object, or a list of them.
    ///
    /// # Errors
    /// When a template does not go with the object.
    pub fn print(&self, object: &Value, flags: &Flags) -> Result<String, Fault> {
        let allow_missing = flags.is_on("allow-missing-template-keys");
        Ok(match self {
            Self::Table { .. } => String::new(),
            Self::Name => format!("{}\n", said_name(object)),
            Self::Yaml => emit::yaml(object),
            Self::Kyaml => kyaml(object),
            Self::Json => json::indented(object) + "\n",
            Self::JsonPath(text, template, as_json) => {
                let fill = if *as_json { Template::execute_as_json } else { Template::execute };
                fill(template, object, allow_missing).map_err(|error| not_executed(text, &error, object))?
            }
            Self::Go(template) => template.execute(object, allow_missing)?,
            Self::Columns(columns) => columns.print(&mut std::iter::once(object), flags.is_on("no-headers")).0,
        })
    }
}

// What [`list_of`] has around its items.
const YAML_TAIL: &str = "kind: List\nmetadata:\n  resourceVersion: \"\"\n";
const JSON_HEAD: &str = "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n";
const JSON_TAIL: &str = "    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n";

fn not_executed(template: &str, error: &str, object: &Value) -> Fault {
    Fault::client(format!(
        "error executing jsonpath {}: Error executing template: {error}. Printing more information for debugging the template:\n\
         \ttemplate was:\n\t\t{template}\n\tobject given to jsonpath engine was:\n\t\t{}\n\n",
        go_quoted(template),
        json::go_syntax(object)
    ))
}

/// `daemonset.apps/agent`.
pub fn said_name(object: &Value) -> String {
    let (api_version, kind) = (object.str_at(&["apiVersion"]), object.str_at(&["kind"]));
    let said = resource::of_object(api_version, kind).map_or_else(|| kind.to_ascii_lowercase(), resource::Resource::said);
    let name = object.str_at(&["metadata", "name"]);
    format!("{said}/{}", if name.is_empty() { "<unknown>" } else { name })
}

/// Several objects as kubectl puts them together.
pub fn list_of(objects: Vec<Value>) -> Value {
    map! { "apiVersion" => "v1", "items" => objects, "kind" => "List", "metadata" => map! { "resourceVersion" => "" } }
}

/// The table's options that flags give.
pub fn table_options(flags: &Flags, wide: bool) -> TableOptions {
    TableOptions {
        wide,
        no_headers: flags.is_on("no-headers"),
        with_namespace: flags.is_on("all-namespaces"),
        with_kind: flags.is_on("show-kind"),
        show_labels: flags.is_on("show-labels"),
        label_columns: flags.list("label-columns").into_iter().map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_in_parts_is_the_list() {
        let flags = Flags::none();
        for count in 0..4 {
            let objects: Vec<Value> =
                (0..count).map(|it| map! { "a" => vec![it.into(), map! { "b" => "x" }], "e" => Value::object() }).collect();
            for format in [Format::Yaml, Format::Json, Format::Kyaml] {
                let whole = format.print(&list_of(objects.clone()), &flags).expect("written");
                let mut out = Output::default();
                format.print_list(objects.clone(), &flags, &mut out).expect("written");
                assert_eq!(out.text(), whole);
                let mut out = Output::keeping(Some(1));
                format.print_list(objects.clone(), &flags, &mut out).expect("written");
                assert!(whole.ends_with(&out.text()) && !out.text().is_empty(), "{whole}");
                let cut = out.take().iter().any(|it| it.cut);
                assert_eq!(cut, count > 1 && !matches!(format, Format::Kyaml), "{format:?} of {count}");
            }
        }
    }
}
