//! `-o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image`.

use super::go_template::go_print;
use super::jsonpath::Template;
use crate::kubectl::fault::Fault;
use crate::kubectl::tabwriter::{TABLE, align};
use crate::object::Value;

/// Columns that a user asked for.
#[derive(Clone, Debug)]
pub struct CustomColumns(Vec<(String, Option<Template>)>);

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

    /// Writes a table.
    pub fn print(&self, objects: &mut dyn Iterator<Item = &Value>, no_headers: bool) -> String {
        let mut text = String::new();
        if !no_headers {
            let heads: Vec<&str> = self.0.iter().map(|(head, _)| head.as_str()).collect();
            text.push_str(&heads.join("\t"));
            text.push('\n');
        }
        for object in objects {
            for (number, (_, path)) in self.0.iter().enumerate() {
                text.push_str(if number > 0 { "\t" } else { "" });
                text.push_str(&cell(path.as_ref(), object));
            }
            text.push('\n');
        }
        align(&text, TABLE, None)
    }
}

/// No path leads nowhere.
fn path_of(path: &str) -> Result<Option<Template>, Fault> {
    if path.is_empty() { Ok(None) } else { Template::parse_relaxed(path).map(Some).map_err(Fault::client) }
}

fn cell(path: Option<&Template>, object: &Value) -> String {
    let found = path.and_then(|it| it.find(object, true).ok()).unwrap_or_default();
    if found.is_empty() { "<none>".into() } else { found.iter().map(go_print).collect::<Vec<_>>().join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::map;

    #[test]
    fn columns_show_what_is_found_and_none_else() {
        let object = map! { "a" => "x", "list" => vec![1.into(), 2.into()] };
        let columns = CustomColumns::parse("A:.a,L:.list[*],ALL:{.list},N:.nothing").unwrap();
        assert_eq!(columns.print(&mut std::iter::once(&object), false), "A     L     ALL     N\nx     1,2   [1 2]   <none>\n");
        assert!(CustomColumns::parse("").is_err() && CustomColumns::parse("A").is_err());
        assert!(CustomColumns::parse("A:.a[0,1]").is_err());
        assert_eq!(CustomColumns::parse("A:").unwrap().print(&mut std::iter::once(&Value::object()), true), "<none>\n");
    }
}
