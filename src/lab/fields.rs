//! Texts one after another in one text, so that any of them may hold anything: each stands behind its length in bytes.
//!
//! This is what the page remembers, and what a lab is saved as.

/// Appends texts to one text.
///
/// ```
/// use daemonset_lab::lab::fields::{Fields, write};
/// let mut text = String::new();
/// write(&mut text, &["a", "b:c\n"]);
/// assert_eq!(text, "1:a4:b:c\n");
/// assert_eq!(Fields::of(&text).collect::<Vec<_>>(), ["a", "b:c\n"]);
/// ```
pub fn write(into: &mut String, fields: &[&str]) {
    for field in fields {
        into.push_str(&field.len().to_string());
        into.push(':');
        into.push_str(field);
    }
}

/// The texts of a text that [`write()`] wrote. What is not that ends them.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    rest: &'a str,
}

impl<'a> Fields<'a> {
    /// Those of that text.
    pub fn of(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// The next one as a number.
    pub fn number(&mut self) -> Option<u64> {
        self.next()?.parse().ok()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let (length, rest) = self.rest.split_once(':')?;
        let length: usize = length.parse().ok()?;
        let field = rest.get(..length)?;
        self.rest = &rest[length..];
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_kind_come_back() {
        let fields = ["", "12:", "节点", "a\nb", "9999:x"];
        let mut text = String::new();
        write(&mut text, &fields);
        assert_eq!(Fields::of(&text).collect::<Vec<_>>(), fields);
    }

    #[test]
    fn what_is_no_such_text_ends() {
        for text in ["", "x", "5:abc", "1", "-1:a", "1:节", "99999999999999999999:a"] {
            assert_eq!(Fields::of(text).next(), None, "{text:?}");
        }
    }
}
