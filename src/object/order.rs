//! Sorting of what is mostly short, in few instructions.

/// Sorts some items; what is equal stays in its order. Of many items few are compared, as comparing may cost more than moving.
pub fn sort_few<T>(items: &mut [T], is_less: impl Fn(&T, &T) -> bool) {
    for end in 1..items.len() {
        let at = items[..end].partition_point(|it| !is_less(&items[end], it));
        for place in (at..end).rev() {
            items.swap(place, place + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn items_are_in_their_order_and_equal_ones_stay_in_theirs_after_few_comparisons(keys in prop::collection::vec(0_u8..20, 0..200)) {
            let mut items: Vec<(u8, usize)> = keys.into_iter().zip(0..).collect();
            let mut sorted = items.clone();
            sorted.sort_unstable();
            let compared = Cell::new(0_u32);
            sort_few(&mut items, |a, b| {
                compared.set(compared.get() + 1);
                a.0 < b.0
            });
            let most = u32::try_from(items.len()).expect("few") * (items.len().max(1).ilog2() + 1);
            prop_assert_eq!(items, sorted);
            prop_assert!(compared.get() <= most, "{}", compared.get());
        }
    }
}
