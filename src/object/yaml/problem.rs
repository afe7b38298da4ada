//! What can be wrong with a YAML text, in goyaml's words.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident => $words:literal,)*) => {
        /// What is wrong with the grammar of a text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Grammar { $($(#[$doc])* $name,)* }

        impl Grammar {
            /// goyaml's words for it.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

problems! {
    /// A character that YAML does not allow in a text.
    ControlCharacter => "control characters are not allowed",
    /// No token starts with this character.
    CannotStartToken => "found character that cannot start any token",
    /// The same of a tab, which indents nothing.
    TabStartsToken => "found character that cannot start any token",
    /// A tab where the indentation is counted.
    TabIndentation => "found a tab character that violates indentation",
    /// A tab in the indentation of a block scalar.
    TabInBlockScalar => "found a tab character where an indentation space is expected",
    /// A name without its colon.
    MissingColon => "could not find expected ':'",
    /// A second colon in a line, or a deeper line below a plain value.
    MappingValue => "mapping values are not allowed in this context",
    /// The same, where the line before is a name without its colon.
    RunOnName => "mapping values are not allowed in this context",
    /// `? ` where no mapping can start.
    MappingKey => "mapping keys are not allowed in this context",
    /// `- ` where no list can start.
    SequenceEntry => "block sequence entries are not allowed in this context",
    /// A line whose indentation fits nothing above it.
    ExpectedKey => "did not find expected key",
    /// The same in a list.
    ExpectedDash => "did not find expected '-' indicator",
    /// A list in brackets that does not go on.
    ExpectedBracket => "did not find expected ',' or ']'",
    /// A mapping in braces that does not go on.
    ExpectedBrace => "did not find expected ',' or '}'",
    /// A value that is none.
    ExpectedContent => "did not find expected node content",
    /// Something between directives and `---`.
    ExpectedDocumentStart => "did not find expected <document start>",
    /// A quote that is never closed.
    UnexpectedEnd => "found unexpected end of stream",
    /// `---` inside of quotes.
    UnexpectedDocumentIndicator => "found unexpected document indicator",
    /// A backslash with an unknown letter.
    UnknownEscape => "found unknown escape character",
    /// `\x`, `\u` or `\U` without enough digits.
    ExpectedHex => "did not find expected hexdecimal number",
    /// An escape for a character that does not exist.
    InvalidEscape => "found invalid Unicode character escape code",
    /// `|0`.
    ZeroIndentation => "found an indentation indicator equal to 0",
    /// Text behind `|` or `>`.
    ExpectedLineBreak => "did not find expected comment or line break",
    /// `&` or `*` without a name.
    ExpectedAnchorName => "did not find expected alphabetic or numeric character",
    /// A tag that does not end.
    ExpectedTagEnd => "did not find expected whitespace or line break",
    /// `!<` without its end, or nothing in it.
    ExpectedTagUri => "did not find expected tag URI",
    /// `%` without a name.
    ExpectedDirectiveName => "could not find expected directive name",
    /// A directive other than `%YAML` and `%TAG`.
    UnknownDirective => "found unknown directive name",
    /// A tag with a handle that no directive explains.
    UndefinedTagHandle => "found undefined tag handle",
    /// Deeper than this program reads.
    TooDeep => "exceeded max depth of 10000",
}

/// Why a text could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text breaks the grammar of YAML.
    Grammar(Grammar),
    /// `*name` without `&name` before it.
    UnknownAnchor(String),
    /// `&name` whose value contains `*name`.
    SelfContainingAnchor(String),
    /// A small text that means a huge one.
    ExcessiveAliasing,
    /// `<<:` with something else than a mapping.
    MergeWantsMap,
    /// A list or mapping as a name, as Go prints it. Most often a `{{ template }}` that nobody filled in.
    InvalidMapKey(String),
    /// An empty name, and its value as Go prints it.
    UnsupportedMapKey(String),
    /// `!!int x` and the like.
    TagMismatch {
        /// What it is: `!!str`.
        found: &'static str,
        /// The text.
        text: String,
        /// What its tag says.
        wanted: String,
    },
    /// `!!binary` with something else than base64.
    InvalidBase64,
    /// Not-a-number or infinite: JSON has no such number.
    NoJson(&'static str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grammar(problem) => f.write_str(problem.words()),
            Self::UnknownAnchor(name) => write!(f, "unknown anchor '{name}' referenced"),
            Self::SelfContainingAnchor(name) => write!(f, "anchor '{name}' value contains itself"),
            Self::ExcessiveAliasing => f.write_str("document contains excessive aliasing"),
            Self::MergeWantsMap => f.write_str("map merge requires map or sequence of maps as the value"),
            Self::InvalidMapKey(key) => write!(f, "invalid map key: {key}"),
            Self::UnsupportedMapKey(value) => {
                write!(f, "unsupported map key of type: %!s(<nil>), key: <nil>, value: {value}")
            }
            Self::TagMismatch { found, text, wanted } => write!(f, "cannot decode {found} `{text}` as a {wanted}"),
            Self::InvalidBase64 => f.write_str("!!binary value contains invalid base64 data"),
            Self::NoJson(number) => write!(f, "json: unsupported value: {number}"),
        }
    }
}
