//! The page as a whole: where the panes stand, and what is done before and after it is drawn.

use std::rc::Rc;

use gloo::events::EventListener;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent};
use yew::prelude::*;

use super::code_editor::{CodeLink, EditorProblem};
use super::dock::dock;
use super::editor::{editor, marks};
use super::element::{El, Ui, el};
use super::engine::Engine;
use super::layout::{Layout, Pane};
use super::message::{Message, Msg};
use super::model::Model;
use super::shell;
use super::stage::{cells, stage, table};
use super::storage::{self, Memory};
use super::surroundings::{browser_lang, find, focus, has_focus, listen, now_ms, show, tell_document};
use super::terminal;
use super::widgets::focus_first;
use crate::engine::Port;
use crate::i18n::{Lang, clock};
use crate::lab::Joined;
use crate::lab::desk::{Picture, Request};

/// What the page needs.
#[derive(Clone, Debug, Properties)]
pub struct AppProps {
    /// Where the engine is; `None` when it could not be started.
    pub engine: Option<Port>,
}

/// The engine stays the same as long as the page lives.
impl PartialEq for AppProps {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The page.
pub struct App {
    pub(super) model: Model,
    pub(super) engine: Engine,
    pub(super) memory: Memory,
    pub(super) ui: Ui,
    pub(super) lang: Lang,
    /// The place of the clock's text.
    clock: NodeRef,
    /// The place of the popover.
    pub(super) popover: NodeRef,
    /// The popover that is shown already.
    pub(super) popover_shown: bool,
    /// Where the pointer took the edge of the dock, and its height then.
    pub(super) grip: Option<(i32, i32)>,
    /// What is done once the page is drawn.
    pub(super) then: Then,
    marks: Rc<Vec<EditorProblem>>,
    /// The code editor, once it is there.
    pub(super) code: CodeLink,
    /// The cluster's time from which a step to the next change began, in milliseconds, until a picture of a change came.
    pub(super) stepping: Option<u64>,
    /// What on a node had the focus last.
    pub(super) focused: Option<HtmlElement>,
    pub(super) announcing: Option<Timeout>,
    pub(super) fading: Option<Timeout>,
    pub(super) remembering: Option<Timeout>,
    pub(super) copying: Option<Timeout>,
    /// How far down the page itself has scrolled the terminal, in CSS pixels.
    pub(super) lines_top: i32,
    /// Whether the engine is being asked what the terminal's lines name.
    pub(super) looking: bool,
    /// A picture that waits for the next frame.
    pub(super) coming: Option<Box<Picture>>,
    /// Whether a picture is being drawn.
    pub(super) drawing: bool,
    /// When the last frame began in which a picture was drawn, in milliseconds since the page was opened.
    frame_ms: f64,
    frame: Option<AnimationFrame>,
    seeing: Option<Timeout>,
    _listeners: Vec<EventListener>,
}

/// What is done once the page is drawn.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each may be wanted beside the others")]
pub struct Then {
    /// The focus goes to the cell at which Tab stops.
    pub refocus: bool,
    /// The focus goes to the stage.
    pub stage: bool,
    /// Once there is a DaemonSet, the focus goes to the stage, unless it went elsewhere meanwhile.
    pub to_stage: bool,
    /// The focus goes to what the dock shows.
    pub dock: bool,
    /// The focus goes to the field for a file's name.
    pub renaming: bool,
    /// The tab of the file in front comes into sight.
    pub show_front: bool,
    /// The first and the last of the nodes that have just joined come into sight, once they are there.
    pub show_nodes: Option<Joined>,
    /// In the terminal.
    pub terminal: terminal::Then,
}

impl Component for App {
    type Message = Message;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> Self {
        let link = ctx.link().callback(|message: Message| message);
        let model = Model::restore();
        let lang = model.settings.lang.unwrap_or_else(browser_lang);
        tell_document(model.settings.theme, lang);
        let listeners = vec![
            listen(&document(), "pointerdown", &link, |_| Some(Msg::Close(false))),
            listen(&document(), "scroll", &link, |event| {
                table::on_scroll(event).or_else(|| terminal::on_scroll(event)).or(Some(Msg::Moved))
            }),
            listen(&document(), "keydown", &link, apply_key),
            listen(&document(), "visibilitychange", &link, |_| Some(Msg::Leave)),
            listen(&window(), "storage", &link, storage::on_change),
            listen(&window(), "resize", &link, |_| Some(Msg::Moved)),
        ];
        let mut app = Self {
            engine: Engine::new(ctx.props().engine.clone(), &link),
            memory: Memory::default(),
            ui: Ui::new(lang, link),
            marks: Rc::default(),
            model,
            lang,
            clock: NodeRef::default(),
            popover: NodeRef::default(),
            popover_shown: false,
            grip: None,
            then: Then { show_front: true, ..Then::default() },
            code: CodeLink::default(),
            stepping: None,
            focused: None,
            announcing: None,
            fading: None,
            remembering: None,
            copying: None,
            lines_top: 0,
            looking: false,
            coming: None,
            drawing: false,
            frame_ms: 0.0,
            frame: None,
            seeing: None,
            _listeners: listeners,
        };
        app.begin();
        app
    }

    fn update(&mut self, _: &Context<Self>, Message { msg, event }: Message) -> bool {
        match msg {
            Msg::Heard(bytes) => self.hear(&bytes),
            Msg::Frame => {
                self.frame_ms = now_ms();
                self.draw_coming()
            }
            Msg::Seen => {
                self.engine.ask(&Request::Drawn(now_ms() - self.frame_ms));
                false
            }
            msg => self.perform(msg, event.as_ref()),
        }
    }

    fn view(&self, _: &Context<Self>) -> Html {
        let (ui, model) = (&self.ui, &self.model);
        let height = model.layout.dock_height;
        let pane = match model.layout.pane {
            Pane::Cluster => "pane-cluster",
            Pane::Yaml => "pane-yaml",
            Pane::Dock => "pane-dock",
        };
        let main = el("main")
            .with(stage(ui, model))
            .with(shell::notice_line(ui, model))
            .with(dock(ui, model, shell::transport(ui, model, &self.clock)))
            .with(editor(ui, model, &self.marks, &self.code))
            // In there, because what hangs from a control belongs to it, and to the same landmark.
            .maybe(self.draw_popover());
        let page = el("div").classes(&["page", pane]);
        // Until another height was chosen, the style sheet suits the dock to the window.
        let chosen = height != Layout::default().dock_height;
        let page = if chosen { page.set("style", ["--dock:", &height.to_string(), "px"].concat()) } else { page };
        page.with(shell::header(ui, self.lang, model.settings.theme))
            .with(main)
            .with(shell::pane_switch(ui, model))
            .with(el("div").class("sr").set("role", "status").set("aria-live", "polite").text(model.said.clone()))
            .done()
    }

    fn rendered(&mut self, _: &Context<Self>, _: bool) {
        self.tell_time();
        self.show_popover();
        self.settle_terminal();
        self.paint_cells();
        self.show_tabs();
        self.keep_focus();
        self.show_joined();
        if std::mem::take(&mut self.then.stage) {
            focus("#stage");
        }
        if std::mem::take(&mut self.then.dock) {
            focus("#dock-panel");
        }
        if self.then.to_stage && find(".dsbar.empty").is_none() {
            self.then.to_stage = false;
            if !has_focus() {
                focus("#stage");
            }
        }
        if std::mem::take(&mut self.drawing) {
            // What comes next comes after the browser has laid out and painted the frame.
            self.seeing = Some(self.later(0, Msg::Seen));
        }
    }

    fn destroy(&mut self, _: &Context<Self>) {
        self.engine.ask(&Request::Rest(true));
    }
}

/// Ctrl+Enter or Cmd+Enter applies the file in front, wherever the focus is; the editor hears its own.
fn apply_key(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    let elsewhere = super::widgets::closest(event, ".code-editor").is_none();
    (key.key() == "Enter" && (key.ctrl_key() || key.meta_key()) && elsewhere).then_some(Msg::Apply)
}

impl App {
    /// Says that later, in milliseconds; as long as what is returned is kept.
    pub(super) fn later(&self, after_ms: u32, msg: Msg) -> Timeout {
        let link = self.ui.link.clone();
        Timeout::new(after_ms, move || link.emit(Message { msg, event: None }))
    }

    /// The picture that came is drawn in the next frame.
    pub(super) fn await_frame(&mut self) {
        let link = self.ui.link.clone();
        self.frame = Some(request_animation_frame(move |_| link.emit(Message { msg: Msg::Frame, event: None })));
    }

    /// Marks the problems of the file in front in its text.
    pub(super) fn underline(&mut self) {
        self.marks = Rc::new(marks(&self.model.problems, self.ui.words));
    }

    pub(super) fn tell_time(&self) {
        let (now_ms, playing) = (self.model.stage.now_ms, self.model.playing);
        let tenths = now_ms % 1000 / 100;
        // While it runs they would only flicker; while it stands, steps may be shorter than a second.
        let tenths = if playing || tenths == 0 { String::new() } else { [".", &tenths.to_string()].concat() };
        let time = [clock(now_ms / 1000), tenths].concat();
        if let Some(place) = self.clock.get()
            && place.text_content().as_deref() != Some(&time)
        {
            place.set_text_content(Some(&time));
        }
    }

    fn draw_popover(&self) -> Option<El> {
        self.model.popover.as_ref().map(|opened| shell::popover(&self.ui, &self.model, opened, &self.popover))
    }

    /// Shows a popover that was just drawn, next to its control; one that became larger is put in its place again.
    fn show_popover(&mut self) {
        let Some(opened) = &self.model.popover else { return };
        let Some(element) = self.popover.cast::<HtmlElement>() else { return };
        let first = !std::mem::replace(&mut self.popover_shown, true);
        if first {
            // A browser without popovers shows it in place.
            let _ = element.show_popover();
        }
        shell::put(&element, &opened.anchor);
        if first {
            focus_first(&element);
        }
    }

    /// Keeps the tab of the file in front in view, and the focus in the field for its name.
    fn show_tabs(&mut self) {
        if std::mem::take(&mut self.then.show_front)
            && let Some(tab) = find(".file-tab.on")
        {
            show(&tab);
        }
        if std::mem::take(&mut self.then.renaming)
            && let Some(field) = find(".file-rename").and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
        {
            // Without the focus the field is still there to be clicked.
            let _ = field.focus();
            field.select();
        }
    }

    /// What had the focus is gone with its pod or node: the focus goes to the node, or to its neighbour.
    fn keep_focus(&mut self) {
        if self.focused.take_if(|element| !element.is_connected()).is_some() && !has_focus() {
            focus("#stage .cell-button,#stage .node-name[tabindex='0']");
        }
    }

    /// Brings the nodes that have just joined into sight: the last, and then the first, where there is no room for all.
    fn show_joined(&mut self) {
        let stage = &self.model.stage;
        let Some(joined) = self.then.show_nodes.take_if(|joined| stage.find(&joined.last).is_some()) else { return };
        for name in [&joined.last, &joined.first] {
            if let Some(node) = find(&["#stage :is(.node,tr):has([data-node='", name, "'])"].concat()) {
                show(&node);
            }
        }
    }

    /// Draws cells, where nodes are cells, and measures the room for them.
    fn paint_cells(&mut self) {
        if !self.model.shows_cells() {
            return;
        }
        self.measure_cells();
        cells::paint(&self.model.stage, self.model.rows, self.model.settings.theme.as_str());
        if std::mem::take(&mut self.then.refocus) {
            focus(".cell-button");
        }
    }

    /// Asks how many cells there is room for; when that is another number, the page is drawn again.
    fn measure_cells(&mut self) {
        let size = cells::size(self.model.stage.count(), self.model.zoom);
        let Some(columns) = cells::measure(size) else { return };
        let rows = cells::Rows { columns, size };
        if self.model.rows != rows {
            self.model.rows = rows;
            self.ui.link.emit(Message { msg: Msg::Measured, event: None });
        }
    }
}
