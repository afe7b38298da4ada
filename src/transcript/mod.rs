//! Recorded console sessions of a real cluster: their format, and the lab's answers to the same commands.
//!
//! A session is Markdown with files, commands and directives for the cluster's time and nodes. [`fill_in`] runs its commands in the
//! lab and writes what they print below them; what no two clusters have in common is hidden as in the recordings.

mod lab;
mod markdown;
mod normalise;

pub use normalise::normalise;

use lab::Lab;
use markdown::Piece;

/// Runs the commands of a session and writes what they print below them.
///
/// # Errors
/// When the text is no session; with the number of the line.
pub fn fill_in(text: &str) -> Result<String, String> {
    let pieces = markdown::parse(text)?;
    let mut lab = Lab::new();
    let mut out = String::new();
    for piece in &pieces {
        match piece {
            Piece::Text(line) => out.extend([line, "\n"]),
            Piece::File { name, text } => {
                lab.add_file(name, text)?;
                out.push_str(&format!("```yaml file={name}\n{text}```\n"));
            }
            Piece::Directive(line, directive) => {
                lab.direct(directive);
                out.extend([line, "\n"]);
            }
            Piece::Console(commands) => {
                out.push_str("```console\n");
                for command in commands {
                    let (text, exit) = lab.run(command);
                    out.push_str(&format!("$ {command}\n{text}"));
                    if exit != 0 {
                        out.push_str(&format!("[exit {exit}]\n"));
                    }
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
    Ok(if filled == recorded { String::new() } else { crate::kubectl::unified_diff(recorded, &filled, 3) })
}
