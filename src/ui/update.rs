//! What happens when something is done on the page.

use std::rc::Rc;

use gloo::utils::{document, window};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, HtmlElement};
use yew::AttrValue;

use crate::lab::Action;
use crate::lab::desk::{Errand, Request};
use crate::lab::preset::{POOL_LABEL, ZONE_LABEL};
use crate::object::{SmolStr, TaintEffect};

use super::app::App;
use super::code_editor;
use super::element::Ui;
use super::engine::Awaited;
use super::layout::{DockTab, Pane};
use super::message::{Message, Msg, Opened, Popover};
use super::model::STANDS;
use super::notice::Notice;
use super::shell::{contains, put};
use super::speed::Speed;
use super::stage::{self, cells, node_sentence, table};
use super::storage;
use super::surroundings::{copy, field, find, tell_document};
use super::widgets::closest;

/// How long the last change waits to be remembered, in milliseconds.
const PATIENCE_MS: u32 = 400;
/// How long "copied" shows, in milliseconds.
const COPIED_MS: u32 = 1600;

impl App {
    /// Does what was asked for. Whether the page has to be drawn again.
    pub(super) fn perform(&mut self, msg: Msg, event: Option<&Event>) -> bool {
        let anchor = self.anchor(event);
        if event.is_some_and(|event| event.type_() == "click" && closest(event, ".menu-item").is_some()) {
            // What was chosen may move the focus elsewhere, so it goes back before.
            self.close(true);
        }
        match msg {
            Msg::Close(return_focus) => return self.close_from(event, return_focus),
            Msg::Moved => return self.follow(),
            Msg::Hover(group, index) => return self.hover(group, index),
            Msg::Grip(at) => self.grip = at.map(|at| (at, self.dock_height())),
            Msg::DragTo(at) => {
                let Some((from, height)) = self.grip else { return false };
                self.model.layout.set_dock_height(height + from - at);
                self.then.terminal.measure = true;
            }
            Msg::Measured => {}
            Msg::Remember => return self.remember(),
            Msg::Leave => {
                self.engine.ask(&Request::Rest(document().hidden()));
                return self.remember();
            }
            Msg::Lost => self.model.lost = true,
            Msg::Reload => return self.reload(),
            Msg::StartAnew => {
                self.model.leave_cluster();
                self.remember();
                // What the engine may still have to say does not come back.
                self.memory.end();
                storage::forget("lab");
                return self.reload();
            }
            Msg::Elsewhere => {
                if !self.memory.end() {
                    return false;
                }
                self.model.notify(Notice::Elsewhere);
            }
            Msg::Announce => {
                self.model.said = self.model.news.say(self.ui.words).into();
                self.model.news = super::news::News::default();
                self.announcing = None;
            }
            Msg::Faded => {
                self.model.gone.clear();
                self.fading = None;
            }
            Msg::Terminal(msg) => {
                if !self.use_terminal(msg) {
                    return false;
                }
            }
            Msg::Scrolled(top) => {
                let top = usize::try_from(top).unwrap_or(0);
                if !table::is_far(self.model.scrolled, top) {
                    return false;
                }
                self.model.scrolled = top;
            }
            msg => self.choose(msg, event, anchor),
        }
        self.watch();
        self.remember_soon();
        true
    }

    fn choose(&mut self, msg: Msg, event: Option<&Event>, anchor: Option<HtmlElement>) {
        let model = &mut self.model;
        match msg {
            Msg::Theme => {
                model.settings.theme = model.settings.theme.next();
                tell_document(model.settings.theme, self.lang);
            }
            Msg::Lang(lang) => {
                model.settings.lang = Some(lang);
                self.lang = lang;
                self.ui = Ui::new(lang, self.ui.link.clone());
                tell_document(self.model.settings.theme, lang);
                self.underline();
            }
            Msg::SkipToStage => {
                model.layout.pane = Pane::Cluster;
                self.then.stage = true;
            }
            Msg::Tab(tab) => {
                model.layout.show_tab(tab);
                self.return_to_lines();
            }
            Msg::Pane(pane) => {
                model.layout.pane = pane;
                self.return_to_lines();
            }
            Msg::View(view) => {
                model.layout.view = view;
                model.scrolled = 0;
            }
            Msg::DockHigher(by) => {
                let height = self.dock_height();
                self.model.layout.set_dock_height(height + by);
                self.then.terminal.measure = true;
            }
            Msg::Select(name) => self.select(name, event),
            Msg::Explain(name) => {
                model.select(name);
                model.layout.show_tab(DockTab::Explain);
                self.then.dock = true;
            }
            Msg::Run(command) => {
                model.layout.show_tab(DockTab::Terminal);
                self.run(command);
            }
            Msg::SelectAt(group, index) => {
                if let Some(node) = model.stage.groups.get(group).and_then(|group| group.nodes.get(index)) {
                    let name = node.name.clone();
                    model.focused = Some(name.clone());
                    self.then.refocus = true;
                    self.select(name, None);
                }
            }
            Msg::Focused(name) => {
                model.focused = Some(name);
                self.focused = event.and_then(|event| event.target()?.dyn_into().ok());
            }
            Msg::Zoom(step) => model.zoom = (model.zoom + step).clamp(-4, 4),
            Msg::Walk(way) => self.walk(way),
            Msg::Unfold(name) => match model.unfolded.iter().position(|known| *known == name) {
                Some(at) => drop(model.unfolded.remove(at)),
                None => model.unfolded.push(name),
            },
            Msg::Open(popover) => self.open(popover, anchor),
            Msg::Submit => self.submit(event),
            Msg::Effect(effect) => {
                if let Some(opened) = &mut model.popover {
                    opened.effect = effect;
                }
            }
            Msg::Dismiss => model.notice = None,
            Msg::Copy(text) => {
                let link = self.ui.link.clone();
                spawn_local(async move {
                    let msg = Msg::Copied(copy(&text).await);
                    link.emit(Message { msg, event: None });
                });
            }
            Msg::Copied(true) => {
                model.copied = true;
                model.said = self.ui.words.notice.copied.into();
                self.copying = Some(self.later(COPIED_MS, Msg::CopySeen));
            }
            Msg::Copied(false) => model.notify(Notice::NotCopied),
            Msg::CopySeen => model.copied = false,
            Msg::Undo => self.undo(),
            msg => self.work(msg),
        }
    }

    /// What is done with files and with the cluster.
    fn work(&mut self, msg: Msg) {
        match msg {
            Msg::Edit(text) => {
                self.model.files.edit(text.into());
                self.check();
            }
            Msg::OpenFile(name, text) => {
                self.model.files.open(name, text.into());
                self.model.layout.pane = Pane::Yaml;
                self.front_changed();
            }
            Msg::ShowFile(id) => {
                self.model.files.show(id);
                self.front_changed();
            }
            Msg::CloseFile(id) => {
                self.give_up_editing(id);
                if let Some(name) = self.model.files.close(id) {
                    self.model.notify(Notice::ClosedFile(AttrValue::from(name)));
                }
                self.front_changed();
            }
            Msg::ResetFile => {
                self.model.files.reset();
                self.model.notify(Notice::ResetFile(AttrValue::from(Rc::clone(&self.model.files.active().name))));
                self.front_changed();
            }
            Msg::Adopt => {
                if let Some(text) = self.model.drift.adopted.clone() {
                    self.model.files.adopt(text.into());
                    self.model.notify(Notice::Adopted(AttrValue::from(Rc::clone(&self.model.files.active().name))));
                    self.front_changed();
                }
            }
            Msg::Rename(id) => {
                self.model.renaming = Some(id);
                self.then.renaming = true;
            }
            Msg::Renamed(name) => {
                if let (Some(id), Some(name)) = (self.model.renaming.take(), name)
                    && let Err(fault) = self.model.files.rename(id, &name)
                {
                    self.model.notify(Notice::NotRenamed(name.trim().to_owned().into(), fault));
                }
            }
            Msg::GoTo(line, column) => {
                if let Some(code) = self.code.borrow().as_ref() {
                    code.send_message(code_editor::Msg::GoTo(line, column));
                }
            }
            Msg::Apply if self.hand_back() => {}
            Msg::Apply => {
                let file = self.model.files.active();
                let (name, text) = (Rc::clone(&file.name), Rc::clone(&file.text));
                let awaited = Awaited::Manifest(file.id, Rc::clone(&text), Rc::clone(&text));
                self.give(Errand::Apply(name, text), awaited);
            }
            Msg::DeleteManifest => {
                let file = self.model.files.active();
                let (name, text) = (Rc::clone(&file.name), Rc::clone(&file.text));
                let awaited = Awaited::Manifest(file.id, Rc::clone(&text), Rc::default());
                self.give(Errand::Delete(name, text), awaited);
            }
            Msg::Act(action) => self.act(vec![action]),
            Msg::Show(index) => self.model.shown = self.model.stage.daemonsets.get(index).cloned(),
            Msg::NewCluster(preset) => self.give(Errand::NewCluster(preset), Awaited::NewCluster(preset)),
            msg => self.run_clock(&msg),
        }
    }

    fn run_clock(&mut self, msg: &Msg) {
        match msg {
            Msg::Play(playing) => {
                self.model.playing = *playing;
                self.stepping = None;
            }
            Msg::Step => {
                self.model.playing = false;
                self.stepping = Some(self.model.stage.now_ms);
            }
            Msg::Speed(label) => self.model.speed = Speed::parse(label).unwrap_or(self.model.speed),
            _ => {}
        }
        self.engine.ask(&Request::Clock(self.model.factor()));
        if matches!(msg, Msg::Step) {
            self.engine.ask(&Request::Step);
        }
        self.remember();
    }

    /// How high the dock is, which in a low window is less than was chosen.
    fn dock_height(&self) -> i32 {
        find(".dock").map_or(self.model.layout.dock_height, |dock| dock.offset_height())
    }

    /// Gives an errand for whose answer no form waits.
    fn give(&mut self, errand: Errand, awaited: Awaited) {
        self.engine.run(errand, awaited);
    }

    /// Does something to the cluster, one after the other. The form that is open waits for the answer, and is not sent twice.
    fn act(&mut self, actions: Vec<Action>) {
        let Some(last) = actions.last().cloned() else { return };
        match &mut self.model.popover {
            Some(Opened { waits: Some(_), .. }) => {}
            Some(opened) => opened.waits = Some(self.engine.run(Errand::Act(actions), Awaited::Action(last))),
            None => self.give(Errand::Act(actions), Awaited::Action(last)),
        }
    }

    fn undo(&mut self) {
        match self.model.notice.take() {
            Some((_, Notice::NewCluster(_))) => self.give(Errand::BringBack, Awaited::BringBack),
            Some((_, Notice::ClosedFile(_) | Notice::ResetFile(_) | Notice::Adopted(_))) => {
                self.model.files.undo();
                self.front_changed();
            }
            _ => {}
        }
    }

    /// Tells the engine what is to be seen of the lab.
    pub(super) fn watch(&mut self) {
        self.engine.watch(self.model.watched());
    }

    /// Asks what is wrong with the text in front.
    pub(super) fn check(&mut self) {
        self.model.version += 1;
        self.model.drift = Rc::default();
        self.engine.ask(&Request::Check(self.model.version, Rc::clone(&self.model.files.active().text)));
    }

    pub(super) fn front_changed(&mut self) {
        self.model.problems = Rc::default();
        self.underline();
        self.check();
        self.then.show_front = true;
    }

    /// The page begins anew, with what it remembers.
    fn reload(&mut self) -> bool {
        self.remember();
        // Where the browser does not let a page do that, the learner can.
        let _ = window().location().reload();
        false
    }

    /// Selects a node, unless the click was on another control of it.
    fn select(&mut self, name: SmolStr, event: Option<&Event>) {
        let other = event.and_then(|event| closest(event, "button,select,input"));
        if other.is_none_or(|control| control.has_attribute("data-node")) {
            self.model.select(name);
        }
    }

    fn walk(&mut self, way: super::message::Way) {
        let model = &mut self.model;
        let columns = model.rows.columns as usize;
        let to = model.tab_stop().and_then(|from| cells::target(&model.stage.groups, from, way, columns));
        if let Some(node) = to.and_then(|(group, index)| model.stage.groups.get(group)?.nodes.get(index)) {
            model.focused = Some(node.name.clone());
            self.then.refocus = true;
        }
    }

    fn hover(&self, group: usize, index: usize) -> bool {
        if let Some(node) = self.model.stage.groups.get(group).and_then(|group| group.nodes.get(index)) {
            cells::hover(group, &node_sentence(node, self.ui.words));
        }
        false
    }

    /// The control that a popover hangs from: the one that was clicked, or that of the popover in which it was.
    fn anchor(&self, event: Option<&Event>) -> Option<HtmlElement> {
        match &self.model.popover {
            Some(opened) if event.is_some_and(|event| self.is_in_popover(event)) => Some(opened.anchor.clone()),
            _ => closest(event?, "button"),
        }
    }

    fn is_in_popover(&self, event: &Event) -> bool {
        self.popover.cast::<HtmlElement>().is_some_and(|popover| contains(&popover, event))
    }

    fn open(&mut self, popover: Popover, anchor: Option<HtmlElement>) {
        let was_open = self.model.is_open(&popover);
        let effect = match &popover {
            Popover::Form(_, kind) => kind.effect(),
            _ => TaintEffect::NoSchedule,
        };
        self.popover_shown = false;
        let opened = anchor.map(|anchor| Opened { what: popover, anchor, refused: None, waits: None, effect });
        self.model.popover = opened.filter(|_| !was_open);
    }

    pub(super) fn close(&mut self, return_focus: bool) {
        if let Some(opened) = self.model.popover.take()
            && return_focus
        {
            // A control that is gone cannot take the focus.
            let _ = opened.anchor.focus();
        }
    }

    /// Closes the popover, unless the pointer is in it or on its control, which closes it by itself.
    fn close_from(&mut self, event: Option<&Event>, return_focus: bool) -> bool {
        if event.is_some_and(|event| event.type_() == "pointerdown") {
            // Where the pointer goes the focus goes.
            self.focused = None;
        }
        let Some(opened) = &self.model.popover else { return false };
        // The focus also leaves a popover that makes room for the next one, which is not to close with it.
        let left = event.is_some_and(|event| event.type_() == "focusout" && !self.is_in_popover(event));
        if left || !self.popover_shown {
            return false;
        }
        let pressed = event.filter(|event| event.type_() == "pointerdown");
        if pressed.is_some_and(|event| self.is_in_popover(event) || contains(&opened.anchor, event)) {
            return false;
        }
        self.close(return_focus);
        true
    }

    /// The popover follows its control; cells are counted again.
    fn follow(&mut self) -> bool {
        if let (Some(opened), Some(element)) = (&self.model.popover, self.popover.cast::<HtmlElement>()) {
            put(&element, &opened.anchor);
        }
        self.model.is_compact()
    }

    fn submit(&mut self, event: Option<&Event>) {
        let (Some(opened), Some(event)) = (self.model.popover.clone(), event) else { return };
        match &opened.what {
            Popover::Form(node, kind) => {
                let key = kind.key().cloned().unwrap_or_else(|| field(event, "key"));
                self.act(stage::actions_of(kind, node, key, field(event, "value"), opened.effect));
            }
            _ => self.add_nodes(event),
        }
    }

    /// Says why the form that is open was refused.
    pub(super) fn refuse(&mut self, message: AttrValue) {
        if let Some(opened) = &mut self.model.popover {
            opened.refused = Some(message);
        }
    }

    fn add_nodes(&mut self, event: &Event) {
        let (least, most) = stage::COUNTS;
        let Some(count) = stage::read_count(&field(event, "count")) else {
            return self.refuse((self.ui.words.form.count_rule)(least, most).into());
        };
        let labels = [(ZONE_LABEL, field(event, "zone")), (POOL_LABEL, field(event, "pool"))];
        let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
        let labels = labels.map(|(key, value)| (key.into(), value)).collect();
        self.act(vec![Action::AddNodes { count, stem: field(event, "stem"), labels }]);
    }

    pub(super) fn remember_soon(&mut self) {
        if self.remembering.is_none() {
            self.remembering = Some(self.later(PATIENCE_MS, Msg::Remember));
        }
    }

    /// Writes what the page is to remember. Whether there is anything to be drawn: that the browser does not remember it.
    pub(super) fn remember(&mut self) -> bool {
        self.remembering = None;
        let (model, memory) = (&self.model, &mut self.memory);
        memory.keep("settings", model.settings.save());
        memory.keep("layout", model.layout.save());
        memory.keep("files", model.files.save());
        memory.keep("applied", model.files.save_applied());
        memory.keep("selected", model.selected.as_deref().unwrap_or_default().to_owned());
        memory.keep("speed", model.speed.label().to_owned());
        memory.keep("clock", if model.playing { "runs" } else { STANDS }.to_owned());
        let shown = model.shown.as_ref().map(|key| [&key.namespace, "/", &key.name].concat());
        memory.keep("shown", shown.unwrap_or_default());
        memory.keep("seen", model.seen_ms.map(|seen_ms| seen_ms.to_string()).unwrap_or_default());
        let lacks = memory.is_news_that_it_lacks();
        if lacks {
            self.model.notify(Notice::NoRoom);
        }
        lacks
    }
}
