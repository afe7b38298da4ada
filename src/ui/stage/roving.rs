//! Arrow keys move between nodes as they lie on the screen; Tab stops at one of them only.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

use crate::ui::message::{Msg, Way};
use crate::ui::widgets::{Rect, closest};

/// Marks the controls that arrow keys move between.
pub const MARK: &str = "data-node";

/// What stands around all nodes.
const AROUND: &str = ".groups,.table-scroll";

/// For the element around all nodes: moves the focus when an arrow key was pressed on a node.
pub fn on_keydown(event: &Event) -> Option<Msg> {
    let key = event.dyn_ref::<KeyboardEvent>()?;
    let at = event.target().and_then(|target| target.dyn_into::<Element>().ok()).filter(|target| target.has_attribute(MARK))?;
    let (way, root) = (Way::of(&key.key())?, closest(event, AROUND)?);
    if event.default_prevented() {
        return None;
    }
    let found = root.query_selector_all(&["[", MARK, "]"].concat()).ok()?;
    let all: Vec<HtmlElement> = (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect();
    let from = all.iter().position(|element| element.is_same_node(Some(&at)))?;
    let target = target(from, all.len(), way, &|index| Rect::of(&all[index])).and_then(|index| all.get(index))?;
    event.prevent_default();
    // Where the focus cannot go it stays.
    let _ = target.focus();
    None
}

/// The index to go to; `place` says where an element lies.
fn target(from: usize, count: usize, way: Way, place: &dyn Fn(usize) -> Rect) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match way {
        Way::Back => from.checked_sub(1),
        Way::On => (from < last).then_some(from + 1),
        Way::First => Some(0),
        Way::Last => Some(last),
        Way::Up => nearest(place(from), &mut (0..from).rev(), place, |row, start| row < start),
        Way::Down => nearest(place(from), &mut (from + 1..count), place, |row, start| row > start),
    }
}

/// In the next row in that direction, the element whose left edge is nearest.
fn nearest(
    from: Rect,
    candidates: &mut dyn Iterator<Item = usize>,
    place: &dyn Fn(usize) -> Rect,
    is_beyond: fn(f64, f64) -> bool,
) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    let mut row = None;
    for index in candidates {
        let rect = place(index);
        if !is_beyond(rect.top, from.top) {
            continue;
        }
        // Elements come row by row, so the row after this one ends the search.
        if is_beyond(rect.top, *row.get_or_insert(rect.top)) {
            break;
        }
        let distance = (rect.left - from.left).abs();
        if best.is_none_or(|(_, least)| distance < least) {
            best = Some((index, distance));
        }
    }
    best.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three in the first row, two in the second, one in the third.
    fn place(index: usize) -> Rect {
        let (column, row) = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2)][index];
        Rect { left: f64::from(column) * 100.0, top: f64::from(row) * 50.0, width: 90.0, height: 40.0 }
    }

    #[test]
    fn arrows_go_where_they_point() {
        let cases = [
            (0, Way::On, Some(1)),
            (2, Way::On, Some(3)),
            (5, Way::On, None),
            (0, Way::Back, None),
            (3, Way::Back, Some(2)),
            (1, Way::Down, Some(4)),
            (2, Way::Down, Some(4)),
            (4, Way::Down, Some(5)),
            (5, Way::Down, None),
            (5, Way::Up, Some(3)),
            (4, Way::Up, Some(1)),
            (0, Way::Up, None),
            (3, Way::First, Some(0)),
            (3, Way::Last, Some(5)),
        ];
        for (from, way, to) in cases {
            assert_eq!(target(from, 6, way, &place), to, "{way:?} from {from}");
        }
    }
}
