//! The editor: manifests as tabs, their problems, and what is done with them.

mod drift;
mod problems;
mod tabs;

use std::rc::Rc;

use yew::virtual_dom::VChild;
use yew::{AttrValue, Html};

use super::code_editor::{CodeEditor, CodeLink, EditorProblem, Pos, Props, Severity};
use super::element::{El, Ui, button, el, icon_button};
use super::message::{Message, Msg, Popover};
use super::model::Model;
use super::surroundings::is_dark;
use super::widgets::menu_button;
use crate::i18n::Strings;
use crate::lab::manifest::{Problem, Severity as Weight};
use crate::object::position::Position;

/// Tabs, text, problems, and what to do with the file.
pub fn editor(ui: &Ui, model: &Model, marks: &Rc<Vec<EditorProblem>>, code: &CodeLink) -> El {
    let words = &ui.words.editor;
    let file = model.files.active();
    let add = icon_button("icon-button menu-button", words.add_file, "plus");
    let tabs = el("div").class("edtabs").with(tabs::tabs(ui, model)).with(tabs::file_menu(ui, model)).with(menu_button(
        ui,
        add,
        Popover::NewFile,
        model.is_open(&Popover::NewFile),
    ));
    let keys = el("span").class("keys").set("aria-hidden", "true").with(el("kbd").text("Ctrl")).with(el("kbd").text("Enter"));
    let foot = el("div")
        .class("edfoot")
        .with(button("").set("title", "kubectl delete -f").text(words.delete).on(ui.click(Msg::DeleteManifest)))
        .with(button("").flag("disabled", !file.is_changed()).text(words.reset).on(ui.click(Msg::ResetFile)))
        .with(el("span").class("spacer"))
        .with(keys)
        .with(button("primary").set("title", "kubectl apply -f").text(words.apply).on(ui.click(Msg::Apply)));
    let text = el("div")
        .class("text")
        .set("role", "tabpanel")
        .set("id", "file-text")
        .set("aria-labelledby", ["file-", &file.id.to_string()].concat());
    el("section")
        .class("editor")
        .set("aria-label", words.name)
        .with(tabs)
        .with(text.child(draw_text(ui, model, marks, code)))
        .with(drift::drift(ui, model))
        .with(problems::problems(ui, model))
        .with(foot)
}

fn draw_text(ui: &Ui, model: &Model, marks: &Rc<Vec<EditorProblem>>, code: &CodeLink) -> Html {
    let file = model.files.active();
    let props = Props {
        doc: file.id.to_string().into(),
        text: AttrValue::from(Rc::clone(&file.text)),
        problems: Rc::clone(marks),
        label: (ui.words.editor.text_of)(&file.name).into(),
        dark: is_dark(model.settings.theme),
        phrases: ui.words.editor.phrases,
        link: Rc::clone(code),
        on_change: ui.link.reform(|text| Message { msg: Msg::Edit(text), event: None }),
        on_apply: ui.link.reform(|()| Message { msg: Msg::Apply, event: None }),
    };
    VChild::<CodeEditor>::new(props, None).into()
}

/// The problems as the editor underlines them.
pub fn marks(problems: &[Problem], words: &Strings) -> Vec<EditorProblem> {
    problems.iter().map(|problem| mark(problem, words)).collect()
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
    let message = if advice.is_empty() { problem.message.clone() } else { [&problem.message, "\n", &advice].concat() };
    EditorProblem { from: place(problem.span.start), to: place(problem.span.end), severity, message: message.into() }
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
