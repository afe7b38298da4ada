//! The editor as a whole.

use std::rc::Rc;

use yew::prelude::*;

use crate::i18n::Strings;
use crate::lab::examples::EXAMPLES;
use crate::lab::manifest::{Problem, Severity as Weight, check};
use crate::object::position::Position;
use crate::ui::code_editor::{CodeEditor, EditorProblem, Pos, Severity};
use crate::ui::session::{Notice, use_hands};
use crate::ui::widgets::{Icon, Menu, MenuItem};
use crate::ui::words::use_words;

use super::problems::Problems;
use super::tabs::Tabs;
use super::{Files, FilesAction};

/// The editor.
#[derive(Properties, PartialEq)]
pub struct EditorPaneProps {
    /// The open files.
    pub files: UseReducerHandle<Files>,
    /// The text that was refused last, and why.
    pub refused: Option<(Rc<str>, Rc<Vec<Problem>>)>,
    /// Whether the theme is dark.
    pub dark: bool,
    /// Applies the file in front.
    pub on_apply: Callback<()>,
}

/// Tabs, text, problems, and what to do with the file.
#[component]
pub fn EditorPane(props: &EditorPaneProps) -> Html {
    let (words, hands) = (use_words(), use_hands());
    let files = &props.files;
    let file = files.active().clone();
    let problems = use_memo((Rc::clone(&file.text), props.refused.clone()), |(text, refused)| {
        let refused = refused.as_ref().filter(|(refused, _)| refused == text);
        Rc::new(all_problems(check(text), refused.map(|(_, problems)| &**problems)))
    });
    let marks = use_memo((Rc::clone(&*problems), words), |(problems, words)| {
        Rc::new(problems.iter().map(|problem| mark(problem, words)).collect::<Vec<_>>())
    });
    let phrases = use_memo(words, |words| {
        Rc::new(words.editor.phrases.iter().map(|(english, own)| (*english, AttrValue::from(*own))).collect::<Vec<_>>())
    });
    let on_change = {
        let files = files.dispatcher();
        use_callback(file.id, move |text: String, id| files.dispatch(FilesAction::Edit(*id, text.into())))
    };
    let delete = {
        let (hands, file) = (hands.clone(), file.clone());
        move |_: MouseEvent| hands.delete_manifest(&file)
    };
    let reset = {
        let (files, hands, id, name) = (files.dispatcher(), hands.clone(), file.id, AttrValue::from(file.name.to_string()));
        move |_: MouseEvent| {
            files.dispatch(FilesAction::Reset(id));
            hands.notify(Notice::ResetFile(name.clone()));
        }
    };
    let apply = props.on_apply.reform(|_: MouseEvent| ());
    html! {
        <section class="editor" aria-label={words.editor.name}>
            <div class="edtabs">
                <Tabs files={files.clone()} />
                { draw_new(files, &words) }
            </div>
            <div class="text" role="tabpanel" id="file-text" aria-labelledby={format!("file-{}", file.id)}>
                <CodeEditor doc={file.id.to_string()} text={AttrValue::from(Rc::clone(&file.text))} problems={Rc::clone(&*marks)}
                    label={(words.editor.text_of)(&file.name)} dark={props.dark} phrases={Rc::clone(&*phrases)} {on_change} on_apply={props.on_apply.clone()} />
            </div>
            <Problems problems={Rc::clone(&*problems)} />
            <div class="edfoot">
                <button type="button" onclick={delete} title="kubectl delete -f">{ words.editor.delete }</button>
                <button type="button" onclick={reset} disabled={!file.is_changed()}>{ words.editor.reset }</button>
                <span class="spacer" />
                <span class="keys" aria-hidden="true"><kbd>{ "Ctrl" }</kbd><kbd>{ "Enter" }</kbd></span>
                <button type="button" class="primary" onclick={apply} title="kubectl apply -f">{ words.editor.apply }</button>
            </div>
        </section>
    }
}

/// What the text shows by itself, and what only came out when it was applied.
fn all_problems(mut found: Vec<Problem>, refused: Option<&Vec<Problem>>) -> Vec<Problem> {
    let others: Vec<Problem> = refused.into_iter().flatten().filter(|problem| !found.contains(problem)).cloned().collect();
    found.extend(others);
    found
}

fn mark(problem: &Problem, words: &Strings) -> EditorProblem {
    let place = |position: Position| {
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Pos { line: small(position.line), column: small(position.column) }
    };
    let severity = match problem.severity {
        Weight::Error => Severity::Error,
        Weight::Warning => Severity::Warning,
    };
    let advice = (words.editor.advice)(&problem.advice);
    let message = if advice.is_empty() { problem.message.clone() } else { format!("{}\n{advice}", problem.message) };
    EditorProblem { from: place(problem.span.start), to: place(problem.span.end), severity, message: message.into() }
}

/// A menu of what can be opened: an empty file, or an example.
fn draw_new(files: &UseReducerHandle<Files>, words: &Strings) -> Html {
    let open = |label: &'static str, icon: &'static str, file: &'static str, text: &'static str| {
        let files = files.dispatcher();
        MenuItem::new(label, icon, move || files.dispatch(FilesAction::Open(file.into(), text.into())))
    };
    let empty = open(words.editor.empty_file, "plus", "manifest.yaml", "");
    let examples = EXAMPLES.iter().map(|example| open(example.file, "file", example.file, example.text));
    html! {
        <Menu label={words.editor.add_file} note={words.editor.examples_note} class="icon-button"
            items={std::iter::once(empty).chain(examples).collect::<Vec<_>>()}><Icon name="plus" /></Menu>
    }
}

#[cfg(test)]
mod tests {
    use crate::i18n::Lang;
    use crate::ui::code_editor::PHRASES;

    #[test]
    fn every_phrase_of_the_code_editor_is_translated() {
        let known: Vec<&str> = Lang::Zh.strings().editor.phrases.iter().map(|(english, _)| *english).collect();
        assert_eq!(known, PHRASES);
    }
}
