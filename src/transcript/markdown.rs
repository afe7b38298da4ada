//! The pieces of a recorded session.

/// The longest that a session waits at once, in seconds: a year.
const LONGEST_WAIT_SECONDS: u64 = 31_536_000;

/// A piece of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A line that means nothing.
    Text(String),
    /// A file in the working directory.
    File {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Commands with what they printed.
    Console(Vec<Command>),
    /// A line that lets time pass or switches a node, and what it means.
    Directive(String, Directive),
}

/// A command as it stands in a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The command line.
    pub line: String,
    /// What stands below it, the exit code among it.
    pub printed: String,
}

/// Something that happens between commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Directive {
    /// Until nothing changes any more.
    Settle,
    /// So many seconds, a year at most.
    Wait(u64),
    /// A kubelet stops for good.
    Stop(String),
    /// A kubelet starts again.
    Start(String),
    /// A node's condition becomes so.
    Condition(String, String, bool),
}

/// Parts a text into its pieces.
///
/// # Errors
/// When a block is not closed, a directive is not understood, or a wait is longer than a year.
pub fn parse(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let mut block = || {
            let mut body = Vec::new();
            for (_, line) in lines.by_ref() {
                if line == "```" {
                    return Ok(body);
                }
                body.push(line);
            }
            Err(format!("line {}: this block has no end", number + 1))
        };
        if let Some(name) = line.strip_prefix("```yaml file=") {
            let text = block()?.iter().flat_map(|line| [*line, "\n"]).collect();
            pieces.push(Piece::File { name: name.trim().to_owned(), text });
        } else if line == "```console" {
            let mut commands: Vec<Command> = Vec::new();
            for line in block()? {
                match (line.strip_prefix("$ "), commands.last_mut()) {
                    (Some(line), _) => commands.push(Command { line: line.to_owned(), ..Command::default() }),
                    (None, Some(command)) => command.printed.extend([line, "\n"]),
                    (None, None) => {}
                }
            }
            pieces.push(Piece::Console(commands));
        } else if let Some(words) = line.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->")) {
            let directive = directive(words.trim()).map_err(|wrong| format!("line {}: {wrong}", number + 1))?;
            pieces.push(Piece::Directive(line.to_owned(), directive));
        } else {
            pieces.push(Piece::Text(line.to_owned()));
        }
    }
    Ok(pieces)
}

fn directive(text: &str) -> Result<Directive, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unknown = || format!("no such directive: {text}");
    Ok(match words[..] {
        ["settle"] => Directive::Settle,
        ["wait", seconds] if seconds.bytes().all(|it| it.is_ascii_digit()) => {
            let seconds = seconds.parse().ok().filter(|it| *it <= LONGEST_WAIT_SECONDS);
            let too_long = || format!("a session waits at most {LONGEST_WAIT_SECONDS} seconds at once: {text}");
            Directive::Wait(seconds.ok_or_else(too_long)?)
        }
        ["node", name, "stops"] => Directive::Stop(name.to_owned()),
        ["node", name, "starts"] => Directive::Start(name.to_owned()),
        ["node", name, "condition", condition] => {
            let (kind, status) = condition.split_once('=').ok_or_else(unknown)?;
            Directive::Condition(name.to_owned(), kind.to_owned(), status == "True")
        }
        _ => return Err(unknown()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_files_commands_and_directives() {
        let text = "# A\n```yaml file=a.yaml\na: 1\n```\n<!-- wait 5 -->\n```console\n$ kubectl get ds\nNAME\n[exit 1]\n$ b\n```\n<!-- node n condition Ready=False -->\n";
        let pieces = parse(text).unwrap();
        assert_eq!(pieces[1], Piece::File { name: "a.yaml".into(), text: "a: 1\n".into() });
        assert_eq!(pieces[2], Piece::Directive("<!-- wait 5 -->".into(), Directive::Wait(5)));
        let commands = [("kubectl get ds", "NAME\n[exit 1]\n"), ("b", "")]
            .map(|(line, printed)| Command { line: line.into(), printed: printed.into() });
        assert_eq!(pieces[3], Piece::Console(commands.into()));
        assert!(parse("```console\n").is_err());
    }

    #[test]
    fn a_directive_is_one_of_a_few_and_a_wait_has_a_bound() {
        let too_long = |seconds: &str| format!("line 2: a session waits at most 31536000 seconds at once: wait {seconds}");
        for (words, expected) in [
            ("wait 31536000", Ok(Directive::Wait(31_536_000))),
            ("wait 31536001", Err(too_long("31536001"))),
            ("wait 18446744073709551615", Err(too_long("18446744073709551615"))),
            ("wait 99999999999999999999", Err(too_long("99999999999999999999"))),
            ("wait -1", Err("line 2: no such directive: wait -1".to_owned())),
            ("node n condition Ready", Err("line 2: no such directive: node n condition Ready".to_owned())),
            ("dance", Err("line 2: no such directive: dance".to_owned())),
        ] {
            let pieces = parse(&format!("\n<!-- {words} -->"));
            let found = pieces.map(|mut it| it.pop());
            let expected = expected.map(|it| Some(Piece::Directive(format!("<!-- {words} -->"), it)));
            assert_eq!(found, expected, "{words}");
        }
    }
}
