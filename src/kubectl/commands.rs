//! The commands that there are, and their flags: a table (`commands.txt`).

use std::sync::OnceLock;

/// Per command: its words; below them its meaning, its usage, and its flags. Groups of commands begin with `#`, in kubectl's order. A
/// flag is `LETTER/NAME:TYPE=DEFAULT?ALONE`; all but the name may be missing, and `!` stands before one that will go. Types are
/// `b`ool, `i`nt, `d`uration, `l`ist, else a string. `ALONE` is the value of a flag without one.
const TABLE: &str = include_str!("commands.txt");

/// Flags that many commands have.
#[rustfmt::skip]
const GROUPS: [(&str, &str); 6] = [
    ("@print", "allow-missing-template-keys:b=true o/output show-managed-fields:b template"),
    ("@files", "f/filename:l k/kustomize R/recursive:b"),
    ("@dry-run", "dry-run=none?unchanged"),
    ("@validate", "validate=strict?strict"),
    ("@cascade", "cascade=background?background"),
    ("@global", "as as-group:l as-uid as-user-extra:l cache-dir certificate-authority client-certificate client-key cluster context \
      disable-compression:b insecure-skip-tls-verify:b kubeconfig kuberc log-flush-frequency:d=5s match-server-version:b n/namespace password \
      profile=none profile-output request-timeout=0 s/server tls-server-name token user username v/v=0 vmodule warnings-as-errors:b h/help:b"),
];

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// `true` or `false`; `true` when it stands alone.
    Bool,
    /// A whole number.
    Int,
    /// A duration as Go writes it: `1m30s`.
    Duration,
    /// Several strings, from several flags or between commas.
    List,
    /// A string.
    Text,
}

/// A flag that a command knows.
#[derive(Clone, Copy, Debug)]
pub struct FlagSpec {
    /// Its name, without dashes.
    pub name: &'static str,
    /// Its letter.
    pub letter: Option<char>,
    /// What it takes.
    pub takes: Takes,
    /// Its value when it is not given.
    pub default: &'static str,
    /// Its value when it is given without one.
    pub alone: Option<&'static str>,
    /// Whether kubectl warns that it will go, and does not show it.
    pub deprecated: bool,
}

/// A command.
#[derive(Debug)]
pub struct CommandSpec {
    /// Its words: `rollout status`.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// How it is called.
    pub usage: &'static str,
    /// The group that it stands in among kubectl's commands.
    pub group: &'static str,
    flags: &'static str,
}

/// `kubectl` itself.
pub static ROOT: CommandSpec = CommandSpec {
    name: "",
    about: "kubectl controls the Kubernetes cluster manager.\n\n Find more information at: https://kubernetes.io/docs/reference/kubectl/",
    usage: "kubectl [flags]",
    group: "",
    flags: "",
};

/// Every command.
pub fn commands() -> &'static [CommandSpec] {
    static COMMANDS: OnceLock<Vec<CommandSpec>> = OnceLock::new();
    COMMANDS.get_or_init(|| {
        let mut commands: Vec<CommandSpec> = Vec::new();
        let (mut below, mut group) = (0, "");
        for line in TABLE.lines() {
            if let Some(name) = line.strip_prefix("# ") {
                group = name;
            } else if let (Some(text), Some(command)) = (line.strip_prefix(' '), commands.last_mut()) {
                let place = [&mut command.about, &mut command.usage, &mut command.flags].into_iter().nth(below);
                if let Some(place) = place {
                    *place = text;
                }
                below += 1;
            } else {
                commands.push(CommandSpec { name: line, about: "", usage: "", group, flags: "" });
                below = 0;
            }
        }
        commands
    })
}

impl CommandSpec {
    /// The command of these words.
    pub fn find(name: &str) -> Option<&'static CommandSpec> {
        commands().iter().find(|it| it.name == name)
    }

    /// Its own flags, in the order of the table.
    pub fn flags(&self) -> Vec<FlagSpec> {
        read_all(self.flags)
    }
}

/// The flags that every command has.
pub fn global_flags() -> Vec<FlagSpec> {
    read_all("@global")
}

fn read_all(text: &'static str) -> Vec<FlagSpec> {
    let mut flags = Vec::new();
    for word in text.split_whitespace() {
        match GROUPS.iter().find(|(name, _)| *name == word) {
            Some((_, group)) => flags.extend(group.split_whitespace().map(read)),
            None => flags.push(read(word)),
        }
    }
    flags
}

fn read(word: &'static str) -> FlagSpec {
    let (word, deprecated) = word.strip_prefix('!').map_or((word, false), |word| (word, true));
    let (word, alone) = word.split_once('?').map_or((word, None), |(word, alone)| (word, Some(alone)));
    let (word, default) = word.split_once('=').unwrap_or((word, ""));
    let (word, takes) = word.split_once(':').unwrap_or((word, ""));
    let (letter, name) = word.split_once('/').map_or((None, word), |(letter, name)| (letter.chars().next(), name));
    let takes = match takes {
        "b" => Takes::Bool,
        "i" => Takes::Int,
        "d" => Takes::Duration,
        "l" => Takes::List,
        _ => Takes::Text,
    };
    let (default, alone) =
        if takes == Takes::Bool { (if default.is_empty() { "false" } else { default }, Some("true")) } else { (default, alone) };
    FlagSpec { name, letter, takes, default, alone, deprecated }
}
