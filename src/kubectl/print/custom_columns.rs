//! `-o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image`.

use super::go_template::go_print;
use super::jsonpath::{Template, relaxed};
use crate::kubectl::fault::Fault;
use crate::kubectl::tabwriter::{TABLE, align};
use crate::object::Value;

/// Columns that a user asked for: their heads, and their paths, which are read only when they are followed.
#[derive(Clone, Debug)]
pub struct CustomColumns(Vec<(String, String)>);

impl CustomColumns {
    /// Reads `HEAD:PATH,HEAD:PATH`.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn parse(spec: &str) -> Result<Self, Fault> {
        if spec.is_empty() {
            return Err(Fault::client("custom-columns format specified but no custom columns given"));
        }
        let mut columns = Self(Vec::new());
        for part in spec.split(',') {
            let Some((head, path)) = part.split_once(':') else {
                let words = format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>");
                return Err(Fault::client(words));
            };
            columns.add(head, path)?;
        }
        Ok(columns)
    }

    /// Reads a file with a line of heads and a line of paths.
    ///
    /// # Errors
    /// In kubectl's words.
    pub fn parse_file(text: &str) -> Result<Self, Fault> {
        let mut lines = text.lines();
        let (heads, paths) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let (heads, paths): (Vec<&str>, Vec<&str>) = (heads.split_whitespace().collect(), paths.split_whitespace().collect());
        if heads.len() != paths.len() || heads.is_empty() {
            let words = format!("number of headers ({}) and field specifications ({}) don't match", heads.len(), paths.len());
            return Err(Fault::client(words));
        }
        let mut columns = Self(Vec::new());
        heads.iter().zip(paths).try_for_each(|(head, path)| columns.add(head, path))?;
        Ok(columns)
    }

    /// No path leads nowhere.
    fn add(&mut self, head: &str, path: &str) -> Result<(), Fault> {
        let path = if path.is_empty() { String::new() } else { relaxed(path).map_err(Fault::client)? };
        self.0.push((head.to_owned(), path));
        Ok(())
    }

    /// Writes a table, up to the first object that a path does not go with.
    ///
    /// # Errors
    /// What is wrong with it, beside the table.
    pub fn print(&self, objects: &mut dyn Iterator<Item = &Value>, no_headers: bool) -> (String, Result<(), Fault>) {
        let mut text = String::new();
        if !no_headers {
            let heads: Vec<&str> = self.0.iter().map(|(head, _)| head.as_str()).collect();
            text.push_str(&heads.join("\t"));
            text.push('\n');
        }
        let done = self.rows(objects, &mut text);
        (align(&text, TABLE, None), done.map_err(Fault::client))
    }

    fn rows(&self, objects: &mut dyn Iterator<Item = &Value>, text: &mut String) -> Result<(), String> {
        let mut paths = Vec::new();
        for (_, path) in &self.0 {
            paths.push(if path.is_empty() { None } else { Some(Template::parse(path)?) });
        }
        for object in objects {
            // A row is written when all of its cells are known.
            let mut row = String::new();
            for path in &paths {
                let found = path.as_ref().map_or(Ok(Vec::new()), |it| it.find(object, true))?;
                let found: Vec<String> = found.iter().map(go_print).collect();
                row.push_str(if found.is_empty() { "<none>" } else { "" });
                row.push_str(&(found.join(",") + "\t"));
            }
            row.pop();
            text.push_str(&(row + "\n"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn columns_show_what_is_found_and_none_else() {
        let object = map! { "a" => "x", "list" => vec![1.into(), 2.into()] };
        let columns = CustomColumns::parse("A:.a,L:.list[*],ALL:{.list},N:.nothing").unwrap();
        let printed = columns.print(&mut std::iter::once(&object), false);
        assert_eq!(printed, ("A     L     ALL     N\nx     1,2   [1 2]   <none>\n".to_owned(), Ok(())));
        assert!(CustomColumns::parse("").is_err() && CustomColumns::parse("A").is_err());
        assert!(CustomColumns::parse("A:.a[0,1]").is_err());
        assert_eq!(CustomColumns::parse("A:").unwrap().print(&mut std::iter::once(&Value::object()), true).0, "<none>\n");
    }

    #[test]
    fn the_rows_end_where_a_path_cannot_be_followed() {
        let objects = [map! { "list" => vec![1.into(), 2.into()] }, map! { "list" => vec![1.into()] }];
        let cases = [
            ("A:.list[1]", "A\n2\n", "array index out of bounds: index 1, length 1"),
            ("A:.list[1", "A\n", "unterminated array"),
        ];
        for (spec, text, fault) in cases {
            let printed = CustomColumns::parse(spec).unwrap().print(&mut objects.iter(), false);
            assert_eq!(printed, (text.to_owned(), Err(Fault::client(fault))), "{spec}");
        }
    }
}
