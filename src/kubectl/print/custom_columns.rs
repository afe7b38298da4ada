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
        let column = |part: &str| {
            let Some((head, path)) = part.split_once(':') else {
                let words = format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>");
                return Err(Fault::client(words));
            };
            Ok((head.to_owned(), path_of(path)?))
        };
        spec.split(',').map(column).collect::<Result<_, _>>().map(Self)
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
        let column = |(head, path): (&&str, &&str)| Ok(((*head).to_owned(), path_of(path)?));
        heads.iter().zip(&paths).map(column).collect::<Result<_, _>>().map(Self)
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
        let read = |path: &String| if path.is_empty() { Ok(None) } else { Template::parse(path).map(Some) };
        let paths: Vec<Option<Template>> = self.0.iter().map(|(_, path)| read(path)).collect::<Result<_, _>>()?;
        for object in objects {
            // A row is written when all of its cells are known.
            let cells: Vec<String> = paths.iter().map(|path| cell(path.as_ref(), object)).collect::<Result<_, _>>()?;
            text.push_str(&(cells.join("\t") + "\n"));
        }
        Ok(())
    }
}

/// No path leads nowhere.
fn path_of(path: &str) -> Result<String, Fault> {
    if path.is_empty() { Ok(String::new()) } else { relaxed(path).map_err(Fault::client) }
}

fn cell(path: Option<&Template>, object: &Value) -> Result<String, String> {
    let found = path.map_or(Ok(Vec::new()), |it| it.find(object, true))?;
    Ok(if found.is_empty() { "<none>".into() } else { found.iter().map(go_print).collect::<Vec<_>>().join(",") })
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
