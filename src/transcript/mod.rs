//! Recorded console sessions of a real cluster: their format, and the lab's answers to the same commands.
//!
//! A session is Markdown with files, commands and directives for the cluster's time and nodes. [`fill_in`] runs its commands in the
//! lab and writes what they print below them; what no two clusters have in common is hidden as in the recordings.

mod lab;
mod markdown;
mod normalise;

pub use normalise::normalise;

use lab::Lab;
use markdown::{Command, Directive, Piece};

/// Runs the commands of a session and writes what they print below them.
///
/// # Errors
/// When the text is no session; with the number of the line.
pub fn fill_in(text: &str) -> Result<String, String> {
    let mut lab = Lab::new();
    write(&markdown::parse(text)?, &mut |piece, out| match piece {
        Event::File(name, text) => lab.add_file(name, text),
        Event::Directive(directive) => {
            lab.direct(directive);
            Ok(())
        }
        Event::Command(command) => {
            let (text, exit) = lab.run(&command.line);
            out.push_str(&text);
            if exit != 0 {
                out.extend(["[exit ", &exit.to_string(), "]\n"]);
            }
            Ok(())
        }
    })
}

/// Something of a session that means something.
enum Event<'a> {
    File(&'a str, &'a str),
    Directive(&'a Directive),
    Command(&'a Command),
}

/// Writes a session anew; what stands below a command is left to somebody else.
fn write(pieces: &[Piece], below: &mut dyn FnMut(Event<'_>, &mut String) -> Result<(), String>) -> Result<String, String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(line) => out.extend([line, "\n"]),
            Piece::File { name, text } => {
                out.extend(["```yaml file=", name, "\n", text, "```\n"]);
                below(Event::File(name, text), &mut out)?;
            }
            Piece::Directive(line, directive) => {
                out.extend([line, "\n"]);
                below(Event::Directive(directive), &mut out)?;
            }
            Piece::Console(commands) => {
                out.push_str("```console\n");
                for command in commands {
                    out.extend(["$ ", &command.line, "\n"]);
                    below(Event::Command(command), &mut out)?;
                }
                out.push_str("```\n");
            }
        }
    }
    Ok(out)
}

/// Where a filled-in session differs from the recorded one: lines with `-` are recorded, lines with `+` are the lab's. Empty when it
/// does not differ.
///
/// # Errors
/// When the text is no session; with the number of the line.
pub fn check(recorded: &str) -> Result<String, String> {
    let filled = fill_in(recorded)?;
    let mut answers = answers(&filled)?.into_iter();
    let recorded = write(&markdown::parse(recorded)?, &mut |event, out| {
        if let Event::Command(command) = event {
            let answered = answers.next().unwrap_or_default();
            out.push_str(&normalise::recorded(&command.line, &command.printed, &answered));
        }
        Ok(())
    })?;
    Ok(if filled == recorded { String::new() } else { crate::object::unified_diff(&recorded, &filled, 3) })
}

/// What stands below each command of a session.
fn answers(session: &str) -> Result<Vec<String>, String> {
    let pieces = markdown::parse(session)?;
    let commands =
        pieces.into_iter().filter_map(|piece| if let Piece::Console(commands) = piece { Some(commands) } else { None });
    Ok(commands.flatten().map(|command| command.printed).collect())
}
