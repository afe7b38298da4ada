//! What happens when something is done on the page.

use std::rc::Rc;

use gloo::utils::window;
use web_sys::{Event, HtmlElement};
use yew::AttrValue;

use crate::lab::manifest::Problem;
use crate::lab::preset::{POOL_LABEL, ZONE_LABEL};
use crate::lab::{Action, Done, Stage};
use crate::object::{SmolStr, TaintEffect};

use super::app::App;
use super::code_editor;
use super::driver::STANDS;
use super::element::Ui;
use super::layout::{DockTab, Pane};
use super::message::{FormKind, Msg, Opened, Popover};
use super::notice::Notice;
use super::shell::{contains, put};
use super::speed::Speed;
use super::stage::{self, cells, node_sentence, table};
use super::storage;
use super::surroundings::{field, find, focus, tell_document};
use super::widgets::closest;

/// How long a pod that is gone fades, in milliseconds; the style sheet says the same.
const FADE_MS: u32 = 300;
/// So long news are gathered before they are said, in milliseconds.
const GATHER_MS: u32 = 2500;
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
            Msg::Grip(at) => self.grip = at.map(|at| (at, self.model.layout.dock_height)),
            Msg::DragTo(at) => {
                let Some((from, height)) = self.grip else { return false };
                self.model.layout.set_dock_height(height + from - at);
            }
            Msg::Frame(_) => return false,
            Msg::Measured => {}
            Msg::Remember => return self.remember(),
            Msg::Leave => {
                self.remember();
                self.driver.save();
                return false;
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
            Msg::Scrolled(top) => {
                let top = usize::try_from(top).unwrap_or(0);
                if !table::is_far(self.model.scrolled, top) {
                    return false;
                }
                self.model.scrolled = top;
            }
            msg => self.choose(msg, event, anchor),
        }
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
            Msg::SkipToStage => focus("#stage"),
            Msg::Tab(tab) => {
                model.layout.show_tab(tab);
                self.list_events();
                self.explain();
            }
            Msg::Pane(pane) => model.layout.pane = pane,
            Msg::View(view) => {
                model.layout.view = view;
                model.scrolled = 0;
            }
            Msg::DockHigher(by) => model.layout.set_dock_height(model.layout.dock_height + by),
            Msg::Select(name) => self.select(name, event),
            Msg::SelectAt(group, index) => {
                if let Some(node) = model.stage.groups.get(group).and_then(|group| group.nodes.get(index)) {
                    let name = node.name.clone();
                    model.focused = Some(name.clone());
                    self.then.refocus = true;
                    self.select(name, None);
                }
            }
            Msg::Focused(name) => model.focused = Some(name),
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
                // The promise fails where the page may not write; then nothing was copied, and the text can be selected.
                let _ = window().navigator().clipboard().write_text(&text);
                model.copied = true;
                self.copying = Some(self.later(COPIED_MS, Msg::Copied));
            }
            Msg::Copied => model.copied = false,
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
            Msg::Rename(id) => {
                self.model.renaming = Some(id);
                self.then.renaming = true;
            }
            Msg::Renamed(name) => {
                if let (Some(id), Some(name)) = (self.model.renaming.take(), name) {
                    self.model.files.rename(id, &name);
                }
            }
            Msg::GoTo(line, column) => {
                if let Some(code) = self.code.borrow().as_ref() {
                    code.send_message(code_editor::Msg::GoTo(line, column));
                }
            }
            // Nothing is done to a cluster that is still on its way back.
            _ if self.model.returning.is_some() => {}
            Msg::Apply => {
                let file = self.model.files.active().clone();
                let answer = self.driver.lab.apply(&file.name, &file.text);
                self.manifest_done(file.text.clone(), file.text, answer);
            }
            Msg::DeleteManifest => {
                let file = self.model.files.active().clone();
                let answer = self.driver.lab.delete_manifest(&file.name, &file.text);
                self.manifest_done(file.text, Rc::default(), answer);
            }
            Msg::Act(action) => {
                if let Err(message) = self.act(&action)
                    && let Some(opened) = &mut self.model.popover
                {
                    opened.refused = Some(message);
                } else {
                    self.close(true);
                }
            }
            Msg::Show(index) => {
                self.driver.shown = self.model.stage.daemonsets.get(index).cloned();
                self.look();
            }
            Msg::NewCluster(preset) => {
                self.driver.new_cluster(preset);
                self.model.files.leave_cluster();
                self.other_cluster(Notice::NewCluster(preset));
            }
            msg => self.run_clock(&msg),
        }
    }

    fn run_clock(&mut self, msg: &Msg) {
        match msg {
            Msg::Play(true) => self.driver.playing = true,
            Msg::Play(false) => self.driver.stop(),
            Msg::Step => {
                self.driver.stop();
                self.driver.lab.step();
            }
            Msg::Speed(label) => self.driver.speed = Speed::parse(label).unwrap_or(self.driver.speed),
            _ => {}
        }
        self.model.playing = self.driver.playing;
        self.model.speed = self.driver.speed;
        self.look();
        self.driver.save();
    }

    /// Does something to the cluster. A refusal is returned in the API server's words, and shown
    /// unless there is a form that shows it.
    fn act(&mut self, action: &Action) -> Result<(), AttrValue> {
        let names = match action {
            Action::AddNodes { count, stem, .. } => self.driver.lab.joining_names(*count, stem),
            _ => Vec::new(),
        };
        let (notice, answer) = match self.driver.lab.act(action) {
            Ok(Done { command: Some(command), output }) => {
                (Notice::Done { command: command.into(), output: output.into() }, Ok(()))
            }
            Ok(Done { command: None, .. }) => (Notice::Machines(action.clone(), names), Ok(())),
            Err(refusal) => {
                let message = AttrValue::from(refusal.message);
                let command = refusal.command.unwrap_or_default().into();
                (Notice::Refused { command, message: message.clone() }, Err(message))
            }
        };
        if answer.is_err() && self.model.popover.is_some() {
            // The form says why; once is enough.
            self.model.notice = None;
        } else {
            self.model.notify(notice);
        }
        self.look();
        self.driver.save();
        answer
    }

    /// Says what came of a manifest with that text; unless it was refused, that other text is what is applied now.
    fn manifest_done(&mut self, text: Rc<str>, applied: Rc<str>, answer: Result<Done, Vec<Problem>>) {
        let (notice, refused) = match answer {
            Ok(done) => {
                self.model.files.apply(applied);
                let command = done.command.unwrap_or_default().into();
                (Notice::Done { command, output: done.output.into() }, None)
            }
            Err(problems) => (Notice::Problems, Some((text, problems))),
        };
        self.then.to_stage = find(".dsbar.empty :focus").is_some();
        self.model.refused = refused;
        self.check();
        self.model.notify(notice);
        self.look();
        self.driver.save();
    }

    fn undo(&mut self) {
        match self.model.notice.take() {
            Some((_, Notice::NewCluster(_))) if self.driver.bring_back() => {
                self.model.files.return_to_cluster();
                self.other_cluster(Notice::Restored);
            }
            Some((_, Notice::ClosedFile(_) | Notice::ResetFile(_))) => {
                self.model.files.undo();
                self.front_changed();
            }
            _ => {}
        }
    }

    fn other_cluster(&mut self, notice: Notice) {
        self.driver.shown = None;
        let picture = self.driver.picture();
        self.see(picture, true);
        self.list_events();
        self.driver.save();
        self.model.notify(notice);
    }

    /// Looks at the lab as it is now.
    pub(super) fn look(&mut self) {
        let picture = self.driver.picture();
        self.see(picture, self.model.stage.groups.is_empty());
        self.list_events();
    }

    fn list_events(&mut self) {
        let listed = self.model.layout.dock_tab == DockTab::Events;
        self.model.events = Rc::new(self.driver.events(listed));
    }

    /// Takes a picture in.
    pub(super) fn see(&mut self, picture: Rc<Stage>, other_cluster: bool) {
        self.model.see(picture, other_cluster);
        self.explain();
        if !self.model.gone.is_empty() && self.fading.is_none() {
            self.fading = Some(self.later(FADE_MS, Msg::Faded));
        }
        if !self.model.news.is_empty() && self.announcing.is_none() {
            self.announcing = Some(self.later(GATHER_MS, Msg::Announce));
        }
    }

    /// Checks the selected node again, as far as somebody sees it.
    fn explain(&mut self) {
        let model = &mut self.model;
        let daemonset = model.stage.daemonset.as_ref();
        model.checks = match (&model.selected, daemonset) {
            (Some(node), Some(daemonset)) if model.layout.shows_checks() => self.driver.explain(node, &daemonset.key),
            _ => Vec::new(),
        };
    }

    fn check(&mut self) {
        self.model.check();
        self.underline();
    }

    fn front_changed(&mut self) {
        self.check();
        self.then.show_front = true;
    }

    /// Selects a node, unless the click was on another control of it.
    fn select(&mut self, name: SmolStr, event: Option<&Event>) {
        let other = event.and_then(|event| closest(event, "button,select,input"));
        if other.is_none_or(|control| control.has_attribute("data-node")) {
            self.model.selected = Some(name);
            self.explain();
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
        let opened = anchor.map(|anchor| Opened { what: popover, anchor, refused: None, effect });
        self.model.popover = opened.filter(|_| !was_open);
    }

    fn close(&mut self, return_focus: bool) {
        if let Some(opened) = self.model.popover.take()
            && return_focus
        {
            // A control that is gone cannot take the focus.
            let _ = opened.anchor.focus();
        }
    }

    /// Closes the popover, unless the pointer is in it or on its control, which closes it by itself.
    fn close_from(&mut self, event: Option<&Event>, return_focus: bool) -> bool {
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
        let answer = match &opened.what {
            Popover::Form(node, kind) => self.save_form(node, kind, opened.effect, event),
            _ => self.add_nodes(event),
        };
        match answer {
            Ok(()) => self.close(true),
            Err(message) => {
                if let Some(opened) = &mut self.model.popover {
                    opened.refused = Some(message);
                }
            }
        }
    }

    fn save_form(&mut self, node: &SmolStr, kind: &FormKind, effect: TaintEffect, event: &Event) -> Result<(), AttrValue> {
        let key = kind.key().cloned().unwrap_or_else(|| field(event, "key"));
        let actions = stage::actions_of(kind, node, key, field(event, "value"), effect);
        let mut told: Option<Notice> = None;
        for action in &actions {
            self.act(action)?;
            if let Some((_, notice)) = &mut self.model.notice {
                notice.follow(told.as_ref());
                told = Some(notice.clone());
            }
        }
        Ok(())
    }

    fn add_nodes(&mut self, event: &Event) -> Result<(), AttrValue> {
        let (least, most) = stage::COUNTS;
        let count = stage::read_count(&field(event, "count")).ok_or_else(|| (self.ui.words.form.count_rule)(least, most))?;
        let labels = [(ZONE_LABEL, field(event, "zone")), (POOL_LABEL, field(event, "pool"))];
        let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
        let labels = labels.map(|(key, value)| (key.into(), value)).collect();
        self.act(&Action::AddNodes { count, stem: field(event, "stem"), labels })
    }

    fn remember_soon(&mut self) {
        if self.remembering.is_none() {
            self.remembering = Some(self.later(PATIENCE_MS, Msg::Remember));
        }
    }

    /// Writes what the page is to remember. Nothing is to be drawn.
    fn remember(&mut self) -> bool {
        self.remembering = None;
        let model = &self.model;
        storage::write("settings", &model.settings.save());
        storage::write("layout", &model.layout.save());
        storage::write("files", &model.files.save());
        storage::write("applied", &model.files.save_applied());
        storage::write("selected", model.selected.as_deref().unwrap_or_default());
        storage::write("speed", model.speed.label());
        storage::write("clock", if model.playing { "runs" } else { STANDS });
        storage::write(
            "shown",
            &self.driver.shown.as_ref().map(|key| [&key.namespace, "/", &key.name].concat()).unwrap_or_default(),
        );
        false
    }
}
