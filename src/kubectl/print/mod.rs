//! How kubectl prints objects: tables, trees, names, templates.

pub mod age;
pub mod columns;
pub mod custom_columns;
pub mod format;
pub mod go_template;
pub mod json;
pub mod jsonpath;
mod kyaml;
pub mod pod_status;
pub mod table;
