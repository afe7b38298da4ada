//! Where a popover goes.

/// A rectangle in the window, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// From the window's left edge.
    pub left: f64,
    /// From the window's top edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Rect {
    /// Where an element is now.
    pub fn of(element: &web_sys::Element) -> Self {
        let rect = element.get_bounding_client_rect();
        Self { left: rect.left(), top: rect.top(), width: rect.width(), height: rect.height() }
    }
}

/// Room between popover and anchor, and between popover and the window's edge.
const GAP: f64 = 4.0;

/// The left and top edge of a popover of that width and height: below its anchor if there is room, else above it, and
/// inside the window in any case.
pub fn place(anchor: Rect, (width, height): (f64, f64), (window_width, window_height): (f64, f64)) -> (f64, f64) {
    let left = anchor.left.min(window_width - width - GAP).max(GAP);
    let below = anchor.top + anchor.height + GAP;
    let above = anchor.top - height - GAP;
    let top = if below + height <= window_height - GAP || above < GAP { below } else { above };
    (left, top.min(window_height - height - GAP).max(GAP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: (f64, f64) = (400.0, 300.0);

    fn placed(left: f64, top: f64, size: (f64, f64)) -> (f64, f64) {
        place(Rect { left, top, width: 30.0, height: 20.0 }, size, WINDOW)
    }

    #[test]
    fn it_hangs_below_its_anchor() {
        assert_eq!(placed(50.0, 40.0, (100.0, 80.0)), (50.0, 64.0));
    }

    #[test]
    fn it_stands_above_where_there_is_no_room_below() {
        assert_eq!(placed(50.0, 250.0, (100.0, 80.0)), (50.0, 166.0));
    }

    #[test]
    fn it_stays_inside_the_window() {
        assert_eq!(placed(390.0, 40.0, (100.0, 80.0)), (296.0, 64.0));
        assert_eq!(placed(50.0, 100.0, (100.0, 280.0)), (50.0, 16.0));
        assert_eq!(placed(50.0, 100.0, (500.0, 400.0)), (4.0, 4.0));
    }
}
