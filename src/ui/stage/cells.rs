//! Many nodes as small cells, drawn on one canvas for each group.
//!
//! What a canvas shows nobody can focus or read out: one cell, at which Tab stops, is a real button that lies over its
//! place. Arrow keys move it.

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, Event, HtmlElement};
use yew::virtual_dom::ListenerKind;

use crate::lab::{HUES, NodeCard, NodeGroup, PodState, Stage};
use crate::ui::element::{El, Ui, button, el};
use crate::ui::message::{Msg, Way};
use crate::ui::model::Model;
use crate::ui::widgets::closest;

use super::look::{is_off, main_pod, node_sentence};
use super::roving::MARK;

/// Room between two cells, in CSS pixels.
const GAP: u32 = 4;
/// Sides of a cell, in CSS pixels.
const SIZES: [u32; 5] = [8, 12, 18, 26, 34];

#[wasm_bindgen(module = "/src/ui/stage/cells.js")]
extern "C" {
    fn draw(canvas: &Element, cells: &Uint8Array, columns: u32, size: u32, gap: u32, theme: &str);
    fn columns(canvas: &Element, size: u32, gap: u32) -> u32;
    fn at(canvas: &Element, event: &Event, columns: u32, size: u32, gap: u32) -> i32;
}

/// A cell's side, in CSS pixels: what the learner chose, or what suits so many nodes.
pub fn size(nodes: usize, zoom: i32) -> u32 {
    let usual = if nodes > 1_000 { 1 } else { 3 };
    SIZES[usize::try_from((usual + zoom).clamp(0, 4)).unwrap_or(0)]
}

/// Where the cells stand: how many in a row, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// How many cells stand in a row, at least 1.
    pub columns: u32,
    /// A cell's side, in CSS pixels.
    pub size: u32,
}

/// The place of a group's cells; they are drawn into it by [`paint`].
pub fn cells(ui: &Ui, group: &NodeGroup, number: usize, tab_stop: Option<(usize, &NodeCard)>, model: &Model) -> El {
    let canvas = el("canvas")
        .set("aria-hidden", "true")
        .set("data-group", number.to_string())
        .on(ui.ask(ListenerKind::onpointermove, |event| cell_at(event).map(|(group, index)| Msg::Hover(group, index))))
        .on(ui.ask(ListenerKind::onclick, |event| cell_at(event).map(|(group, index)| Msg::SelectAt(group, index))));
    let selected = model.selected.as_ref();
    let ring = selected.and_then(|name| group.nodes.iter().position(|node| node.name == *name));
    el("div")
        .class("cells")
        .with(el("span").class("probe").flag("hidden", true))
        .with(canvas)
        .maybe(ring.map(|index| el("span").class("ring").set("style", place(index, model.rows))))
        .maybe(tab_stop.map(|(index, node)| {
            let sentence = node_sentence(node, ui.words);
            button("cell-button")
                .key(&node.name)
                .set(MARK, node.name.to_string())
                .name(sentence)
                .truth("aria-pressed", selected == Some(&node.name))
                .set("style", place(index, model.rows))
                .on(ui.click(Msg::Select(node.name.clone())))
                .on(ui.ask(ListenerKind::onkeydown, walk))
        }))
}

fn place(index: usize, rows: Rows) -> String {
    let (columns, step) = (rows.columns.max(1) as usize, (rows.size + GAP) as usize);
    let (left, top) = ((index % columns * step).to_string(), (index / columns * step).to_string());
    ["left:", &left, "px;top:", &top, "px;width:", &rows.size.to_string(), "px;height:", &rows.size.to_string(), "px"].concat()
}

fn walk(event: &Event) -> Option<Msg> {
    let way = Way::of(&event.dyn_ref::<web_sys::KeyboardEvent>()?.key())?;
    event.prevent_default();
    Some(Msg::Walk(way))
}

fn cell_at(event: &Event) -> Option<(usize, usize)> {
    let canvas = closest(event, "canvas")?;
    let number = |name: &str| canvas.get_attribute(name)?.parse::<u32>().ok();
    let index = at(&canvas, event, number("data-columns")?, number("data-size")?, GAP);
    Some((usize::try_from(number("data-group")?).ok()?, usize::try_from(index).ok()?))
}

/// The cell to which a key leads: group and index. Rows of neighbouring groups lie under each other.
pub fn target(groups: &[NodeGroup], (group, index): (usize, usize), way: Way, columns: usize) -> Option<(usize, usize)> {
    let count = |group: usize| groups.get(group).map_or(0, |group| group.nodes.len());
    let (columns, last) = (columns.max(1), groups.len().checked_sub(1)?);
    let column = index % columns;
    match way {
        Way::First => Some((0, 0)),
        Way::Last => Some((last, count(last).checked_sub(1)?)),
        Way::Back if index > 0 => Some((group, index - 1)),
        Way::Back => group.checked_sub(1).and_then(|above| Some((above, count(above).checked_sub(1)?))),
        Way::On if index + 1 < count(group) => Some((group, index + 1)),
        Way::On => (group < last).then_some((group + 1, 0)),
        Way::Up if index >= columns => Some((group, index - columns)),
        Way::Up => {
            let above = group.checked_sub(1)?;
            let bottom = count(above).checked_sub(1)?;
            Some((above, (bottom / columns * columns + column).min(bottom)))
        }
        Way::Down if index / columns < (count(group) - 1) / columns => Some((group, (index + columns).min(count(group) - 1))),
        Way::Down => (group < last).then(|| (group + 1, column.min(count(group + 1).saturating_sub(1)))),
    }
}

/// How many cells there is room for in a row of the stage as it is drawn now.
pub fn measure(size: u32) -> Option<u32> {
    canvas(0).map(|canvas| columns(&canvas, size, GAP))
}

fn canvas(group: usize) -> Option<HtmlElement> {
    crate::ui::surroundings::find(&["canvas[data-group='", &group.to_string(), "']"].concat())
}

/// Draws the cells of a picture; those that are as they were cost nothing.
pub fn paint(stage: &Stage, rows: Rows, theme: &str) {
    for (number, group) in stage.groups.iter().enumerate() {
        let Some(canvas) = canvas(number) else { continue };
        // Attributes of names that are well formed can be set.
        let _ = canvas.set_attribute("data-columns", &rows.columns.to_string());
        let _ = canvas.set_attribute("data-size", &rows.size.to_string());
        let cells: Vec<u8> = group.nodes.iter().map(|node| cell(node)).collect();
        draw(&canvas, &Uint8Array::from(cells.as_slice()), rows.columns, rows.size, GAP, theme);
    }
}

/// Shows the sentence about a cell's node where the pointer is.
pub fn hover(group: usize, sentence: &str) {
    if let Some(canvas) = canvas(group) {
        canvas.set_title(sentence);
    }
}

/// In how many states a cell is drawn, without a pod and with one; `cells.js` has the same number.
const STATES: u8 = 9;

/// How a node looks, as `cells.js` reads it.
fn cell(node: &NodeCard) -> u8 {
    let pod = main_pod(node);
    let state = pod.map_or(0, |pod| match pod.state {
        PodState::Pending => 1,
        PodState::Creating => 2,
        PodState::Running => 3,
        PodState::Ready { .. } => 4,
        PodState::Available => 5,
        PodState::Terminating => 6,
        PodState::Broken => 7,
        PodState::Succeeded => 8,
    });
    let hue = pod.and_then(|pod| pod.revision).map_or(HUES, |revision| revision.hue.min(HUES - 1));
    (state + STATES * hue) | u8::from(is_off(node)) << 6 | u8::from(node.cordoned) << 7
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::lab::{ClusterPreset, GroupBy, Lab};

    /// Groups of seven and of four nodes.
    fn groups() -> Vec<NodeGroup> {
        let node = Rc::clone(&Lab::new(ClusterPreset::OneNode, 1).stage(None).groups[0].nodes[0]);
        [7, 4].map(|count| NodeGroup { by: GroupBy::All, nodes: vec![Rc::clone(&node); count] }).into()
    }

    #[test]
    fn arrows_go_where_they_point_in_rows_of_three_and_across_groups() {
        let cases = [
            ((0, 0), Way::On, Some((0, 1))),
            ((0, 6), Way::On, Some((1, 0))),
            ((1, 3), Way::On, None),
            ((0, 0), Way::Back, None),
            ((1, 0), Way::Back, Some((0, 6))),
            ((0, 1), Way::Down, Some((0, 4))),
            ((0, 5), Way::Down, Some((0, 6))),
            ((0, 6), Way::Down, Some((1, 0))),
            ((1, 2), Way::Down, Some((1, 3))),
            ((1, 3), Way::Down, None),
            ((1, 2), Way::Up, Some((0, 6))),
            ((0, 4), Way::Up, Some((0, 1))),
            ((0, 1), Way::Up, None),
            ((0, 3), Way::First, Some((0, 0))),
            ((0, 3), Way::Last, Some((1, 3))),
        ];
        for (from, way, to) in cases {
            assert_eq!(target(&groups(), from, way, 3), to, "{way:?} from {from:?}");
        }
    }

    #[test]
    fn many_nodes_are_small_and_zoom_stays_within_bounds() {
        assert_eq!([size(200, 0), size(5_000, 0), size(5_000, 9), size(200, -9)], [26, 12, 34, 8]);
    }
}
