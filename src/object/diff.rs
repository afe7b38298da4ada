//! Comparing two texts line by line, as `diff -u` does.

use std::fmt::Write as _;

use super::sort_few;

/// How large the table of two differing middles may become, in entries of four bytes. Of larger ones it is not asked what they have
/// in common: all of the old goes, and all of the new comes.
const LARGEST_TABLE: usize = 1 << 22;

/// One line of a comparison: what stands before it, and the line.
type Step<'a> = (char, &'a str);

/// The differences of two texts in the form of `diff -u`, with lines around them; empty when there are none.
///
/// ```
/// use daemonset_lab::object::unified_diff;
/// assert_eq!(unified_diff("a\nb\nc\n", "a\nx\nc\n", 1), "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
/// ```
pub fn unified_diff(old: &str, new: &str, around: usize) -> String {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let steps = compare(&old, &new);
    let changed: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].0 != ' ').collect();
    let mut text = String::new();
    let mut rest = &changed[..];
    while let Some(&first) = rest.first() {
        // Changes that are near each other stand in one piece.
        let length = rest.windows(2).take_while(|pair| pair[1] - pair[0] <= 2 * around + 1).count() + 1;
        let last = rest[length - 1];
        piece(&steps, first.saturating_sub(around), (last + around + 1).min(steps.len()), &mut text);
        rest = &rest[length..];
    }
    text
}

fn piece(steps: &[Step<'_>], from: usize, to: usize, text: &mut String) {
    let count = |steps: &[Step<'_>], other: char| steps.iter().filter(|(sign, _)| *sign != other).count();
    let range = |other: char| {
        let (before, length) = (count(&steps[..from], other), count(&steps[from..to], other));
        match length {
            0 => format!("{before},0"),
            1 => format!("{}", before + 1),
            length => format!("{},{length}", before + 1),
        }
    };
    let _ = writeln!(text, "@@ -{} +{} @@", range('+'), range('-'));
    for (sign, line) in &steps[from..to] {
        let _ = writeln!(text, "{sign}{line}");
    }
}

/// A way from one to the other: what both begin and end with stays.
fn compare<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Step<'a>> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut steps: Vec<Step<'a>> = old[..start].iter().map(|line| (' ', *line)).collect();
    steps.extend(middle(a, b));
    steps.extend(old[old.len() - end..].iter().map(|line| (' ', *line)));
    steps
}

/// The way with the longest common subsequence, as far as [`LARGEST_TABLE`] allows to look for it.
fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Step<'a>> {
    if (a.len() + 1).saturating_mul(b.len() + 1) > LARGEST_TABLE {
        let goes = a.iter().map(|line| ('-', *line));
        return goes.chain(b.iter().map(|line| ('+', *line))).collect();
    }
    // How many lines the rests have in common, from each pair of places.
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let here = if a[i] == b[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
            common[i * width + j] = here;
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut steps = Vec::new();
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            steps.push((' ', a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            steps.push(('-', a[i]));
            i += 1;
        } else {
            steps.push(('+', b[j]));
            j += 1;
        }
    }
    // Within a change, what goes stands before what comes.
    for change in steps.chunk_by_mut(|x, y| x.0 != ' ' && y.0 != ' ') {
        sort_few(change, |a, b| a.0 != '+' && b.0 == '+');
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_that_are_far_apart_stand_in_pieces() {
        let old: String = (0..20).flat_map(|it| [it.to_string(), "\n".to_owned()]).collect();
        let new = old.replace("2\n", "two\n").replace("19\n", "").replacen("1two", "12", 1);
        let expected = "@@ -1,6 +1,6 @@\n 0\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -17,4 +17,3 @@\n 16\n 17\n 18\n-19\n";
        assert_eq!(unified_diff(&old, &new, 3), expected);
        assert_eq!(unified_diff(&old, &old, 3), "");
        assert_eq!(unified_diff("", "a\n", 3), "@@ -0,0 +1 @@\n+a\n");
    }

    #[test]
    fn of_middles_that_are_too_large_all_goes_and_all_comes() {
        for (lines, shared_stays) in [(1_000, true), (3_000, false)] {
            let text = |sign: char| -> String {
                let line = |at: usize| if at == lines / 2 { "shared\n".to_owned() } else { format!("{sign}{at}\n") };
                format!("first\n{}last\n", (0..lines).map(line).collect::<String>())
            };
            let difference = unified_diff(&text('a'), &text('b'), 1);
            assert_eq!(difference.contains("\n shared\n"), shared_stays, "{lines}");
            assert_eq!(difference.contains("\n-shared\n") && difference.contains("\n+shared\n"), !shared_stays, "{lines}");
            assert!(difference.contains("\n first\n") && difference.ends_with("\n last\n"), "{lines}");
        }
    }
}
