//! The flags of commands, as they are given on a command line.
//!
//! Which flags there are is data ([`super::commands`]); how they are read follows pflag's rules, and its words where they are broken.

use super::fault::Fault;
use crate::apiserver::error::go_quoted;

pub use super::commands::{CommandSpec, FlagSpec, ROOT, Takes, commands, global_flags};

/// A command line that was read.
#[derive(Clone, Debug)]
pub struct Flags {
    /// The command.
    pub command: &'static str,
    known: Vec<FlagSpec>,
    given: Vec<(usize, String)>,
    /// What is no flag.
    pub args: Vec<String>,
    /// How many arguments stand before `--`, where there is one.
    pub before_dashes: Option<usize>,
}

impl Flags {
    /// No flags at all.
    pub fn none() -> Self {
        Self { command: "", known: Vec::new(), given: Vec::new(), args: Vec::new(), before_dashes: None }
    }

    /// Reads what comes after a command's words.
    ///
    /// # Errors
    /// In pflag's words, with kubectl's hint at the help.
    pub fn read(command: &'static CommandSpec, words: &[String]) -> Result<Self, Fault> {
        let mut known = command.flags();
        known.extend(global_flags());
        let mut flags = Self { command: command.name, known, given: Vec::new(), args: Vec::new(), before_dashes: None };
        flags.read_words(words).map_err(|words| Fault::bad_flag(command.name, &words))?;
        Ok(flags)
    }

    fn read_words(&mut self, words: &[String]) -> Result<(), String> {
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                self.before_dashes = Some(self.args.len());
                self.args.extend(words.cloned());
                return Ok(());
            }
            if let Some(long) = word.strip_prefix("--") {
                self.read_long(word, long, &mut words)?;
            } else if word.len() > 1 && word.starts_with('-') {
                self.read_letters(&word[1..], &mut words)?;
            } else {
                self.args.push(word.clone());
            }
        }
        Ok(())
    }

    fn read_long(&mut self, word: &str, long: &str, words: &mut std::slice::Iter<'_, String>) -> Result<(), String> {
        if long.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: {word}"));
        }
        let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
        // Some names may be written with underscores.
        let normal = name.replace('_', "-");
        let Some(index) = self.known.iter().position(|it| it.name == normal) else {
            return Err(format!("unknown flag: --{name}"));
        };
        let value = match (value, self.known[index].alone) {
            (Some(value), _) => value.to_owned(),
            (None, Some(alone)) => alone.to_owned(),
            (None, None) => words.next().cloned().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
        };
        self.give(index, value)
    }

    /// Reads letters: `-A`, `-nfoo`, `-n foo`, `-n=foo`, `-Aw`.
    fn read_letters(&mut self, letters: &str, words: &mut std::slice::Iter<'_, String>) -> Result<(), String> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            let here = rest;
            rest = &rest[letter.len_utf8()..];
            let Some(index) = self.known.iter().position(|it| it.letter == Some(letter)) else {
                return Err(format!("unknown shorthand flag: {} in -{here}", go_letter(letter)));
            };
            let value = if let Some(value) = rest.strip_prefix('=').filter(|_| !rest.is_empty()) {
                rest = "";
                value.to_owned()
            } else if let Some(alone) = self.known[index].alone {
                alone.to_owned()
            } else if rest.is_empty() {
                let next = words.next().cloned();
                next.ok_or_else(|| format!("flag needs an argument: {} in -{here}", go_letter(letter)))?
            } else {
                std::mem::take(&mut rest).to_owned()
            };
            self.give(index, value)?;
        }
        Ok(())
    }

    fn give(&mut self, index: usize, value: String) -> Result<(), String> {
        let spec = self.known[index];
        let fault = match spec.takes {
            Takes::Bool if parse_bool(&value).is_none() => {
                Some(format!("strconv.ParseBool: parsing {}: invalid syntax", go_quoted(&value)))
            }
            Takes::Int => value.parse::<i64>().err().map(|error| {
                let range = matches!(error.kind(), std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow);
                let kind = if range { "value out of range" } else { "invalid syntax" };
                format!("strconv.ParseInt: parsing {}: {kind}", go_quoted(&value))
            }),
            Takes::Duration => parse_duration_ms(&value).err(),
            _ => None,
        };
        if let Some(fault) = fault {
            let shown = spec.letter.map_or(format!("--{}", spec.name), |letter| format!("-{letter}, --{}", spec.name));
            return Err(format!("invalid argument {} for \"{shown}\" flag: {fault}", go_quoted(&value)));
        }
        self.given.push((index, value));
        Ok(())
    }

    /// The flags that were given and will go.
    pub fn deprecated(&self) -> Vec<&'static str> {
        self.given.iter().map(|(index, _)| self.known[*index]).filter(|it| it.deprecated).map(|it| it.name).collect()
    }

    /// Every flag that was given, with its value, in the order of the line.
    pub fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.given.iter().map(|(index, value)| (self.known[*index].name, value.as_str()))
    }

    /// Whether a flag was given.
    pub fn is_given(&self, name: &str) -> bool {
        self.given.iter().any(|(index, _)| self.known[*index].name == name)
    }

    /// The value that was given last, or the default; empty where the command has no such flag.
    pub fn text(&self, name: &str) -> &str {
        let given = self.given.iter().rev().find(|(index, _)| self.known[*index].name == name);
        match given {
            Some((_, value)) => value,
            None => self.known.iter().find(|it| it.name == name).map_or("", |it| it.default),
        }
    }

    /// A switch.
    pub fn is_on(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or_default()
    }

    /// A whole number.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or_default()
    }

    /// A duration, in milliseconds; negative ones are 0.
    pub fn duration_ms(&self, name: &str) -> i64 {
        parse_duration_ms(self.text(name)).unwrap_or_default()
    }

    /// All values of a list, with those between commas apart.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let given = self.given.iter().filter(|(index, _)| self.known[*index].name == name);
        given.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty()).collect()
    }

    /// All values that were given, as they were written.
    pub fn values(&self, name: &str) -> Vec<&str> {
        self.given.iter().filter(|(index, _)| self.known[*index].name == name).map(|(_, value)| value.as_str()).collect()
    }
}

/// A letter as Go's `%q` writes it.
fn go_letter(letter: char) -> String {
    if letter == '\'' { "'\\''".into() } else { format!("'{letter}'") }
}

/// Models `strconv.ParseBool`.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// Nanoseconds of Go's units.
const UNITS: [(&str, i64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Models `time.ParseDuration`, cut off to milliseconds.
///
/// # Errors
/// In Go's words.
pub fn parse_duration_ms(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", go_quoted(text));
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let Some(nanos) = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, nanos)| *nanos) else {
            return Err(match unit {
                _ if number.is_empty() => invalid(),
                "" => format!("time: missing unit in duration {}", go_quoted(text)),
                _ => format!("time: unknown unit {} in duration {}", go_quoted(unit), go_quoted(text)),
            });
        };
        let part = decimal(number, nanos).ok_or_else(invalid)?;
        total = total.checked_add(part).ok_or_else(invalid)?;
        rest = after;
    }
    Ok(if text.starts_with('-') { -total } else { total } / 1_000_000)
}

/// A duration in milliseconds as Go prints it: `1m30s`.
pub fn duration_text(ms: i64) -> String {
    let (sign, ms) = if ms < 0 { ("-", ms.unsigned_abs()) } else { ("", ms.unsigned_abs()) };
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    let (seconds, rest) = (ms / 1000 % 60, ms % 1000);
    let seconds = match rest {
        0 => format!("{seconds}s"),
        rest if ms < 1000 => format!("{rest}ms"),
        rest => format!("{seconds}.{}s", format!("{rest:03}").trim_end_matches('0')),
    };
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}"),
    }
}

/// A number with a fraction, times a unit.
fn decimal(number: &str, unit: i64) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        total = total.checked_add(i64::from(digit.to_digit(10)?) * place)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(command: &str, line: &str) -> Result<Flags, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Flags::read(CommandSpec::find(command).unwrap(), &words).map_err(|fault| fault.to_string())
    }

    #[test]
    fn flags_are_read_as_pflag_reads_them() {
        let flags = read("get", "pods -nfoo -Aw --no-headers=false -l a=b,c=d web -L x,y --label-columns=z -- -o").unwrap();
        assert_eq!(flags.args, ["pods", "web", "-o"]);
        assert_eq!(flags.before_dashes, Some(2));
        assert_eq!((flags.text("namespace"), flags.text("selector")), ("foo", "a=b,c=d"));
        assert!(flags.is_on("all-namespaces") && flags.is_on("watch") && !flags.is_on("no-headers"));
        assert_eq!(flags.list("label-columns"), ["x", "y", "z"]);
        assert_eq!(read("delete", "--cascade orphan").unwrap().args, ["orphan"]);
        assert_eq!(read("get", "-n=foo").unwrap().text("namespace"), "foo");
    }

    #[test]
    fn what_is_wrong_is_said_as_pflag_says_it() {
        let cases = [
            ("--colour", "unknown flag: --colour"),
            ("-Z", "unknown shorthand flag: 'Z' in -Z"),
            ("pods -o", "flag needs an argument: 'o' in -o"),
            ("--output", "flag needs an argument: --output"),
            (
                "--chunk-size=abc",
                "invalid argument \"abc\" for \"--chunk-size\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax",
            ),
            ("-w=abc", "invalid argument \"abc\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"abc\": invalid syntax"),
            ("--=x", "bad flag syntax: --=x"),
            ("---x", "bad flag syntax: ---x"),
        ];
        for (line, words) in cases {
            let expected = format!("error: {words}\nSee 'kubectl get --help' for usage.");
            assert_eq!(read("get", line).unwrap_err(), expected);
        }
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, ms) in [("0", 0), ("1m30s", 90_000), ("1.5h", 5_400_000), ("-1s", -1000), ("250ms", 250)] {
            assert_eq!(parse_duration_ms(text), Ok(ms));
        }
        for (ms, text) in [(0, "0s"), (250, "250ms"), (1500, "1.5s"), (90_000, "1m30s"), (3_600_000, "1h0m0s"), (-1000, "-1s")] {
            assert_eq!(duration_text(ms), text);
        }
        assert_eq!(parse_duration_ms("5").unwrap_err(), "time: missing unit in duration \"5\"");
        assert_eq!(parse_duration_ms("abc").unwrap_err(), "time: invalid duration \"abc\"");
        assert_eq!(parse_duration_ms("5x").unwrap_err(), "time: unknown unit \"x\" in duration \"5x\"");
    }
}
