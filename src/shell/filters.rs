//! The small programs that read what another prints: grep, head, tail, sort, wc, and cat.

/// What a program prints, what it complains about, and its exit code.
pub type Result = (String, String, i32);

/// Runs a program of this name over a text, if there is one.
pub fn run(words: &[String], input: &str) -> Option<Result> {
    let (name, args) = words.split_first()?;
    let answer = match name.as_str() {
        "grep" => grep(args, input),
        "head" => ends(args, input, true),
        "tail" => ends(args, input, false),
        "sort" => sort(args, input),
        "wc" => count(args, input),
        "uniq" => unique(args, input),
        _ => return None,
    };
    Some(match answer {
        Ok((text, exit)) => (text, String::new(), exit),
        Err(words) => (String::new(), format!("{name}: {words}\n"), 2),
    })
}

/// Whether a filter says of each line by itself whether it passes, so that it need not wait for the end.
pub fn is_by_line(words: &[String]) -> bool {
    let [name, args @ ..] = words else { return false };
    let by_line = |(given, _): (Letters, _)| given.iter().all(|(letter, _)| "ivowxeEF".contains(*letter));
    name == "grep" && letters(args, "eABC").is_ok_and(by_line)
}

/// Letters with their values.
type Letters = Vec<(char, String)>;
type Answer = std::result::Result<(String, i32), String>;

/// The letters that were given, and the other words. `valued` letters take a value, which comes behind them.
fn letters(args: &[String], valued: &str) -> std::result::Result<(Letters, Vec<String>), String> {
    let (mut given, mut rest) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(body) = arg.strip_prefix('-').filter(|body| !body.is_empty() && *body != "-") else {
            rest.push(arg.clone());
            continue;
        };
        if body.chars().all(|c| c.is_ascii_digit()) {
            given.push(('n', body.to_owned()));
            continue;
        }
        let characters = body.char_indices();
        for (at, letter) in characters {
            if !valued.contains(letter) {
                given.push((letter, String::new()));
                continue;
            }
            let behind = &body[at + letter.len_utf8()..];
            let value = if behind.is_empty() { args.next().cloned() } else { Some(behind.to_owned()) };
            given.push((letter, value.ok_or_else(|| format!("option requires an argument -- '{letter}'"))?));
            break;
        }
    }
    Ok((given, rest))
}

fn known(given: &[(char, String)], letters: &str) -> std::result::Result<(), String> {
    match given.iter().find(|(letter, _)| !letters.contains(*letter)) {
        Some((letter, _)) => Err(format!("invalid option -- '{letter}'")),
        None => Ok(()),
    }
}

fn grep(args: &[String], input: &str) -> Answer {
    let (given, rest) = letters(args, "eABC")?;
    known(&given, "ivcnowxeEFqABC")?;
    let has = |letter| given.iter().any(|(it, _)| *it == letter);
    let value = |letter| given.iter().find(|(it, _)| *it == letter).map(|(_, value)| value.as_str());
    let pattern = value('e').map(str::to_owned).or_else(|| rest.first().cloned()).ok_or("usage: grep [-civnowE] PATTERN")?;
    let fold = |text: &str| if has('i') { text.to_lowercase() } else { text.to_owned() };
    let pattern = pattern::Pattern::new(&fold(&pattern), has('F'))?;
    let around = |letter: char| value(letter).or_else(|| value('C')).and_then(|it| it.parse::<usize>().ok()).unwrap_or_default();
    let lines: Vec<&str> = input.lines().collect();
    let hits: Vec<bool> = lines.iter().map(|line| pattern.is_in(&fold(line), has('x'), has('w')) != has('v')).collect();
    let count = hits.iter().filter(|hit| **hit).count();
    let mut text = String::new();
    if has('c') {
        text = format!("{count}\n");
    } else if !has('q') {
        for (number, line) in lines.iter().enumerate() {
            let (from, to) = (number.saturating_sub(around('A')), (number + around('B') + 1).min(hits.len()));
            if hits[from..to].contains(&true) {
                if has('n') {
                    text.extend([&(number + 1).to_string(), ":"]);
                }
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    Ok((text, i32::from(count == 0)))
}

fn ends(args: &[String], input: &str, first: bool) -> Answer {
    let (given, _) = letters(args, "n")?;
    known(&given, "n")?;
    let words = given.last().map_or("10", |(_, value)| value);
    let number: usize =
        words.trim_start_matches(['+', '-']).parse().map_err(|_| format!("invalid number of lines: '{words}'"))?;
    let lines: Vec<&str> = input.lines().collect();
    let cut = match (first, words.starts_with('-'), words.starts_with('+')) {
        (true, true, _) => &lines[..lines.len().saturating_sub(number)],
        (true, ..) => &lines[..number.min(lines.len())],
        (false, _, true) => &lines[number.saturating_sub(1).min(lines.len())..],
        (false, ..) => &lines[lines.len().saturating_sub(number)..],
    };
    Ok((joined(cut), 0))
}

fn joined(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

fn sort(args: &[String], input: &str) -> Answer {
    let (given, _) = letters(args, "kt")?;
    known(&given, "rnuk")?;
    let has = |letter| given.iter().any(|(it, _)| *it == letter);
    let column = given
        .iter()
        .find(|(it, _)| *it == 'k')
        .map(|(_, value)| value.split([',', '.']).next().unwrap_or_default().parse::<usize>());
    let column = column.transpose().map_err(|_| "invalid number at field start")?.map(|it| it.saturating_sub(1));
    let key = |line: &str| match column {
        Some(column) => line.split_whitespace().skip(column).collect::<Vec<_>>().join(" "),
        None => line.to_owned(),
    };
    let number = |text: &str| {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '-').unwrap_or(text.len());
        text[..end].parse::<i64>().unwrap_or_default()
    };
    let mut lines: Vec<&str> = input.lines().collect();
    lines.sort_by_cached_key(|line| {
        let key = key(line);
        (if has('n') { number(&key) } else { 0 }, key)
    });
    if has('r') {
        lines.reverse();
    }
    if has('u') {
        lines.dedup();
    }
    Ok((joined(&lines), 0))
}

fn unique(args: &[String], input: &str) -> Answer {
    let (given, _) = letters(args, "")?;
    known(&given, "cdui")?;
    let has = |letter| given.iter().any(|(it, _)| *it == letter);
    let is_same = |one: &&str, other: &&str| if has('i') { one.eq_ignore_ascii_case(other) } else { one == other };
    let lines: Vec<&str> = input.lines().collect();
    let mut text = String::new();
    for same in lines.chunk_by(is_same) {
        let left_out = if same.len() > 1 { has('u') } else { has('d') };
        if let Some(first) = same.first().filter(|_| !left_out) {
            let count = if has('c') { format!("{:>7} ", same.len()) } else { String::new() };
            text.extend([&count, *first, "\n"]);
        }
    }
    Ok((text, 0))
}

fn count(args: &[String], input: &str) -> Answer {
    let (given, _) = letters(args, "")?;
    known(&given, "lwcm")?;
    let counts = [
        ('l', input.matches('\n').count()),
        ('w', input.split_whitespace().count()),
        ('m', input.chars().count()),
        ('c', input.len()),
    ];
    let wanted = |letter: char| if given.is_empty() { letter != 'm' } else { given.iter().any(|(it, _)| *it == letter) };
    let numbers: Vec<String> = counts.iter().filter(|(letter, _)| wanted(*letter)).map(|(_, count)| count.to_string()).collect();
    let text = match &numbers[..] {
        [one] => one.clone(),
        many => many.iter().map(|it| format!("{it:>7}")).collect::<Vec<_>>().join(" "),
    };
    Ok((text + "\n", 0))
}

/// The part of regular expressions that people grep for: `.`, `*`, `+`, `?`, `^`, `$`, `[a-z]`, `|` and backslashes.
mod pattern {
    pub struct Pattern(Vec<Alternative>);

    struct Alternative {
        at_start: bool,
        at_end: bool,
        atoms: Vec<(Atom, char)>,
        /// What everything that fits begins with.
        begins: String,
    }

    enum Atom {
        Any,
        One(char),
        Class(bool, Vec<(char, char)>),
    }

    impl Atom {
        fn matches(&self, c: char) -> bool {
            match self {
                Self::Any => true,
                Self::One(one) => *one == c,
                Self::Class(inside, ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) == *inside,
            }
        }
    }

    impl Pattern {
        pub fn new(text: &str, fixed: bool) -> Result<Self, String> {
            if fixed {
                let atoms = text.chars().map(|c| (Atom::One(c), '1')).collect();
                return Ok(Self(vec![Alternative::of(false, false, atoms)]));
            }
            let text = text.replace("\\|", "|");
            text.split('|').map(Alternative::new).collect::<Result<_, _>>().map(Self)
        }

        pub fn is_in(&self, line: &str, whole: bool, words: bool) -> bool {
            self.0.iter().any(|it| it.is_in(line, whole, words))
        }
    }

    impl Alternative {
        fn new(text: &str) -> Result<Self, String> {
            let (at_start, text) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
            let (at_end, text) = text.strip_suffix('$').map_or((false, text), |rest| (true, rest));
            let mut atoms: Vec<(Atom, char)> = Vec::new();
            let mut characters = text.chars().peekable();
            while let Some(c) = characters.next() {
                let atom = match c {
                    '.' => Atom::Any,
                    '[' => class(&mut characters)?,
                    '\\' => Atom::One(characters.next().ok_or("Trailing backslash")?),
                    '*' | '+' | '?' if !atoms.is_empty() => {
                        if let Some(last) = atoms.last_mut() {
                            last.1 = c;
                        }
                        continue;
                    }
                    c => Atom::One(c),
                };
                atoms.push((atom, '1'));
            }
            Ok(Self::of(at_start, at_end, atoms))
        }

        fn of(at_start: bool, at_end: bool, atoms: Vec<(Atom, char)>) -> Self {
            let plain = |(atom, times): &(Atom, char)| match atom {
                Atom::One(c) if matches!(times, '1') => Some(*c),
                _ => None,
            };
            let begins = atoms.iter().map_while(plain).collect();
            Self { at_start, at_end, atoms, begins }
        }

        fn is_in(&self, line: &str, whole: bool, words: bool) -> bool {
            // Most lines fail here, and most patterns are as plain as a name.
            let is_plain = self.begins.chars().count() == self.atoms.len();
            if !line.contains(&self.begins) {
                return false;
            }
            (is_plain && !(self.at_start || self.at_end || whole || words))
                || self.fits(&line.chars().collect::<Vec<char>>(), whole, words)
        }

        fn fits(&self, line: &[char], whole: bool, words: bool) -> bool {
            let is_word = |at: usize| line.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_');
            (0..=line.len()).filter(|&from| from == 0 || !(whole || self.at_start)).any(|from| {
                let mut ends = vec![from];
                for (atom, times) in &self.atoms {
                    ends = step(atom, *times, line, &ends);
                }
                ends.iter().any(|&end| {
                    let ends_well = end == line.len() || !(whole || self.at_end);
                    let stands_alone = !words || !(is_word(end) || (from > 0 && is_word(from - 1)));
                    ends_well && stands_alone
                })
            })
        }
    }

    /// Where a part can end that begins at one of these places. Each place is kept once, so that no pattern takes long.
    fn step(atom: &Atom, times: char, line: &[char], starts: &[usize]) -> Vec<usize> {
        let mut ends: Vec<usize> = if matches!(times, '*' | '?') { starts.to_vec() } else { Vec::new() };
        let mut frontier = starts.to_vec();
        loop {
            let next: Vec<usize> =
                frontier.iter().filter(|&&at| line.get(at).is_some_and(|c| atom.matches(*c))).map(|at| at + 1).collect();
            frontier = next.into_iter().filter(|at| !ends.contains(at)).collect();
            ends.extend(&frontier);
            if frontier.is_empty() || matches!(times, '1' | '?') {
                return ends;
            }
        }
    }

    fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Atom, String> {
        let inside = characters.next_if_eq(&'^').is_none();
        let mut ranges: Vec<(char, char)> = Vec::new();
        while let Some(c) = characters.next() {
            match c {
                ']' if !ranges.is_empty() => return Ok(Atom::Class(inside, ranges)),
                c if characters.peek() == Some(&'-') => {
                    characters.next();
                    match characters.next() {
                        Some(']') => return Ok(Atom::Class(inside, [ranges, vec![(c, c), ('-', '-')]].concat())),
                        Some(to) => ranges.push((c, to)),
                        None => break,
                    }
                }
                c => ranges.push((c, c)),
            }
        }
        Err("Unmatched [, [^, [:, [., or [=".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(line: &str, input: &str) -> (String, i32) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let (text, _, exit) = run(&words, input).expect("a program of that name");
        (text, exit)
    }

    #[test]
    fn lines_are_found_counted_sorted_and_cut() {
        let input = "b 10\na 9\nB 1\n";
        let cases = [
            ("grep b", "b 10\n", 0),
            ("grep -i B", "b 10\nB 1\n", 0),
            ("grep -vc b", "2\n", 0),
            ("grep ^[ab].1*0$", "b 10\n", 0),
            ("grep -E a|B", "a 9\nB 1\n", 0),
            ("grep x", "", 1),
            ("head -n 1", "b 10\n", 0),
            ("head -1", "b 10\n", 0),
            ("tail -n 1", "B 1\n", 0),
            ("tail -n +2", "a 9\nB 1\n", 0),
            ("sort -k2 -n", "B 1\na 9\nb 10\n", 0),
            ("grep -x a", "", 1),
            ("grep -w a", "a 9\n", 0),
            ("grep b.*0", "b 10\n", 0),
            ("sort -r", "b 10\na 9\nB 1\n", 0),
            ("wc -l", "3\n", 0),
        ];
        for (line, text, exit) in cases {
            assert_eq!(out(line, input), (text.to_owned(), exit), "{line}");
        }
        for (line, text) in [
            ("uniq", "a\nA\nb\na\n"),
            ("uniq -c", "      2 a\n      1 A\n      1 b\n      1 a\n"),
            ("uniq -ci", "      3 a\n      1 b\n      1 a\n"),
            ("uniq -d", "a\n"),
            ("uniq -u", "A\nb\na\n"),
        ] {
            assert_eq!(out(line, "a\na\nA\nb\na\n"), (text.to_owned(), 0), "{line}");
        }
        let words = ["grep".to_owned(), "-Z".to_owned(), "a".to_owned()];
        assert_eq!(run(&words, input), Some((String::new(), "grep: invalid option -- 'Z'\n".into(), 2)));
        assert_eq!(run(&["vi".to_owned()], ""), None);
    }
}
