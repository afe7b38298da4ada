//! What can be done on the page, as data.

use std::rc::Rc;

use web_sys::{Event, HtmlElement};
use yew::AttrValue;

use super::layout::{DockTab, Pane, View};
use super::terminal::TerminalMsg;
use crate::i18n::Lang;
use crate::lab::{Action, ClusterPreset};
use crate::object::{ObjectKey, SmolStr, TaintEffect};

/// Something was done, and the browser's event that it was done with.
pub struct Message {
    /// What.
    pub msg: Msg,
    /// How, when it was done in the browser.
    pub event: Option<Event>,
}

/// What can happen on the page.
#[derive(Clone)]
pub enum Msg {
    /// The engine reports something.
    Heard(Rc<[u8]>),
    /// A frame begins, in which the picture that has come is drawn.
    Frame,
    /// What was drawn in a frame is to be seen.
    Seen,
    /// The engine is not there, or stopped.
    Lost,
    /// The page is loaded again.
    Reload,
    /// The same, with a new cluster instead of the present one.
    StartAnew,
    /// The window has another size, or something was scrolled.
    Moved,
    /// The room for cells was measured, and is another.
    Measured,
    /// What is to be remembered is written.
    Remember,
    /// The page is left, or looked at again.
    Leave,
    /// What changed on the stage is read out.
    Announce,
    /// Pods that are gone have faded away.
    Faded,
    /// The clock starts or stops.
    Play(bool),
    /// The clock stops, and goes to the next change.
    Step,
    /// Another speed is chosen: the label is the value of the event's control.
    Speed(SmolStr),
    /// The next theme.
    Theme,
    /// Another language.
    Lang(Lang),
    /// The focus goes to the stage.
    SkipToStage,
    /// A tab of the dock comes to the front.
    Tab(DockTab),
    /// On a phone, another pane.
    Pane(Pane),
    /// The nodes are shown in another way.
    View(View),
    /// The edge of the dock was taken, moved or let go of, at that height of the window.
    Grip(Option<i32>),
    /// The edge of the dock moves to there.
    DragTo(i32),
    /// The dock becomes higher by so much.
    DockHigher(i32),
    /// A node is selected.
    Select(SmolStr),
    /// A node is selected, and its explanation comes to the front.
    Explain(SmolStr),
    /// A command is run in the terminal, which comes to the front.
    Run(String),
    /// The focus came to a node.
    Focused(SmolStr),
    /// The cells become larger or smaller by so many steps.
    Zoom(i32),
    /// The pointer is on a cell: the number of the group, and of the node in it.
    Hover(usize, usize),
    /// A cell was clicked.
    SelectAt(usize, usize),
    /// An arrow key was pressed on a cell.
    Walk(Way),
    /// The table was scrolled so far, in CSS pixels.
    Scrolled(i32),
    /// All labels of a node are shown, or only those that matter.
    Unfold(SmolStr),
    /// Another DaemonSet is looked at: its number in the list.
    Show(usize),
    /// A popover opens at the control that was clicked, or closes if it is open there.
    Open(Popover),
    /// The popover closes; the focus goes back if it is in there.
    Close(bool),
    /// The form in the popover is sent.
    Submit,
    /// Another effect was chosen in the form.
    Effect(TaintEffect),
    /// Something is done to the cluster.
    Act(Action),
    /// Another cluster.
    NewCluster(ClusterPreset),
    /// The text was changed.
    Edit(String),
    /// The file in front is applied.
    Apply,
    /// What the file in front describes is deleted.
    DeleteManifest,
    /// The file in front has its first text again.
    ResetFile,
    /// The file in front gets the cluster's values.
    Adopt,
    /// A file is opened.
    OpenFile(&'static str, &'static str),
    /// A file comes to the front.
    ShowFile(u32),
    /// A file is closed.
    CloseFile(u32),
    /// A file gets another name: it is asked for.
    Rename(u32),
    /// The name was given, or not.
    Renamed(Option<Rc<str>>),
    /// The editor goes to a line and column.
    GoTo(u32, u32),
    /// What was done last is taken back.
    Undo,
    /// The line about what was done last is closed.
    Dismiss,
    /// A command, or what the terminal shows, is copied.
    Copy(AttrValue),
    /// Whether the browser let us.
    Copied(bool),
    /// That it was copied has been seen.
    CopySeen,
    /// Another tab has written what is remembered.
    Elsewhere,
    /// Something was done in the terminal.
    Terminal(TerminalMsg),
}

/// A direction on the screen, or an end of the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// To the left, or to the one before.
    Back,
    /// To the right, or to the one after.
    On,
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Way {
    /// What a key means.
    pub fn of(key: &str) -> Option<Self> {
        Some(match key {
            "ArrowLeft" => Self::Back,
            "ArrowRight" => Self::On,
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        })
    }
}

/// What can hang from a control.
#[derive(Clone, PartialEq)]
pub enum Popover {
    /// What can be done with a node.
    Node(SmolStr),
    /// What can be done with a pod.
    Pod(ObjectKey),
    /// What can go wrong with an image.
    Image(SmolStr),
    /// What can be done with the DaemonSet.
    DaemonSet,
    /// Other clusters.
    Clusters,
    /// What can be done with the file in front.
    File,
    /// What can be opened.
    NewFile,
    /// A form for a label or taint of a node.
    Form(SmolStr, FormKind),
    /// The form that lets machines join.
    AddNodes,
    /// What the signs mean.
    Legend,
}

impl Popover {
    /// Whether it is a menu; else it is a dialog.
    pub fn is_menu(&self) -> bool {
        !matches!(self, Self::Form(..) | Self::AddNodes | Self::Legend)
    }
}

/// The popover that is open.
#[derive(Clone, PartialEq)]
pub struct Opened {
    /// What it is.
    pub what: Popover,
    /// The control that it hangs from, and that has the focus afterwards.
    pub anchor: HtmlElement,
    /// Why its form was refused.
    pub refused: Option<AttrValue>,
    /// The ticket of the answer that its form waits for; until then it is not sent again.
    pub waits: Option<u32>,
    /// The effect that is chosen in its form.
    pub effect: TaintEffect,
}

impl Opened {
    /// An answer has come. Whether its form waited for it, which it does no longer.
    pub fn hear(&mut self, ticket: u32) -> bool {
        let own = self.waits == Some(ticket);
        self.waits = self.waits.filter(|_| !own);
        own
    }
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq)]
pub enum FormKind {
    /// A label to add.
    NewLabel,
    /// A label to change or remove.
    Label {
        /// Its key, which stays.
        key: SmolStr,
        /// Its value so far.
        value: SmolStr,
    },
    /// A taint to add.
    NewTaint,
    /// A taint to change or remove.
    Taint {
        /// Its key, which stays.
        key: SmolStr,
        /// Its value so far.
        value: SmolStr,
        /// Its effect so far.
        effect: TaintEffect,
    },
}
