//! The manifests that are open in the editor, one of them in front.

use std::rc::Rc;

use serde::{Deserialize, Serialize};
use yew::Reducible;

/// The longest name that a file can have, in characters.
const LONGEST_NAME: usize = 60;

/// An open file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Different from that of every other file that was ever open here.
    pub id: u32,
    /// Its name, different from those of the other open files.
    pub name: Rc<str>,
    /// Its text.
    pub text: Rc<str>,
    /// The text that it was opened with.
    pub original: Rc<str>,
}

impl File {
    /// Whether the text is not the one that it was opened with.
    pub fn is_changed(&self) -> bool {
        self.text != self.original
    }
}

/// All open files; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Files {
    open: Vec<File>,
    active: u32,
    next_id: u32,
    /// What the last closing or resetting took away: the file as it was, and where it stood.
    #[serde(skip)]
    lost: Option<(usize, File)>,
}

/// What can happen to the files.
pub enum FilesAction {
    /// Opens a file with that name and text and brings it to the front. The name gets a number if it is taken.
    Open(Rc<str>, Rc<str>),
    /// Brings a file to the front.
    Show(u32),
    /// The learner wrote.
    Edit(u32, Rc<str>),
    /// Gives another name; one that is empty or taken is not.
    Rename(u32, Rc<str>),
    /// Closes a file. The last one is followed by an empty one.
    Close(u32),
    /// Brings the first text back.
    Reset(u32),
    /// Takes the last closing or resetting back.
    Undo,
}

impl Files {
    /// One file, in front.
    pub fn with(name: &str, text: &str) -> Self {
        let file = File { id: 0, name: name.into(), text: text.into(), original: text.into() };
        Self { open: vec![file], active: 0, next_id: 1, lost: None }
    }

    /// Reads what [`Files::save`] wrote; `None` when it is not that.
    pub fn restore(saved: &str) -> Option<Self> {
        serde_json::from_str(saved).ok().filter(|files: &Self| !files.open.is_empty())
    }

    /// As text, to be remembered.
    pub fn save(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
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

    fn open(&mut self, name: &str, text: Rc<str>) {
        let name = self.free_name(name).into();
        self.open.push(File { id: self.next_id, name, original: text.clone(), text });
        self.active = self.next_id;
        self.next_id += 1;
    }

    fn rename(&mut self, at: usize, name: &str) {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        if !name.is_empty() && !self.is_taken(&name, Some(self.open[at].id)) {
            self.open[at].name = name.into();
        }
    }

    fn close(&mut self, at: usize) {
        let file = self.open.remove(at);
        if self.active == file.id
            && let Some(neighbour) = self.open.get(at).or(self.open.last())
        {
            self.active = neighbour.id;
        }
        self.lost = Some((at, file));
        if self.open.is_empty() {
            self.open("manifest.yaml", "".into());
        }
    }

    fn reset(&mut self, at: usize) {
        self.lost = Some((at, self.open[at].clone()));
        self.open[at].text = self.open[at].original.clone();
    }

    fn undo(&mut self) {
        let Some((at, file)) = self.lost.take() else { return };
        self.active = file.id;
        match self.position(file.id) {
            Some(at) => self.open[at].text = file.text,
            None => self.open.insert(at.min(self.open.len()), file),
        }
    }
}

impl Reducible for Files {
    type Action = FilesAction;

    fn reduce(self: Rc<Self>, action: FilesAction) -> Rc<Self> {
        let mut next = Rc::unwrap_or_clone(self);
        let at = |files: &Files, id| files.position(id);
        match action {
            FilesAction::Open(name, text) => next.open(&name, text),
            FilesAction::Undo => next.undo(),
            FilesAction::Show(id) => next.active = at(&next, id).map_or(next.active, |_| id),
            FilesAction::Edit(id, text) => {
                if let Some(at) = at(&next, id) {
                    next.open[at].text = text;
                }
            }
            FilesAction::Rename(id, name) => {
                if let Some(at) = at(&next, id) {
                    next.rename(at, &name);
                }
            }
            FilesAction::Close(id) => {
                if let Some(at) = at(&next, id) {
                    next.close(at);
                }
            }
            FilesAction::Reset(id) => {
                if let Some(at) = at(&next, id) {
                    next.reset(at);
                }
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(actions: impl IntoIterator<Item = FilesAction>) -> Rc<Files> {
        actions.into_iter().fold(Rc::new(Files::with("a.yaml", "first")), Files::reduce)
    }

    fn open(name: &str) -> FilesAction {
        FilesAction::Open(name.into(), "".into())
    }

    fn names(files: &Files) -> Vec<&str> {
        files.all().iter().map(|file| &*file.name).collect()
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let files = after([open("a.yaml"), open("a.yaml"), open("plain"), open("plain")]);
        assert_eq!(names(&files), ["a.yaml", "a-2.yaml", "a-3.yaml", "plain", "plain-2"]);
        assert_eq!(&*files.active().name, "plain-2");
    }

    #[test]
    fn what_the_learner_writes_is_kept_and_can_be_reset_and_brought_back() {
        let edit = || FilesAction::Edit(0, "mine".into());
        let edited = after([edit()]);
        assert!(edited.active().is_changed());
        let reset = after([edit(), FilesAction::Reset(0)]);
        assert_eq!(&*reset.active().text, "first");
        let undone = after([edit(), FilesAction::Reset(0), FilesAction::Undo]);
        assert_eq!(&*undone.active().text, "mine");
    }

    #[test]
    fn a_closed_file_comes_back_where_it_was_with_its_text() {
        let actions = || vec![open("b"), open("c"), FilesAction::Edit(1, "mine".into()), FilesAction::Close(1)];
        let closed = after(actions());
        assert_eq!(names(&closed), ["a.yaml", "c"]);
        let mut back = actions();
        back.push(FilesAction::Undo);
        let back = after(back);
        assert_eq!(names(&back), ["a.yaml", "b", "c"]);
        assert_eq!(&*back.active().text, "mine");
    }

    #[test]
    fn the_neighbour_comes_to_the_front_when_a_file_is_closed() {
        let files = after([open("b"), open("c"), FilesAction::Show(1), FilesAction::Close(1)]);
        assert_eq!(&*files.active().name, "c");
        let files = after([open("b"), FilesAction::Close(1)]);
        assert_eq!(&*files.active().name, "a.yaml");
    }

    #[test]
    fn the_last_file_is_followed_by_an_empty_one() {
        let files = after([FilesAction::Close(0)]);
        assert_eq!(names(&files), ["manifest.yaml"]);
        assert_eq!(&*files.active().text, "");
    }

    #[test]
    fn a_name_that_is_empty_or_taken_is_not_given() {
        let rename = |name: &str| after([open("b"), FilesAction::Rename(1, name.into())]).active().name.to_string();
        assert_eq!(rename(" c.yaml "), "c.yaml");
        assert_eq!(rename("  "), "b");
        assert_eq!(rename("a.yaml"), "b");
        assert_eq!(rename(&"x".repeat(99)).len(), LONGEST_NAME);
    }

    #[test]
    fn files_survive_being_remembered() {
        let files = after([open("b"), FilesAction::Edit(0, "mine".into())]);
        assert_eq!(Files::restore(&files.save()).as_ref(), Some(&*files));
        assert_eq!(Files::restore("nonsense"), None);
        assert_eq!(Files::restore(r#"{"open":[],"active":0,"next_id":1}"#), None);
    }

    #[test]
    fn actions_on_files_that_are_gone_do_nothing() {
        let before = after([]);
        let gone = [FilesAction::Show(9), FilesAction::Edit(9, "x".into()), FilesAction::Close(9), FilesAction::Reset(9)];
        for action in gone {
            assert_eq!(before.clone().reduce(action), before);
        }
    }
}
