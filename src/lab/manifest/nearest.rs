//! The word that was most likely meant.

/// The candidate with the fewest changes to a word, if there are few enough; letters' case counts little.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 4);
    let scored = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    let (changes, candidate) = scored.min_by_key(|(changes, _)| *changes)?;
    (changes <= allowed).then_some(candidate)
}

/// How many letters are added, left out, changed or swapped with their neighbour; whatever their case.
fn distance(a: &str, b: &str) -> usize {
    let [a, b] = [a, b].map(|word| word.chars().map(|c| c.to_ascii_lowercase()).collect::<Vec<char>>());
    // Only the last three rows of the table are looked at.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut least = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + usize::from(a[i - 1] != b[j - 1]));
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_is_recognized_and_another_word_is_not() {
        let words = ["containers", "initContainers", "tolerations", "nodeSelector", "image"];
        for (written, meant) in [
            ("container", Some("containers")),
            ("contianers", Some("containers")),
            ("toleration", Some("tolerations")),
            ("nodeselector", Some("nodeSelector")),
            ("img", None),
            ("replicas", None),
            ("imagee", Some("image")),
        ] {
            assert_eq!(nearest(written, words), meant, "{written}");
        }
    }
}
