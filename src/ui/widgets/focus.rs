//! Moving the keyboard's focus.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement};

/// What takes part in moving the focus inside an element.
const FOCUSABLE: &str = "[autofocus],button:not([disabled]),input:not([disabled]),select:not([disabled]),textarea,a[href]";

/// Focuses the first control inside an element; one with `autofocus` comes first. What stands in a field is selected, so that
/// typing replaces it.
pub fn focus_first(root: &Element) {
    let first = root.query_selector("[autofocus]").ok().flatten().or_else(|| root.query_selector(FOCUSABLE).ok().flatten());
    if let Some(first) = first.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = first.focus();
        if let Some(field) = first.dyn_ref::<HtmlInputElement>() {
            field.select();
        }
    }
}

/// Moves the focus from the present to a neighbouring element among those that the selector finds, round the ends.
/// Returns whether there was anywhere to go.
pub fn move_focus(root: &Element, selector: &str, step: Step) -> bool {
    let Ok(found) = root.query_selector_all(selector) else { return false };
    let all: Vec<HtmlElement> = (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect();
    let active = gloo::utils::document().active_element();
    let at = all.iter().position(|element| active.as_ref().is_some_and(|active| element.is_same_node(Some(active))));
    let Some(target) = step.target(at, all.len()).and_then(|index| all.get(index)) else { return false };
    target.focus().is_ok()
}

/// Where to move in a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// To the one after, from the last to the first.
    Next,
    /// To the one before, from the first to the last.
    Previous,
    /// To the first.
    First,
    /// To the last.
    Last,
}

impl Step {
    /// What a key means in a list that runs downwards.
    pub fn vertical(key: &str) -> Option<Self> {
        match key {
            "ArrowDown" => Some(Self::Next),
            "ArrowUp" => Some(Self::Previous),
            "Home" => Some(Self::First),
            "End" => Some(Self::Last),
            _ => None,
        }
    }

    /// What a key means in a list that runs to the right.
    pub fn horizontal(key: &str) -> Option<Self> {
        match key {
            "ArrowRight" => Some(Self::Next),
            "ArrowLeft" => Some(Self::Previous),
            _ => Self::vertical(key).filter(|step| matches!(step, Self::First | Self::Last)),
        }
    }

    /// The index to go to, in a list of so many.
    pub fn target(self, at: Option<usize>, length: usize) -> Option<usize> {
        let last = length.checked_sub(1)?;
        Some(match (self, at) {
            (Self::First, _) | (Self::Next, None) => 0,
            (Self::Last, _) | (Self::Previous, None | Some(0)) => last,
            (Self::Next, Some(at)) => (at + 1) % length,
            (Self::Previous, Some(at)) => at - 1,
        })
    }
}

/// The nearest element around where the event happened that the selector finds. (Yew listens at the root, so an event's
/// own current target says nothing.)
pub fn closest(event: &Event, selector: &str) -> Option<HtmlElement> {
    event.target()?.dyn_into::<Element>().ok()?.closest(selector).ok()??.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use super::Step;

    #[test]
    fn steps_go_round_the_ends() {
        let cases = [
            (Step::Next, Some(0), 3, Some(1)),
            (Step::Next, Some(2), 3, Some(0)),
            (Step::Previous, Some(0), 3, Some(2)),
            (Step::Previous, Some(2), 3, Some(1)),
            (Step::First, Some(2), 3, Some(0)),
            (Step::Last, None, 3, Some(2)),
            (Step::Next, None, 3, Some(0)),
            (Step::Next, None, 0, None),
        ];
        for (step, at, length, target) in cases {
            assert_eq!(step.target(at, length), target, "{step:?} {at:?} of {length}");
        }
    }

    #[test]
    fn arrow_keys_go_along_the_list_only() {
        assert_eq!(Step::vertical("ArrowDown"), Some(Step::Next));
        assert_eq!(Step::vertical("ArrowRight"), None);
        assert_eq!(Step::horizontal("ArrowRight"), Some(Step::Next));
        assert_eq!(Step::horizontal("ArrowDown"), None);
        assert_eq!(Step::horizontal("End"), Some(Step::Last));
    }
}
