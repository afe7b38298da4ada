//! The pieces of a recorded session.

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
    /// So many seconds.
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
/// When a block is not closed, or a directive is not understood.
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
            let directive = directive(words.trim()).map_err(|fault| format!("line {}: {fault}", number + 1))?;
            pieces.push(Piece::Directive(line.to_owned(), directive));
        } else {
            pieces.push(Piece::Text(line.to_owned()));
        }
    }
    Ok(pieces)
}

/// The longest time that a session can let pass at once, in seconds: a year.
const LONGEST_WAIT: u64 = 365 * 24 * 60 * 60;

fn directive(text: &str) -> Result<Directive, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let unknown = || format!("no such directive: {text}");
    Ok(match words[..] {
        ["settle"] => Directive::Settle,
        ["wait", seconds] => match seconds.parse() {
            Ok(seconds @ 0..=LONGEST_WAIT) => Directive::Wait(seconds),
            _ => return Err(format!("{text}: a wait is a whole number of seconds, {LONGEST_WAIT} at most")),
        },
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
        assert!(parse("```console\n").is_err() && parse("<!-- dance -->").is_err());
    }

    #[test]
    fn a_wait_is_bounded() {
        let read = |seconds: &str| parse(&format!("<!-- wait {seconds} -->\n")).map(|it| it.len());
        let words = |seconds: &str| Err(format!("line 1: wait {seconds}: a wait is a whole number of seconds, 31536000 at most"));
        for (seconds, expected) in [
            ("0", Ok(1)),
            ("31536000", Ok(1)),
            ("31536001", words("31536001")),
            ("18446744073709551615", words("18446744073709551615")),
            ("-1", words("-1")),
            ("soon", words("soon")),
        ] {
            assert_eq!(read(seconds), expected, "{seconds}");
        }
    }
}
