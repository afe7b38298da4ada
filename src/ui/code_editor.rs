//! The code editor: CodeMirror, loaded after the first paint, behind one component; a plain text area until then.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlTextAreaElement, KeyboardEvent};
use yew::prelude::*;

use super::element::{El, el};

/// How bad a problem is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The text would be refused.
    Error,
    /// The text would be accepted, with a warning.
    Warning,
    /// Worth knowing.
    Info,
}

/// A place in a text: line and column from 1, a column counting characters (Unicode scalar values).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Pos {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// A problem in the text, underlined where it is.
#[derive(Clone, PartialEq)]
pub struct EditorProblem {
    /// Where it begins.
    pub from: Pos,
    /// Where it ends (the first character that is no longer part of it).
    pub to: Pos,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong and what would be right, in the reader's language.
    pub message: AttrValue,
}

/// The words that the editor itself shows or says. `Props::phrases` translates them; without a translation they stay English.
pub const PHRASES: &[&str] = &[
    LEAVE_HINT,
    "Diagnostics",
    "No diagnostics",
    "close",
    "Find",
    "Replace",
    "next",
    "previous",
    "all",
    "match case",
    "regexp",
    "by word",
    "replace",
    "replace all",
    "current match",
    "on line",
    "replaced $ matches",
    "replaced match on line $",
    "Go to line",
    "go",
    "Selection deleted",
    "Control character",
];

/// Read out with the editor's name: Tab indents there, so a reader must know how to get out.
const LEAVE_HINT: &str = "Tab indents. Press Escape and then Tab to leave the editor.";

/// A place for the link to an editor.
pub type CodeLink = Rc<RefCell<Option<yew::html::Scope<CodeEditor>>>>;

/// What the editor shows and whom it tells.
#[derive(Clone, Properties)]
pub struct Props {
    /// The name of the file shown. Each file keeps its own undo history, selection and scroll position.
    pub doc: AttrValue,
    /// The file's text.
    pub text: AttrValue,
    /// The problems in it.
    pub problems: Rc<Vec<EditorProblem>>,
    /// The editor's accessible name.
    pub label: AttrValue,
    /// Whether the page's theme is dark.
    pub dark: bool,
    /// Translations of [`PHRASES`].
    pub phrases: &'static [(&'static str, &'static str)],
    /// Where the editor leaves its own link, for [`Msg::GoTo`].
    pub link: CodeLink,
    /// Gets the whole text after each change made by the reader.
    pub on_change: Callback<String>,
    /// Called on Ctrl+Enter or Cmd+Enter.
    pub on_apply: Callback<()>,
}

/// Whom the editor tells stays the same as long as it lives.
impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.doc == other.doc
            && self.text == other.text
            && Rc::ptr_eq(&self.problems, &other.problems)
            && self.label == other.label
            && self.dark == other.dark
            && std::ptr::eq(self.phrases, other.phrases)
    }
}

/// What happens to a [`CodeEditor`].
pub enum Msg {
    /// The chunk has arrived.
    Loaded(JsValue),
    /// The chunk cannot be had: the text area stays.
    Failed,
    /// The reader began (`true`) or ended (`false`) composing a character in the text area.
    Composing(bool),
    /// The reader changed the text in the loaded editor.
    Edited(String),
    /// The reader changed the text in the text area.
    Typed(String),
    /// The reader asks to apply the text.
    Apply,
    /// The cursor goes to a line and column, from 1, and the focus to the editor.
    GoTo(u32, u32),
}

/// A YAML editor with line numbers, problems, search and undo. See [`Props`].
pub struct CodeEditor {
    host: NodeRef,
    plain: NodeRef,
    chunk: Option<EditorModule>,
    composing: bool,
    listeners: Vec<EventListener>,
    loaded: Option<Loaded>,
    reported: Reported,
}

impl Component for CodeEditor {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> Self {
        *ctx.props().link.borrow_mut() = Some(ctx.link().clone());
        let link = ctx.link().clone();
        spawn_local(async move {
            link.send_message(match load().await {
                Ok(module) => Msg::Loaded(module),
                Err(_) => Msg::Failed,
            });
        });
        Self {
            host: NodeRef::default(),
            plain: NodeRef::default(),
            chunk: None,
            composing: false,
            listeners: Vec::new(),
            loaded: None,
            reported: Reported::default(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        match msg {
            Msg::Loaded(module) => {
                self.chunk = Some(module.unchecked_into());
                self.replace_plain(ctx)
            }
            Msg::Composing(composing) => {
                self.composing = composing;
                self.replace_plain(ctx)
            }
            Msg::Edited(text) => {
                self.reported.push(text.clone());
                ctx.props().on_change.emit(text);
                false
            }
            Msg::Typed(text) => {
                ctx.props().on_change.emit(text);
                false
            }
            Msg::Apply => {
                ctx.props().on_apply.emit(());
                false
            }
            Msg::GoTo(line, column) => {
                match &self.loaded {
                    Some(loaded) => loaded.editor.go_to(line, column),
                    None => self.go_to_plain(line),
                }
                false
            }
            Msg::Failed => false,
        }
    }

    fn changed(&mut self, ctx: &Context<Self>, old: &Props) -> bool {
        if let Some(loaded) = &self.loaded {
            loaded.follow(ctx.props(), old, &mut self.reported);
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let phrases = ctx.props().phrases;
        let hint = phrases.iter().find(|(english, _)| *english == LEAVE_HINT).map_or(LEAVE_HINT, |(_, own)| own);
        let plain = self.loaded.is_none();
        el("div")
            .class("code-editor")
            .with(el("div").class("code-editor-host").node_ref(&self.host).flag("hidden", plain))
            .maybe(plain.then(|| self.view_plain(ctx)))
            .with(el("p").class("code-hint").set("id", HINT_ID).text(hint))
            .done()
    }

    /// Yew has no attributes for the events of composing.
    fn rendered(&mut self, ctx: &Context<Self>, first_render: bool) {
        let Some(plain) = self.plain.cast::<HtmlTextAreaElement>().filter(|_| first_render) else { return };
        let options = EventListenerOptions::enable_prevent_default();
        for event in ["compositionstart", "compositionend", "input", "keydown"] {
            let (link, area) = (ctx.link().clone(), plain.clone());
            self.listeners.push(EventListener::new_with_options(&plain, event, options, move |happened| {
                if let Some(msg) = plain_msg(event, happened, &area) {
                    link.send_message(msg);
                }
            }));
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        if let Some(loaded) = self.loaded.take() {
            loaded.editor.destroy();
        }
    }
}

impl CodeEditor {
    fn view_plain(&self, ctx: &Context<Self>) -> El {
        let Props { text, label, .. } = ctx.props();
        el("textarea")
            .class("code-editor-plain")
            .node_ref(&self.plain)
            .live_value(text)
            .set("aria-label", label.clone())
            .set("spellcheck", "false")
            .set("autocapitalize", "off")
            .set("autocomplete", "off")
    }

    fn go_to_plain(&self, line: u32) {
        let Some(plain) = self.plain.cast::<HtmlTextAreaElement>() else { return };
        let text = plain.value();
        let before = text.split('\n').take(line.saturating_sub(1) as usize);
        let units: usize = before.map(|line| line.encode_utf16().count() + 1).sum();
        let at = u32::try_from(units).unwrap_or(u32::MAX);
        // Without a selection the focus still leads there.
        let _ = plain.set_selection_range(at, at);
        let _ = plain.focus();
    }

    /// Puts the loaded editor in the text area's place, with what stands in it now, as soon as no character is being composed there.
    fn replace_plain(&mut self, ctx: &Context<Self>) -> bool {
        let (Some(chunk), false, None) = (&self.chunk, self.composing, &self.loaded) else { return false };
        let (Some(host), Some(plain)) = (self.host.cast::<Element>(), self.plain.cast::<HtmlTextAreaElement>()) else {
            return false;
        };
        let focused = plain.owner_document().and_then(|d| d.active_element()).is_some_and(|e| e == **plain);
        let selection = plain.selection_start().ok().flatten().zip(plain.selection_end().ok().flatten());
        let loaded = Loaded::mount(ctx, chunk, &host, &plain.value());
        if let (true, Some((from, to))) = (focused, selection) {
            // The host is shown by the next rendering; it must be visible now to take the focus.
            let _ = host.remove_attribute("hidden");
            loaded.editor.take_over(from, to);
        }
        self.loaded = Some(loaded);
        self.listeners.clear();
        true
    }
}

/// The element that says how to leave the editor.
const HINT_ID: &str = "code-editor-hint";

/// What an event of the text area means.
fn plain_msg(kind: &str, event: &Event, area: &HtmlTextAreaElement) -> Option<Msg> {
    match kind {
        "compositionstart" => Some(Msg::Composing(true)),
        "compositionend" => Some(Msg::Composing(false)),
        "input" => Some(Msg::Typed(area.value())),
        _ => event.dyn_ref::<KeyboardEvent>().filter(|key| is_apply(key)).map(|_| {
            event.prevent_default();
            Msg::Apply
        }),
    }
}

fn is_apply(event: &KeyboardEvent) -> bool {
    event.key() == "Enter" && (event.ctrl_key() || event.meta_key())
}

/// Texts that the editor reported and that have not come back as `Props::text` yet. Text that comes back late must not undo what was
/// typed since.
#[derive(Default)]
struct Reported(VecDeque<String>);

impl Reported {
    /// An owner that never hands the text back must not cost memory for ever.
    const MOST: usize = 16;

    fn push(&mut self, text: String) {
        if self.0.len() == Self::MOST {
            self.0.pop_front();
        }
        self.0.push_back(text);
    }

    /// Whether `text` is one that the editor itself reported; forgets it and all before it.
    fn take(&mut self, text: &str) -> bool {
        let Some(found) = self.0.iter().position(|t| t == text) else { return false };
        self.0.drain(..=found);
        true
    }
}

/// The loaded editor, with the closures that it calls.
struct Loaded {
    editor: Editor,
    _on_change: Closure<dyn FnMut(String)>,
    _on_apply: Closure<dyn FnMut()>,
}

impl Loaded {
    fn mount(ctx: &Context<CodeEditor>, chunk: &EditorModule, host: &Element, text: &str) -> Self {
        let edited = ctx.link().callback(Msg::Edited);
        let apply = ctx.link().callback(|()| Msg::Apply);
        let on_change = Closure::new(move |text| edited.emit(text));
        let on_apply = Closure::new(move || apply.emit(()));
        let props = ctx.props();
        let editor = chunk.mount(host, &props.doc, text, on_change.as_ref(), on_apply.as_ref());
        let loaded = Self { editor, _on_change: on_change, _on_apply: on_apply };
        loaded.show_label(props);
        loaded.show_phrases(props);
        loaded.editor.set_dark(props.dark);
        loaded.show_problems(props);
        loaded
    }

    /// Brings the editor up to date with `new`.
    fn follow(&self, new: &Props, old: &Props, reported: &mut Reported) {
        let other_doc = new.doc != old.doc;
        if other_doc {
            reported.0.clear();
        }
        if other_doc || (new.text != old.text && !reported.take(&new.text)) {
            reported.0.clear();
            self.editor.show(&new.doc, &new.text);
        }
        if new.label != old.label {
            self.show_label(new);
        }
        if !std::ptr::eq(new.phrases, old.phrases) {
            self.show_phrases(new);
        }
        if new.dark != old.dark {
            self.editor.set_dark(new.dark);
        }
        if other_doc || !Rc::ptr_eq(&new.problems, &old.problems) {
            self.show_problems(new);
        }
    }

    fn show_label(&self, props: &Props) {
        self.editor.set_label(&props.label, HINT_ID);
    }

    fn show_phrases(&self, props: &Props) {
        let pairs: Array =
            props.phrases.iter().flat_map(|(english, own)| [JsValue::from(*english), JsValue::from(*own)]).collect();
        self.editor.set_phrases(&pairs);
    }

    fn show_problems(&self, props: &Props) {
        let places: Vec<u32> =
            props.problems.iter().flat_map(|p| [p.from.line, p.from.column, p.to.line, p.to.column, p.severity as u32]).collect();
        let messages: Array = props.problems.iter().map(|p| JsValue::from(p.message.as_str())).collect();
        self.editor.set_problems(&places, &messages);
    }
}

#[wasm_bindgen(module = "/editor/load.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn load() -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// The chunk, `editor/editor.js`.
    type EditorModule;

    #[wasm_bindgen(method)]
    fn mount(this: &EditorModule, parent: &Element, name: &str, text: &str, on_change: &JsValue, on_apply: &JsValue) -> Editor;

    type Editor;

    #[wasm_bindgen(method)]
    fn show(this: &Editor, name: &str, text: &str);

    #[wasm_bindgen(method, js_name = setProblems)]
    fn set_problems(this: &Editor, places: &[u32], messages: &Array);

    #[wasm_bindgen(method, js_name = setLabel)]
    fn set_label(this: &Editor, label: &str, description_id: &str);

    #[wasm_bindgen(method, js_name = setDark)]
    fn set_dark(this: &Editor, dark: bool);

    #[wasm_bindgen(method, js_name = setPhrases)]
    fn set_phrases(this: &Editor, pairs: &Array);

    #[wasm_bindgen(method, js_name = takeOver)]
    fn take_over(this: &Editor, from: u32, to: u32);

    #[wasm_bindgen(method, js_name = goTo)]
    fn go_to(this: &Editor, line: u32, column: u32);

    #[wasm_bindgen(method)]
    fn destroy(this: &Editor);
}
