//! Components in a real browser: `cargo xtask test components`.
#![cfg(all(target_arch = "wasm32", feature = "web"))]

#[path = "components/page.rs"]
mod page;

use std::cell::RefCell;
use std::rc::Rc;

use daemonset_lab::ui::code_editor::{CodeEditor, CodeLink, EditorProblem, Msg, Pos, Props, Severity};
use gloo::timers::future::TimeoutFuture;
use gloo::utils::document;
use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, EventInit, HtmlElement, HtmlTextAreaElement, KeyboardEvent, KeyboardEventInit};
use yew::prelude::*;

wasm_bindgen_test_configure!(run_in_browser);

/// What the editor told its owner.
#[derive(Default)]
struct Told {
    texts: RefCell<Vec<String>>,
    applied: RefCell<u32>,
}

/// The editor's own words stay English.
const NO_PHRASES: &[(&str, &str)] = &[];

/// An editor on the page, whose properties the test changes.
struct Bench {
    root: Element,
    app: AppHandle<CodeEditor>,
    told: Rc<Told>,
    props: Props,
}

impl Bench {
    fn new(text: &str) -> Self {
        let root = document().create_element("div").expect("a div can be created");
        document().body().expect("the page has a body").append_child(&root).expect("the body takes a child");
        let told = Rc::new(Told::default());
        let (on_change, on_apply) = (told.clone(), told.clone());
        let props = yew::props!(Props {
            doc: "a.yaml",
            text: text.to_owned(),
            problems: Rc::default(),
            label: "Manifest",
            dark: false,
            phrases: NO_PHRASES,
            link: CodeLink::default(),
            on_change: move |text| on_change.texts.borrow_mut().push(text),
            on_apply: move |()| *on_apply.applied.borrow_mut() += 1,
        });
        let app = yew::Renderer::<CodeEditor>::with_root_and_props(root.clone(), props.clone()).render();
        Self { root, app, told, props }
    }

    async fn set(&mut self, change: impl FnOnce(&mut Props)) {
        change(&mut self.props);
        self.app.update(self.props.clone());
        turn().await;
    }

    fn find<T: JsCast>(&self, selector: &str) -> Option<T> {
        self.root.query_selector(selector).expect("the selector is valid").and_then(|e| e.dyn_into().ok())
    }

    async fn wait_for(&self, selector: &str) -> HtmlElement {
        for _ in 0..400 {
            if let Some(found) = self.find(selector) {
                return found;
            }
            TimeoutFuture::new(10).await;
        }
        panic!("nothing matches {selector} in {}", self.root.inner_html());
    }

    /// The text area of the first rendering. It waits for microtasks only, so that the chunk, which waits for a frame, cannot come first.
    async fn first_text_area(&self) -> HtmlTextAreaElement {
        for _ in 0..100 {
            if let Some(plain) = self.find("textarea") {
                return plain;
            }
            JsFuture::from(Promise::resolve(&JsValue::NULL)).await.expect("it is resolved");
        }
        panic!("no text area in {}", self.root.inner_html());
    }

    /// The text of the loaded editor.
    fn shown(&self) -> String {
        let lines = self.root.query_selector_all(".cm-line").expect("the selector is valid");
        let lines: Vec<_> = (0..lines.length()).filter_map(|i| lines.get(i)?.text_content()).collect();
        lines.join("\n")
    }

    /// Types into the loaded editor at its cursor, as a browser does it for a keyboard.
    fn type_text(&self, text: &str) {
        self.find::<HtmlElement>(".cm-content").expect("the editor has loaded").focus().expect("it takes the focus");
        let page: web_sys::HtmlDocument = document().unchecked_into();
        page.exec_command_with_show_ui_and_value("insertText", false, text).expect("text can be inserted");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.root.remove();
    }
}

async fn turn() {
    TimeoutFuture::new(20).await;
}

/// Says in the page where the editor's chunk is, as the build does, or that there is none.
fn offer_chunk(place: &str) {
    let meta = document().query_selector("meta[name=editor]").expect("the selector is valid").unwrap_or_else(|| {
        let meta = document().create_element("meta").expect("an element can be created");
        meta.set_attribute("name", "editor").expect("the attribute is valid");
        document().head().expect("the page has a head").append_child(&meta).expect("the head takes a child");
        meta
    });
    meta.set_attribute("content", place).expect("the attribute is valid");
}

fn type_plain(plain: &HtmlTextAreaElement, text: &str) {
    plain.set_value(text);
    let init = EventInit::new();
    init.set_bubbles(true);
    plain.dispatch_event(&Event::new_with_event_init_dict("input", &init).expect("an event")).expect("it is dispatched");
}

fn press_apply(target: &Element) {
    let init = KeyboardEventInit::new();
    init.set_key("Enter");
    init.set_ctrl_key(true);
    init.set_bubbles(true);
    init.set_cancelable(true);
    target
        .dispatch_event(&KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event"))
        .expect("it is dispatched");
}

const CHUNK: &str = "/target/page/editor.js";

#[wasm_bindgen_test]
async fn without_the_chunk_a_labelled_text_area_does_the_work() {
    offer_chunk("");
    let mut bench = Bench::new("kind: DaemonSet\n");
    turn().await;
    let plain: HtmlTextAreaElement = bench.find("textarea").expect("a text area stands there");
    assert_eq!(plain.value(), "kind: DaemonSet\n");
    assert_eq!(plain.get_attribute("aria-label").as_deref(), Some("Manifest"));
    type_plain(&plain, "kind: Pod\n");
    press_apply(&plain);
    turn().await;
    assert_eq!(*bench.told.texts.borrow(), ["kind: Pod\n"]);
    assert_eq!(*bench.told.applied.borrow(), 1);
    bench.set(|props| props.text = "kind: Node\n".into()).await;
    assert_eq!(plain.value(), "kind: Node\n");
}

#[wasm_bindgen_test]
async fn what_was_typed_before_the_chunk_came_is_kept() {
    offer_chunk(CHUNK);
    let bench = Bench::new("kind: DaemonSet");
    let plain = bench.first_text_area().await;
    // The owner of this bench never hands the text back: only the text area has it.
    type_plain(&plain, "kind: typed");
    bench.wait_for(".cm-content").await;
    turn().await;
    assert_eq!(bench.shown(), "kind: typed");
    assert!(bench.find::<HtmlTextAreaElement>("textarea").is_none());
}

#[wasm_bindgen_test]
async fn a_character_being_composed_is_not_cut_off_by_the_arrival_of_the_chunk() {
    offer_chunk(CHUNK);
    let bench = Bench::new("");
    let plain = bench.first_text_area().await;
    plain.dispatch_event(&Event::new("compositionstart").expect("an event")).expect("it is dispatched");
    TimeoutFuture::new(500).await;
    assert!(bench.find::<Element>(".cm-content").is_none(), "the reader is composing");
    plain.dispatch_event(&Event::new("compositionend").expect("an event")).expect("it is dispatched");
    bench.wait_for(".cm-content").await;
}

#[wasm_bindgen_test]
async fn the_loaded_editor_tells_of_changes_and_applies() {
    offer_chunk(CHUNK);
    let bench = Bench::new("");
    let content = bench.wait_for(".cm-content").await;
    assert_eq!(content.get_attribute("aria-label").as_deref(), Some("Manifest"));
    bench.type_text("kind: Pod");
    turn().await;
    assert_eq!(bench.told.texts.borrow().last().map(String::as_str), Some("kind: Pod"));
    press_apply(&content);
    turn().await;
    assert_eq!(*bench.told.applied.borrow(), 1);
    assert_eq!(bench.shown(), "kind: Pod", "applying changes no text");
}

#[wasm_bindgen_test]
async fn text_from_the_owner_is_shown_and_not_reported_back() {
    offer_chunk(CHUNK);
    let mut bench = Bench::new("a: 1");
    bench.wait_for(".cm-content").await;
    bench.set(|props| props.text = "a: 2\nb: 3".into()).await;
    assert_eq!(bench.shown(), "a: 2\nb: 3");
    assert!(bench.told.texts.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn text_that_comes_back_late_does_not_undo_what_was_typed_since() {
    offer_chunk(CHUNK);
    let mut bench = Bench::new("");
    bench.wait_for(".cm-content").await;
    bench.type_text("a");
    bench.type_text("b");
    turn().await;
    let first = bench.told.texts.borrow()[0].clone();
    bench.set(|props| props.text = first.into()).await;
    assert_eq!(bench.shown().len(), 2);
}

#[wasm_bindgen_test]
async fn each_file_keeps_its_own_text_and_undo_history() {
    offer_chunk(CHUNK);
    let mut bench = Bench::new("");
    bench.wait_for(".cm-content").await;
    bench.type_text("x: 1");
    turn().await;
    bench.set(|props| (props.doc, props.text) = ("b.yaml".into(), "other: file".into())).await;
    assert_eq!(bench.shown(), "other: file");
    bench.set(|props| (props.doc, props.text) = ("a.yaml".into(), "x: 1".into())).await;
    assert_eq!(bench.shown(), "x: 1");
    let init = KeyboardEventInit::new();
    init.set_key("z");
    init.set_key_code(90);
    init.set_ctrl_key(true);
    init.set_bubbles(true);
    let undo = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
    bench.wait_for(".cm-content").await.dispatch_event(&undo).expect("it is dispatched");
    turn().await;
    assert_eq!(bench.shown(), "");
}

#[wasm_bindgen_test]
async fn a_problem_is_underlined_where_it_is_even_after_wide_characters() {
    offer_chunk(CHUNK);
    let mut bench = Bench::new("name: fine\nnote: 🎉é oops");
    bench.wait_for(".cm-content").await;
    bench
        .set(|props| {
            props.problems = Rc::new(vec![EditorProblem {
                from: Pos { line: 2, column: 10 },
                to: Pos { line: 2, column: 14 },
                severity: Severity::Error,
                message: "not a name".into(),
            }]);
        })
        .await;
    assert_eq!(bench.wait_for(".cm-lintRange-error").await.text_content().as_deref(), Some("oops"));
    bench.set(|props| props.problems = Rc::default()).await;
    assert!(bench.find::<Element>(".cm-lintRange-error").is_none());
}

#[wasm_bindgen_test]
async fn the_cursor_goes_where_a_problem_is() {
    offer_chunk(CHUNK);
    let bench = Bench::new("name: fine\nnote: oops");
    bench.wait_for(".cm-content").await;
    let link = bench.props.link.borrow().clone().expect("the editor leaves its link");
    link.send_message(Msg::GoTo(2, 7));
    turn().await;
    bench.type_text("so ");
    turn().await;
    assert_eq!(bench.shown(), "name: fine\nnote: so oops");
}
