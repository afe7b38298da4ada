//! The manifests that are open in the editor, one of them in front.

use std::rc::Rc;

use crate::lab::fields::{Fields, write};

/// The longest name that a file can have, in characters.
const LONGEST_NAME: usize = 60;

/// Why a file does not get a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// It is empty.
    Empty,
    /// Another file has it.
    Taken,
    /// It has characters that mean something else in a command, such as a blank.
    Characters,
}

/// An open file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Different from that of every other file that was ever open here.
    pub id: u32,
    /// Its name, different from those of the other open files.
    pub name: Rc<str>,
    /// Its text.
    pub text: Rc<str>,
    /// The text that it was opened with.
    pub original: Rc<str>,
    /// The text that is applied to the cluster; empty as long as none is.
    applied: Rc<str>,
    /// The same for the cluster before the present one.
    applied_before: Rc<str>,
}

impl File {
    fn new(id: u32, name: Rc<str>, text: Rc<str>, original: Rc<str>) -> Self {
        Self { id, name, text, original, applied: Rc::default(), applied_before: Rc::default() }
    }

    /// Whether the text is not the one that is applied to the cluster.
    pub fn is_unapplied(&self) -> bool {
        self.text != self.applied
    }

    /// Whether the text is not the one that it was opened with.
    pub fn is_changed(&self) -> bool {
        self.text != self.original
    }
}

/// All open files; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    open: Vec<File>,
    active: u32,
    next_id: u32,
    /// What the last closing or resetting took away: the file as it was, and where it stood.
    lost: Option<(usize, File)>,
}

impl Files {
    /// One file, in front.
    pub fn with(name: &str, text: &str) -> Self {
        let file = File::new(0, name.into(), text.into(), text.into());
        Self { open: vec![file], active: 0, next_id: 1, lost: None }
    }

    /// Reads what [`Files::save`] wrote; `None` when it is not that.
    pub fn restore(saved: &str) -> Option<Self> {
        let mut fields = Fields::of(saved);
        let mut number = || fields.number().and_then(|number| u32::try_from(number).ok());
        let (active, next_id) = (number()?, number()?);
        let mut open = Vec::new();
        while let Some(id) = fields.number() {
            let mut text = || fields.next().map(Rc::from);
            open.push(File::new(u32::try_from(id).ok()?, text()?, text()?, text()?));
        }
        (!open.is_empty()).then_some(Self { open, active, next_id, lost: None })
    }

    /// As text, to be remembered.
    pub fn save(&self) -> String {
        let mut text = String::new();
        write(&mut text, &[&self.active.to_string(), &self.next_id.to_string()]);
        for file in &self.open {
            write(&mut text, &[&file.id.to_string(), &file.name, &file.text, &file.original]);
        }
        text
    }

    /// Reads what [`Files::save_applied`] wrote; what is not that is left out.
    pub fn restore_applied(&mut self, saved: &str) {
        let mut fields = Fields::of(saved);
        while let (Some(id), Some(text)) = (fields.number(), fields.next()) {
            if let Some(file) = self.open.iter_mut().find(|file| u64::from(file.id) == id) {
                file.applied = text.into();
            }
        }
    }

    /// What is applied, as text, to be remembered.
    pub fn save_applied(&self) -> String {
        let mut text = String::new();
        for file in &self.open {
            write(&mut text, &[&file.id.to_string(), &file.applied]);
        }
        text
    }

    /// That text of the file is applied to the cluster now; an empty one when what it describes was deleted.
    pub fn apply(&mut self, id: u32, text: Rc<str>) {
        if let Some(at) = self.position(id) {
            self.open[at].applied = text;
        }
    }

    /// There is another cluster, and nothing is applied to it.
    pub fn leave_cluster(&mut self) {
        for file in &mut self.open {
            file.applied_before = std::mem::take(&mut file.applied);
        }
    }

    /// The cluster before the present one is back.
    pub fn return_to_cluster(&mut self) {
        for file in &mut self.open {
            file.applied = std::mem::take(&mut file.applied_before);
        }
    }

    /// The files in the order of their tabs.
    pub fn all(&self) -> &[File] {
        &self.open
    }

    /// The file in front.
    pub fn active(&self) -> &File {
        self.open.iter().find(|file| file.id == self.active).unwrap_or(&self.open[0])
    }

    /// The name, with a number before its extension if another file has it already.
    pub fn free_name(&self, wanted: &str) -> String {
        let (stem, extension) = wanted.rsplit_once('.').map_or((wanted, String::new()), |(stem, ext)| (stem, format!(".{ext}")));
        let numbered = (2..).map(|number| format!("{stem}-{number}{extension}"));
        // There are more numbers than files, so one is free.
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !self.is_taken(name, None)).unwrap_or_default()
    }

    /// Whether a file other than that one has the name.
    pub fn is_taken(&self, name: &str, besides: Option<u32>) -> bool {
        self.open.iter().any(|file| &*file.name == name && Some(file.id) != besides)
    }

    fn position(&self, id: u32) -> Option<usize> {
        self.open.iter().position(|file| file.id == id)
    }

    /// Opens a file with that name and text and brings it to the front. The name gets a number if it is taken.
    pub fn open(&mut self, name: &str, text: Rc<str>) {
        let name = self.free_name(name).into();
        self.open.push(File::new(self.next_id, name, text.clone(), text));
        self.active = self.next_id;
        self.next_id += 1;
    }

    /// Brings a file to the front.
    pub fn show(&mut self, id: u32) {
        if self.position(id).is_some() {
            self.active = id;
        }
    }

    /// The learner wrote in the file in front.
    pub fn edit(&mut self, text: Rc<str>) {
        if let Some(at) = self.position(self.active) {
            self.open[at].text = text;
        }
    }

    /// Gives another name, cut to [`LONGEST_NAME`], or says why not: it has to be one that a command can name as it is.
    pub fn rename(&mut self, id: u32, name: &str) -> Result<(), NameFault> {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        let Some(at) = self.position(id).filter(|at| *self.open[*at].name != *name) else { return Ok(()) };
        let fits = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '_' | '-');
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        // An option begins with a hyphen, and a name of points only is a folder.
        if name.starts_with('-') || !name.chars().all(fits) || name.chars().all(|letter| letter == '.') {
            return Err(NameFault::Characters);
        }
        if self.is_taken(&name, Some(id)) {
            return Err(NameFault::Taken);
        }
        self.open[at].name = name.into();
        Ok(())
    }

    /// Closes a file, and returns its name. The last one is followed by an empty one.
    pub fn close(&mut self, id: u32) -> Option<Rc<str>> {
        let at = self.position(id)?;
        let file = self.open.remove(at);
        if self.active == file.id
            && let Some(neighbour) = self.open.get(at).or(self.open.last())
        {
            self.active = neighbour.id;
        }
        let name = Rc::clone(&file.name);
        self.lost = Some((at, file));
        if self.open.is_empty() {
            self.open("manifest.yaml", "".into());
        }
        Some(name)
    }

    /// Brings the first text of the file in front back.
    pub fn reset(&mut self) {
        if let Some(at) = self.position(self.active) {
            self.lost = Some((at, self.open[at].clone()));
            self.open[at].text = self.open[at].original.clone();
        }
    }

    /// The file in front gets another text, which is the one that the cluster has.
    pub fn adopt(&mut self, text: Rc<str>) {
        if let Some(at) = self.position(self.active) {
            self.lost = Some((at, self.open[at].clone()));
            self.open[at].applied = Rc::clone(&text);
            self.open[at].text = text;
        }
    }

    /// Closes a file that is not worth bringing back; that file comes to the front.
    pub fn discard(&mut self, id: u32, front: u32) {
        let lost = self.lost.take();
        self.close(id);
        self.lost = lost;
        self.show(front);
    }

    /// Takes the last closing or resetting back.
    pub fn undo(&mut self) {
        let Some((at, file)) = self.lost.take() else { return };
        self.active = file.id;
        match self.position(file.id) {
            Some(at) => self.open[at].text = file.text,
            None => self.open.insert(at.min(self.open.len()), file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Files {
        let mut files = Files::with("a.yaml", "first");
        for name in names {
            files.open(name, "".into());
        }
        files
    }

    fn names(files: &Files) -> Vec<&str> {
        files.all().iter().map(|file| &*file.name).collect()
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let files = files(&["a.yaml", "a.yaml", "plain", "plain"]);
        assert_eq!(names(&files), ["a.yaml", "a-2.yaml", "a-3.yaml", "plain", "plain-2"]);
        assert_eq!(&*files.active().name, "plain-2");
    }

    #[test]
    fn what_the_learner_writes_is_kept_and_can_be_reset_and_brought_back() {
        let mut files = files(&[]);
        files.edit("mine".into());
        assert!(files.active().is_changed());
        files.reset();
        assert_eq!(&*files.active().text, "first");
        files.undo();
        assert_eq!(&*files.active().text, "mine");
    }

    #[test]
    fn a_text_that_is_taken_from_the_cluster_is_applied_and_its_own_can_come_back() {
        let mut files = files(&[]);
        files.edit("mine".into());
        files.adopt("theirs".into());
        assert_eq!((&*files.active().text, files.active().is_unapplied()), ("theirs", false));
        files.undo();
        assert_eq!((&*files.active().text, files.active().is_unapplied()), ("mine", true));
    }

    #[test]
    fn a_text_is_applied_until_it_or_the_cluster_is_another() {
        let mut files = files(&["b"]);
        files.edit("mine".into());
        assert!(files.active().is_unapplied());
        files.apply(files.active, "mine".into());
        assert!(!files.active().is_unapplied() && files.all()[0].is_unapplied());
        let mut later = Files::restore(&files.save()).expect("saved");
        later.restore_applied(&files.save_applied());
        assert_eq!(later, files);
        files.leave_cluster();
        assert!(files.active().is_unapplied());
        files.return_to_cluster();
        assert!(!files.active().is_unapplied());
        files.edit("other".into());
        assert!(files.active().is_unapplied());
    }

    #[test]
    fn a_closed_file_comes_back_where_it_was_with_its_text() {
        let mut files = files(&["b", "c"]);
        files.show(1);
        files.edit("mine".into());
        assert_eq!(files.close(1).as_deref(), Some("b"));
        assert_eq!(names(&files), ["a.yaml", "c"]);
        files.undo();
        assert_eq!(names(&files), ["a.yaml", "b", "c"]);
        assert_eq!(&*files.active().text, "mine");
    }

    #[test]
    fn discarding_a_file_leaves_the_last_closing_to_be_taken_back() {
        let mut files = files(&["b", "c"]);
        files.close(1);
        files.discard(2, 0);
        assert_eq!((names(&files), &*files.active().name), (vec!["a.yaml"], "a.yaml"));
        files.undo();
        assert_eq!(names(&files), ["a.yaml", "b"]);
        files.discard(0, 0);
        files.discard(1, 0);
        assert_eq!(names(&files), ["manifest.yaml"]);
    }

    #[test]
    fn the_neighbour_comes_to_the_front_when_a_file_is_closed() {
        let mut files = files(&["b", "c"]);
        files.show(1);
        files.close(1);
        assert_eq!(&*files.active().name, "c");
        files.close(2);
        assert_eq!(&*files.active().name, "a.yaml");
    }

    #[test]
    fn the_last_file_is_followed_by_an_empty_one() {
        let mut files = files(&[]);
        files.close(0);
        assert_eq!(names(&files), ["manifest.yaml"]);
        assert_eq!(&*files.active().text, "");
    }

    #[test]
    fn a_name_that_is_empty_or_taken_or_no_single_word_is_not_given() {
        let rename = |name: &str| {
            let mut files = files(&["b"]);
            let given = files.rename(1, name);
            given.map(|()| files.active().name.to_string())
        };
        let good = [(" c.yaml ", "c.yaml"), ("b", "b"), ("节点_2-x.yaml", "节点_2-x.yaml")];
        assert!(good.iter().all(|(name, given)| rename(name).as_deref() == Ok(*given)));
        assert_eq!(rename("  "), Err(NameFault::Empty));
        assert_eq!(rename("a.yaml"), Err(NameFault::Taken));
        for name in ["a b.yaml", "$x", "a;b", "../a", "-f", "-", "..", "a\"b", "a|b"] {
            assert_eq!(rename(name), Err(NameFault::Characters), "{name}");
        }
        assert_eq!(rename(&"x".repeat(99)).map(|name| name.len()), Ok(LONGEST_NAME));
    }

    #[test]
    fn files_survive_being_remembered() {
        let mut files = files(&["b"]);
        files.edit("mine: 节点\n".into());
        assert_eq!(Files::restore(&files.save()).as_ref(), Some(&files));
        assert_eq!(Files::restore("nonsense"), None);
        assert_eq!(Files::restore("1:01:1"), None);
    }

    #[test]
    fn what_is_done_to_files_that_are_gone_does_nothing() {
        let before = files(&[]);
        let mut after = before.clone();
        after.show(9);
        assert_eq!(after.rename(9, "x"), Ok(()));
        assert_eq!(after.close(9), None);
        assert_eq!(after, before);
    }
}
