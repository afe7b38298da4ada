//! The page as a whole, with a cluster in it.

use daemonset_lab::engine::{self, Port};
use daemonset_lab::ui::{App, AppProps};
use gloo::timers::future::TimeoutFuture;
use gloo::utils::{document, document_element, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, KeyboardEventInit, MessageChannel};
use yew::AppHandle;

/// An engine at the other end of a channel. It shares the page's thread here, and nothing else.
fn engine() -> Port {
    let channel = MessageChannel::new().expect("a channel");
    engine::serve(channel.port1().unchecked_ref());
    channel.port2().unchecked_into()
}

/// The page in a place of its own, as on a first visit.
struct Page {
    root: Element,
    app: Option<AppHandle<App>>,
}

impl Page {
    async fn open() -> Self {
        forget();
        Self::open_again().await
    }

    /// As on a later visit.
    async fn open_again() -> Self {
        let root = document().create_element("div").expect("a div can be created");
        document().body().expect("the page has a body").append_child(&root).expect("the body takes a child");
        let page = Self::with_engine(root, Some(engine()));
        page.wait_for(".node").await;
        page
    }

    fn with_engine(root: Element, engine: Option<Port>) -> Self {
        let app = yew::Renderer::<App>::with_root_and_props(root.clone(), AppProps { engine }).render();
        Self { root, app: Some(app) }
    }

    fn find(&self, selector: &str) -> Option<HtmlElement> {
        self.root.query_selector(selector).expect("the selector is valid").and_then(|found| found.dyn_into().ok())
    }

    fn count(&self, selector: &str) -> u32 {
        self.root.query_selector_all(selector).expect("the selector is valid").length()
    }

    fn text(&self, selector: &str) -> String {
        self.find(selector).and_then(|found| found.text_content()).unwrap_or_default()
    }

    /// The item of the open menu that says that.
    fn item(&self, text: &str) -> HtmlElement {
        let items = self.root.query_selector_all("[role=menuitem]").expect("the selector is valid");
        let items = (0..items.length()).filter_map(|index| items.get(index)?.dyn_into::<HtmlElement>().ok());
        let mut wanted = items.filter(|item| item.text_content().as_deref() == Some(text));
        wanted.next().unwrap_or_else(|| panic!("there is no {text}"))
    }

    async fn wait_for(&self, selector: &str) -> HtmlElement {
        self.wait_until(|page| page.find(selector), selector).await
    }

    async fn wait_until<T>(&self, mut check: impl FnMut(&Self) -> Option<T>, what: &str) -> T {
        for _ in 0..600 {
            if let Some(found) = check(self) {
                return found;
            }
            TimeoutFuture::new(10).await;
        }
        panic!("{what} never came in {}", self.root.inner_html());
    }

    async fn click(&self, selector: &str) {
        self.wait_for(selector).await.click();
        TimeoutFuture::new(30).await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(app) = self.app.take() {
            app.destroy();
        }
        self.root.remove();
    }
}

fn forget() {
    if let Ok(Some(storage)) = window().local_storage() {
        storage.clear().expect("it can be cleared");
        // The tests do not depend on the browser's language.
        storage.set_item("daemonset-lab/2/settings", "system en").expect("there is room");
    }
}

fn remembered(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(&["daemonset-lab/2/", name].concat()).ok()?
}

fn press(target: &Element, key: &str) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).expect("an event");
    target.dispatch_event(&event).expect("it is dispatched");
}

fn focused() -> Element {
    document().active_element().expect("something has the focus")
}

#[wasm_bindgen_test]
async fn applying_the_first_file_puts_a_pod_on_every_node() {
    let page = Page::open().await;
    assert_eq!(page.count(".node"), 9);
    page.click(".dsbar .primary").await;
    page.wait_until(|page| (page.count(".pod.s-available") == 9).then_some(()), "nine available pods").await;
    page.wait_for(".command").await;
    assert!(page.text(".command").contains("kubectl apply -f kube-proxy.yaml"));
    assert!(page.text(".answer").contains("daemonset.apps/kube-proxy created"));
}

#[wasm_bindgen_test]
async fn the_other_language_reaches_the_document_and_every_pane() {
    let page = Page::open().await;
    assert_eq!(document_element().get_attribute("lang").as_deref(), Some("en"));
    page.click("header.top button[lang]").await;
    assert_eq!(document_element().get_attribute("lang").as_deref(), Some("zh-CN"));
    assert!(page.text(".dsbar h2").contains("还没有 DaemonSet"));
    assert_eq!(page.text(".edfoot .primary"), "应用");
}

#[wasm_bindgen_test]
async fn the_theme_goes_from_system_to_light_to_dark() {
    let page = Page::open().await;
    let theme = || document_element().get_attribute("data-theme");
    assert_eq!(theme().as_deref(), Some("system"));
    for next in ["light", "dark", "system"] {
        page.click("header.top .icon-button").await;
        assert_eq!(theme().as_deref(), Some(next));
    }
}

#[wasm_bindgen_test]
async fn a_menu_opens_on_its_first_item_and_gives_the_focus_back() {
    let page = Page::open().await;
    page.click(".node-head .menu-button").await;
    assert_eq!(focused().get_attribute("role").as_deref(), Some("menuitem"));
    let first = focused().text_content();
    press(&focused(), "ArrowDown");
    assert_ne!(focused().text_content(), first);
    press(&focused(), "Escape");
    TimeoutFuture::new(30).await;
    assert!(page.find("[role=menu]").is_none());
    assert!(focused().class_list().contains("menu-button"));
}

#[wasm_bindgen_test]
async fn a_refused_label_keeps_what_was_typed_and_says_why() {
    let page = Page::open().await;
    page.click(".chip.add").await;
    let fields = page.root.query_selector_all(".form input").expect("the selector is valid");
    for (index, text) in [(0, "disk"), (1, "no good")] {
        fields.get(index).expect("a field").unchecked_into::<HtmlInputElement>().set_value(text);
    }
    page.click(".form button[type=submit]").await;
    page.wait_for(".form .refused").await;
    assert!(page.text(".form .refused").contains("a valid label must"), "{}", page.text(".form"));
    assert_eq!(fields.get(1).expect("a field").unchecked_into::<HtmlInputElement>().value(), "no good");
}

#[wasm_bindgen_test]
async fn a_form_that_is_sent_twice_is_done_once() {
    let page = Page::open().await;
    page.click(".toolbar [aria-haspopup=dialog]").await;
    let send = page.wait_for(".form button[type=submit]").await;
    send.click();
    send.click();
    page.wait_until(|page| page.find(".form").is_none().then_some(()), "the end of the form").await;
    // What is done next is done after both, had there been two.
    page.click(".node-head .menu-button").await;
    page.item("Cordon").click();
    page.wait_until(|page| page.text(".node").contains("cordoned").then_some(()), "a node that is cordoned").await;
    assert_eq!(page.count(".node"), 10);
}

#[wasm_bindgen_test]
async fn a_lab_that_cannot_be_read_leaves_no_file_applied_and_is_told() {
    let page = Page::open().await;
    page.click(".dsbar .primary").await;
    page.wait_until(|_| remembered("lab"), "a lab that is remembered").await;
    page.wait_until(|_| remembered("applied").filter(|text| text.contains("kube-proxy")), "a text that is applied").await;
    drop(page);
    let storage = window().local_storage().expect("the page may store").expect("a store");
    storage.set_item("daemonset-lab/2/lab", "nonsense").expect("there is room");
    let again = Page::open_again().await;
    again.wait_for(".notice.bad").await;
    assert!(again.text(".notice .said").contains("cannot be read"), "{}", again.text(".notice"));
    assert!(!remembered("applied").is_some_and(|text| text.contains("kube-proxy")));
}

#[wasm_bindgen_test]
async fn arrow_keys_move_between_nodes_and_tab_stops_at_one() {
    let page = Page::open().await;
    assert_eq!(page.count(".node-name[tabindex='0']"), 1);
    let first = page.wait_for(".node-name").await;
    first.focus().expect("it takes the focus");
    press(&first, "ArrowRight");
    TimeoutFuture::new(30).await;
    assert_eq!(focused().get_attribute("data-node").as_deref(), Some("node-a2"));
    assert_eq!(page.count(".node-name[tabindex='0']"), 1);
    focused().unchecked_into::<HtmlElement>().click();
    TimeoutFuture::new(30).await;
    assert_eq!(page.text(".node.sel .node-name"), "node-a2");
}

#[wasm_bindgen_test]
async fn without_an_engine_the_page_says_so_and_keeps_the_text() {
    forget();
    let root = document().create_element("div").expect("a div can be created");
    document().body().expect("the page has a body").append_child(&root).expect("the body takes a child");
    let page = Page::with_engine(root, None);
    page.wait_for("[role=alert] .notice.lost button, .notice-line[role=alert] button").await;
    assert!(page.find(".code-editor").is_some());
    assert_eq!(page.count(".ghost"), 9, "the place of the nodes stays calm");
}

#[wasm_bindgen_test]
async fn a_later_visit_finds_the_cluster_as_it_was_left() {
    let page = Page::open().await;
    page.click(".dsbar .primary").await;
    page.wait_until(|page| (page.count(".pod.s-available") == 9).then_some(()), "nine available pods").await;
    // What was seen last is remembered a moment later.
    let before = remembered("seen");
    let later = |_: &Page| remembered("seen").filter(|seen| !seen.is_empty() && Some(seen) != before.as_ref());
    page.wait_until(later, "a later moment").await;
    drop(page);
    let again = Page::open_again().await;
    again.wait_until(|page| (page.count(".pod.s-available") == 9).then_some(()), "nine available pods").await;
}
