//! What is done in the terminal, and what the engine answers.

use std::rc::Rc;

use web_sys::{Element, HtmlInputElement};
use yew::AttrValue;

use super::console::{Console, Editing, units_at};
use super::{LINE_HEIGHT, say};
use crate::i18n::Lang;
use crate::kubectl::{Prose, Stream};
use crate::lab::desk::Request;
use crate::lab::desk::terminal::{TerminalReport, TerminalRequest};
use crate::lab::terminal::{Piece, Prompt, Target};
use crate::object::SmolStr;
use crate::ui::app::App;
use crate::ui::layout::{DockTab, Pane};
use crate::ui::message::{Message, Msg};
use crate::ui::notice::Notice;
use crate::ui::surroundings::{find, focus, show};
use wasm_bindgen::JsCast;

/// What can be done in the terminal.
#[derive(Clone)]
pub enum TerminalMsg {
    /// The line is another.
    Input(String),
    /// The line is run; or what is chosen or found is taken.
    Enter,
    /// Several lines are pasted: what stood before them, they, and what stood behind them.
    Paste(String, String, String),
    /// The line is to be completed before that place, in bytes.
    Complete(String, usize),
    /// A candidate was clicked.
    Choose(usize),
    /// To the line or candidate before.
    Up,
    /// To the one after.
    Down,
    /// Lists and searches are closed; Tab leaves then.
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// Everything shown is wiped off.
    Clear,
    /// The history is searched.
    Search,
    /// A text is looked for in what was shown.
    Seek(String),
    /// To the next place where it stands, or to the one before.
    SeekOn(bool),
    /// Everything shown is copied.
    CopyAll,
    /// What was shown is scrolled down that far, in CSS pixels; whether the last line is in sight.
    Scrolled(i32, bool),
    /// More lines are in sight.
    Seen,
    /// To a thing on the stage.
    Go(Target),
}

/// What is done once the page is drawn.
#[derive(Default)]
pub struct Then {
    /// The cursor goes to that place of the line, in UTF-16 units.
    pub caret: Option<usize>,
    /// How many lines are in sight is measured again.
    pub measure: bool,
    /// The last line comes into sight.
    pub to_end: bool,
    /// That line comes into sight, counted from the first one that is kept.
    pub to_line: Option<usize>,
    /// That node comes into sight and has the focus.
    pub node: Option<SmolStr>,
}

impl App {
    /// Asks the engine's terminal for something.
    fn ask_terminal(&self, request: TerminalRequest) {
        self.engine.ask(&Request::Terminal(request));
    }

    fn console(&mut self) -> &mut Console {
        Rc::make_mut(&mut self.model.console)
    }

    /// The engine learns what was typed during earlier visits.
    pub(crate) fn begin_terminal(&self) {
        self.ask_terminal(TerminalRequest::Remember(self.model.console.history.save()));
    }

    /// Does what was done in the terminal. Whether the page has to be drawn again.
    pub(crate) fn use_terminal(&mut self, msg: TerminalMsg) -> bool {
        match msg {
            TerminalMsg::Input(line) if self.model.console.search.is_some() => self.console().search_for(line),
            TerminalMsg::Input(line) => self.console().write(line),
            TerminalMsg::Enter => self.enter(),
            TerminalMsg::Paste(before, text, after) => {
                // While the history is searched, what stands there is what is searched for.
                let text = match self.model.console.search {
                    Some(_) => self.model.console.line.clone() + &text,
                    None => [before, text, after].concat(),
                };
                let (whole, rest) = text.rsplit_once('\n').unwrap_or(("", &text));
                self.run(whole.to_owned());
                self.console().write(rest.to_owned());
            }
            TerminalMsg::Complete(line, cursor) => self.ask_for_completions(line, cursor),
            TerminalMsg::Choose(at) => {
                let caret = self.console().accept(Some(at));
                self.put_caret(caret);
                focus("#terminal-line");
            }
            TerminalMsg::Up if self.model.console.choice.is_some() => self.console().choose(false),
            TerminalMsg::Down if self.model.console.choice.is_some() => self.console().choose(true),
            TerminalMsg::Up => self.recall(Console::recall_older),
            TerminalMsg::Down => self.recall(Console::recall_newer),
            TerminalMsg::Escape => self.console().escape(),
            TerminalMsg::Interrupt => self.interrupt(),
            TerminalMsg::Clear => self.console().wipe(),
            TerminalMsg::Search => self.console().search_older(),
            TerminalMsg::Seek(text) => {
                self.console().seek(text);
                self.show_found();
            }
            TerminalMsg::SeekOn(forwards) => {
                self.console().seek_on(forwards);
                self.show_found();
            }
            TerminalMsg::CopyAll => {
                let text = AttrValue::from(self.model.console.scrollback.text());
                return self.perform(Msg::Copy(text), None);
            }
            TerminalMsg::Scrolled(top, is_last) => return self.scrolled(top, is_last),
            TerminalMsg::Seen => {}
            TerminalMsg::Go(target) => self.go(target),
        }
        true
    }

    fn enter(&mut self) {
        if self.model.console.search.is_some() {
            self.console().accept_search();
        }
        if self.model.console.choice.as_ref().is_some_and(|choice| choice.chosen.is_some()) {
            let caret = self.console().accept(None);
            return self.put_caret(caret);
        }
        let line = self.console().take();
        self.run(line);
    }

    /// Runs one line or several, with the editor's files as they are.
    pub(crate) fn run(&mut self, text: String) {
        let files = self.model.files.all().iter().map(|file| (file.name.to_string(), file.text.to_string())).collect();
        self.speak();
        self.ask_terminal(TerminalRequest::Run(text, files));
        self.console().first = None;
        self.then.terminal.to_end = true;
    }

    /// The engine's terminal speaks the reader's language.
    fn speak(&self) {
        let prose = if self.lang == Lang::Zh { Prose::Chinese } else { Prose::English };
        self.ask_terminal(TerminalRequest::Speak(prose));
    }

    fn recall(&mut self, way: fn(&mut Console)) {
        way(self.console());
        let end = self.model.console.line.len();
        self.put_caret(Some(end));
    }

    fn put_caret(&mut self, byte: Option<usize>) {
        self.then.terminal.caret = byte.map(|byte| units_at(&self.model.console.line, byte));
    }

    fn ask_for_completions(&mut self, line: String, cursor: usize) {
        if self.model.console.search.is_some() {
            return self.console().accept_search();
        }
        let names = self.model.files.all().iter().map(|file| file.name.to_string()).collect();
        let console = self.console();
        if console.choice.is_some() {
            return console.choose(true);
        }
        let version = console.ask(line.clone(), cursor);
        self.speak();
        self.ask_terminal(TerminalRequest::Complete(version, line, cursor, names));
    }

    fn interrupt(&mut self) {
        let console = self.console();
        if console.search.is_some() {
            return console.escape();
        }
        // Only the engine knows whether something runs by now.
        let line = console.take();
        self.ask_terminal(TerminalRequest::Interrupt(line));
        self.then.terminal.to_end = true;
    }

    /// What was shown was scrolled, by whoever reads or by the page itself. Whether other lines are to be drawn.
    fn scrolled(&mut self, top: i32, is_last: bool) -> bool {
        let before = self.model.console.first;
        // The browser says late that the page went to the last line: there may be more lines by then.
        let by_page = before.is_none() && top >= self.lines_top;
        let first = (!is_last && !by_page).then(|| usize::try_from(top).unwrap_or_default() / LINE_HEIGHT);
        // A few lines more or less are drawn already.
        let is_near = matches!((before, first), (Some(a), Some(b)) if a.abs_diff(b) < 20);
        if is_near || before == first {
            return false;
        }
        self.console().first = first;
        true
    }

    /// The line where something was found comes into sight.
    fn show_found(&mut self) {
        let console = self.console();
        let Some(at) = console.found.and_then(|at| at.checked_sub(console.scrollback.dropped())) else { return };
        let first = at.saturating_sub(3);
        console.first = Some(first);
        self.then.terminal.to_line = Some(first);
    }

    /// The terminal may be shown again: as far down as it was.
    pub(crate) fn return_to_lines(&mut self) {
        self.then.terminal.to_line = self.model.console.first;
        self.keep_to_end();
    }

    /// Whoever reads the last lines goes on to read the last lines; whoever reads older ones is left alone.
    fn keep_to_end(&mut self) {
        self.then.terminal.to_end |= self.model.console.first.is_none();
    }

    fn go(&mut self, target: Target) {
        self.model.layout.pane = Pane::Cluster;
        match target {
            Target::Node(name) | Target::Pod(_, name) => {
                if self.model.stage.find(&name).is_none() {
                    self.model.said = (self.ui.words.terminal.gone)(&name).into();
                    return;
                }
                self.model.select(name.clone());
                self.model.focused = Some(name.clone());
                self.then.terminal.node = Some(name);
            }
            Target::DaemonSet(key) => {
                self.model.shown = Some(key);
                self.then.stage = true;
            }
        }
        self.watch();
    }

    /// Takes in what the engine's terminal reports. Whether the page has to be drawn again.
    pub(crate) fn hear_terminal(&mut self, report: TerminalReport) -> bool {
        match report {
            TerminalReport::Shown(pieces, prompt) => {
                let typed = pieces.iter().any(|piece| matches!(piece, Piece::Typed(..)));
                let interrupted = pieces.iter().any(|piece| matches!(piece, Piece::Interrupted));
                self.console().show(pieces);
                self.keep_to_end();
                self.prompt(prompt, interrupted);
                if typed {
                    self.memory.keep("typed", self.model.console.history.save());
                }
                self.model.layout.dock_tab == DockTab::Terminal
            }
            TerminalReport::Looked(turn, first, links) => {
                self.looking = false;
                self.console().scrollback.look(turn, first, links);
                true
            }
            TerminalReport::Completed(version, completions) => {
                if version != self.model.console.version {
                    return false;
                }
                if completions.count == 0 {
                    self.model.said = self.ui.words.terminal.none.into();
                }
                let caret = self.console().complete(version, completions);
                self.put_caret(caret);
                true
            }
        }
    }

    /// The terminal waits for something else: a text is opened in the editor, or closed again.
    fn prompt(&mut self, prompt: Prompt, interrupted: bool) {
        if let Some(kept) = self.model.console.editing.as_ref().and_then(|editing| editing.kept)
            && let Some(editing) = self.console().editing.take()
        {
            // Nobody waits any more for a text that was interrupted; one that was refused is kept, as kubectl does.
            if !kept || interrupted || !self.is_changed(editing.file) {
                self.leave_text(&editing, !kept);
                self.model.layout.pane = Pane::Dock;
                self.front_changed();
            }
        }
        if let Prompt::Editing(open) = &prompt {
            self.open_text(&open.name, open.text.as_str().into());
        }
        self.console().prompt = prompt;
    }

    fn is_changed(&self, file: u32) -> bool {
        self.model.files.all().iter().any(|it| it.id == file && it.is_changed())
    }

    /// Closes a text that no command waits for any more. What somebody wrote can come back, unless it was taken.
    fn leave_text(&mut self, editing: &Editing, taken: bool) {
        if taken || !self.is_changed(editing.file) {
            return self.model.files.discard(editing.file, editing.front);
        }
        if let Some(name) = self.model.files.close(editing.file) {
            self.model.notify(Notice::ClosedFile(AttrValue::from(name)));
        }
        self.model.files.show(editing.front);
    }

    /// A command opens a text in the editor, or the same one again with what is wrong with it.
    fn open_text(&mut self, name: &str, text: Rc<str>) {
        let files = &mut self.model.files;
        let open = |editing: &Editing| editing.name == name && files.all().iter().any(|file| file.id == editing.file);
        let editing = if let Some(editing) = self.model.console.editing.clone().filter(open) {
            files.show(editing.file);
            files.edit(text);
            editing
        } else {
            // The one before belongs to a command of the same line that is over.
            let before = self.console().editing.take();
            if let Some(before) = &before {
                self.leave_text(before, false);
            }
            let files = &mut self.model.files;
            let front = before.map_or(files.active().id, |before| before.front);
            files.open(name, text);
            Editing { file: files.active().id, name: name.to_owned(), front, kept: None }
        };
        self.console().editing = Some(editing);
        self.model.layout.pane = Pane::Yaml;
        self.front_changed();
    }

    /// Hands the file in front back to the command that waits for it. Whether one does.
    pub(crate) fn hand_back(&mut self) -> bool {
        let file = self.model.files.active();
        if self.model.console.editing.as_ref().is_none_or(|editing| editing.file != file.id) {
            return false;
        }
        self.ask_terminal(TerminalRequest::Edited(Some(file.text.to_string())));
        true
    }

    /// The file that a command waits for was closed.
    pub(crate) fn give_up_editing(&mut self, closed: u32) {
        if self.model.console.editing.as_ref().is_some_and(|editing| editing.file == closed) {
            self.console().editing = None;
            self.ask_terminal(TerminalRequest::Edited(None));
        }
    }

    /// Shows in the terminal what was done elsewhere: as the command that does the same, or in words.
    pub(crate) fn echo(&mut self, notice: &Notice) {
        let words = self.ui.words;
        let printed = |stream, text: &str| Piece::Printed(stream, [text.trim_end(), "\n"].concat());
        let pieces = match notice {
            Notice::Done { command, output } if output.is_empty() => vec![Piece::Stage(command.to_string())],
            Notice::Done { command, output } => vec![Piece::Stage(command.to_string()), printed(Stream::Out, output)],
            Notice::Refused { command, message } if !command.is_empty() => {
                vec![Piece::Stage(command.to_string()), printed(Stream::Err, message)]
            }
            Notice::Machines(action, names) => {
                vec![Piece::Stage([&(words.notice.machines)(action, names.as_ref()), " ", words.terminal.no_command].concat())]
            }
            _ => return,
        };
        self.console().show(pieces);
        self.keep_to_end();
    }

    /// After drawing: more lines are in sight than were drawn for, in a pane that has become larger.
    fn see_lines(&mut self) {
        let height = find(".terminal-lines").map_or(0, |lines| lines.client_height());
        let sight = usize::try_from(height).unwrap_or_default().div_ceil(LINE_HEIGHT);
        if sight > self.model.console.sight {
            self.console().sight = sight;
            self.ui.link.emit(Message { msg: say(TerminalMsg::Seen), event: None });
        }
    }

    /// After drawing: the engine is asked what the lines name that have come into sight.
    fn look_at_lines(&mut self) {
        let console = &self.model.console;
        if self.looking || self.model.layout.dock_tab != DockTab::Terminal {
            return;
        }
        if let Some((turn, first, lines)) = console.scrollback.unlooked(super::window(console)) {
            self.looking = true;
            self.ask_terminal(TerminalRequest::Look(turn, first, lines));
        }
    }

    /// After drawing: the cursor, what is in sight, the node that was gone to.
    pub(crate) fn settle_terminal(&mut self) {
        self.look_at_lines();
        let then = std::mem::take(&mut self.then.terminal);
        // Asking for a height makes the browser lay the page out.
        if then.measure || then.to_end || then.to_line.is_some() || self.model.console.sight == 0 {
            self.see_lines();
        }
        if let Some(caret) = then.caret.and_then(|caret| u32::try_from(caret).ok())
            && let Some(field) = find("#terminal-line").and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
        {
            // Where the cursor cannot be put it stays at the end.
            let _ = field.set_selection_range(caret, caret);
        }
        if (then.to_end || then.to_line.is_some())
            && let Some(lines) = find(".terminal-lines")
        {
            let top = match then.to_line {
                Some(line) => i32::try_from(line * LINE_HEIGHT).unwrap_or(i32::MAX),
                None => lines.scroll_height(),
            };
            lines.set_scroll_top(top);
            self.lines_top = lines.scroll_top();
        }
        if let Some(option) = find("#terminal-list .on") {
            show(&option);
        }
        if let Some(name) = then.node {
            if self.model.shows_cells() {
                self.then.refocus = true;
            } else {
                let node = find(&["[data-node='", &name, "']"].concat()).or_else(|| find("[data-node].on"));
                if let Some(node) = node {
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Center);
                    Element::scroll_into_view_with_scroll_into_view_options(&node, &options);
                    // Where the focus cannot go it stays.
                    let _ = node.focus();
                }
            }
        }
    }
}
