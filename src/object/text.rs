//! Comparing short texts: the names of fields and objects.
//!
//! Every field that is read and every object that is looked up compares a few of them, so this is done with a few words instead of a
//! call that is made for long texts.

use std::cmp::Ordering;

/// Whether two texts are the same.
pub fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    // The ends come first: names differ there.
    if let (Some(end), Some(other_end)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) {
        return end == other_end && one.as_chunks::<8>().0.iter().eq(other.as_chunks::<8>().0);
    }
    if let (Some(end), Some(other_end)) = (one.last_chunk::<4>(), other.last_chunk::<4>()) {
        return end == other_end && one.first_chunk::<4>() == other.first_chunk::<4>();
    }
    one.iter().eq(other)
}

/// The order of two texts by their bytes.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let common = left.len().min(right.len());
    let (one, other) = (&left[..common], &right[..common]);
    // The last bytes are compared once more when they are no full eight (or four): those before them are the same by then.
    let order = if common >= 8 {
        let words = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
        let first = words.map(|(one, other)| number(*one).cmp(&number(*other))).find(|order| order.is_ne());
        first.unwrap_or_else(|| one.last_chunk().copied().map(number).cmp(&other.last_chunk().copied().map(number)))
    } else if common >= 4 {
        let ends = |text: &[u8]| {
            [text.first_chunk().copied().map(u32::from_be_bytes), text.last_chunk().copied().map(u32::from_be_bytes)]
        };
        ends(one).cmp(&ends(other))
    } else {
        one.iter().cmp(other)
    };
    order.then(left.len().cmp(&right.len()))
}

fn number(bytes: [u8; 8]) -> u64 {
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_the_same_and_in_order_as_their_bytes_are(left in "[ab]{0,12}é?[a-c]{0,9}", right in "[ab]{0,12}é?[a-c]{0,9}") {
            prop_assert_eq!(compare(&left, &right), left.cmp(&right));
            prop_assert_eq!(is_same(&left, &right), left == right);
            prop_assert!(is_same(&left, &left.clone()) && compare(&left, &left.clone()).is_eq());
        }

        #[test]
        fn short_texts_that_differ_in_one_letter_differ(text in "[ab]{1,20}", at in 0_usize..20) {
            let mut other = text.clone().into_bytes();
            let at = at % other.len();
            other[at] = b'c';
            let other = String::from_utf8(other).expect("ASCII");
            prop_assert!(!is_same(&text, &other));
            prop_assert_eq!(compare(&text, &other), text.cmp(&other));
        }
    }
}
