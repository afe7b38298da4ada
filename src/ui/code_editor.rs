//! The code editor as a plain text area.
#![allow(missing_docs)]

use std::rc::Rc;

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
    Info,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pos {
    pub line: u32,
    pub column: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EditorProblem {
    pub from: Pos,
    pub to: Pos,
    pub severity: Severity,
    pub message: AttrValue,
}

#[derive(Clone, Debug, Properties, PartialEq)]
pub struct Props {
    pub doc: AttrValue,
    pub text: AttrValue,
    #[prop_or_default]
    pub problems: Rc<Vec<EditorProblem>>,
    pub label: AttrValue,
    #[prop_or_default]
    pub dark: bool,
    pub on_change: Callback<String>,
    #[prop_or_default]
    pub on_apply: Callback<()>,
}

#[component]
pub fn CodeEditor(props: &Props) -> Html {
    let oninput = props.on_change.reform(|e: InputEvent| e.target_unchecked_into::<HtmlTextAreaElement>().value());
    html! {
        <div class="code-editor">
            <textarea class="code-editor-plain" value={props.text.clone()} aria-label={props.label.clone()} spellcheck="false" wrap="off" {oninput} />
        </div>
    }
}
